// What a login owed, looked at once its session has settled: compensation.device-switch, compensation.reinstall,
// recall.offline-devices, delivery.no-loss, api.include-sender-offline.
#include <fmt/format.h>

#include <algorithm>

#include "rules/state.hpp"

namespace mdsync {

using namespace rules;

namespace {

// The duties of one session of one device.
class LoginDuties {
public:
    LoginDuties(Checker::State& state, DeviceId id, std::uint16_t session)
        : s_(state),
          id_(id),
          d_(state.devices[id.index()]),
          user_(state.users[d_.user.index()]),
          lasts_(d_.online && d_.session == session),
          window_(state.window(d_)) {}

    void all() {
        const std::size_t doubt = s_.firstInDoubt(user_, d_);
        for (std::size_t i = doubt; i < user_.mailbox.size(); ++i) about(user_.mailbox[i]);
        // What the device holds for certain cannot have been missed. Its recall can; and the first of these is a check
        // of the rules that it keeps.
        for (std::size_t i = doubt; i > user_.mailboxHead && !countedWhatIsHeld(); --i) about(user_.mailbox[i - 1]);
        for (const MessageId message : user_.recalled) {
            if (s_.messages[message.index()].until <= s_.side(d_).heldUntil) aboutRecall(message);
        }
        for (const MessageId message : s_.owedToSender[id_.index()]) includedSender(message);
        holdMore(doubt);
    }

    // Only: what another terminal has, this one must hold.
    void compensated(MessageId message) {
        const MessageFacts& m = s_.messages[message.index()];
        Receipt* r = m.state == MessageState::Accepted ? s_.receipt(m, id_) : nullptr;
        if (r != nullptr && m.from() < d_.began) compensated(message, m, *r);
    }

private:
    // What the device has to do with a message that was accepted before its session, or null.
    Receipt* concerned(MessageId message) const {
        const MessageFacts& m = s_.messages[message.index()];
        if (m.state != MessageState::Accepted || m.from() >= d_.began || m.toSelf) return nullptr;
        return s_.receipt(m, id_);
    }

    void about(MessageId message) {
        Receipt* r = concerned(message);
        if (r == nullptr) return;
        const MessageFacts& m = s_.messages[message.index()];
        // In time mode a duty arises with the last of its conditions: what another terminal got during the session is
        // looked at later, by itself.
        if (!s_.timeMode || elsewhereBefore(m)) compensated(message, m, *r);
        if (m.until > s_.side(d_).heldUntil) showsRecall(message, m, *r);
        notLost(message, m);
    }

    void aboutRecall(MessageId message) {
        if (Receipt* r = concerned(message)) showsRecall(message, s_.messages[message.index()], *r);
    }

    [[nodiscard]] RuleId compensationRule() const {
        return d_.reinstalled && d_.firstSession ? RuleId::CompensationReinstall : RuleId::CompensationDeviceSwitch;
    }

    [[nodiscard]] bool countedWhatIsHeld() const {
        const auto counted = [this](RuleId rule) { return s_.counts[static_cast<std::size_t>(rule)].checked > 0; };
        return counted(compensationRule()) && counted(RuleId::DeliveryNoLoss) &&
               (d_.regime.turns == 0 || counted(RuleId::ServiceTakesEffect));
    }

    // Moves the mark of what the device holds, from the message at `doubt` on.
    void holdMore(std::size_t doubt) {
        for (std::size_t i = doubt; i < user_.mailbox.size(); ++i) {
            const MessageFacts& m = s_.messages[user_.mailbox[i].index()];
            if (m.state != MessageState::Accepted || m.until < s_.side(d_).heldUntil) continue;
            if (!m.toSelf && s_.holds(m, id_) != Tri::Yes) return;
            s_.side(d_).heldUntil = m.until;
        }
    }

    Tri audience(const MessageFacts& m) const { return d_.user == m.author ? Tri::Yes : s_.inAudience(m, d_.user); }

    // Whether another terminal had the message when the session began.
    bool elsewhereBefore(const MessageFacts& m) const {
        if (m.sender.exists() && s_.devices[m.sender.index()].user == d_.user) return true;
        const std::uint32_t base = s_.slotBase(m, d_.user);
        for (std::uint16_t i = 0; i < user_.deviceCount; ++i) {
            const Receipt& r = s_.receipts[m.receipts + base + i];
            if ((r.have & Receipt::Earlier) != 0) return true;
            if (i == d_.ordinal || (r.have & Receipt::Received) == 0) continue;
            if (s_.receivedAt(r) <= s_.side(d_).beganAt) return true;
        }
        return false;
    }

