// History: what a trace has established so far, and the questions that the rules put to it.
//
// Sessions, installations, who is in which group, what was accepted when, who received and who shows what. A History
// judges nothing. The words are in session.hpp, message.hpp, recall.hpp, conversation.hpp and window.hpp; how all that
// is kept (slots, pools, free lists) is in store.hpp, store.cpp and prefetch.cpp, and no rule's business.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mdsync/rules.hpp"
#include "rules/history/conversation.hpp"
#include "rules/history/message.hpp"
#include "rules/history/recall.hpp"
#include "rules/history/session.hpp"
#include "rules/history/store.hpp"
#include "rules/history/window.hpp"

namespace mdsync::rules {

// A Share is what one device has to do with one message.
template <class R>
struct ShareOf {
    DeviceId device;
    R& receipt;
};

// Shares: those of all devices of one user, in their order; none where the user has nothing to do with the message.
template <class R>
class SharesOf {
public:
    SharesOf(R* first, const DeviceRange& devices) : first_(first), devices_(devices) {}

    class Iterator {
    public:
        Iterator(const SharesOf& shares, std::uint32_t ordinal) : shares_(&shares), ordinal_(ordinal) {}
        ShareOf<R> operator*() const { return {shares_->devices_[ordinal_], shares_->first_[ordinal_]}; }
        Iterator& operator++() {
            ++ordinal_;
            return *this;
        }
        bool operator!=(const Iterator& other) const { return ordinal_ != other.ordinal_; }

    private:
        const SharesOf* shares_;
        std::uint32_t ordinal_;
    };
    [[nodiscard]] bool empty() const { return devices_.size() == 0; }
    [[nodiscard]] Iterator begin() const { return {*this, 0}; }
    [[nodiscard]] Iterator end() const { return {*this, devices_.size()}; }

private:
    R* first_;
    DeviceRange devices_;
};
using Shares = SharesOf<const Receipt>;

// The users whom a message may concern: its author and its recipients.
class Parties {
public:
    explicit Parties(std::span<const Party> all) : all_(all.data()), count_(all.size()) {}
    Parties(Party one, Party other, std::size_t count) : two_{one, other}, count_(count) {}
    [[nodiscard]] const Party* begin() const { return all_ != nullptr ? all_ : two_.data(); }
    [[nodiscard]] const Party* end() const { return begin() + count_; }

private:
    std::array<Party, 2> two_{};
    const Party* all_ = nullptr;
    std::size_t count_;
};

struct History : Store {
    History(std::shared_ptr<Header> header, const CheckerOptions& options);

    // ---- the trace, and the event at hand ----
    std::shared_ptr<Header> header;  // copies share it until an event declares more
    bool timeMode = false;
    Millis patience{5000};  // time mode: what is due is looked at so long after it arose
    const Lexicon* words = nullptr;
    const Annex* annex = nullptr;
    Instant now{};
    Place place = 0;
    std::uint32_t origin = 0;
    Place lastSettled = 0;
    std::uint32_t settledCount = 0;
    Place serverRestart = 0;
    bool ended = false;       // the trace: nothing comes any more
    std::uint64_t looks = 0;  // how many pairs of a device and a message were looked at beside those of the events

    // ---- the app ----
    Switch service;
    App settings;  // as they are now; `sync` as the header had it

