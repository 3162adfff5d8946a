// Judge: what stands behind the Checker: the history of the trace, the ledger of the rules, and what is due.
//
// checker.cpp takes the events one by one; receive.cpp asks the bans, in the order of order.cpp; duties.cpp looks at what
// is due, and logins.cpp at what a login owed; tempt.cpp counts what an acceptance or a login puts to the test. What each
// rule demands is not here but in the file of its family, which knows neither the Judge nor how the history is kept.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "mdsync/rules.hpp"
#include "rules/connections.hpp"
#include "rules/families.hpp"
#include "rules/witness.hpp"

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
    Refusal
};
struct Due {
    Instant arose{};
    Place place = 0;
    std::uint32_t subject = 0;  // device, message or recall
    std::uint32_t detail = 0;   // session, request, or the message of a Return
    std::uint32_t origin = 0;   // the line of the event from which it arose
    std::uint16_t session = 0;  // of a Return
    DueKind kind = DueKind::Connect;
};

// The order of a heap whose front arose first.
[[nodiscard]] inline bool arisesLater(const Due& a, const Due& b) {
    return std::tie(b.arose, b.subject, b.detail) < std::tie(a.arose, a.subject, a.detail);
}

}  // namespace rules

struct Checker::State : rules::History, rules::Ledger {
    State(std::shared_ptr<Header> header, const CheckerOptions& options);

    rules::Witness* witness;  // null: nobody listens

    // ---- checker.cpp: events ----
    void feed(const Event& e);
    void passTime();
    void finish();
    void onOnline(const Event& e);
    void onOffline(const Event& e);
    void onReinstall(const Event& e);
    void onAccept(const Event& e);
    void onReject(const Event& e);
    void onCaughtUp(const Event& e);
    void onRecall(const Event& e);
    void onRecallAccept(const Event& e);
    void onRecallReject(const Event& e);
    void onMembership(const Event& e);
    void onSync(const Event& e);  // settings.cpp
    void onSet(const Event& e);   // settings.cpp
    // The message becomes accepted somewhere between its asking (or now, if `exact`) and now.
    void accept(MessageId id, bool exact);
    void acceptRecall(std::uint32_t number, std::size_t earliest, std::size_t request, bool exact);

    // ---- as_owed.cpp: the fast path ----
    // It comes as it was owed: nothing to say but that. False: nobody knows yet, and nothing has changed.
    bool receivesAsOwed(const Event& e);
    // The same of an accepted message that is looked at.
    bool cameAsOwed(const rules::MessageFacts& m);

    // ---- receive.cpp ----
    void onReceive(const Event& e);
    void onRecalled(const Event& e);
    void weighRecall(rules::Arrival& a) const;
    void keepTombstone(const rules::Arrival& a);
    void takeShown(const rules::Arrival& a, rules::Receipt& shown);
    void takeRecalled(const rules::Arrival& a, rules::Receipt* shown, bool whileOff);
    // What the bans ask of a `receive` besides who and what.
    void weigh(rules::Arrival& a) const;
    // The first ban that a `receive` would break now, or leave open; null: none.
    [[nodiscard]] std::pair<const rules::Ban*, rules::Tri> wouldBreak(MessageId id, DeviceId device) const;
    [[gnu::cold]] void testify(std::span<const rules::Ban* const> bans,
                               const rules::Arrival& a) const;  // to the witness
    // The first of these bans that the arrival breaks, or null. What they leave open is counted.
    const rules::Ban* firstBroken(std::span<const rules::Ban* const> bans, rules::Arrival& a);
    // A sign of an acceptance that nobody told: it lies at some time since the message, or its recall, was asked for.
    void takeAsAccepted(MessageId id);
    void takeAsRecalled(const rules::MessageFacts& m);
    [[nodiscard]] const rules::RecallFacts* recallToShow(const rules::MessageFacts& m) const;
    bool isInOrder(const rules::Arrival& a, Via via) const;
    bool isOfSession(const rules::Arrival& a) const;
    void judgeItsOrder(const rules::Arrival& a, const rules::Receipt& r, Via via);
    void receiveAsStranger(const rules::Arrival& a, Via via);
    void take(const rules::Arrival& a, rules::Receipt& r, Via via, bool tainted);
    void leaveOpen(const rules::Arrival& a, rules::Receipt& r);
    void noteIncluded(const rules::Arrival& a);
    void receiveFirst(const rules::Arrival& a, rules::Receipt& r, Via via, bool tainted);
    void oweReturn(const rules::Arrival& a, const rules::Receipt& r);

