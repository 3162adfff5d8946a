// World: the simulated system. A deterministic messaging server, a network and devices, in virtual time.
//
// A World is one legal implementation of the seed's service, or, with a changed policy, a known-bad one. It is asked to
// do things (Op), runs virtual time, and reports what happened as events; what was asked the caller writes down itself
// (see target.hpp). Equal arguments and equal calls give equal events, on every machine.
//
// A World is a value: a copy made in the middle of a run goes on exactly like the original. It is not thread-safe;
// different worlds may be used by different threads. The Lexicon it was made with must outlive it and its copies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/choices.hpp"
#include "mdsync/op.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

// A Change is one decision of the reference server, replaced by another. See the table of mutants for what each breaks.
enum class Change : std::uint8_t {
    None,
    // off
    OffDeliversToAll,
    OffSyncsSent,
    OffCompensates,
    OffStoreGivesToAll,
    OffRecallSyncs,
    OffStoresForSender,
    // online
    OnDeliversToOne,
    OnKeepsSentLocal,
    // limit, web
    IgnoresLimits,
    AllowsOneMore,
    IgnoresRaisedLimit,
    KicksAcrossClasses,
    CountsWebAsMobile,
    EvictsNewest,
    EvictsSecond,
    EvictsTwo,
    AllowsNineTabs,
    AllowsElevenTabs,
    AgesByFirstConnection,
    RefusesNewcomer,
    ReplacesWhereRefusing,
    TabsKeepLimitOne,
    // status
    KeepsTyping,
    KeepsCustomStatus,
    KeepsApiStatus,
    StatusToOneDevice,
    DropsClientStatus,
    // service
    OnByDefault,
    NeverTurnsOn,
    NeverTurnsOff,
    TurnsAMinuteLate,
    AllowsUnpaid,
    RefusesPaid,
    AllowsEightDays,
    AllowsZeroDays,
    RefusesSevenDays,
    RefusesToTurnOff,
    // compensation
    CompensatesNothing,
    CompensatesOnlyReceived,
    CompensatesOnlySent,
    CompensatesOnlyFirstLogin,
    CompensatesOnlyReturning,
    WindowDayTooLong,
    WindowDayTooShort,
    WindowRolling,
    WindowCalendar,
    WindowInUtc,
    WindowBySteps,
    WindowBySendTime,
    WindowStartExcluded,
    ForgetsReinstall,
    ListsEverything,
    ListsReceivedOnly,
    ListsTwice,
    // recall
    RecallSkipsRecipients,
    RecallSkipsOwnDevices,
    RecallForgetsOffline,
    RecallReturns,
    RecallsAnother,
    RecallIgnoredWhileOff,
    RecallLostInCatchUp,
    // api
    IgnoresIncludeSender,
    AlwaysIncludesSender,
    ForgetsSenderOffline,
    // chatroom
    RoomRemembersDevice,
    RoomReplays,
    // delivery
    NeverAnswersLogin,
    NeverAnswersRecall,
    NeverAnswersSend,
    DropsMessages,
    StoresNothing,
    StoresADayLess,
    LosesDuringCatchUp,
    LosesInFlight,
    KeepsBeyondHorizon,
    RejectsAndDelivers,
    LeaksToLateMembers,
    LeaksToOthers,
    LeaksRecall,
    RepeatsOnLogin,
    EchoesToSender,
    DeliversDuplicates,
    DeliversAfterEnd,
    Reorders,
    NewestFirst,
    CutsBody,
    SwapsBodies,
    // what a restart forgets
    RestartForgetsMailboxes,
    RestartForgetsSwitch,
    RestartForgetsSettings,
    RestartForgetsMembers,
    RestartForgetsRecalls,
    // everything at once
    DeliversNothing,
    SaysYes,
    // canaries
    Silent,
    Lying
};

enum class DeviceClass : std::uint8_t { Mobile, Web, Desktop, Miniprogram };

// A Scope narrows a change down to some cases, for partial mutants. What is absent covers all.
struct Scope {
    std::optional<DeviceClass> deviceClass;
    std::optional<AddressKind> target;
    std::uint32_t oneIn = 1;  // only one case in so many, drawn
};