    void compensated(MessageId message, const MessageFacts& m, Receipt& r) {
        if (m.untilAt < window_.demanded || (r.owed & Receipt::NoMore) != 0) return;
        const Tri elsewhere = s_.anotherTerminalHas(m, id_, true);
        const Tri held = s_.holds(m, id_);
        const bool decided = m.until < d_.began && s_.decides(m, d_) == Decides::On;
        if (elsewhere == Tri::No || (!decided && held != Tri::No)) return;
        const RuleId rule = compensationRule();
        if (s_.recallAccepted(m) || s_.leftAfter(m, d_.user)) return s_.lapse(rule);
        const bool sure = decided && m.fromAt >= window_.demanded && elsewhere == Tri::Yes && held != Tri::Maybe &&
                          audience(m) == Tri::Yes && !s_.maybeRecalled(m);
        if (!sure) return s_.undecided(rule);
        const Aspects aspects = aspectsOf(m) | edgeOf(m) | sideOf(d_.user == m.author) | aspectsOf(d_) |
                                boundaryIf(m.fromAt == window_.demanded);
        if (settled(rule, m.regime, aspects, held == Tri::Yes)) return;
        r.owed |= Receipt::NoMore;
        broken(rule, m.regime, aspects, message, id_).file([&] {
            return fmt::format("{} logged in and did not get {}, which {} has", s_.name(id_), s_.name(message),
                               s_.nameOfOtherHolder(m, id_, true));
        });
    }

    void showsRecall(MessageId message, const MessageFacts& m, Receipt& r) {
        if (!s_.recallAccepted(m) || s_.holds(m, id_) != Tri::Yes || s_.leftAfter(m, d_.user)) return;
        if (m.until >= d_.began || (r.owed & Receipt::RecallNoMore) != 0) return;
        const RecallFacts& recall = s_.recalls[m.recall];
        const bool heldBefore = (r.have & Receipt::Received) == 0 || r.session != d_.session;
        if (recall.until >= d_.began || !heldBefore || (r.have & Receipt::Tainted) != 0) return;
        const RuleId rule = RuleId::RecallOfflineDevices;
        const Decides which = s_.decides(recall, d_);
        if (which == Decides::Off) return;
        if (which == Decides::Nothing || recall.fromAt < window_.demanded) return s_.undecided(rule);
        const Aspects aspects =
            aspectsOf(m, recall) | sideOf(d_.user == m.author) | boundaryIf(recall.fromAt == window_.demanded);
        if (settled(rule, recall.regime, aspects, (r.have & Receipt::Shown) != 0)) return;
        r.owed |= Receipt::RecallNoMore;
        broken(rule, recall.regime, aspects, message, id_).file([&] {
            return fmt::format("{} logged in after {} was recalled and still shows it", s_.name(id_), s_.name(message));
        });
    }

    // A different mechanism from compensation: what no device of a recipient received is kept for the next that logs
    // in.
    void notLost(MessageId message, const MessageFacts& m) {
        if (d_.user == m.author || m.until >= d_.began || audience(m) != Tri::Yes) return;
        if (s_.side(d_).beganAt - m.fromAt > std::chrono::hours{24} * s_.side(d_).offlineDays) return;
        const RuleId rule = RuleId::DeliveryNoLoss;
        const bool ever = s_.anyEver(m, d_.user);
        if (!ever) {
            if (s_.recallAccepted(m) || s_.leftAfter(m, d_.user)) return s_.lapse(rule);
            if (named(m)) return;
            if (s_.maybeRecalled(m)) return s_.undecided(rule);
        }
        const Aspects aspects =
            aspectsOf(m) | aspectsOf(d_) | aspectsOf(d_.regime.service) |
            boundaryIf(s_.side(d_).beganAt - m.fromAt == std::chrono::hours{24} * s_.side(d_).offlineDays);
        if (settled(rule, {}, aspects, ever)) return;
        s_.markUser(m, d_.user, Receipt::NoMore);
        broken(rule, {}, aspects, message, DeviceId{}).file([&] {
            return fmt::format("{} logged in and did not get {}, which no device of {} ever received", s_.name(id_),
                               s_.name(message), s_.name(d_.user));
        });
    }

