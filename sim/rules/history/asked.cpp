// What the rules ask of a History about a message: who is in its audience, who holds it, which state decides.
#include <fmt/format.h>

#include <algorithm>

#include "rules/history/history.hpp"

namespace mdsync::rules {

std::span<const Party> History::partiesOfThread(const MessageFacts& m) const {
    const auto& all = threads[m.thread].users;  // who came to the conversation later stands behind
    const auto later = std::find_if(all.begin(), all.end(), [&m](const Party& c) { return c.slot >= m.slots; });
    return {all.begin(), later};
}

// Whether `u` was a member throughout, at some time, or never between two places.
Tri History::member(GroupId g, UserId u, Place from, Place until) const {
    const std::uint32_t number = memberOf.find(pairKey(g.value, u.value));
    if (number == FlatMap::kAbsent) return Tri::No;
    const auto& changes = memberships[number];
    const auto before =
        static_cast<std::size_t>(std::lower_bound(changes.begin(), changes.end(), from) - changes.begin());
    const auto through =
        static_cast<std::size_t>(std::upper_bound(changes.begin(), changes.end(), until) - changes.begin());
    if (before != through) return Tri::Maybe;
    return yes(before % 2 == 1);
}

bool History::leftBy(const MessageFacts& m, UserId u, Place until) const {
    if (m.to.kind != AddressKind::Group || groups[m.to.number].lastLeave <= m.from()) return false;
    const std::uint32_t number = memberOf.find(pairKey(m.to.number, u.value));
    if (number == FlatMap::kAbsent) return false;
    const auto& changes = memberships[number];
    for (std::size_t i = changes.size(); i > 0 && changes[i - 1] > m.from(); --i) {
        if (i % 2 == 0 && changes[i - 1] <= until) return true;  // joins stand at odd, leaves at even positions from 1
    }
    return false;
}

Tri History::inAudience(const MessageFacts& m, UserId u) const {
    if (u == m.author) return Tri::No;
    switch (m.to.kind) {
        case AddressKind::User:
            return yes(u == m.to.user());
        case AddressKind::Group:
            if (m.state == MessageState::Asked) return member(m.to.group(), u, m.asked, place);
            return member(m.to.group(), u, m.from(), m.until);
        case AddressKind::Room: {
            if (m.state == MessageState::Asked) return Tri::Maybe;
            Tri found = Tri::No;
            for (const auto& [d, r] : sharesOf(m, u)) {
                if ((r.owed & Receipt::InRoom) != 0) return Tri::Yes;
                if ((r.owed & Receipt::Unsure) != 0) found = Tri::Maybe;
            }
            return found;
        }
        case AddressKind::None:
            break;
    }
    return Tri::No;
}

bool History::wasInRoom(const MessageFacts& m, DeviceId d) const {
    const std::uint32_t stay = stayOf.find(pairKey(m.to.number, d.value));
    return stay != FlatMap::kAbsent && stays[stay].inside && stays[stay].since < m.from();
}

bool History::cameToRoomInSession(const MessageFacts& m, DeviceId d) const {
    const std::uint32_t stay = stayOf.find(pairKey(m.to.number, d.value));
    return stay != FlatMap::kAbsent && stays[stay].since > device(d).began;
}

bool History::mayHaveBeenThere(const MessageFacts& m, DeviceId d) const {
    if (!device(d).online && side(d).ended <= m.from()) return false;
    if (!m.room) return true;
    const std::uint32_t stay = stayOf.find(pairKey(m.to.number, d.value));
    return stay != FlatMap::kAbsent && (stays[stay].inside || stays[stay].left > m.from());
}

Standing History::standing(const MessageFacts& m, DeviceId d) const {
    if (device(d).began < m.from()) return Standing::Since;
    return device(d).began > m.until ? Standing::After : Standing::Unclear;
}

Decides History::decides(const MessageFacts& m, const DeviceFacts& d) const {
    if (!m.regimeSure) return Decides::Nothing;
    if (d.began >= m.from() && !(d.regime == m.regime)) return Decides::Nothing;
    return decidedBy(m.regime);
}

Decides History::decides(const RecallFacts& r, const DeviceFacts& d) const {
    if (!r.accepted || !r.regimeSure) return Decides::Nothing;
    if (d.began >= r.from && !(d.regime == r.regime)) return Decides::Nothing;
    return decidedBy(r.regime);
}

Tri History::holds(const MessageFacts& m, DeviceId d) const {
    const Receipt* r = receipt(m, d);
    if (r != nullptr && (r->have & Receipt::Received) != 0) return Tri::Yes;
    if (r != nullptr && r->perhapsReceived()) return Tri::Maybe;
    if (m.sender != d || m.state == MessageState::Rejected) return Tri::No;
    if (device(d).installation > m.senderLatest) return Tri::No;
    return m.senderUnsure() ? Tri::Maybe : Tri::Yes;
}

bool History::acknowledged(const Receipt& r, DeviceId d) const {
    if ((r.have & Receipt::Received) == 0) return false;
    if (timeMode) return (device(d).online ? now : side(d).endedAt) >= receivedAt(r) + patience;
    const bool seenInThisSession = device(d).online && settledCount > side(d).beganSettled;
    return (seenInThisSession ? settledCount : side(d).settledOnline) > r.stamp;
}

bool History::terminalHas(const Receipt& r, DeviceId d, bool clean) const {
    if ((r.have & (clean ? Receipt::EarlierClean : Receipt::Earlier)) != 0) return true;
    if ((r.have & Receipt::Received) == 0 || (clean && (r.have & Receipt::Tainted) != 0)) return false;
    return lasts(d, r.session) || acknowledged(r, d);
}

DeviceId History::otherHolder(const MessageFacts& m, DeviceId d, bool clean) const {
    const UserId u = ownerOf(d);
    const Shares shares = sharesOf(m, u);
    if (shares.empty()) return {};
    if (m.sender.exists() && ownerOf(m.sender) == u) {
        if (m.sender != d || device(d).installation > m.senderLatest) return m.sender;
    }
    for (const auto& [other, r] : shares) {
        const bool has = other == d ? (r.have & (clean ? Receipt::EarlierClean : Receipt::Earlier)) != 0
                                    : terminalHas(r, other, clean);
        if (has) return other;
    }
    return {};
}

Tri History::anotherTerminalHas(const MessageFacts& m, DeviceId d, bool clean) const {
    if (otherHolder(m, d, clean).exists()) return Tri::Yes;
    const bool unclear = m.slots > 0 && m.sender == d && device(d).installation > m.senderInstallation;
    return unclear ? Tri::Maybe : Tri::No;
}

std::string History::nameOfOtherHolder(const MessageFacts& m, DeviceId d, bool clean) const {
    const DeviceId other = otherHolder(m, d, clean);
    if (other != d && holds(m, other) != Tri::No) return name(other);
    return fmt::format("an earlier installation of {}", other == d ? "it" : name(other));
}

bool History::isOwedAtLogin(const MessageFacts& m, DeviceId d) const {
    return timeMode && m.from() < device(d).began && m.untilAt <= side(d).beganAt + patience;
}

bool History::isLoginWithSign(const MessageFacts& m, DeviceId d) const {
    return timeMode && !m.deemed && m.until > device(d).began && m.untilAt == side(d).beganAt;
}

bool History::anyEver(const MessageFacts& m, UserId u) const {
    for (const auto& [d, r] : sharesOf(m, u)) {
        if ((r.have & Receipt::Ever) != 0) return true;
    }
    return false;
}

bool History::anyInTime(const MessageFacts& m, UserId u) const {
    for (const auto& [d, r] : sharesOf(m, u)) {
        const bool tooLate = (r.owed & (Receipt::TooLate | Receipt::ByPrevious)) == Receipt::TooLate;
        if ((r.have & Receipt::Ever) != 0 && !tooLate) return true;
    }
    return false;
}

bool History::isOwedToNone(const MessageFacts& m, UserId u, DeviceId except) const {
    for (const auto& [d, r] : sharesOf(m, u)) {
        if (d != except && (r.owed & Receipt::NoMore) == 0) return false;
    }
    return m.missedByAll;
}

bool History::reported(const MessageFacts& m, UserId u) const {
    for (const auto& [d, r] : sharesOf(m, u)) {
        if ((r.owed & Receipt::NoMore) != 0) return true;
    }
    return false;
}

// alice/phone received m1 and lost its session at once. It is back: it has m1 from then on, or once the delay since the
// receipt has passed, whichever is later. Had it come back before that, and stayed long enough, it had m1 by the end of
// its last session.
Instant History::hasSince(const Receipt& r, DeviceId d) const {
    const Instant received = receivedAt(r);
    if (r.session == device(d).session) return received;
    const bool hadBefore = device(d).online && side(d).endedAt >= received + patience;
    if (!hadBefore) return std::max(side(d).beganAt, received + patience);
    return r.session + 1 == device(d).session ? received : side(d).endedAt;
}

std::optional<Instant> History::elsewhereSince(const MessageFacts& m, DeviceId d) const {
    if (m.sender.exists() && ownerOf(m.sender) == ownerOf(d)) return m.askedAt;
    std::optional<Instant> first;
    for (const auto& [other, r] : sharesOf(m, ownerOf(d))) {
        if ((r.have & Receipt::EarlierClean) != 0) return m.askedAt;
        // What came to alice/web when it had been recalled is owed to nobody.
        if (other == d || !terminalHas(r, other, true) || (r.owed & Receipt::TooLate) != 0) continue;
        const Instant since = hasSince(r, other);
        first = std::min(first.value_or(since), since);
    }
    return first;
}

std::vector<Address> History::pastConversationsOf(DeviceId d) const {
    std::vector<Address> all;
    for (const std::uint32_t past : pastThreads[d.index()]) {
        const Thread& t = threads[past];
        all.push_back(t.isPrivate ? Address::of(t.a == ownerOf(d) ? t.b : t.a) : t.address);
    }
    return all;
}

std::size_t History::firstInDoubt(DeviceId d) const {
    // An id that was used again stands out of order; it counts as in doubt, which finds too early a place at worst.
    const std::vector<MessageId>& mailbox = user(ownerOf(d)).mailbox;
    const auto begin = mailbox.begin() + static_cast<std::ptrdiff_t>(user(ownerOf(d)).mailboxHead);
    const auto found = std::partition_point(begin, mailbox.end(), [this, d](MessageId id) {
        const MessageFacts& m = message(id);
        return m.state == MessageState::Accepted && m.until <= side(d).heldUntil;
    });
    return static_cast<std::size_t>(found - mailbox.begin());
}

bool History::maybeRecalled(const MessageFacts& m) const {
    if (m.recall == MessageFacts::kNone) return false;
    const RecallFacts& r = recalls[m.recall];
    if (header->silent.recallAccept) return r.askedFor();
    return std::any_of(r.requests.begin(), r.requests.end(), [this](const RecallRequest& q) {
        if (!q.open || q.isDue) return false;
        if (ended && (timeMode ? now <= q.askedAt + patience : lastSettled < q.asked))
            return false;                                              // it may still come
        if (timeMode && header->acceptSeen && !q.isPast) return true;  // and may come for what was taken by now
        return q.deviceOffline || answerMayBeLost(q.device, q.asked);
    });
}

bool History::isRecallOpen(const MessageFacts& m) const {
    const RecallFacts* r = recallOf(m);
    return r != nullptr && (maybeRecalled(m) || (r->accepted && r->from != r->until));
}

// alice/mac had m1 before anybody asked for its recall: whether that was taken, and when, does not matter.
bool History::maybeRecalledBeforeIt(const MessageFacts& m, DeviceId d) const {
    return isRecallOpen(m) && !recallOf(m)->wasHadBy(d);
}

bool History::maybeRecalledFirst(const MessageFacts& m, DeviceId d) const {
    if (!isRecallOpen(m)) return false;
    return recallOf(m)->requests.front().asked <= device(d).began || !recallOf(m)->wasHeldBy(d);
}

Window History::window(DeviceId d) const {
    return windowAt(side(d).beganAt, side(d).compensationDays, header->readings.window, header->app.timezone);
}

}  // namespace mdsync::rules
