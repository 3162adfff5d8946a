// Decisions: what the server decides, one named function each, and each of them right.
//
// These are the places where implementations of the seed differ. Written from the seed alone. The functions in `right`
// are the reference server; a known-bad server puts another function in the place of one of them (fault.hpp). So nobody
// calls a right function but another one of them, or a wrong one that is wrong in some cases only: the server asks
// decide<&Decisions::NAME>(s, ...).
#pragma once

#include <vector>

#include "world/state.hpp"

namespace mdsync::world {

// ---- Words of the decisions -----------------------------------------------------------------------------------------

// What a login leads to: it is refused, or some devices go for it.
struct Admission {
    bool refused = false;
    std::vector<DeviceId> leaving;  // in the order in which they are disconnected
    OfflineReason reason = OfflineReason::Replaced;
    friend bool operator==(const Admission&, const Admission&) = default;
};

// What the devices are shown of a message.
struct Body {
    std::uint64_t payload = 0;
    TextId text;
    friend bool operator==(const Body& a, const Body& b) { return a.payload == b.payload; }
};

// An online device that may get a message at its acceptance.
struct Reach {
    DeviceId device;
    bool on = false;      // the service is
    bool chosen = false;  // the device is the one that gets what goes to one only
};

// A login as its catch-up sees it.
struct Login {
    DeviceId device;
    bool on = false;        // the service is
    Instant windowStart{};  // the first instant of what compensation may bring
};

// What a login brings of a message that was recalled and that the device lacks.
enum class Recalled : std::uint8_t { Nothing, MessageAndRecall, MessageAlone };

// ---- What decisions are made of -------------------------------------------------------------------------------------

[[nodiscard]] DeviceClass classOf(Platform platform);

// The horizon: how long after acceptance a message may still be brought.
[[nodiscard]] constexpr Millis horizon() {
    return std::chrono::days{8};
}

// How many connections of a class one user may have, and by how many they are too many.
[[nodiscard]] std::size_t allowed(const State& s, DeviceClass deviceClass, bool on);
[[nodiscard]] constexpr std::size_t over(std::size_t count, std::size_t number) {
    return count > number ? count - number : 0;
}

// What the login of a device leads to where these are online and count against it, in any order.
[[nodiscard]] Admission admissionAgainst(State& s, DeviceId newcomer, std::vector<DeviceId> others);

// Refuses settings that are out of range, where compensationDays may be in `least`..`most`.
[[nodiscard]] TextId refusalUnlessDays(const State& s, const SettingsChange& change, std::int64_t least,
                                       std::int64_t most);

// The three things that make a message a status message: a status endpoint of the server API, the type of typing
// indicators, and a type that the app declared.
[[nodiscard]] bool atStatusEndpoint(const State& s, const Op& op);
[[nodiscard]] bool isTyping(const State& s, const Op& op);
[[nodiscard]] bool isDeclaredStatus(const State& s, const Op& op);

// Where `days` calendar days begin, the last of which is today in `zone`; and where so many times 24 hours do.
[[nodiscard]] Instant calendarStart(const Zone& zone, Instant now, int days);
[[nodiscard]] Instant rollingStart(Instant now, int days);

// Which online device of a user gets what goes to one only; none if no device is online.
[[nodiscard]] DeviceId chosenDevice(State& s, UserId u);

// ---- The decisions --------------------------------------------------------------------------------------------------

namespace right {

// -- The switch and the settings (seed, "Enabling the Service")

// Whether the service behaves as ON now. While a turn takes effect the behaviour before it lasts.
bool serviceOn(State& s);
bool turnIsInForce(const State& s);

// The code with which the console refuses to turn the switch, or to change settings; or none.
TextId refusalOfTurn(const State& s, bool enable);
TextId refusalOfSettings(const State& s, const SettingsChange& change);

// Whether a turn of the switch counts that is not refused; and whether asking for what the switch was turned to last is
// a turn.
bool turnCounts(const State& s, bool enable);
bool repeatingTurns(const State& s);

// -- Logins and limits (seed, "Applicable Scenarios", "Impact on Web Platform Connection Count")

// What the login of a device leads to, and what that depends on: whether a connection of class `other` counts against a
// newcomer of class `own`; by how many `count` connections of a class are too many; whether the newcomer is refused for
// that; or else, who leaves of `others`, whose connections began in this order.
Admission admissionOf(State& s, DeviceId newcomer);
bool countsTogether(const State& s, DeviceClass own, DeviceClass other);
std::size_t excess(const State& s, DeviceClass deviceClass, bool on, std::size_t count);
bool refusesNewcomer(const State& s, DeviceId newcomer, bool on);
std::vector<DeviceId> whoLeaves(const State& s, DeviceId newcomer, const std::vector<DeviceId>& others,
                                std::size_t over);

// Whether a device leaves its chatrooms when its session ends.
bool leavesRooms(const State& s, DeviceId d);

// -- Answers: whether there is one, and what it says

bool answersLogin(const State& s, DeviceId d);
bool answersSend(const State& s, const Message& m);
bool answersRecall(const State& s);
bool saysAccepted(const State& s, const Message& m);
bool saysRecalled(const State& s, bool isKnown);

// -- Messages (seed, "Messages Supported for Synchronization Across Devices")

// Whether what is asked for is a status message.
bool isStatus(const State& s, const Op& op);

// The instant of acceptance of a message that arrives now. Until then its acceptedAt tells when it was asked for.
Instant acceptanceOf(const State& s, const Message& m);

// What the devices will be shown of it.
Body bodyOf(const State& s, const Message& m);

// Whether it is past its horizon: nothing may bring it any more.
inline bool isOver(const State& s, const Message& m) {
    return s.now() > m.acceptedAt + horizon();
}

// Which devices that are online get a message at its acceptance. ON all devices of a recipient; OFF one.
inline bool reachesRecipient(const State& s, const Message& m, const Reach& r) {
    return r.on || r.chosen || (m.status && s.policy.knobs.offStatusToAll);
}

// ON the author's other devices, OFF none; what the server API sent, those only if the sender is included, ON or OFF.
inline bool reachesAuthor(const State& s, const Message& m, const Reach& r) {
    if (m.byApi()) return m.includeSender && (r.on || r.chosen || !s.policy.knobs.offEchoesToOne);
    return r.on && r.device != m.from;
}

// -- Connections

// Whether the server goes on sending to a device whose session has ended.
inline bool keepsSending(const State&, DeviceId) {
    return false;
}

// Whether the server keeps a packet aside for a moment, so that what it sends next overtakes it.
inline bool keepsAside(const State&) {
    return false;
}

// Whether packets are numbered: a device knows by the number what the network doubled.
bool numbersPackets(const State& s);

// Whether what was under way to a device when its connection broke counts as not received.
bool takesForLost(const State& s, const Message& m, DeviceId d);

// Whether the server believes a device that reports at its login whether it has a message.
bool takesReport(const State& s, const Message& m, DeviceId d);

// -- Groups

// Whether the next message is for the members as they are after a user joined, or left.
bool noticesJoining(const State& s, GroupId g);
bool noticesLeaving(const State& s, GroupId g);

// -- Logins: offline store and compensation (seed, "Impact on Offline Compensation")

// The first instant of what compensation may bring at a login now, and whether a message is inside.
Instant windowStart(const State& s);
bool isInWindow(const State& s, const Message& m, const Login& login);

// Whether the offline store still has a message of this age for a session that begins (began) at `began`, when it kept
// messages for so many days.
bool storeStillHas(const State& s, const Message& m, Instant began, int days);

// Whether compensation brings a message of the window, ON.
bool compensates(const State& s, const Message& m, const Standing& standing, DeviceId d);

// How a message that the device lacks comes to it at its login, or Unknown: not at all. `unclaimed`: no device of the
// user is known to have it, or to be getting it.
Via bringsAtLogin(State& s, const Message& m, const Standing& standing, const Login& login, bool unclaimed);

// What comes of a message that was recalled, where it would come if it were not.
Recalled bringsRecalled(const State& s, const Message& m, const Login& login);

// Whether a login brings a message that the device has.
bool repeats(const State& s, const Message& m, const Login& login);

// Whether a catch-up goes from the newest message to the oldest.
bool catchesUpBackwards(const State& s);

// The conversations that a device shows when its catch-up is complete, and whether a message is a reason to show its
// conversation.
std::vector<Address> conversationsOf(State& s, DeviceId d);
bool isListed(const State& s, const Message& m, const Standing& standing, DeviceId d);

// -- Recall (seed, "Impact on Message Recall")

// The message that a request to recall `id` recalls.
MessageId meantBy(const State& s, MessageId id);

// Whether a recall is told to an online device that was sent the message. `toldAlready`: another device of that user
// was told.
bool tellsOnline(const State& s, const Message& m, const Standing& standing, const Reach& r, bool toldAlready);

// The same at a login of a device that holds the message and does not show it recalled.
bool tellsAtLogin(const State& s, const Message& m, const Login& login, bool toldAlready);

}  // namespace right

// ---- The table ------------------------------------------------------------------------------------------------------

// The decisions of a server: the right ones, unless something else is put in their place.
struct Decisions {
    decltype(right::serviceOn)* serviceOn = right::serviceOn;
    decltype(right::turnIsInForce)* turnIsInForce = right::turnIsInForce;
    decltype(right::refusalOfTurn)* refusalOfTurn = right::refusalOfTurn;
    decltype(right::refusalOfSettings)* refusalOfSettings = right::refusalOfSettings;
    decltype(right::turnCounts)* turnCounts = right::turnCounts;
    decltype(right::repeatingTurns)* repeatingTurns = right::repeatingTurns;

