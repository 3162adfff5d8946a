// Command: what the commands share.
#include "command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <stdexcept>

#include "mdsync/diagnostic.hpp"
#include "mdsync/run.hpp"
#include "mdsync/spec.hpp"
#include "mdsync/time.hpp"
#include "mdsync/world.hpp"

namespace mdsync::cli {

CLI::Option* addRepeatable(CLI::App& app, const std::string& flags, std::vector<std::string>& values,
                           const std::string& description) {
    return app.add_option(flags, values, description)->allow_extra_args(false)->take_all();
}

void addExample(CLI::App& app, const std::string& text) {
    app.footer(text);
}

std::function<std::string(const std::string&)> oneOf(std::vector<std::string> words) {
    return [words = std::move(words)](const std::string& value) -> std::string {
        if (std::find(words.begin(), words.end(), value) != words.end()) return {};
        const std::string hint = suggest(value, {words.begin(), words.end()});
        return fmt::format("\"{}\" is not one of {}{}", value, fmt::join(words, ", "), hint.empty() ? "" : "; " + hint);
    };
}

std::string isDuration(const std::string& text) {
    return parseDuration(text) ? "" : fmt::format("\"{}\" is not a duration such as 5s, 250ms or 1h30m", text);
}

std::string isReading(const std::string& text) {
    ReadingChoice ignored;
    return addReading(text, ignored);
}

std::string isServer(const std::string& text) {
    if (findServer(text)) return {};
    const std::vector<std::string> known = worldServers();
    const std::string hint = suggest(text, {known.begin(), known.end()});
    return fmt::format("unknown server \"{}\"{}", text,
                       hint.empty() ? "; it is reference, reference:CHOICE,... or mutant:NAME" : "; " + hint);
}

std::string isRule(const std::string& text) {
    if (findRule(text)) return {};
    const std::string hint = suggest(text, ruleNames());
    return fmt::format("unknown rule \"{}\"{}", text, hint.empty() ? "; mdsync rules lists them" : "; " + hint);
}

std::string readStandardInput() {
    return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

void injectFault(std::string_view place) {
    const char* wanted = std::getenv("MDSYNC_FAULT");
    if (wanted != nullptr && place == wanted) throw std::logic_error("a fault was asked for at " + std::string(place));
}

unsigned jobsOf(std::optional<unsigned> jobs) {
    return jobs.value_or(defaultJobs());
}

void addJobs(CLI::App& app, std::optional<unsigned>& jobs, const std::string& what) {
    addNumber(app, "-j,--jobs", jobs, 1U, 1024U, what + " that run at once, 1..1024 (default: one a processor)");
}

}  // namespace mdsync::cli