// The choices that the seed leaves to a server: each value is legal.
struct Knobs {
    enum class OffDevice : std::uint8_t { MostRecent, Earliest, Drawn };
    OffDevice offDevice = OffDevice::MostRecent;  // OFF: which online device gets a message
    bool offEchoesToOne = false;                  // OFF, includeSender: one online device of the sender instead of all
    bool offStatusToAll = false;                  // OFF: a status message to all online devices instead of one
    bool compensatesOffEra = true;                // ON: compensate what was accepted while the service was off
    bool cutsOnlyOne = false;                     // over the number by more than one (it shrank): disconnect one only
    bool onlineBeforeEviction = false;            // the newcomer is online before others are disconnected for it
    bool storesToHorizon = false;                 // the offline store gives what is older than offlineDays, too
    bool deliversRecalled = false;    // ON: what was recalled meanwhile is delivered and recalled at once, not skipped
    bool recallsBeyondWindow = true;  // ON: a recall older than the window is still told at a login
    bool deliversToLeft = false;      // who left the group still gets what was accepted before
    bool roomEchoesToAuthor = true;   // the author's other devices in a chatroom get the message
    bool turnsAtOnce = false;         // CHANGING: behave as after the turn, instead of as before
};

// A ServerPolicy is what a server decides otherwise than the reference server.
struct ServerPolicy {
    Change change = Change::None;
    Scope scope;
    Knobs knobs;
};

// A Mutant is a known-bad server.
struct Mutant {
    std::string_view name;                   // `evict-newest`
    std::string_view breaks;                 // what it does wrong
    std::vector<std::string_view> expected;  // the rules of which one must catch it
    Change change = Change::None;
    Scope scope;
};

// All known-bad servers, in the order of the rules they break.
[[nodiscard]] std::span<const Mutant> mutants();

// Names for the values of Knobs that are not the default: `turns-at-once`, `off-device=earliest`.
[[nodiscard]] std::vector<std::string_view> knobNames();

// Knobs from such names, separated by commas; nothing if one of them is none. And the name of the reference server that
// makes these choices: `reference`, or `reference:KNOB,KNOB`.
[[nodiscard]] std::optional<Knobs> parseKnobs(std::string_view names);
// Sets the knob of this name to its default; false if it has that already.
bool forgetKnob(std::string_view name, Knobs& knobs);
[[nodiscard]] std::string spellReference(const Knobs& knobs);

// The policy of a server by name: `reference`, `reference:KNOB,...` or `mutant:NAME`. Nothing if there is none.
[[nodiscard]] std::optional<ServerPolicy> findServer(std::string_view name);

namespace world {
struct State;
}

class World {
public:
    // A world at `header.t` where all devices are offline. Chance comes from `seed`. Adds the words that it may say to
    // `lexicon`. REQUIRES: a legal header (spec, "Edges").
    World(const Header& header, Lexicon& lexicon, const ServerPolicy& policy, std::uint64_t seed);

    // The same with a given source of chance; with randomChoices(seed) it runs exactly as with `seed`.
    World(const Header& header, Lexicon& lexicon, const ServerPolicy& policy, std::unique_ptr<Choices> choices);

    World(const World& other);
    World& operator=(const World& other);
    World(World&& other) noexcept;
    World& operator=(World&& other) noexcept;
    ~World();

    // Begins an operation at the current instant, without moving time. Ok: done, or on its way. Pending: a login that
    // is under way. Refused: `text` is the code; the world then emits no event for it. What acts at the server at once
    // (sync, set, join, leave, release, restart) comes after whatever is due at this instant.
    Answer start(const Op& op);

    // A login, and time until the device is online (Ok) or refused (Refused, no event). Pending if nothing is under way
    // any more and it is neither.
    Answer login(const Op& op);

    // Runs time until nothing is in flight. Answer::held: a hold holds something back, or a drop is not noticed yet.
    Answer settle();

    // Runs time for exactly `duration`. What is due at its very end has happened.
    void advance(Millis duration);

    [[nodiscard]] Instant now() const;

    // What happened since the caller last cleared it, oldest first; `annex` holds what `caught-up` events refer to. The
    // caller clears both.
    [[nodiscard]] std::vector<Event>& events();
    [[nodiscard]] Annex& annex();

    // Whether the policy's change ever made a difference to a decision.
    [[nodiscard]] bool activated() const;

    // How many packets are under way.
    [[nodiscard]] std::size_t inFlight() const;

    // The memory this world holds, in bytes, without the events.
    [[nodiscard]] std::size_t bytes() const;

    // The state itself, for search, which takes the network into its own hands and renames things in the state's bytes
    // (sim/world/lines.hpp, canonical.hpp).
    [[nodiscard]] world::State& state();
    [[nodiscard]] const world::State& state() const;

    // The state as bytes, with times relative to now: worlds with equal bytes have equal futures. Without the events,
    // and without the state of chance.
    [[nodiscard]] std::string canonical() const;

private:
    std::unique_ptr<world::State> state_;
};

}  // namespace mdsync
