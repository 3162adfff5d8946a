// Decisions: what the server decides, one named function each.
//
// These are the places where implementations of the seed differ, and where the known-bad servers differ from this one:
// a Change replaces the outcome of one of them. Written from the seed and spec.md alone.
#pragma once

#include <vector>

#include "world/state.hpp"

namespace mdsync::world {

// ---- The switch and the settings (seed, "Enabling the Service") ----

// Whether the service behaves as ON now. While a turn takes effect the behaviour before it lasts.
[[nodiscard]] bool serviceOn(State& s);

// The code with which the console refuses to turn the switch, or none.
[[nodiscard]] TextId refusalOfTurn(State& s, bool enable);

// The code with which a change of settings is refused, or none.
[[nodiscard]] TextId refusalOfSettings(State& s, const SettingsChange& change);

// ---- Logins and limits (seed, "Applicable Scenarios", "Impact on Web Platform Connection Count") ----

[[nodiscard]] DeviceClass classOf(Platform platform);

// What a login leads to: it is refused, or some devices go for it.
struct Admission {
    bool refused = false;
    std::vector<DeviceId> leaving;  // in the order in which they are disconnected
    OfflineReason reason = OfflineReason::Replaced;
};
[[nodiscard]] Admission admissionOf(State& s, DeviceId newcomer);

// Whether the server answers at all.
[[nodiscard]] bool answersLogin(State& s, DeviceId d);
[[nodiscard]] bool answersSend(State& s, const Message& m);
[[nodiscard]] bool answersRecall(State& s);

// ---- Messages (seed, "Messages Supported for Synchronization Across Devices") ----

// Whether a message of this type, sent this way, is a status message.
[[nodiscard]] bool isStatus(State& s, const Op& op);

// The horizon: how long after acceptance a message may still be brought.
[[nodiscard]] inline Millis horizon() {
    return std::chrono::days{8};
}
[[nodiscard]] bool beyondHorizon(State& s, const Message& m);

// Which devices that are online get a message at its acceptance. `chosen`: the device is the one that gets what goes to
// one only. Asked for every delivery: what the reference server decides is in place, what a wrong one does elsewhere.
[[nodiscard]] bool changedReachOfRecipient(State& s, const Message& m, DeviceId d, bool on, bool chosen, bool usual);
[[nodiscard]] bool changedReachOfAuthor(State& s, const Message& m, DeviceId d, bool on, bool usual);

// ON all devices of a recipient; OFF one.
[[nodiscard]] inline bool reachesRecipient(State& s, const Message& m, DeviceId d, bool on, bool chosen) {
    const bool usual = on || chosen || (m.status && s.policy.knobs.offStatusToAll);
    if (s.policy.change == Change::None) return usual;
    return changedReachOfRecipient(s, m, d, on, chosen, usual);
}

// ON the author's other devices, OFF none; what the server API sent, those only if the sender is included, ON or OFF.
[[nodiscard]] inline bool reachesAuthor(State& s, const Message& m, DeviceId d, bool on, bool chosen) {
    bool usual = on && d != m.from;
    if (m.byApi()) usual = m.includeSender && (on || chosen || !s.policy.knobs.offEchoesToOne);
    if (s.policy.change == Change::None) return usual;
    return changedReachOfAuthor(s, m, d, on, usual);
}

// Which online device of a user gets what goes to one only; none if no device is online.
[[nodiscard]] DeviceId chosenDevice(State& s, UserId u);

// ---- Logins: offline store and compensation (seed, "Impact on Offline Compensation") ----

// The first instant of what compensation may bring at a login now, and where a wrong server has it.
struct Window {
    Instant start{};
    Instant changed{};
};
[[nodiscard]] Window windowOf(const State& s);

// Whether the offline store still has a message of this age for a session that begins (began) at `began`, when it kept
// messages for so many days.
[[nodiscard]] bool storeStillHas(State& s, const Message& m, Instant began, int days);

// How a message that the device lacks comes to it at its login, or Unknown: not at all. `unclaimed`: no device of the
// user is known to have it, or to be getting it.
[[nodiscard]] Via bringsAtLogin(State& s, const Message& m, const Standing& standing, DeviceId d, bool on,
                                const Window& window, bool unclaimed);

// ---- Recall (seed, "Impact on Message Recall") ----

// Whether a recall is told to an online device that was sent the message. `toldAlready`: another device of that user
// was told; `recallers`: the device's user recalls.
[[nodiscard]] bool tellsOnline(State& s, const Message& m, const Standing& standing, DeviceId d, bool on,
                               bool toldAlready);

// The same at a login of a device that holds the message and does not show it recalled.
[[nodiscard]] bool tellsAtLogin(State& s, const Message& m, DeviceId d, bool on, bool toldAlready,
                                const Window& window);

}  // namespace mdsync::world
