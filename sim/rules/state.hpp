// State: everything a Checker knows, and the rules as functions over it.
//
// checker.cpp dispatches events and keeps the facts; each rule family judges in a file of its own (off.cpp, recall.cpp,
// ...); duties.cpp looks at what is due; arrival.cpp holds the order in which the bans on a `receive` are asked.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mdsync/rules.hpp"
#include "rules/facts.hpp"
#include "rules/ledger.hpp"

namespace mdsync {

namespace rules {

// Something looked at once, at the first settled moment after it arose.
enum class DueKind : std::uint8_t {
    Connect,
    Send,
    RecallAnswer,
    Accepted,
    Session,
    Elsewhere,
    Recall,
    Return,
    Login,
    Refusal,
    Eviction
};
struct Due {
    Instant arose{};
    Place place = 0;
    std::uint32_t subject = 0;  // device, message or recall
    std::uint32_t detail = 0;   // session, request, or the device of a Return
    std::uint32_t session = 0;  // of a Return
    DueKind kind = DueKind::Connect;
};

// An answer between "for certain" and "certainly not".
enum class Tri : std::uint8_t { No, Yes, Maybe };

// How a device's session stands to the acceptance of a message or a recall.
enum class Standing : std::uint8_t { Since, After, Unclear };

// A `receive` as the bans see it. `receipt` is null for a device that has nothing to do with the conversation.
struct Arrival {
    MessageId id;
    MessageFacts& message;
    DeviceId deviceId;
    DeviceFacts& device;
    Receipt* receipt = nullptr;
    bool byAuthor = false;  // the device is one of the author's
    bool excused = false;   // offline, but still within delivery.only-online's exception
    Standing standing = Standing::Since;
    Decides decides = Decides::Nothing;
    Aspects aspects = 0;  // of the message, and of how it came
};

// A login as the limits see it: the numbers are those of its moment.
struct LoginFacts {
    DeviceId device;
    std::uint16_t session = 0;
    DeviceClass deviceClass = DeviceClass::Mobile;
    Regime regime;
    int number = 0;          // allowed connections of the class; web while CHANGING: ten
    int count = 0;           // connections, the newcomer included
    bool undecided = false;  // the class was over its number from before
    bool webRules = false;   // ON, and a web device
    Place place = 0;
    Instant t{};
    std::uint32_t origin = 0;
    std::vector<std::pair<DeviceId, std::uint16_t>> earliest;  // the k that began first, with their sessions

    [[nodiscard]] int over() const { return count - number; }
    [[nodiscard]] bool webChanging() const {
        return deviceClass == DeviceClass::Web && regime.service == Service::Changing;
    }
    // limit.within's number: while CHANGING it asks for one web connection only.
    [[nodiscard]] bool within() const { return count <= (webChanging() ? 1 : number); }
};

[[nodiscard]] inline Aspects aspectsOf(DeviceClass deviceClass, int number) {
    return aspectsOf(deviceClass) | (number > 1 ? bit(Aspect::Raised) : 0);
}
[[nodiscard]] inline Aspects aspectsOf(const LoginFacts& login) {
    return aspectsOf(login.deviceClass, login.number);
}

// A device was refused because of the limit.
struct RefusalFacts {
    LoginFacts login;               // as if it had been taken
    std::vector<DeviceId> counted;  // the user's devices that were online
};

// A device was disconnected because of the limit, and the login it belongs to has not been seen yet.
struct EvictionFacts {
    DeviceId device;
    std::uint16_t session = 0;
    DeviceId by;
    DeviceClass deviceClass = DeviceClass::Mobile;
    Regime regime;
    int number = 0;
    int count = 0;            // connections of the class, this one included
    bool overBefore = false;  // the class was over its number from before: undecided, as is the login it belongs to
    bool resolved = false;
    Place place = 0;
    Place began = 0;
    Instant t{};
    std::uint32_t origin = 0;
    std::optional<LoginFacts> earlier;  // a login of `by` that has ended already, for want of a later one
};

}  // namespace rules

struct Checker::State : rules::Ledger {
    State(std::shared_ptr<const Header> header, CheckerOptions options);

