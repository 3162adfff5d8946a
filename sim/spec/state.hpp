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

#include "mdsync/spec.hpp"
#include "spec/facts.hpp"

namespace mdsync {

namespace spec {

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

}  // namespace spec

struct Checker::State {
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
    spec::Place place = 0;
    std::uint32_t origin = 0;
    spec::Place lastSettled = 0;
    std::uint32_t settledCount = 0;
    spec::Place serverRestart = 0;
    Instant lastLogin{};
    bool finishing = false;  // the trace has ended: what is not kept yet is open

    // ---- facts ----
    spec::Switch service;
    App settings;  // as they are now; `sync` as the header had it
    std::vector<spec::DeviceFacts> devices;
    std::vector<spec::DeviceSide> sides;  // of the devices
    std::vector<spec::UserFacts> users;
    std::vector<spec::GroupFacts> groups;
    std::vector<spec::RoomFacts> rooms;
    Blocks<spec::MessageFacts> messages;
    std::vector<spec::RecallFacts> recalls;
    std::vector<std::uint32_t> freeRecalls;
    std::vector<spec::Thread> threads;
    std::vector<spec::OrderMark> marks;
    std::vector<spec::CatchUpMark> catchUpMarks;  // beside them
    std::vector<spec::Receipt> receipts;
    std::vector<std::vector<std::uint32_t>> freeReceipts;  // by number of slots
    std::vector<std::vector<spec::Place>> memberships;     // joins and leaves in turn
    std::vector<spec::Stay> stays;
    std::vector<std::vector<RoomId>> roomsOf;             // by device
    std::vector<std::vector<MessageId>> unaccepted;       // by device: what it asked to send, lately
    std::vector<std::vector<std::uint32_t>> pastThreads;  // by device: conversations of forgotten messages it held
    std::vector<std::vector<Address>> strays;             // by device: conversations of what it should not have
    std::vector<std::vector<MessageId>> owedToSender;     // by device: api.include-sender-offline of its session
    std::vector<spec::Place> lastOffline;                 // by device: any `offline`
    std::vector<spec::LoginFacts> logins;                 // by device: the latest
    std::vector<char> legal;                              // by device: its connection was legal when made
    std::vector<bool> statusTypes;                        // by TextId
    std::vector<bool> knownTypes;
    FlatMap privateThreads, memberOf, slotOf, stayOf;
    Fifo<std::pair<MessageId, Instant>> byAcceptance;  // for the horizon
    spec::Place lastRoomMessage = 0;
    Instant lastRoomMessageAt{};
    std::uint32_t liveMessages = 0;
    std::uint32_t onlineUsers = 0;

    // ---- duties ----
    Fifo<spec::Due> due;
    Fifo<spec::LoginFacts> loginQueue;
    Fifo<spec::RefusalFacts> refusals;
    std::vector<spec::EvictionFacts> evictions;  // waiting for their login
    std::uint64_t open = 0;

    // ---- the ledger ----
    RuleCounts counts{};
    ToleranceCounts tolerances{};
    std::vector<Violation> violations;

    // ---- checker.cpp: events ----
    void feed(const Event& e);
    void expect(const Event& e) const;                          // the event will be fed soon: fetch what it needs,
    void expectReceipt(const Event& e) const;                   // and a little later what that points to
    void fetchParties(const spec::MessageFacts& m) const;       // of a private message: the two users,
    void fetchTheirDevices(const spec::MessageFacts& m) const;  // and a little later their devices and receipts
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
    bool mayHaveStayed(const spec::MessageFacts& m, DeviceId d) const;
    void forget(MessageId id);
    void forgetPastHorizon() {
        while (!byAcceptance.empty() && now > byAcceptance.front().second + spec::kHorizon) forgetOldest();
    }
    void forgetOldest();