    // ---- devices and sessions ----
    [[nodiscard]] const DeviceFacts& device(DeviceId d) const { return devices[d.index()]; }
    [[nodiscard]] DeviceFacts& device(DeviceId d) { return devices[d.index()]; }
    [[nodiscard]] const DeviceSide& side(DeviceId d) const { return sides[d.index()]; }
    [[nodiscard]] DeviceSide& side(DeviceId d) { return sides[d.index()]; }
    [[nodiscard]] const UserFacts& user(UserId u) const { return users[u.index()]; }
    [[nodiscard]] UserFacts& user(UserId u) { return users[u.index()]; }
    [[nodiscard]] const RoomFacts& room(RoomId r) const { return rooms[r.index()]; }
    [[nodiscard]] UserId ownerOf(DeviceId d) const { return devices[d.index()].user; }
    [[nodiscard]] DeviceRange devicesOf(UserId u) const {
        const UserFacts& facts = users[u.index()];
        const auto first = static_cast<std::uint32_t>(facts.deviceCount - facts.laterCount);
        if (facts.laterCount == 0) return {facts.firstDevice, first};
        return {facts.firstDevice, first, header->users[u.index()].later.data(), facts.laterCount};
    }
    // Whether that session of the device still lasts.
    [[nodiscard]] bool lasts(DeviceId d, std::uint32_t session) const {
        return device(d).online && device(d).session == session;
    }
    // Whether the answer to what the device asked at `asked` may be lost: it, or the server, has been gone since.
    [[nodiscard]] bool answerMayBeLost(DeviceId d, Place asked) const {
        return serverRestart > asked || wentOfflineAfter(d, asked);
    }
    [[nodiscard]] bool wentOfflineAfter(DeviceId d, Place asked) const {
        return d.exists() && lastOffline[d.index()] > asked;
    }
    // Whether the device went offline and nothing has settled since: what was on its way may still reach it.
    [[nodiscard]] bool justLeft(DeviceId d) const {
        return !device(d).online && (timeMode ? now <= side(d).endedAt + patience : lastSettled < side(d).ended);
    }
    [[nodiscard]] Window window(DeviceId d) const;  // of its session, the running one or the last
    // The last moment from which the offline store still keeps something for this session.
    [[nodiscard]] Millis storeAge(DeviceId d) const { return std::chrono::hours{24} * side(d).offlineDays; }