    // ---- duties.cpp ----
    Fifo<rules::Due> due;
    std::vector<rules::Due> elsewhere;  // what is found only after it arose: a heap, what arose first in front
    Instant dueAt{};           // what is looked at was due then: in time mode maybe long before the event at hand
    bool finishing = false;    // the trace has ended: what is not kept yet is open
    bool lookingBack = false;  // at what was kept before it was due: all else is left to come
    bool expiring = false;     // the message is past its horizon: what is not kept yet has lapsed
    void oweNow(rules::DueKind kind, std::uint32_t subject, std::uint32_t detail = 0, std::uint16_t session = 0);
    [[nodiscard]] bool isAnyDueBefore(Instant t) const {
        return (!due.empty() && due.front().arose + patience < t) ||
               (!elsewhere.empty() && elsewhere.front().arose + patience < t);
    }
    [[nodiscard]] rules::Due takeFirstDue();  // REQUIRES: there is one
    [[nodiscard]] bool isDueBefore(Instant t) const { return !evictions.empty() || isAnyDueBefore(t); }
    void oweAccepted(MessageId id) {
        message(id).expected = true;
        oweNow(rules::DueKind::Accepted, id.value);
    }
    // What an acceptance owes to each device of a user.
    [[nodiscard]] static const rules::Duty& dutyToEach(const rules::MessageFacts& m, bool author);
    void letGo();
    void fetchAhead() const;
    void onSettled();
    void judgeBefore(Instant t);  // time mode: what was due before t
    void look(const rules::Due& d);
    void lookAtSend(const rules::Due& d);
    void lookAtRecallAnswer(const rules::Due& d);
    void lookAtAccepted(MessageId id);
    void lookAtAccepted(const rules::Live& live, const rules::Party& party, rules::Claim c);
    void settleToAny(const rules::Duty& duty, const rules::Claim& c, bool inTime);
    bool weighDoubt(const rules::Live& live, DeviceId id, const rules::Receipt& r, rules::Found& found) const;
    bool mayHaveBeenOnline(const rules::Live& live, DeviceId id, const rules::Receipt& r) const;
    void lookAtRecall(const rules::Due& d);
    void lookAtRecall(std::uint32_t number, rules::Place since, Instant arose);
    void lookAtRecallOn(const rules::RecallFacts& r, std::pair<DeviceId, std::uint16_t> owed, rules::Place since,
                        Instant arose, bool told);
    void lookAtReturn(const rules::Due& d);
    // Counts what was found. True if it is a violation that is to be reported now.
    bool isToReport(RuleId rule, rules::AtEnd atEnd, const rules::Found& found);
    [[gnu::cold]] void testify(const rules::Duty& duty, const rules::Found& found,
                               const rules::Claim& c) const;  // to the witness
    // What becomes of a duty that was looked at. True: it names what it is about, and no other duty has to.
    // Most are kept, or are not this duty's, and then there is nothing more to say.
    bool settle(const rules::Duty& duty, const rules::Found& found, const rules::Claim& c) {
        if (witness != nullptr || found.outcome > rules::Outcome::Kept) [[unlikely]]
            return settleOther(duty, found, c);
        if (found.outcome == rules::Outcome::Kept) check(duty.rule, found.regime, found.aspects);
        return false;
    }
    bool settleOther(const rules::Duty& duty, const rules::Found& found, const rules::Claim& c);
    bool settle(const rules::Duty& duty, const rules::Claim& c) { return settle(duty, duty.look(*this, c), c); }
    void report(const rules::Duty& duty, const rules::Found& found, const rules::Claim& c);

