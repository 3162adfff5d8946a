#include "debug/breaks.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mdsync::debug {

bool Break::stopsAt(const Trace& trace, std::uint64_t event, std::span<const Failure> failures) const {
    if (anyFailure || rule) {
        return std::any_of(failures.begin(), failures.end(), [&](const Failure& failure) {
            return failure.event == event && (anyFailure || failure.rule == rule);
        });
    }
    const Event& e = trace.events[event];
    if (!message.exists()) return e.device == device;
    if (!device.exists()) return e.message == message;
    return e.message == message && e.device == device;
}

std::optional<Break> breakOf(const Trace& trace, std::span<const std::string> words) {
    Break found{.text = fmt::format("{}", fmt::join(words, " ")), .rule = std::nullopt, .message = {}, .device = {}};
    if (words.empty() || words.size() > 2) return std::nullopt;
    if (words.size() == 1) {
        found.anyFailure = words[0] == "failure" || words[0] == "violation";
        found.rule = findRule(words[0]);
        if (found.anyFailure || found.rule) return found;
    }
    for (const std::string& word : words) {
        const DeviceId device = trace.header.findDevice(word);
        const MessageId message = trace.lexicon.messages.find(word);
        if (device.exists() && !found.device.exists()) {
            found.device = device;
        } else if (message.exists() && !found.message.exists()) {
            found.message = message;
        } else {
            return std::nullopt;
        }
    }
    return found;
}

}  // namespace mdsync::debug
