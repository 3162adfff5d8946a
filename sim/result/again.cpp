#include "mdsync/again.hpp"

#include <fmt/format.h>

#include "mdsync/diagnostic.hpp"

namespace mdsync {

std::string spell(const Again& again) {
    std::string line = fmt::format("mdsync {} {}", again.command, shellWord(again.path));
    if (again.seed) line += fmt::format(" --seed {}", *again.seed);
    if (const std::string server = serverFlag(again.server); !server.empty()) line += " " + server;
    if (!again.flags.empty()) line += fmt::format(" {}", again.flags);
    return line;
}

std::string serverFlag(std::string_view server) {
    if (server == "reference") return {};
    const bool isForeign = server.starts_with("exec:") || server.starts_with("tcp:");
    return (isForeign ? "--target " : "--server ") + shellWord(server);
}

namespace {

// `$'a\x1bb'`: the same word for a shell, and harmless to a terminal.
std::string spelledOut(std::string_view word) {
    std::string text = "$'";
    for (const char c : word) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < ' ' || byte > '~') {
            text += fmt::format("\\x{:02x}", byte);
        } else {
            if (c == '\'' || c == '\\') text += '\\';
            text += c;
        }
    }
    return text + "'";
}

}  // namespace

std::string shellWord(std::string_view word) {
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%#";
    const bool plain = !word.empty() && word.front() != '#' && word.front() != '-' &&
                       word.find_first_not_of(kPlain) == std::string_view::npos;
    if (plain || word == "-") return std::string(word);
    if (printable(word) != word) return spelledOut(word);  // a terminal would not show it as it is
    std::string quoted = "'";
    for (const char c : word) {
        if (c == '\'') {
            quoted += "'\\''";
        } else {
            quoted += c;
        }
    }
    return quoted + "'";
}

}  // namespace mdsync
