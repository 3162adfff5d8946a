// Rules: the rules of multi-device message synchronization, and the Checker that judges a trace by them.
//
// A rule has a stable id (`web.evict-earliest`), the clause of the vendor's page it comes from, and a row in the
// catalogue that says what it demands, how we read it and when it counts as put to the test. A Checker is fed a trace
// event by event, in order, and keeps only what can still matter: devices, open duties and messages up to their
// horizon.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/emulation.hpp"
#include "mdsync/ids.hpp"
#include "mdsync/time.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

// ---- Rules ----------------------------------------------------------------------------------------------------------

enum class RuleId : std::uint8_t {
    OffSingleDevice,
    OffNoSentSync,
    OffNoCompensation,
    OffRecallStaysLocal,
    OffApiOnlineOnly,
    OnlineReceived,
    OnlineSent,
    LimitPerClass,
    LimitClassesIndependent,
    LimitWithin,
    LimitNewestWins,
    WebTenTabs,
    WebEvictEarliest,
    WebNewestConnects,
    StatusOnlineOnly,
    StatusOnlineSync,
    StatusApiOnlineOnly,
    ServiceDefaultOff,
    ServiceTakesEffect,
    ServicePrepaid,
    ServiceDaysRange,
    CompensationDeviceSwitch,
    CompensationReinstall,
    CompensationWindow,
    CompensationConversations,
    RecallOnlineDevices,
    RecallOfflineDevices,
    RecallNoReturn,
    RecallBasic,
    ApiIncludeSenderOnline,
    ApiIncludeSenderOffline,
    ApiExcludeSender,
    ChatroomLiveOnly,
    DeliveryAnswered,
    DeliveryNoLoss,
    DeliveryNoPhantom,
    DeliveryNoLeak,
    DeliveryOnce,
    DeliveryOnlyOnline,
    DeliveryOrder,
    DeliveryIntact
};
inline constexpr std::size_t kRules = static_cast<std::size_t>(RuleId::DeliveryIntact) + 1;

// ---- Aspects --------------------------------------------------------------------------------------------------------

// An Aspect is a kind of case within a rule: a rule that was only put to the test by private messages says little about
// groups. Which aspects a rule has is part of the catalogue; what was never exercised follows.
enum class Aspect : std::uint8_t {
    Private,
    Group,
    Chatroom,
    Device,  // a device sent, or recalled, it
    Api,     // the server API did
    Recipient,
    Author,
    Mobile,  // the class of the device that it is about; these four in the order of the classes
    Web,
    Desktop,
    Miniprogram,
    Unturned,  // the service as the app was set up
    Turned,    // ... after somebody turned the switch
    On,
    Off,
    Changing,
    Online,      // a device that was online all the time
    FirstLogin,  // a device that logs in for the first time
    Return,      // ... that comes back
    Reinstall,   // ... that was reinstalled
    Join,        // a device that joins later
    Boundary,    // at its boundary, to the millisecond or the number
    Live,
    OfflineStore,
    Compensation,
    Replace,
    Refuse,
    Raised,  // a number above one
    Connect,
    Send,
    Publish,
    Recall,
    Allowed,
    Forbidden
};
inline constexpr std::size_t kAspects = 34;

// A set of aspects, a bit each.
using Aspects = std::uint64_t;
[[nodiscard]] constexpr Aspects bit(Aspect aspect) {
    return Aspects{1} << static_cast<unsigned>(aspect);
}

[[nodiscard]] std::string_view spell(Aspect aspect);               // `private`: a stable word
[[nodiscard]] std::string_view explain(Aspect aspect);             // `a private message`
[[nodiscard]] std::optional<Aspect> findAspect(std::string_view);  // by its word
[[nodiscard]] Aspects aspectsOf(RuleId id);                        // those that `id` has
[[nodiscard]] std::vector<Aspect> listed(Aspects aspects);         // in the order of the enumeration

// ---- The rows -------------------------------------------------------------------------------------------------------

enum class Level : std::uint8_t { Must, MustNot };

// Whether a rule names the service's being on or off: a service rule then goes with it.
enum class Names : std::uint8_t { Neither, OnOrOff, Off };

// A Rule is a row of the catalogue. Texts are plain sentences in Markdown.
struct Rule {
    RuleId id;
    std::string_view name;  // `web.evict-earliest`
    Level level;
    std::string_view source;     // `seed, "Impact on Web Platform Connection Count"`, `docs`, `derived`
    std::string_view quote;      // the seed's own words, where there are any
    std::string_view statement;  // what must or must not happen, one sentence
    std::string_view reading;    // how we read it: boundaries, exceptions, what is left undecided
    std::string_view tempted;    // when it counts as checked
    Aspects aspects = 0;         // the kinds of case within it
    Names names = Names::Neither;
    // What an adapter may do by itself so that the rule judges nothing of the system behind it; most rules: nothing.
    std::optional<Emulation> restsOn{};
    std::string_view passing{};  // a smallest trace (JSON Lines) that tempts it and is legal
    std::string_view failing{};  // a smallest trace that violates it
};

