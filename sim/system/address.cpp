// AdapterAddress: where an adapter is, as `--target` spells it.
#include "system/address.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <optional>

namespace mdsync {

namespace {

// The words of a command line, or nothing if a quote is never closed.
std::optional<std::vector<std::string>> wordsOf(std::string_view text) {
    std::vector<std::string> words;
    bool within = false;  // a word
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote == 0 && (c == ' ' || c == '\t')) {
            within = false;
            continue;
        }
        if (!within) words.emplace_back();
        within = true;
        if (c == quote) {
            quote = 0;
        } else if (quote == 0 && (c == '\'' || c == '"')) {
            quote = c;
        } else if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
            words.back() += text[++i];
        } else {
            words.back() += c;
        }
    }
    if (quote != 0) return std::nullopt;
    return words;
}

AdapterAddress wrong(std::string problem) {
    AdapterAddress address;
    address.problem = std::move(problem);
    return address;
}

}  // namespace

HostAndPort parseHostAndPort(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return {};
    std::string_view host = text.substr(0, colon);
    const std::string_view port = text.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (host.empty() || error != std::errc{} || end != port.data() + port.size()) return {};
    return {std::string(host), std::string(port)};
}

AdapterAddress parseAdapterAddress(std::string_view text) {
    AdapterAddress address;
    if (text.starts_with("exec:")) {
        auto words = wordsOf(text.substr(5));
        if (!words) return wrong(fmt::format("\"{}\" has a quote that is never closed", text));
        if (words->empty() || words->front().empty()) return wrong("exec: names no command");
        address.command = std::move(*words);
        return address;
    }
    if (text.starts_with("tcp:")) {
        HostAndPort place = parseHostAndPort(text.substr(4));
        if (place.host.empty() || place.port == "0") {
            return wrong(fmt::format("\"{}\" is not of the form tcp:HOST:PORT", text));
        }
        address.host = std::move(place.host);
        address.port = std::move(place.port);
        return address;
    }
    return wrong(fmt::format("\"{}\" is neither exec:COMMAND nor tcp:HOST:PORT", text));
}

}  // namespace mdsync
