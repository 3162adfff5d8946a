#include "story/belongings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "story/absence.hpp"
#include "story/groups.hpp"
#include "story/pair.hpp"
#include "story/words.hpp"

namespace mdsync::story {

namespace {

std::vector<std::string> texts(const std::vector<Because>& told) {
    std::vector<std::string> lines;
    for (const Because& each : told) lines.push_back(each.text);
    return lines;
}

// What the device has, by its own events: received or sent since it was installed; and which of it is shown recalled.
std::map<MessageId, bool> storeOf(const Knowledge& k, DeviceId device) {
    std::map<MessageId, bool> store;
    for (std::uint64_t i = 0; i < k.read(); ++i) {
        const Event& e = k.trace().events[i];
        if (e.kind == EventKind::Reject && isKnown(k, e.message) && k.history().message(e.message).sender == device)
            store.erase(e.message);
        if (e.device != device) continue;
        if (e.kind == EventKind::Reinstall) store.clear();
        if (e.kind == EventKind::Receive || e.kind == EventKind::Send) store.emplace(e.message, false);
        if (e.kind == EventKind::Recalled && store.contains(e.message)) store[e.message] = true;
    }
    return store;
}

// Of all messages those that concern the device's user, as accepted or still asked for.
std::vector<MessageId> concerning(const Knowledge& k, UserId user) {
    std::vector<MessageId> messages;
    for (std::uint64_t i = 0; i < k.read(); ++i) {
        const Event& e = k.trace().events[i];
        if (e.kind != EventKind::Send && e.kind != EventKind::Publish) continue;
        const rules::MessageFacts& m = k.history().message(e.message);
        const bool isAsked = m.state == rules::MessageState::Asked || m.state == rules::MessageState::Rejected;
        const bool concerns =
            m.author == user || m.to == Address::of(user) ||
            (m.state == rules::MessageState::Accepted && k.history().concerns(m, user) != rules::Tri::No);
        if (concerns && (!isAsked || m.author == user)) messages.push_back(e.message);
    }
    std::sort(messages.begin(), messages.end());
    messages.erase(std::unique(messages.begin(), messages.end()), messages.end());
    return messages;
}

std::string headlineOf(const Knowledge& k, DeviceId device) {
    const rules::DeviceFacts& d = k.history().device(device);
    if (!d.online) return whyOffline(k, device).text;
    std::string text =
        fmt::format("{} has been online since {}", k.name(device), k.moment(k.history().side(device).beganAt));
    if (d.regime.service != rules::Service::On)
        return text + fmt::format("; the service was {}", word(d.regime.service));
    return text + fmt::format("; the window of its login is from {}", k.dated(k.history().window(device).demanded));
}

std::vector<std::string> owedTo(const Knowledge& k, DeviceId device, const std::vector<MessageId>& messages) {
    std::vector<std::pair<RuleId, std::vector<std::string>>> byRule;
    for (const MessageId message : messages) {
        for (const RuleId id : rules::owedNow(k.checker(), message, device)) {
            auto place = std::find_if(byRule.begin(), byRule.end(), [id](const auto& one) { return one.first == id; });
            if (place == byRule.end()) place = byRule.insert(byRule.end(), {id, {}});
            place->second.push_back(k.name(message));
        }
    }
    std::vector<std::string> lines;
    for (const auto& [id, names] : byRule) {
        lines.push_back(fmt::format("{}: {} demands it by the next settled moment", listed(names), rule(id).name));
    }
    return lines;
}

}  // namespace

std::vector<Owed> allOwed(const Knowledge& k) {
    std::vector<Owed> all;
    const rules::History& h = k.history();
    for (std::size_t d = 0; d < k.trace().header.devices.size(); ++d) {
        const UserId user = h.ownerOf(DeviceId{d});
        for (std::size_t m = 0; m < h.messages.size(); ++m) {
            const rules::MessageFacts& facts = h.message(MessageId{m});
            if (facts.state != rules::MessageState::Accepted || h.concerns(facts, user) == rules::Tri::No) continue;
            for (const RuleId id : rules::owedNow(k.checker(), MessageId{m}, DeviceId{d})) {
                all.push_back({id, MessageId{m}, DeviceId{d}});
            }
        }
    }
    return all;
}

Belongings belongingsOf(const Knowledge& k, DeviceId device) {
    using About = Doubt::About;
    const std::map<MessageId, bool> store = storeOf(k, device);
    const std::vector<MessageId> messages = concerning(k, k.history().ownerOf(device));
    std::vector<Doubt> has;
    std::vector<Doubt> recalled;
    std::vector<Doubt> lacks;
    for (const auto& [message, isRecalled] : store) {
        has.push_back({.about = About::Has, .device = device, .message = message});
        if (isRecalled) recalled.push_back({.about = About::Recalled, .device = device, .message = message});
    }
    for (const MessageId message : messages) {
        if (!store.contains(message)) lacks.push_back({.about = About::Lacks, .device = device, .message = message});
    }
    return {.headline = headlineOf(k, device),
            .has = texts(toldTogether(k, has)),
            .recalled = texts(toldTogether(k, recalled)),
            .lacks = texts(toldTogether(k, lacks)),
            .owed = owedTo(k, device, messages)};
}

}  // namespace mdsync::story