    // ---- what is given ----
    std::shared_ptr<const Header> header;
    CheckerOptions options;
    bool timeMode = false;
    Millis patience{5000};
    const Lexicon* words = nullptr;  // of the event at hand
    const Annex* annex = nullptr;

    // ---- the clock ----
    Instant now{};
    rules::Place place = 0;
    std::uint32_t origin = 0;
    rules::Place lastSettled = 0;
    std::uint32_t settledCount = 0;
    rules::Place serverRestart = 0;
    Instant lastLogin{};
    bool finishing = false;  // the trace has ended: what is not kept yet is open

    // ---- facts ----
    rules::Switch service;
    App settings;  // as they are now; `sync` as the header had it
    std::vector<rules::DeviceFacts> devices;
    std::vector<rules::DeviceSide> sides;  // of the devices
    std::vector<rules::UserFacts> users;
    std::vector<rules::GroupFacts> groups;
    std::vector<rules::RoomFacts> rooms;
    Blocks<rules::MessageFacts> messages;
    std::vector<rules::RecallFacts> recalls;
    std::vector<std::uint32_t> freeRecalls;
    std::vector<rules::Thread> threads;
    std::vector<rules::OrderMark> marks;
    std::vector<rules::CatchUpMark> catchUpMarks;  // beside them
    std::vector<rules::Receipt> receipts;
    std::vector<std::vector<std::uint32_t>> freeReceipts;  // by number of slots
    std::vector<std::vector<rules::Place>> memberships;    // joins and leaves in turn
    std::vector<rules::Stay> stays;
    std::vector<std::vector<RoomId>> roomsOf;             // by device
    std::vector<std::vector<MessageId>> unaccepted;       // by device: what it asked to send, lately
    std::vector<std::vector<std::uint32_t>> pastThreads;  // by device: conversations of forgotten messages it held
    std::vector<std::vector<Address>> strays;             // by device: conversations of what it should not have
    std::vector<std::vector<MessageId>> owedToSender;     // by device: api.include-sender-offline of its session
    std::vector<rules::Place> lastOffline;                // by device: any `offline`
    std::vector<rules::LoginFacts> logins;                // by device: the latest
    std::vector<char> legal;                              // by device: its connection was legal when made
    std::vector<bool> statusTypes;                        // by TextId
    std::vector<bool> knownTypes;
    FlatMap privateThreads, memberOf, slotOf, stayOf;
    Fifo<std::pair<MessageId, Instant>> byAcceptance;  // for the horizon
    rules::Place lastRoomMessage = 0;
    Instant lastRoomMessageAt{};
    std::uint32_t liveMessages = 0;
    std::uint32_t onlineUsers = 0;

    // ---- duties ----
    Fifo<rules::Due> due;
    Fifo<rules::LoginFacts> loginQueue;
    Fifo<rules::RefusalFacts> refusals;
    std::vector<rules::EvictionFacts> evictions;  // waiting for their login

    // ---- checker.cpp: events ----
    void feed(const Event& e);
    void expect(const Event& e) const;                           // the event will be fed soon: fetch what it needs,
    void expectReceipt(const Event& e) const;                    // and a little later what that points to
    void fetchParties(const rules::MessageFacts& m) const;       // of a private message: the two users,
    void fetchTheirDevices(const rules::MessageFacts& m) const;  // and a little later their devices and receipts
    void finish();
    void onConnect(const Event& e);
    void onOnline(const Event& e);
    void onRefused(const Event& e);
    void onOffline(const Event& e);
    void onReinstall(const Event& e);
    void onAsked(const Event& e);  // send, publish
    void onAccept(const Event& e);
    void onReject(const Event& e);
    void onReceive(const Event& e);   // arrival.cpp
    void onCaughtUp(const Event& e);  // compensation.cpp
    void onRecall(const Event& e);    // recall.cpp, as the next three
    void onRecallAccept(const Event& e);
    void onRecallReject(const Event& e);
    void onRecalled(const Event& e);
    void onSync(const Event& e);  // service.cpp
    void onSet(const Event& e);   // service.cpp
    void onMembership(const Event& e);
    void onSettled();
    void endSession(DeviceId id);
    void leaveRoom(DeviceId id, RoomId room);
    // The message becomes accepted somewhere between its asking (or now, if `exact`) and now.
    void accept(MessageId id, bool exact);
    bool mayHaveStayed(const rules::MessageFacts& m, DeviceId d) const;
    void forget(MessageId id);
    void forgetPastHorizon() {
        while (!byAcceptance.empty() && now > byAcceptance.front().second + rules::kHorizon) forgetOldest();
    }
    void forgetOldest();