    // ---- messages ----
    // How many of a user's messages a login is asked about, whatever is known of them: work stays linear in the trace.
    static constexpr std::size_t kLatest = 256;
    [[nodiscard]] const MessageFacts& message(MessageId id) const { return messages[id.index()]; }
    [[nodiscard]] MessageFacts& message(MessageId id) { return messages[id.index()]; }
    [[nodiscard]] Parties concerned(const MessageFacts& m) const {
        if (m.to.kind != AddressKind::User) return Parties(partiesOfThread(m));
        return {{m.author, m.authorSlot}, {m.to.user(), m.recipientSlot}, m.to.user() == m.author ? 1U : 2U};
    }
    [[nodiscard]] Shares sharesOf(const MessageFacts& m, const Party& party) const {
        return {receipts.data() + m.receipts + party.slot, devicesOf(party.user)};  // a user may have no device
    }
    [[nodiscard]] Shares sharesOf(const MessageFacts& m, UserId u) const {
        const std::uint32_t slot = slotBase(m, u);
        if (slot == FlatMap::kAbsent) return {nullptr, {{}, 0}};
        return sharesOf(m, Party{u, slot});
    }
    [[nodiscard]] SharesOf<Receipt> sharesOf(const MessageFacts& m, const Party& party) {
        return {receipts.data() + m.receipts + party.slot, devicesOf(party.user)};  // a user may have no device
    }
    // What `d` has to do with the message, or null.
    [[nodiscard]] const Receipt* receipt(const MessageFacts& m, DeviceId d) const {
        const DeviceFacts& one = devices[d.index()];
        const std::uint32_t base = slotBase(m, one.user);
        return base == FlatMap::kAbsent ? nullptr : &receipts[m.receipts + base + one.ordinal];
    }
    [[nodiscard]] Receipt* receipt(const MessageFacts& m, DeviceId d) {
        return const_cast<Receipt*>(std::as_const(*this).receipt(m, d));
    }
    [[nodiscard]] std::uint32_t stampNow() const { return timeMode ? lowHalf(now) : settledCount; }
    // Time mode: when it was received. It is younger than the horizon, so that half of its time tells the whole.
    [[nodiscard]] Instant receivedAt(const Receipt& r) const { return now - Millis{lowHalf(now) - r.stamp}; }
    // The messages whose horizon has not passed that the user wrote or is the audience of, as accepted.
    [[nodiscard]] std::span<const MessageId> mailboxOf(UserId u) const {
        return std::span(user(u).mailbox).subspan(user(u).mailboxHead);
    }
    // What the device asked to send lately, or to recall before its acceptance was known; answered or not.
    [[nodiscard]] const std::vector<MessageId>& askedBy(DeviceId d) const { return unaccepted[d.index()]; }
    // Conversations of what the device received and should not have; of what it held and is past its horizon.
    [[nodiscard]] const std::vector<Address>& straysOf(DeviceId d) const { return strays[d.index()]; }
    [[nodiscard]] std::vector<Address> pastConversationsOf(DeviceId d) const;
    // How far the device of this receipt has come in the message's conversation during its session.
    [[nodiscard]] Progress progress(const MessageFacts& m, const Receipt& r, std::uint16_t session, Via via) {
        const std::size_t at = (m.to.kind == AddressKind::User ? m.marks : threads[m.thread].marks) +
                               static_cast<std::size_t>(&r - &receipts[m.receipts]);
        OrderMark& mark = marks[at];
        if (mark.session != session) mark = OrderMark{0, session, 0};
        const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(via));
        const bool begun = (mark.begun & bit) != 0;
        mark.begun |= bit;
        if (!m.exact && surelyMarks.empty()) surelyMarks.resize(marks.size());
        std::uint32_t* const surely =
            surelyMarks.empty() ? nullptr : &surelyMarks[at].by[static_cast<std::size_t>(via)];
        if (surely != nullptr && !begun) *surely = 0;
        return {begun,
                via == Via::Live      ? mark.live
                : via == Via::Offline ? catchUpMarks[at].offline
                                      : catchUpMarks[at].compensation,
                surely};
    }
    // Who has no part in a conversation may receive its messages all the same. How far a device has come that ever did is
    // noted apart, though it may have a part in the conversation before or after.
    [[nodiscard]] Progress strangersProgress(const MessageFacts& m, DeviceId d, Via via);
    [[nodiscard]] bool isStranger(const MessageFacts& m, DeviceId d) const {
        return !strangersMarks.empty() && strangersMarkOf.find(pairKey(m.thread, d.value)) != FlatMap::kAbsent;
    }
    // Whether this installation receives the message, in which it has no part, for the first time.
    [[nodiscard]] bool firstToStranger(MessageId id, const MessageFacts& m, DeviceId d);
    // Time mode: since when, at the latest, another terminal of the user of `d` has the message. None: no other has it.
    [[nodiscard]] std::optional<Instant> elsewhereSince(const MessageFacts& m, DeviceId d) const;
    // ... and one that received it. REQUIRES: it has it.
    [[nodiscard]] Instant hasSince(const Receipt& r, DeviceId d) const;

