#include "debug/views.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace mdsync::debug {

namespace {

constexpr std::size_t kMost = 40;    // lines of a list
constexpr std::size_t kNames = 8;    // in a line
constexpr std::size_t kColumn = 16;  // of a name

std::string name(const Recording& recording, DeviceId d) {
    return printable(recording.trace.header.path(d));
}
std::string name(const Recording& recording, MessageId m) {
    return printable(recording.trace.lexicon.messages[m]);
}

// `m1, m2 and 7 more`.
std::string listed(const std::vector<std::string>& names) {
    const std::span shown = std::span(names).first(std::min(names.size(), kNames));
    std::string text = fmt::format("{}", fmt::join(shown, ", "));
    if (names.size() > kNames) text += fmt::format(" and {} more", names.size() - kNames);
    return text;
}

std::string at(const Recording& recording, const Event& e) {
    return localTime(e.t, recording.trace.header.app.timezone);
}

// Lines, but not too many of them.
class Lines {
public:
    void add(const std::string& line) {
        if (++count_ <= kMost) text_ += "  " + line + "\n";
    }
    std::string take(std::string_view ifNone) const {
        if (count_ == 0) return fmt::format("  {}\n", ifNone);
        return count_ > kMost ? text_ + fmt::format("  and {} more\n", count_ - kMost) : text_;
    }

private:
    std::string text_;
    std::size_t count_ = 0;
};

// ---- Devices --------------------------------------------------------------------------------------------------------

std::string connection(const Recording& recording, const DeviceSnapshot& device) {
    if (device.last == nullptr) return "never online";
    const std::string since = at(recording, *device.last);
    switch (device.last->kind) {
        case EventKind::Online:
            return "online since " + since;
        case EventKind::Reinstall:
            return "reinstalled " + since;
        case EventKind::Refused:
            return "refused " + since;
        default:
            return fmt::format("offline since {} ({})", since, spell(device.last->reason));
    }
}

std::string belongings(const Recording& recording, const DeviceSnapshot& device) {
    if (device.has.empty()) return "has nothing";
    std::vector<std::string> names;
    for (const auto& [message, isRecalled] : device.has) {
        names.push_back(name(recording, message) + (isRecalled ? " (recalled)" : ""));
    }
    return "has " + listed(names);
}

// ---- Messages -------------------------------------------------------------------------------------------------------

std::string sender(const Recording& recording, const Event& asked) {
    if (asked.device.exists()) return name(recording, asked.device);
    return printable(recording.trace.header.users[asked.user.index()].name) + " (API)";
}

std::string answer(const Recording& recording, const Event* answered) {
    if (answered == nullptr) return "not answered";
    const bool isYes = answered->kind == EventKind::Accept || answered->kind == EventKind::RecallAccept;
    return (isYes ? "accepted " : "rejected ") + at(recording, *answered);
}

std::string holders(const Recording& recording, const Snapshot& snapshot, MessageId message) {
    std::vector<std::string> names;
    for (std::size_t d = 0; d < snapshot.devices.size(); ++d) {
        if (snapshot.devices[d].has.contains(message)) names.push_back(name(recording, DeviceId{d}));
    }
    return names.empty() ? "on no device" : "on " + listed(names);
}

std::string storeLine(const Recording& recording, const Snapshot& snapshot, MessageId id) {
    const MessageSnapshot& m = snapshot.messages[id.index()];
    std::string text = fmt::format("{:<{}} {} -> {}, {}, {}", name(recording, id), kColumn, sender(recording, *m.asked),
                                   printable(spell(recording.trace.header, m.asked->to)), answer(recording, m.answered),
                                   holders(recording, snapshot, id));
    if (m.recall != nullptr) text += "; its recall was " + answer(recording, m.recallAnswered);
    return text;
}

// ---- Under way ------------------------------------------------------------------------------------------------------

using Way = std::pair<MessageId, DeviceId>;

void addUnanswered(Lines& lines, const Recording& recording, const Snapshot& snapshot) {
    for (std::size_t m = 0; m < snapshot.messages.size(); ++m) {
        const MessageSnapshot& one = snapshot.messages[m];
        const std::string id = name(recording, MessageId{m});
        if (one.asked != nullptr && one.answered == nullptr)
            lines.add(fmt::format("{:<{}} asked {} by {}, not answered", id, kColumn, at(recording, *one.asked),
                                  sender(recording, *one.asked)));
        if (one.recall != nullptr && one.recallAnswered == nullptr)
            lines.add(fmt::format("{:<{}} recall asked {}, not answered", id, kColumn, at(recording, *one.recall)));
    }
}

// The first arrival of each message that was asked for and comes to a device later.
std::map<Way, std::uint64_t> arrivals(const Recording& recording, const Snapshot& snapshot, std::uint64_t position) {
    std::map<Way, std::uint64_t> first;
    for (std::uint64_t i = position; i < recording.trace.events.size(); ++i) {
        const Event& e = recording.trace.events[i];
        if (e.kind != EventKind::Receive || snapshot.messages[e.message.index()].asked == nullptr) continue;
        first.emplace(Way{e.message, e.device}, i);
    }
    return first;
}

}  // namespace