    // ---- duties.cpp ----
    void oweNow(rules::DueKind kind, std::uint32_t subject, std::uint32_t detail = 0, std::uint32_t session = 0);
    [[nodiscard]] bool isDueBefore(Instant t) const {
        return !evictions.empty() || (!due.empty() && due.front().arose + patience < t);
    }
    void fetchAhead() const;
    void judgeBefore(Instant t);  // time mode: what was due before t
    void judge(const rules::Due& d);
    void judgeAccepted(MessageId id);
    void judgeSession(DeviceId id, std::uint16_t session);  // login_duties.cpp, as the next two
    void judgeElsewhere(const rules::Due& owed);
    // The first message of the user's mailbox that `d` does not hold for certain, as far as its last login knew: what
    // stands before it cannot be missed any more.
    std::size_t firstInDoubt(const rules::UserFacts& user, const rules::DeviceFacts& d) const;
    void oweToNewcomers(const rules::MessageFacts& m, MessageId message, DeviceId receiver);
    void judgeAnswered(const rules::Due& d);

    // ---- facts asked ----
    rules::MessageFacts& message(MessageId id) {
        if (id.index() >= messages.size()) messages.grow(id.index() + 1);
        return messages[id.index()];
    }
    // The users whom a message with receipts may concern, with the slots of their first devices. A private message's
    // are known without asking its thread: they are put into `two`.
    using Concerned = std::pair<UserId, std::uint32_t>;
    std::span<const Concerned> concerned(const rules::MessageFacts& m, std::array<Concerned, 2>& two) const;
    // What is needed seldom about a device. REQUIRES: an element of `devices`.
    [[nodiscard]] const rules::DeviceSide& side(const rules::DeviceFacts& d) const {
        return sides[static_cast<std::size_t>(&d - devices.data())];
    }
    rules::DeviceSide& side(const rules::DeviceFacts& d) {
        return const_cast<rules::DeviceSide&>(std::as_const(*this).side(d));
    }