    [[nodiscard]] Tri inAudience(const MessageFacts& m, UserId u) const;
    // Whether `u` is the author, or in the audience.
    [[nodiscard]] Tri concerns(const MessageFacts& m, UserId u) const {
        return u == m.author ? Tri::Yes : inAudience(m, u);
    }
    // Who left after acceptance is owed nothing that had not come, recalls included.
    [[nodiscard]] bool leftAfter(const MessageFacts& m, UserId u) const {
        return m.to.kind == AddressKind::Group && leftBy(m, u, place);
    }
    [[nodiscard]] bool leftBy(const MessageFacts& m, UserId u, Place until) const;
    // Whether the user left the group while the message was being accepted.
    [[nodiscard]] bool leftBetween(const MessageFacts& m, UserId u) const { return leftBy(m, u, m.until); }
    // Whether the device has been in the message's room since before it was accepted.
    [[nodiscard]] bool wasInRoom(const MessageFacts& m, DeviceId d) const;
    // Whether its last stay in the message's room began in its session, the running one or the last.
    [[nodiscard]] bool cameToRoomInSession(const MessageFacts& m, DeviceId d) const;
    // Whether the device was online (and in the message's room) at some time since the message was asked for.
    [[nodiscard]] bool mayHaveBeenThere(const MessageFacts& m, DeviceId d) const;
    [[nodiscard]] Standing standing(const MessageFacts& m, DeviceId d) const;
    // The state that decides. For a device online at acceptance and since then in one session: the state at acceptance.
    // For one that came online later: acceptance and the beginning of its session, with no turn in between.
    [[nodiscard]] Decides decides(const MessageFacts& m, const DeviceFacts& d) const;
    [[nodiscard]] Decides decides(const RecallFacts& r, const DeviceFacts& d) const;
    // Whether this installation of `d` holds m: received or sent it. Where it was reinstalled between `send` and
    // `accept`, which of the two installations sent it is undecided.
    [[nodiscard]] Tri holds(const MessageFacts& m, DeviceId d) const;
    // Whether a settled moment has found the installation online since it received it: once it has, it stays so.
    [[nodiscard]] bool acknowledged(const Receipt& r, DeviceId d) const;
    // A terminal has a message that it received if that session still lasts, or its installation was online at a
    // settled moment since: where the session broke at once, the acknowledgement may be lost. `clean` leaves out what
    // broke a ban.
    [[nodiscard]] bool terminalHas(const Receipt& r, DeviceId d, bool clean) const;
    // The device of the user of `d` that is, or in an earlier installation was, another terminal than `d` as it is
    // installed now and has m for certain. None if there is none.
    [[nodiscard]] DeviceId otherHolder(const MessageFacts& m, DeviceId d, bool clean) const;
    // Whether there is one: maybe, where it is unclear which installation of the sender sent m.
    [[nodiscard]] Tri anotherTerminalHas(const MessageFacts& m, DeviceId d, bool clean) const;
    // Time mode, in which a login has an S of its own: whether what was perhaps accepted before the login is owed at that S.
    // It is not if no sign of it had come by then.
    [[nodiscard]] bool isOwedAtLogin(const MessageFacts& m, DeviceId d) const;
    // ... and whether the first sign of it came in the millisecond of the login, so that the acceptance has the same S.
    [[nodiscard]] bool isLoginWithSign(const MessageFacts& m, DeviceId d) const;
    // Whether any device of the user ever received it.
    [[nodiscard]] bool anyEver(const MessageFacts& m, UserId u) const;
    // ... before it was recalled, or the user left.
    [[nodiscard]] bool anyInTime(const MessageFacts& m, UserId u) const;
    // Whether it is owed no more to some device of the user: a violation about it was reported.
    [[nodiscard]] bool reported(const MessageFacts& m, UserId u) const;
    // ... to any of them but `except`.
    [[nodiscard]] bool isOwedToNone(const MessageFacts& m, UserId u, DeviceId except) const;
    // The first message of the user's mailbox that `d` does not hold for certain, as far as its last login knew: what
    // stands before it cannot be missed any more.
    [[nodiscard]] std::size_t firstInDoubt(DeviceId d) const;

