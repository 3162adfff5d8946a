// compensation.conversations. compensation.device-switch and .reinstall are what a login owed: duties.cpp; .window is a
// ban: arrival.cpp.
#include <fmt/format.h>

#include "rules/state.hpp"

namespace mdsync {

using namespace rules;

void Checker::State::onCaughtUp(const Event& e) {
    DeviceFacts& d = devices[e.device.index()];
    if (!d.online) {
        tolerate(Tolerance::CaughtUpOffline);
        return;
    }
    d.caughtUp = true;
    if (e.annex == Event::kNoAnnex) return;
    const CatchUp& list = annex->catchUps[e.annex];
    if (!list.hasConversations || d.listed) return;
    d.listed = true;
    judgeConversations(e.device, list);
    pastThreads[e.device.index()] = {};
    strays[e.device.index()] = {};
}

// seed, tip: "the conversation list after offline compensation may not match" what lies outside the window; what was
// brought back must be in it.
void Checker::State::judgeConversations(DeviceId id, const CatchUp& list) {
    const DeviceFacts& d = devices[id.index()];
    if (d.regime.service == Service::Changing) return undecided(RuleId::CompensationConversations);
    if (d.regime.service == Service::Off) return;

    std::vector<Address> required;
    std::vector<Address> either = strays[id.index()];
    const UserFacts& user = users[d.user.index()];
    for (std::size_t i = user.mailboxHead; i < user.mailbox.size(); ++i) {
        const MessageFacts& m = messages[user.mailbox[i].index()];
        if (m.state != MessageState::Accepted) continue;
        const Receipt* r = receipt(m, id);
        if (r == nullptr) continue;
        const Tri held = holds(m, id);
        const bool shown = (r->have & Receipt::Shown) != 0;
        if (held == Tri::No && !shown) continue;
        const bool recalled = shown || (m.recall != MessageFacts::kNone && recalls[m.recall].askedFor());
        const bool plain = held == Tri::Yes && !recalled && !m.toSelf && (r->have & Receipt::Tainted) == 0;
        (plain ? required : either).push_back(m.conversationOf(d.user));
    }
    for (const MessageId own : unaccepted[id.index()]) {
        const MessageFacts& m = messages[own.index()];
        if (m.state == MessageState::Asked && m.sender == id) either.push_back(m.conversationOf(d.user));
    }
    for (const std::uint32_t past : pastThreads[id.index()]) {
        const Thread& t = threads[past];
        either.push_back(t.isPrivate ? Address::of(t.a == d.user ? t.b : t.a) : t.address);
    }

    const auto in = [](const std::vector<Address>& set, const Address& a) {
        return std::find(set.begin(), set.end(), a) != set.end();
    };
    std::string fault;
    for (const Address& a : required) {
        if (fault.empty() && !in(list.conversations, a))
            fault = fmt::format("does not list {}, though it holds a message of it", spell(*header, a));
    }
    for (std::size_t i = 0; i < list.conversations.size(); ++i) {
        const Address& a = list.conversations[i];
        if (!fault.empty()) break;
        if (!in(required, a) && !in(either, a) && !d.stray)
            fault = fmt::format("lists {}, of which it holds no message", spell(*header, a));
        else if (std::count(list.conversations.begin(), list.conversations.end(), a) > 1)
            fault = fmt::format("lists {} twice", spell(*header, a));
    }
    Aspects aspects = aspectsOf(d);
    for (const Address& a : required) {
        aspects |= bit(a.kind == AddressKind::User ? Aspect::Private : Aspect::Group);
    }
    if (fault.empty()) return check(RuleId::CompensationConversations, d.regime, aspects);
    finding(RuleId::CompensationConversations, d.regime, aspects)
        .about(id)
        .online(id)
        .here(fmt::format("{} caught up", name(id)))
        .file([&] { return fmt::format("the conversation list of {} {}", name(id), fault); });
}

}  // namespace mdsync