    // What `d` has to do with the message, or null.
    const rules::Receipt* receipt(const rules::MessageFacts& m, DeviceId d) const {
        const rules::DeviceFacts& device = devices[d.index()];
        const std::uint32_t base = slotBase(m, device.user);
        return base == FlatMap::kAbsent ? nullptr : &receipts[m.receipts + base + device.ordinal];
    }
    rules::Receipt* receipt(const rules::MessageFacts& m, DeviceId d) {
        return const_cast<rules::Receipt*>(std::as_const(*this).receipt(m, d));
    }
    // The slot of the user's first device, or kAbsent.
    std::uint32_t slotBase(const rules::MessageFacts& m, UserId u) const {
        if (m.slots == 0) return FlatMap::kAbsent;
        if (u == m.author) return m.authorSlot;
        if (m.to.kind == AddressKind::User) return u == m.to.user() ? m.recipientSlot : FlatMap::kAbsent;
        const std::uint32_t base = slotOf.find(pairKey(m.thread, u.value));
        return base < m.slots ? base : FlatMap::kAbsent;
    }
    std::uint32_t threadOf(const rules::MessageFacts& m);
    void addToThread(std::uint32_t thread, UserId u);
    std::uint32_t allocateReceipts(std::uint32_t count);
    bool isStatusType(TextId type);
    rules::Tri member(GroupId g, UserId u, rules::Place from, rules::Place until) const;
    bool leftAfter(const rules::MessageFacts& m, UserId u) const;
    rules::Tri inAudience(const rules::MessageFacts& m, UserId u) const;
    // Time mode: when it was received. It is younger than the horizon, so that half of its time tells the whole.
    [[nodiscard]] Instant receivedAt(const rules::Receipt& r) const {
        return now - Millis{rules::lowHalf(now) - r.stamp};
    }
    rules::Standing standing(rules::Place from, rules::Place until, const rules::DeviceFacts& d) const;
    rules::Decides decides(const rules::MessageFacts& m, const rules::DeviceFacts& d) const;
    rules::Decides decides(const rules::RecallFacts& r, const rules::DeviceFacts& d) const;
    rules::Tri holds(const rules::MessageFacts& m, DeviceId d) const;
    bool terminalHas(const rules::Receipt& r, const rules::DeviceFacts& d, bool clean) const;
    // The device of the user of `d` that is, or in an earlier installation was, another terminal than `d` as it is
    // installed now and has m for certain. None if there is none; `clean` leaves out what broke a ban.
    DeviceId otherHolder(const rules::MessageFacts& m, DeviceId d, bool clean) const;
    // Whether there is one: maybe, where it is unclear which installation of the sender sent m.
    rules::Tri anotherTerminalHas(const rules::MessageFacts& m, DeviceId d, bool clean) const;
    bool anyEver(const rules::MessageFacts& m, UserId u) const;
    bool recallAccepted(const rules::MessageFacts& m) const {
        return m.recall != rules::MessageFacts::kNone && recalls[m.recall].accepted;
    }
    bool maybeRecalled(const rules::MessageFacts& m) const;  // asked for where the answer is silent
    rules::Window window(const rules::DeviceFacts& d) const;
    void markUser(const rules::MessageFacts& m, UserId u, std::uint8_t owedFlag);

    // ---- rules ----
    bool ban(const rules::Arrival& a);     // arrival.cpp: the first ban that the receipt breaks
    void temptAtLogin(DeviceId id);        // arrival.cpp
    void temptAtAcceptance(MessageId id);  // arrival.cpp
    void noteStray(const rules::MessageFacts& m, DeviceId d);
    void judgeOrder(const rules::Arrival& a, Via via);  // delivery.cpp
    void makeMarks(rules::Thread& thread);
    void judgeIntact(const rules::Arrival& a, const Event& e);
    void judgeConversations(DeviceId id, const CatchUp& list);  // compensation.cpp
    void acceptRecall(std::uint32_t recall, rules::Place from, Instant fromAt, rules::Regime fromRegime,
                      std::size_t request, bool exact);
    bool mayHaveAnotherAnswer(const rules::RecallFacts& r, std::size_t request) const;
    void judgeRecall(const rules::Due& d);
    void judgeReturn(const rules::Due& d);
    void temptRecallAtLogin(DeviceId id);
    void temptStaysLocal(rules::RecallFacts& r, DeviceId newcomer);

    // ---- limit.cpp ----
    Aspects onLimit() const { return bit(settings.onLimit == OnLimit::Refuse ? Aspect::Refuse : Aspect::Replace); }
    int limitFor(rules::DeviceClass c, rules::Regime r) const;
    rules::LoginFacts loginAt(DeviceId id);
    void limitLogin(DeviceId id);
    void limitOffline(const Event& e);
    void limitsChange();
    void limitRefused(const Event& e);
    void judgeLogin();
    void judgeRefusal();
    void judgeEviction(const rules::EvictionFacts& x, const rules::LoginFacts* login);

    // A violation at the event at hand; `regime` is the state that decided.
    rules::Finding finding(RuleId rule, rules::Regime regime, Aspects aspects) {
        return {*this, *this, rule, regime, aspects};
    }
    std::string name(DeviceId d) const { return header->path(d); }
    std::string name(UserId u) const { return header->users[u.index()].name; }
    std::string name(MessageId m) const { return words->messages[m]; }
    // REQUIRES: there is one.
    std::string nameOfOtherHolder(const rules::MessageFacts& m, DeviceId d, bool clean) const;
};

}  // namespace mdsync