    decltype(right::admissionOf)* admissionOf = right::admissionOf;
    decltype(right::countsTogether)* countsTogether = right::countsTogether;
    decltype(right::excess)* excess = right::excess;
    decltype(right::refusesNewcomer)* refusesNewcomer = right::refusesNewcomer;
    decltype(right::whoLeaves)* whoLeaves = right::whoLeaves;
    decltype(right::leavesRooms)* leavesRooms = right::leavesRooms;

    decltype(right::answersLogin)* answersLogin = right::answersLogin;
    decltype(right::answersSend)* answersSend = right::answersSend;
    decltype(right::answersRecall)* answersRecall = right::answersRecall;
    decltype(right::saysAccepted)* saysAccepted = right::saysAccepted;
    decltype(right::saysRecalled)* saysRecalled = right::saysRecalled;

    decltype(right::isStatus)* isStatus = right::isStatus;
    decltype(right::acceptanceOf)* acceptanceOf = right::acceptanceOf;
    decltype(right::bodyOf)* bodyOf = right::bodyOf;
    decltype(right::isOver)* isOver = right::isOver;
    decltype(right::reachesRecipient)* reachesRecipient = right::reachesRecipient;
    decltype(right::reachesAuthor)* reachesAuthor = right::reachesAuthor;

    decltype(right::keepsSending)* keepsSending = right::keepsSending;
    decltype(right::keepsAside)* keepsAside = right::keepsAside;
    decltype(right::numbersPackets)* numbersPackets = right::numbersPackets;
    decltype(right::takesForLost)* takesForLost = right::takesForLost;
    decltype(right::takesReport)* takesReport = right::takesReport;

    decltype(right::noticesJoining)* noticesJoining = right::noticesJoining;
    decltype(right::noticesLeaving)* noticesLeaving = right::noticesLeaving;

    decltype(right::windowStart)* windowStart = right::windowStart;
    decltype(right::isInWindow)* isInWindow = right::isInWindow;
    decltype(right::storeStillHas)* storeStillHas = right::storeStillHas;
    decltype(right::compensates)* compensates = right::compensates;
    decltype(right::bringsAtLogin)* bringsAtLogin = right::bringsAtLogin;
    decltype(right::bringsRecalled)* bringsRecalled = right::bringsRecalled;
    decltype(right::repeats)* repeats = right::repeats;
    decltype(right::catchesUpBackwards)* catchesUpBackwards = right::catchesUpBackwards;
    decltype(right::conversationsOf)* conversationsOf = right::conversationsOf;
    decltype(right::isListed)* isListed = right::isListed;

    decltype(right::meantBy)* meantBy = right::meantBy;
    decltype(right::tellsOnline)* tellsOnline = right::tellsOnline;
    decltype(right::tellsAtLogin)* tellsAtLogin = right::tellsAtLogin;
};
inline constexpr Decisions kReference{};
}  // namespace mdsync::world
