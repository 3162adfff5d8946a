// Tempt: what an acceptance or a login puts to the test. A rule that nothing tempted was not exercised, whatever
// happened; the bans are counted here, before anybody breaks them.
#include <algorithm>

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
        remember(m, u, concerned == Tri::Yes, a.aspects);
        if (concerned != Tri::Yes) continue;
        countPresent(party, a);
        temptDelivery(*this, a);
        temptApi(*this, a);
        temptOff(*this, a);
    }
    temptNoLeak(*this, *this, m, insiders);
    if (m.room) noteRoomMessage(m);
}

// The one whose horizon is the last to pass: m2 that alice asked to send may have been accepted before m1.
void Checker::State::noteRoomMessage(const MessageFacts& m) {
    const Latest latest{m.until, m.exact ? m.untilAt : m.fromAt, 0};
    for (Latest* one : {&rooms[m.to.number].message, &roomMessage}) {
        if (one->place == 0 || latest.t >= one->t) *one = latest;
    }
}

// A login tempts rules by what the device lacks. Called when the session has begun.
void Checker::State::temptAtLogin(DeviceId id) {
    const DeviceFacts& d = device(id);
    const Newcomer n{id, d, user(d.user), aspectsOf(d), window(id)};
    temptDelivery(*this, *this, n);
    temptStatus(*this, *this, n);
    temptApi(*this, *this, n);
    temptChatroom(*this, *this, n);
    temptByRecalls(n);
    temptByIncluded(n);
    bool counted = false;
    const std::size_t doubt = firstInDoubt(id);
    const std::size_t end = std::min(n.user.mailbox.size(), doubt + kLatest);
    looks += end - doubt + n.user.included.size() + std::min(n.user.recalled.size(), kLatest);
    for (std::size_t i = doubt; i < end; ++i) {
        const MessageFacts& m = message(n.user.mailbox[i]);
        if (m.state != MessageState::Accepted || m.toSelf) continue;
        if (!m.exact && concerns(m, d.user) != Tri::Yes) continue;
        if (d.regime.service == Service::Off)
            temptNoCompensation(*this, *this, n, m, counted);
        else
            temptWindow(*this, *this, n, m, counted);
    }
}

void Checker::State::temptByRecalls(const Newcomer& n) {
    const std::vector<MessageId>& all = n.user.recalled;
    for (std::size_t i = all.size() - std::min(all.size(), kLatest); i < all.size(); ++i) {
        const MessageFacts& m = message(all[i]);
        const RecallFacts* r = recallOf(m);
        Receipt* const own = m.state == MessageState::Accepted ? receipt(m, n.id) : nullptr;
        if (own == nullptr || r == nullptr) continue;
        if ((own->have & Receipt::Shown) != 0) own->owed |= Receipt::RecallNoMore;  // it has shown it before
        temptNoReturn(*this, *this, n, m);
        if (decides(*r, n.device) == Decides::Off && holds(m, n.id) == Tri::Yes)
            temptRecallStaysLocal(*this, *this, *r, n.id);
    }
}

// What the API sent in the user's name, and to them: one of their devices must have it.
void Checker::State::temptByIncluded(const Newcomer& n) {
    std::vector<std::pair<MessageId, Place>>& all = user(n.device.user).included;
    std::erase_if(all, [this](const auto& one) {
        const MessageFacts& m = message(one.first);
        return m.state != MessageState::Accepted || m.until != one.second;
    });
    std::vector<MessageId>& owed = owedToSender[n.id.index()];
    owed.clear();
    Aspects counted = 0;  // of the messages counted so far: each kind of them is counted once a login
    for (const auto& [id, accepted] : all) {
        const MessageFacts& m = message(id);
        if (m.until <= side(n.id).heldUntil) continue;
        temptApiOnlineOnly(*this, *this, n, m, counted);
        const bool reported = (receipt(m, n.id)->owed & Receipt::NoMore) != 0;
        if (!reported && !anyEver(m, n.device.user)) owed.push_back(id);
    }
}

}  // namespace mdsync
