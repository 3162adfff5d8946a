// Known-bad servers: wrong in whom they tell of a recall, and of which.
#include "world/audience.hpp"
#include "world/mutants/rows.hpp"

namespace mdsync::world {
namespace {

bool skipsOwnDevices(const State& s, const Message& m, const Standing& standing, const Reach& r, bool toldAlready) {
    const bool isOwn = s.at(r.device).user == s.messages.aftermath(m).recaller;
    return right::tellsOnline(s, m, standing, r, toldAlready) && !(r.on && isOwn);
}

bool forgetsOffline(const State& s, const Message& m, const Login& login, bool toldAlready) {
    return !login.on && right::tellsAtLogin(s, m, login, toldAlready);
}

// The message accepted just before, if there is one and it is not recalled.
MessageId theOneBefore(const State& s, MessageId id) {
    for (std::size_t i = s.acceptedBegin + 1; i < s.accepted.size(); ++i) {
        const MessageId before = s.accepted[i - 1];
        if (s.accepted[i] == id && !s.messages[before].recalled) return before;
    }
    return id;
}

}  // namespace

std::vector<Row> recallRows() {
    return {
        {.name = "recall-skips-recipients",
         .breaks = "does not tell the recipients of a recall while on",
         .expected = {"recall.online-devices"},
         .decisions = {.tellsOnline =
                           [](const State& s, const Message& m, const Standing& standing, const Reach& r, bool told) {
                               return right::tellsOnline(s, m, standing, r, told) && !(r.on && standing.audience);
                           }}},
        {.name = "recall-skips-own-devices",
         .breaks = "does not tell the recalling user's other devices",
         .expected = {"recall.online-devices"},
         .decisions = {.tellsOnline = skipsOwnDevices}},
        {.name = "recall-skips-web",
         .breaks = "does not tell the recalling user's other web tabs",
         .expected = {"recall.online-devices"},
         .scope = only(DeviceClass::Web),
         .decisions = {.tellsOnline = skipsOwnDevices}},
        {.name = "recall-lost-in-catch-up",
         .breaks = "does not tell a device that is catching up",
         .expected = {"recall.online-devices", "recall.no-return"},
         .decisions = {.tellsOnline =
                           [](const State& s, const Message& m, const Standing& standing, const Reach& r, bool told) {
                               const bool isSkipped = r.on && s.at(r.device).catchingUp;
                               return right::tellsOnline(s, m, standing, r, told) && !isSkipped;
                           }}},
        {.name = "recall-forgets-offline",
         .breaks = "does not tell devices that were offline of a recall",
         .expected = {"recall.offline-devices"},
         .decisions = {.tellsAtLogin = forgetsOffline}},
        {.name = "recall-forgets-offline-group",
         .breaks = "does not tell devices that were offline of a recall in a group",
         .expected = {"recall.offline-devices"},
         .scope = only(AddressKind::Group),
         .decisions = {.tellsAtLogin = forgetsOffline}},
        {.name = "recall-returns",
         .breaks = "compensates a recalled message as if it were not",
         .expected = {"recall.no-return"},
         .decisions = {.bringsRecalled = [](const State&, const Message&,
                                            const Login&) { return Recalled::MessageAlone; }}},
        {.name = "recalls-another",
         .breaks = "recalls the message before instead",
         .expected = {"delivery.no-phantom", "recall.online-devices", "recall.basic"},
         .decisions = {.meantBy = theOneBefore}},
        {.name = "recall-ignored-while-off",
         .breaks = "takes a recall while off and tells nobody",
         .expected = {"recall.basic"},
         .decisions = {.tellsOnline = [](const State& s, const Message& m, const Standing& standing, const Reach& r,
                                         bool told) { return r.on && right::tellsOnline(s, m, standing, r, told); },
                       .tellsAtLogin = [](const State& s, const Message& m, const Login& login,
                                          bool told) { return login.on && right::tellsAtLogin(s, m, login, told); }}},
        {.name = "recall-forgotten-at-restart",
         .breaks = "forgets recalls at a restart",
         .expected = {"recall.offline-devices", "recall.no-return"},
         .deeds = {.atRestart =
                       [](State& s) {
                           for (std::size_t i = s.acceptedBegin; i < s.accepted.size(); ++i) {
                               Message& m = s.messages[s.accepted[i]];
                               if (m.recalled && strays(s)) m.recalled = false;
                           }
                       }}},
    };
}

}  // namespace mdsync::world