std::string devicesText(const Recording& recording, const Snapshot& snapshot) {
    Lines lines;
    for (std::size_t d = 0; d < snapshot.devices.size(); ++d) {
        const DeviceSnapshot& device = snapshot.devices[d];
        const std::string which = device.installation > 1 ? fmt::format(", installation {}", device.installation) : "";
        lines.add(fmt::format("{:<{}} {}{}, {}", name(recording, DeviceId{d}), kColumn, connection(recording, device),
                              which, belongings(recording, device)));
    }
    return lines.take("there are no devices");
}

std::string storeText(const Recording& recording, const Snapshot& snapshot, std::optional<MessageId> one) {
    Lines lines;
    for (std::size_t m = 0; m < snapshot.messages.size(); ++m) {
        if (snapshot.messages[m].asked == nullptr || (one && *one != MessageId{m})) continue;
        lines.add(storeLine(recording, snapshot, MessageId{m}));
    }
    return lines.take(one ? "nobody has sent it yet" : "nobody has sent anything yet");
}

std::string flightText(const Recording& recording, const Snapshot& snapshot, std::uint64_t position,
                       std::span<const Owed> owed) {
    Lines lines;
    addUnanswered(lines, recording, snapshot);
    const std::map<Way, std::uint64_t> comes = arrivals(recording, snapshot, position);
    for (const auto& [way, event] : comes) {
        lines.add(fmt::format("{:<{}} to {}, comes {} (#{})", name(recording, way.first), kColumn,
                              name(recording, way.second), at(recording, recording.trace.events[event]), event + 1));
    }
    for (const Owed& each : owed) {
        if (comes.contains(Way{each.message, each.device}) || rule(each.rule).name.starts_with("recall.")) continue;
        lines.add(fmt::format("{:<{}} to {}, owed by {}, never comes", name(recording, each.message), kColumn,
                              name(recording, each.device), rule(each.rule).name));
    }
    return lines.take("nothing is under way");
}

std::string owedText(const Recording& recording, std::span<const Owed> owed, std::span<const DeviceId> devices) {
    std::map<std::pair<DeviceId, RuleId>, std::vector<std::string>> by;
    for (const Owed& each : owed) {
        if (!devices.empty() && std::find(devices.begin(), devices.end(), each.device) == devices.end()) continue;
        by[{each.device, each.rule}].push_back(name(recording, each.message));
    }
    Lines lines;
    for (const auto& [whom, names] : by) {
        lines.add(fmt::format("{:<{}} {} by {}", name(recording, whom.first), kColumn, listed(names),
                              rule(whom.second).name));
    }
    return lines.take("nothing is owed");
}

}  // namespace mdsync::debug