    // ---- duties.cpp ----
    void oweNow(spec::DueKind kind, std::uint32_t subject, std::uint32_t detail = 0, std::uint32_t session = 0);
    [[nodiscard]] bool isDueBefore(Instant t) const {
        return !evictions.empty() || (!due.empty() && due.front().arose + patience < t);
    }
    void fetchAhead() const;
    void judgeBefore(Instant t);  // time mode: what was due before t
    void judge(const spec::Due& d);
    void judgeAccepted(MessageId id);
    void judgeSession(DeviceId id, std::uint16_t session);  // login_duties.cpp, as the next two
    void judgeElsewhere(const spec::Due& owed);
    // The first message of the user's mailbox that `d` does not hold for certain, as far as its last login knew: what
    // stands before it cannot be missed any more.
    std::size_t firstInDoubt(const spec::UserFacts& user, const spec::DeviceFacts& d) const;
    void oweToNewcomers(const spec::MessageFacts& m, MessageId message, DeviceId receiver);
    void judgeAnswered(const spec::Due& d);

    // ---- facts asked ----
    spec::MessageFacts& message(MessageId id) {
        if (id.index() >= messages.size()) messages.grow(id.index() + 1);
        return messages[id.index()];
    }
    // The users whom a message with receipts may concern, with the slots of their first devices. A private message's
    // are known without asking its thread: they are put into `two`.
    using Concerned = std::pair<UserId, std::uint32_t>;
    std::span<const Concerned> concerned(const spec::MessageFacts& m, std::array<Concerned, 2>& two) const;
    // What is needed seldom about a device. REQUIRES: an element of `devices`.
    [[nodiscard]] const spec::DeviceSide& side(const spec::DeviceFacts& d) const {
        return sides[static_cast<std::size_t>(&d - devices.data())];
    }
    spec::DeviceSide& side(const spec::DeviceFacts& d) {
        return const_cast<spec::DeviceSide&>(std::as_const(*this).side(d));
    }

    // What `d` has to do with the message, or null.
    const spec::Receipt* receipt(const spec::MessageFacts& m, DeviceId d) const {
        const spec::DeviceFacts& device = devices[d.index()];
        const std::uint32_t base = slotBase(m, device.user);
        return base == FlatMap::kAbsent ? nullptr : &receipts[m.receipts + base + device.ordinal];
    }
    spec::Receipt* receipt(const spec::MessageFacts& m, DeviceId d) {
        return const_cast<spec::Receipt*>(std::as_const(*this).receipt(m, d));
    }
    // The slot of the user's first device, or kAbsent.
    std::uint32_t slotBase(const spec::MessageFacts& m, UserId u) const {
        if (m.slots == 0) return FlatMap::kAbsent;
        if (u == m.author) return m.authorSlot;
        if (m.to.kind == TargetKind::User) return u == m.to.user() ? m.recipientSlot : FlatMap::kAbsent;
        const std::uint32_t base = slotOf.find(pairKey(m.thread, u.value));
        return base < m.slots ? base : FlatMap::kAbsent;
    }
    std::uint32_t threadOf(const spec::MessageFacts& m);
    void addToThread(std::uint32_t thread, UserId u);
    std::uint32_t allocateReceipts(std::uint32_t count);
    bool isStatusType(TextId type);
    spec::Tri member(GroupId g, UserId u, spec::Place from, spec::Place until) const;
    bool leftAfter(const spec::MessageFacts& m, UserId u) const;
    spec::Tri inAudience(const spec::MessageFacts& m, UserId u) const;
    // Time mode: when it was received. It is younger than the horizon, so that half of its time tells the whole.
    [[nodiscard]] Instant receivedAt(const spec::Receipt& r) const {
        return now - Millis{spec::lowHalf(now) - r.stamp};
    }
    spec::Standing standing(spec::Place from, spec::Place until, const spec::DeviceFacts& d) const;
    spec::Decides decides(const spec::MessageFacts& m, const spec::DeviceFacts& d) const;
    spec::Decides decides(const spec::RecallFacts& r, const spec::DeviceFacts& d) const;
    spec::Tri holds(const spec::MessageFacts& m, DeviceId d) const;
    bool terminalHas(const spec::Receipt& r, const spec::DeviceFacts& d, bool clean) const;
    // The device of the user of `d` that is, or in an earlier installation was, another terminal than `d` as it is
    // installed now and has m for certain. None if there is none; `clean` leaves out what broke a ban.
    DeviceId otherHolder(const spec::MessageFacts& m, DeviceId d, bool clean) const;
    // Whether there is one: maybe, where it is unclear which installation of the sender sent m.
    spec::Tri anotherTerminalHas(const spec::MessageFacts& m, DeviceId d, bool clean) const;
    bool anyEver(const spec::MessageFacts& m, UserId u) const;
    bool recallAccepted(const spec::MessageFacts& m) const {
        return m.recall != spec::MessageFacts::kNone && recalls[m.recall].accepted;
    }
    bool maybeRecalled(const spec::MessageFacts& m) const;  // asked for where the answer is silent
    spec::Window window(const spec::DeviceFacts& d) const;
    void markUser(const spec::MessageFacts& m, UserId u, std::uint8_t owedFlag);