    void includedSender(MessageId message) {
        const MessageFacts& m = s_.messages[message.index()];
        const Receipt* r = m.state == MessageState::Accepted ? s_.receipt(m, id_) : nullptr;
        if (r == nullptr || (r->owed & Receipt::NoMore) != 0) return;
        const RuleId rule = RuleId::ApiIncludeSenderOffline;
        const Decides which = s_.decides(m, d_);
        if (which == Decides::Nothing) return s_.undecided(rule);
        if (which == Decides::Off || m.fromAt < window_.demanded) return;
        if (s_.recallAccepted(m) || s_.leftAfter(m, d_.user)) return s_.lapse(rule);
        if (s_.maybeRecalled(m)) return s_.undecided(rule);
        bool held = false;
        for (std::uint16_t k = 0; k < user_.deviceCount; ++k) {
            held |= s_.holds(m, DeviceId{user_.firstDevice.value + k}) == Tri::Yes;
        }
        const Aspects aspects = aspectsOf(m) | edgeOf(m) | boundaryIf(m.fromAt == window_.demanded);
        if (settled(rule, m.regime, aspects, held)) return;
        s_.markUser(m, d_.user, Receipt::NoMore);
        broken(rule, m.regime, aspects, message, DeviceId{}).file([&] {
            return fmt::format("{} logged in and no device of {} has {}, sent through the API with includeSender",
                               s_.name(id_), s_.name(d_.user), s_.name(message));
        });
    }

    // Whether another duty was missed about the same message and user: one fault, one violation.
    bool named(const MessageFacts& m) const {
        const std::uint32_t base = s_.slotBase(m, d_.user);
        for (std::uint16_t k = 0; k < user_.deviceCount; ++k) {
            if ((s_.receipts[m.receipts + base + k].owed & Receipt::NoMore) != 0) return true;
        }
        return false;
    }

    // Counts a duty that is kept, that lapsed with its session, or that is open at the end of the trace; false:
    // violated.
    bool settled(RuleId rule, Regime regime, Aspects aspects, bool kept) {
        if (kept)
            s_.check(rule, regime, aspects);
        else if (!lasts_)
            s_.lapse(rule);
        else if (s_.finishing)
            ++s_.open;
        else
            return false;
        return true;
    }

    // A duty of this login that was missed; `device`: none where it was owed to any one of the user's.
    Finding broken(RuleId rule, Regime regime, Aspects aspects, MessageId message, DeviceId device) {
        Finding f = s_.finding(rule, regime, aspects);
        f.about(message, device, d_.user).blame(s_.side(d_).beganOrigin).sent().accepted().recalled().online(id_).due();
        return f;
    }

    Checker::State& s_;
    DeviceId id_;
    DeviceFacts& d_;
    const UserFacts& user_;
    bool lasts_;
    Window window_;
};

}  // namespace

void Checker::State::judgeSession(DeviceId id, std::uint16_t session) {
    // A later session has duties of its own.
    if (devices[id.index()].session == session) LoginDuties(*this, id, session).all();
}

void Checker::State::judgeElsewhere(const Due& owed) {
    const DeviceId id{owed.subject};
    const auto session = static_cast<std::uint16_t>(owed.session);
    if (devices[id.index()].session == session) LoginDuties(*this, id, session).compensated(MessageId{owed.detail});
}

std::size_t Checker::State::firstInDoubt(const UserFacts& user, const DeviceFacts& d) const {
    // An id that was used again stands out of order; it counts as in doubt, which finds too early a place at worst.
    const auto begin = user.mailbox.begin() + static_cast<std::ptrdiff_t>(user.mailboxHead);
    const auto found = std::partition_point(begin, user.mailbox.end(), [this, &d](MessageId id) {
        const MessageFacts& m = messages[id.index()];
        return m.state == MessageState::Accepted && m.until <= side(d).heldUntil;
    });
    return static_cast<std::size_t>(found - user.mailbox.begin());
}

// Time mode: a terminal got a message while other devices of the user had just logged in, which must hold it, too, a
// delay from now.
void Checker::State::oweToNewcomers(const MessageFacts& m, MessageId message, DeviceId receiver) {
    const UserFacts& user = users[devices[receiver.index()].user.index()];
    for (std::uint16_t i = 0; i < user.deviceCount; ++i) {
        const DeviceId id{user.firstDevice.value + i};
        const DeviceFacts& d = devices[id.index()];
        if (id == receiver || !d.online || d.began <= m.until || now > side(d).beganAt + patience) continue;
        oweNow(DueKind::Elsewhere, id.value, message.value, d.session);
    }
}

}  // namespace mdsync