    // ---- logins.cpp: what a login owed ----
    [[nodiscard]] static const rules::Duty& compensationDuty(const rules::DeviceFacts& d);
    rules::Claim claimOf(DeviceId id, bool lasts) const;
    [[nodiscard]] bool isOlder(MessageId id, DeviceId d) const;
    void lookAtOlder(rules::Claim c, MessageId id);
    void lookAtSession(DeviceId id, bool lasts);
    void lookAtMailbox(rules::Claim c, std::size_t first);
    void lookAtBroughtBack(const rules::Claim& c);
    void oweSince(const rules::Claim& c, Instant since);
    void lookAtElsewhere(const rules::Due& d);
    [[nodiscard]] bool isBeforeItsS(DeviceId id) const;
    void leave(DeviceId id);  // the session ends
    void lookBackAtArrival(const rules::Arrival& a);
    void lookBackAtRecall(const rules::Arrival& a);
    void lookBackAtRecalls(DeviceId id, bool reinstalled);
    void lookBackAtMessage(MessageId id);

    // ---- tempt.cpp ----
    void temptAtLogin(DeviceId id);
    void temptByRecalls(const rules::Newcomer& n);
    void temptByIncluded(const rules::Newcomer& n);
    void temptAtAcceptance(MessageId id);
    void noteRoomMessage(const rules::MessageFacts& m);
    void countPresent(const rules::Party& party, rules::Acceptance& a) const;

    // ---- connections.cpp ----
    std::vector<rules::LoginFacts> logins;                          // by device: the latest
    std::vector<rules::LegalFacts> legal;                           // by user
    std::vector<std::pair<UserId, rules::DeviceClass>> overNumber;  // classes with more connections than are legal
    Fifo<rules::LoginFacts> loginQueue;
    Fifo<rules::RefusalFacts> refusals;
    std::vector<rules::EvictionFacts> evictions;  // waiting for their login
    void limitLogin(DeviceId id);
    void limitOffline(const Event& e);
    void awaitLogin(const rules::EvictionFacts& x);
    void limitsChange();
    void limitRefused(const Event& e);
    void noteLegal(const rules::LoginFacts& login);
    void judgeLogin();
    void judgeRefusal();
    void judgeEviction(const rules::EvictionFacts& x, const rules::LoginFacts* login);
    void judgeLastEvictions();
    using Connected = std::vector<std::pair<rules::Place, std::pair<DeviceId, std::uint16_t>>>;  // with their sessions
    Connected connectedBeside(DeviceId id, bool taken) const;
    int connections(UserId u, rules::DeviceClass deviceClass) const;
    int legalNumber(UserId u, rules::DeviceClass deviceClass) const;
    bool mayBelongTo(const rules::EvictionFacts& x, DeviceId id) const;
    rules::LoginFacts loginAt(DeviceId id, bool taken) const;
    rules::EvictionFacts evictionAt(const Event& e) const;
    bool isRecent(const rules::LoginFacts& l) const;
    const rules::LoginFacts* lastRecentLogin(const rules::EvictionFacts& x) const;
    template <class Case>
    rules::Outcome settle(const rules::ConnectionRule<Case>& rule, const Case& c);
    template <class Case>
    void settleFirst(std::span<const rules::ConnectionRule<Case>> rules, const Case& c);

    // A violation at the event at hand; `regime` is the state that decided.
    rules::Finding finding(RuleId rule, rules::Regime regime, Aspects aspects) {
        return {*this, *this, rule, regime, aspects};
    }
};

}  // namespace mdsync
