// Command: what the commands share.
#include "command.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "mdsync/diagnostic.hpp"
#include "mdsync/policy.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/run.hpp"
#include "mdsync/time.hpp"
#include "tell.hpp"

namespace mdsync::cli {

std::string isDuration(const std::string& text) {
    return parseDuration(text) ? "" : fmt::format("\"{}\" is not a duration such as 5s, 250ms or 1h30m", text);
}

std::string isReading(const std::string& text) {
    ReadingChoice ignored;
    return addReading(text, ignored);
}

std::string isServer(const std::string& text) {
    return wrongServer(text);
}

std::string isRule(const std::string& text) {
    if (findRule(text)) return {};
    const std::string hint = hintOf(text, ruleNames());
    return fmt::format("unknown rule \"{}\"{}", text, hint.empty() ? "; mdsync rules lists them" : "; " + hint);
}

std::string hintOf(const std::string& word, const std::vector<std::string_view>& known) {
    constexpr std::size_t kMost = 8;
    std::string near = suggest(word, known);
    if (!near.empty() || word.empty()) return near;
    std::vector<std::string> longer;
    for (const std::string_view each : known) {
        if (each.starts_with(word)) longer.push_back(fmt::format("\"{}\"", each));
    }
    if (longer.empty()) return {};
    const std::size_t more = longer.size() - std::min(longer.size(), kMost);
    longer.resize(longer.size() - more);
    return fmt::format("did you mean {}{}?", fmt::join(longer, ", "),
                       more == 0 ? "" : fmt::format(" or {} more", more));
}

std::string readStandardInput() {
    // One more than a scenario may have, so that its reader says that it is too large.
    std::string text(kMostScenarioBytes + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t got = ::read(STDIN_FILENO, text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) tell("mdsync: standard input could not be read: {}\n", std::strerror(errno));
        if (got <= 0) break;
        size += static_cast<std::size_t>(got);
    }
    text.resize(size);
    return text;
}

void injectFault(std::string_view place) {
    const char* wanted = std::getenv("MDSYNC_FAULT");
    if (wanted != nullptr && place == wanted) throw std::logic_error("a fault was asked for at " + std::string(place));
}

unsigned jobsOf(std::optional<unsigned> jobs) {
    return jobs.value_or(defaultJobs());
}

}  // namespace mdsync::cli