    // ---- recalls ----
    [[nodiscard]] const RecallFacts* recallOf(const MessageFacts& m) const {
        return m.recall == MessageFacts::kNone ? nullptr : &recalls[m.recall];
    }
    [[nodiscard]] const RecallFacts& recall(std::uint32_t number) const { return recalls[number]; }
    [[nodiscard]] bool recallAccepted(const MessageFacts& m) const {
        return m.recall != MessageFacts::kNone && recalls[m.recall].accepted;
    }
    // Asked for, and nobody can say whether it was taken: the answer is silent, or lost with who asked.
    [[nodiscard]] bool maybeRecalled(const MessageFacts& m) const;
    // That, or nobody can say when.
    [[nodiscard]] bool isRecallOpen(const MessageFacts& m) const;
    // It is, and perhaps it was recalled before the device had the message, or had it in its session.
    [[nodiscard]] bool maybeRecalledBeforeIt(const MessageFacts& m, DeviceId d) const;
    [[nodiscard]] bool maybeRecalledFirst(const MessageFacts& m, DeviceId d) const;
    // Whether an answer that was given to another request may have been this one's.
    [[nodiscard]] bool mayHaveAnotherAnswer(const RecallFacts& r, std::size_t request) const;
    // Whether the device that asked was offline, or it or the server was found to have gone by the time that its answer was
    // due.
    [[nodiscard]] bool isGone(const RecallRequest& q) const {
        return q.isPast ? q.wasGone : q.deviceOffline || answerMayBeLost(q.device, q.asked);
    }
    [[nodiscard]] Answered answeredRequest(const RecallFacts& r) const;  // by an answer that comes now

    // ---- names ----
    [[nodiscard]] std::string name(DeviceId d) const { return header->path(d); }
    [[nodiscard]] std::string name(UserId u) const { return header->users[u.index()].name; }
    [[nodiscard]] std::string name(MessageId m) const { return words->messages[m]; }
    // REQUIRES: there is one.
    [[nodiscard]] std::string nameOfOtherHolder(const MessageFacts& m, DeviceId d, bool clean) const;

    // ---- what happens: called by the Checker, never by a rule ----
    void declare(const Event& e);    // device, group, room: declared.cpp
    void beginSession(DeviceId id);  // sessions.cpp
    void endSession(DeviceId id);
    void reinstall(DeviceId id);
    void ask(const Event& e);                   // send, publish: messages.cpp
    void noMoreWaiting(const MessageFacts& m);  // it was accepted, rejected or forgotten
    // The message becomes accepted somewhere between its asking (or now, if `exact`) and now.
    void setAccepted(MessageId id, bool exact);
    static void noteSession(Receipt& r, const DeviceFacts& d);
    static void noteReceivedIn(const MessageFacts& m, const DeviceFacts& d, Receipt& r);
    void setReceived(const MessageFacts& m, DeviceId d, Receipt& r, bool tainted, bool offDecided);
    void remember(const MessageFacts& m, UserFacts& u, bool sure, Aspects aspects);  // what it tempts later
    void owedNoMore(MessageFacts& m, UserId u);
    [[nodiscard]] bool isOwedNoMore(const MessageFacts& m, DeviceId d, const Window& window) const;
    void holdMore(DeviceId id, std::size_t doubt);  // moves the mark of what the device holds
    // Something becomes due when `t` has passed.
    void wakeAfter(Instant t) { alarm = std::min(alarm, t); }
    // Whether it is time to forget what was accepted, or asked for and never accepted.
    [[nodiscard]] bool isAnyPastHorizon() const { return isOldestPast(byAcceptance) || isOldestPast(byAsking); }
    [[nodiscard]] bool isOldestPast(const Fifo<std::pair<MessageId, Instant>>& queue) const {
        return !queue.empty() && now > queue.front().second + kHorizon;
    }
    // The next message that is past its horizon, taken from the queues; none if it was forgotten already.
    [[nodiscard]] MessageId nextPastHorizon();
    void forget(MessageId id);
    std::uint32_t askRecall(const Event& e);  // its number: recalls.cpp
    void answerRecall(RecallFacts& r, const Answered& a);
    // The recall becomes accepted: now, or (not `exact`) somewhere between its asking and now. `request` past the end:
    // undecided which of the requests it was.
    void setRecallAccepted(std::uint32_t number, std::size_t earliest, std::size_t request, bool exact);
    void changeMembership(const Event& e);  // a group's: conversations.cpp
    [[nodiscard]] bool isInRoom(DeviceId id, RoomId room) const;
    void enterRoom(DeviceId id, RoomId room);
    void leaveRoom(DeviceId id, RoomId room);
    void noteStray(const MessageFacts& m, DeviceId d);  // what a device received and should not have

