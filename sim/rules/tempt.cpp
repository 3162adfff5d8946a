// Tempt: what an acceptance or a login puts to the test. A rule that nothing tempted was not exercised, whatever
// happened; the bans are counted here, before anybody breaks them.
#include "rules/judge.hpp"

namespace mdsync {

using namespace rules;

// Who is online at acceptance, and who is not. Where its moment is not known, only what is so throughout counts.
void Checker::State::countPresent(const Party& party, Acceptance& a) const {
    const MessageFacts& m = a.message;
    a.online = a.user.onlineCount;
    a.offline = static_cast<std::uint16_t>(a.user.deviceCount - a.user.onlineCount);
    a.senderOnline = a.author && !m.api && device(m.sender).online;
    if (m.exact) return;
    a.online = a.offline = 0;
    for (const auto& [id, r] : sharesOf(m, party)) {
        const bool online = (r.owed & Receipt::Online) != 0;
        if (online) ++a.online;
        if (!device(id).online && side(id).ended <= m.from()) ++a.offline;
        if (id == m.sender) a.senderOnline = online;
    }
}

// An accepted message tempts rules by who is online, and who is not.
void Checker::State::temptAtAcceptance(MessageId id) {
    const MessageFacts& m = message(id);
    std::uint32_t insiders = 0;  // users who are online and to whom the message is no secret
    for (const Party& party : concerned(m)) {
        const bool author = party.user == m.author;
        const Tri concerned = author ? Tri::Yes : inAudience(m, party.user);
        if (concerned == Tri::No) continue;
        UserFacts& u = user(party.user);
        Acceptance a{m, u, author, aspectsOf(m) | edgeOf(m) | sideOf(author)};
        if (u.onlineCount > 0) ++insiders;
        remember(m, u, a.aspects);
        if (concerned != Tri::Yes) continue;
        countPresent(party, a);
        temptDelivery(*this, a);
        temptApi(*this, a);
        temptOff(*this, a);
    }
    temptNoLeak(*this, *this, m, insiders);
    if (m.room) rooms[m.to.number].message = roomMessage = {m.until, m.untilAt, 0};
}

// A login tempts rules by what the device lacks. Called when the session has begun.
void Checker::State::temptAtLogin(DeviceId id) {
    const DeviceFacts& d = device(id);
    const Newcomer n{id, d, user(d.user), aspectsOf(d), window(id)};
    temptDelivery(*this, *this, n);
    temptStatus(*this, *this, n);
    temptApi(*this, *this, n);
    temptChatroom(*this, *this, n);
    for (const MessageId recalled : n.user.recalled) {
        const MessageFacts& m = message(recalled);
        const RecallFacts* r = recallOf(m);
        if (m.state != MessageState::Accepted || r == nullptr || receipt(m, id) == nullptr) continue;
        Receipt& own = *receipt(m, id);
        if ((own.have & Receipt::Shown) != 0) own.owed |= Receipt::RecallNoMore;  // it has shown it before
        temptNoReturn(*this, *this, n, m);
        if (decides(*r, d) == Decides::Off && holds(m, id) == Tri::Yes) temptRecallStaysLocal(*this, *this, *r, id);
    }

    owedToSender[id.index()].clear();
    bool counted = false;
    Aspects countedApi = 0;  // of the messages counted so far: each kind of them is counted once a login
    for (std::size_t i = firstInDoubt(id); i < n.user.mailbox.size(); ++i) {
        const MessageId older = n.user.mailbox[i];
        const MessageFacts& m = message(older);
        if (m.state != MessageState::Accepted || m.toSelf) continue;
        if (m.api && m.includeSender && m.author == d.user) {
            temptApiOnlineOnly(*this, *this, n, m, countedApi);
            if (!anyEver(m, d.user)) owedToSender[id.index()].push_back(older);
        }
        if (d.regime.service == Service::Off)
            temptNoCompensation(*this, *this, n, m, counted);
        else
            temptWindow(*this, *this, n, m, counted);
    }
}

}  // namespace mdsync