[[nodiscard]] std::span<const Rule, kRules> catalogue();
[[nodiscard]] const Rule& rule(RuleId id);
[[nodiscard]] std::optional<RuleId> findRule(std::string_view name);
[[nodiscard]] std::vector<std::string_view> ruleNames();

// ---- Verdicts -------------------------------------------------------------------------------------------------------

// How often a rule was put to the test, and with what outcome.
struct Counts {
    std::uint64_t checked = 0;  // kept or violated
    std::uint64_t violated = 0;
    std::uint64_t undecided = 0;  // the seed, a reading or the switch's 30 minutes allow both
    std::uint64_t lapsed = 0;     // a duty that ended before it was due
    Aspects aspects = 0;          // of the checks; there may be bits that the rule does not have
    friend bool operator==(const Counts&, const Counts&) = default;

    Counts& operator+=(const Counts& other) {
        checked += other.checked;
        violated += other.violated;
        undecided += other.undecided;
        lapsed += other.lapsed;
        aspects |= other.aspects;
        return *this;
    }
};
using RuleCounts = std::array<Counts, kRules>;

// A link of the chain of events that explains a violation.
struct Because {
    std::uint64_t event = 0;  // number of the event, from 0
    Instant t{};
    std::uint32_t origin = 0;  // Event::origin of it
    std::string text;          // `alice/tab1 online`
};

struct Violation {
    RuleId rule{};
    Instant t{};
    std::uint64_t event =
        0;  // the event that violated it, or the `settled` (time mode: the event after the moment) by which it was due
    std::uint32_t origin = 0;  // Event::origin of the event to blame: the forbidden one, or what raised the duty
    DeviceId device;
    UserId user;
    MessageId message;
    std::string messageName;  // as the trace spells it
    std::string text;         // one sentence that names who, what and why
    std::vector<Because> because;
};

// Something irregular in a trace that readers put up with: an `online` of a device that is online, a second answer.
enum class Tolerance : std::uint8_t {
    OnlineTwice,
    OfflineTwice,
    CaughtUpOffline,
    ReinstallOnline,
    SecondAnswer,
    LateAcceptance,
    Reordered,
    SkippedLine
};
inline constexpr std::size_t kTolerances = 8;
[[nodiscard]] std::string_view spell(Tolerance tolerance);
using ToleranceCounts = std::array<std::uint64_t, kTolerances>;

// ---- Checker --------------------------------------------------------------------------------------------------------

namespace rules {
class Witness;  // hears what each rule says (sim/rules/witness.hpp)
}

struct CheckerOptions {
    std::optional<Millis> settle;       // judge in time mode with this delay, whatever `settled` lines say
    std::size_t violationLimit = 1000;  // more are counted, not described
    rules::Witness* witness = nullptr;  // for those who explain; it must live as long as the Checker and its copies
};

// A Checker judges one trace. It is a value: a copy made in the middle goes on alike. Not thread-safe.
//
// REQUIRES of feed(): the events form a valid trace (the trace reader vouches for that): times do not run backwards,
// ids are declared, answers were asked for, no message id is used again within its horizon.
class Checker {
public:
    Checker(const Header& header, CheckerOptions options = {});
    Checker(const Checker& other);
    Checker& operator=(const Checker& other);
    Checker(Checker&&) noexcept;
    Checker& operator=(Checker&&) noexcept;
    ~Checker();

    // Judges the next event. `lexicon` and `annex` are those the event's numbers refer to.
    void feed(const Event& event, const Lexicon& lexicon, const Annex& annex);

    // The same for several events in a row; faster than one at a time.
    void feed(std::span<const Event> events, const Lexicon& lexicon, const Annex& annex);

    // The trace ends here: judges what is due and counts the duties that are still open. Call once, after the last
    // feed().
    void finish(const Lexicon& lexicon);

    [[nodiscard]] const RuleCounts& counts() const;
    void countOnFrom(const RuleCounts& counts);  // for search, which goes back, and counts all that it tried
    [[nodiscard]] const std::vector<Violation>& violations() const;
    [[nodiscard]] const ToleranceCounts& tolerances() const;

    // Duties that were neither kept nor due when the trace ended: with any, a trace without violations is inconclusive.
    [[nodiscard]] std::uint64_t openDuties() const;

    // How many events were fed.
    [[nodiscard]] std::uint64_t events() const;
    // How much was looked at besides what the events name: pairs of a device and a message, for logins, reinstalls and
    // what waits for its answer. It grows with the trace, not with its square.
    [[nodiscard]] std::uint64_t looks() const;

    // Bytes of memory that the checker's state takes, for the bench.
    [[nodiscard]] std::size_t memory() const;

    struct State;                              // what it knows; defined and used in sim/rules only
    [[nodiscard]] const State& state() const;  // for search, which writes it as bytes (sim/rules/canonical.hpp)

private:
    std::unique_ptr<State> state_;
};

}  // namespace mdsync