    // ---- how it is kept: no rule asks these ----
    // The slot of the user's first device, or kAbsent.
    [[nodiscard]] std::uint32_t slotBase(const MessageFacts& m, UserId u) const {
        if (m.slots == 0) return FlatMap::kAbsent;
        if (u == m.author) return m.authorSlot;
        if (m.to.kind == AddressKind::User) return u == m.to.user() ? m.recipientSlot : FlatMap::kAbsent;
        const std::uint32_t base = slotOf.find(pairKey(m.thread, u.value));
        return base < m.slots ? base : FlatMap::kAbsent;
    }
    [[nodiscard]] std::span<const Party> partiesOfThread(const MessageFacts& m) const;
    MessageFacts& grown(MessageId id) {
        if (id.index() >= messages.size()) messages.grow(id.index() + 1);
        return messages[id.index()];
    }
    [[nodiscard]] Tri member(GroupId g, UserId u, Place from, Place until) const;
    static constexpr std::uint16_t kFewDevices = 4;
    void addGroup(Place since);  // the header's next one
    void addDevice(DeviceId id, std::uint16_t ordinal);
    void widen(UserId id);
    [[nodiscard]] std::uint32_t firstSlot(std::uint32_t thread, UserId id) const;
    void widenThread(std::uint32_t number, std::uint32_t at, std::uint32_t more);
    void widenMessage(MessageFacts& m, std::uint32_t at, std::uint32_t more);
    void placeParties(MessageFacts& m);
    void noteAsked(DeviceId d, MessageId asked);
    void dateAcceptance(MessageFacts& m, bool exact);
    void makeReceipts(MessageFacts& m);
    void acceptRecalled(MessageId id);
    void forgetAccepted(MessageId id);
    void oweWhoIsOnline(const MessageFacts& m, const Party& party, bool owed);
    void oweAtAcceptance(const MessageFacts& m, const Party& party, bool sure, bool exact);
    std::uint32_t recallNumber(MessageId id);
    void oweRecall(RecallFacts& r, const MessageFacts& m, const Party& party, const RecallOwed& owed);
    std::uint32_t newThread(const Address& address);
    std::uint32_t privateThread(const MessageFacts& m);
    StrangersMark marksUntilNow(std::uint32_t thread, DeviceId d) const;
    std::uint32_t groupThread(const Address& group);
    std::uint32_t threadOf(const MessageFacts& m);
    void addToThread(std::uint32_t thread, UserId u);
    std::uint32_t allocateReceipts(std::uint32_t count);
    void makeMarks(Thread& thread);
    bool isStatusType(TextId type);
    bool isStatusApi(const Event& e) const;
    void dropFromMailbox(UserFacts& user);
    void forgetAsked(const MessageFacts& m);
    void addStray(DeviceId id, const Address& conversation);
    [[nodiscard]] std::size_t memory() const;

    // Asking the memory for what is needed soon: prefetch.cpp.
    void expect(std::span<const Event> events) const;          // they will be fed soon: fetch what they need,
    void expectReceipts(std::span<const Event> events) const;  // and a little later what that points to
    void fetchParties(const MessageFacts& m) const;            // of a private message: the two users,
    void fetchTheirDevices(const MessageFacts& m) const;       // and a little later their devices and receipts
};

// The key of a private conversation: its two users, the one with the lower number first.
[[nodiscard]] inline std::uint64_t privateKey(const MessageFacts& m) {
    return pairKey(std::min(m.author, m.to.user()).value, std::max(m.author, m.to.user()).value);
}

}  // namespace mdsync::rules