    // ---- rules ----
    bool ban(const spec::Arrival& a);      // arrival.cpp: the first ban that the receipt breaks
    void temptAtLogin(DeviceId id);        // arrival.cpp
    void temptAtAcceptance(MessageId id);  // arrival.cpp
    void noteStray(const spec::MessageFacts& m, DeviceId d);
    void judgeOrder(const spec::Arrival& a, Via via);  // delivery.cpp
    void makeMarks(spec::Thread& thread);
    void judgeIntact(const spec::Arrival& a, const Event& e);
    void judgeConversations(DeviceId id, const CatchUp& list);  // compensation.cpp
    void acceptRecall(std::uint32_t recall, spec::Place from, Instant fromAt, spec::Regime fromRegime,
                      std::size_t request, bool exact);
    bool mayHaveAnotherAnswer(const spec::RecallFacts& r, std::size_t request) const;
    void judgeRecall(const spec::Due& d);
    void judgeReturn(const spec::Due& d);
    void temptRecallAtLogin(DeviceId id);
    void temptStaysLocal(spec::RecallFacts& r, DeviceId newcomer);

    // ---- limit.cpp ----
    Aspects onLimit() const { return bit(settings.onLimit == OnLimit::Refuse ? Aspect::Refuse : Aspect::Replace); }
    int limitFor(spec::DeviceClass c, spec::Regime r) const;
    spec::LoginFacts loginAt(DeviceId id);
    void limitLogin(DeviceId id);
    void limitOffline(const Event& e);
    void limitsChange();
    void limitRefused(const Event& e);
    void judgeLogin();
    void judgeRefusal();
    void judgeEviction(const spec::EvictionFacts& x, const spec::LoginFacts* login);

    // ---- ledger.cpp ----
    // Kept, or tempted; `regime` is the state that decided, for the service rules that accompany others.
    // Which aspects of the rule it was is added up besides.
    void check(RuleId rule, Aspects aspects) {
        Counts& c = counts[static_cast<std::size_t>(rule)];
        ++c.checked;
        if ((aspects & ~c.aspects) != 0) c.aspects |= aspects;  // mostly known: no store that the next check waits for
    }
    void check(RuleId rule, spec::Regime regime, Aspects aspects);
    // Whether a check with these aspects would tell something new.
    [[nodiscard]] bool isNew(RuleId rule, Aspects aspects) const {
        return (aspects & ~counts[static_cast<std::size_t>(rule)].aspects) != 0;
    }
    void undecided(RuleId rule) { ++counts[static_cast<std::size_t>(rule)].undecided; }
    void lapse(RuleId rule) { ++counts[static_cast<std::size_t>(rule)].lapsed; }
    void tolerate(Tolerance t) { ++tolerances[static_cast<std::size_t>(t)]; }
    // A violation at the event at hand; `regime` is the state that decided, for the service rules that accompany it.
    Violation& violate(RuleId rule, spec::Regime regime, Aspects aspects, std::string text);
    void describe(Violation& v, MessageId message, DeviceId device, UserId user);
    void because(Violation& v, spec::Place where, Instant t, std::uint32_t from, std::string text);
    // The link of a duty: by now it was due.
    void becauseDue(Violation& v) { because(v, place, now, origin, timeMode ? "due by now" : "settled"); }
    std::string name(DeviceId d) const { return header->path(d); }
    std::string name(UserId u) const { return header->users[u.index()].name; }
    std::string name(MessageId m) const { return words->messages[m]; }
    // REQUIRES: there is one.
    std::string nameOfOtherHolder(const spec::MessageFacts& m, DeviceId d, bool clean) const;
};

}  // namespace mdsync
