// Readings on the command line: `NAME=VALUE`.
#include <fmt/format.h>

#include "mdsync/run.hpp"

namespace mdsync {

void ReadingChoice::applyTo(Readings& readings) const {
    if (window) readings.window = *window;
    if (switchDelay) readings.switchDelay = *switchDelay;
    if (groupStatusPath) readings.groupStatusPath = *groupStatusPath;
}

namespace {

std::string addWindow(std::string_view value, ReadingChoice& choice) {
    if (value == "calendar") {
        choice.window = WindowReading::Calendar;
    } else if (value == "rolling") {
        choice.window = WindowReading::Rolling;
    } else if (value == "any") {
        choice.window = WindowReading::Any;
    } else {
        return fmt::format("window is calendar, rolling or any, not \"{}\"", value);
    }
    return {};
}

std::string addDelay(std::string_view value, ReadingChoice& choice) {
    choice.switchDelay = parseDuration(value);
    if (choice.switchDelay) return {};
    return fmt::format("switch-delay is a duration such as 30m, not \"{}\"", value);
}

std::string addGroupStatusPath(std::string_view value, ReadingChoice& choice) {
    if (value == "docs") {
        choice.groupStatusPath = GroupStatusPath::Docs;
    } else if (value == "seed") {
        choice.groupStatusPath = GroupStatusPath::Seed;
    } else {
        return fmt::format("group-status-path is docs or seed, not \"{}\"", value);
    }
    return {};
}

}  // namespace

std::string addReading(std::string_view assignment, ReadingChoice& choice) {
    const std::size_t sign = assignment.find('=');
    if (sign == std::string_view::npos) return fmt::format("\"{}\" is not of the form NAME=VALUE", assignment);
    const std::string_view name = assignment.substr(0, sign);
    const std::string_view value = assignment.substr(sign + 1);
    if (name == "window") return addWindow(value, choice);
    if (name == "switch-delay") return addDelay(value, choice);
    if (name == "group-status-path") return addGroupStatusPath(value, choice);
    const std::string hint = suggest(name, {"window", "switch-delay", "group-status-path"});
    return fmt::format("unknown reading \"{}\"{}", name,
                       hint.empty() ? "; they are window, switch-delay, group-status-path" : "; " + hint);
}

}  // namespace mdsync
