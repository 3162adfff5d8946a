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

bool skipsRecipients(const State& s, const Message& m, const Standing& standing, const Reach& r, bool toldAlready) {
    return right::tellsOnline(s, m, standing, r, toldAlready) && !(r.on && standing.audience);
}

bool isBySomebodyElse(const State& s, const Message& m) {
    return s.messages.aftermath(m).recaller != m.author;
}

}  // namespace

std::vector<Row> recallRows() {
    return {
        {.name = "recall-skips-recipients",
         .breaks = "does not tell the recipients of a recall while on",
         .expected = {"recall.online-devices"},
         .decisions = {.tellsOnline = skipsRecipients}},
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
        {.name = "recall-skips-group-members",
         .breaks = "does not tell the members of a group of a recall while on",
         .expected = {"recall.online-devices"},
         .scope = only(AddressKind::Group),
         .decisions = {.tellsOnline = skipsRecipients}},
        {.name = "recall-by-others-ignored",
         .breaks = "takes a recall by somebody who did not write the message and tells nobody",
         .expected = {"recall.online-devices", "recall.offline-devices", "recall.basic"},
         .decisions = {.tellsOnline =
                           [](const State& s, const Message& m, const Standing& standing, const Reach& r, bool told) {
                               return right::tellsOnline(s, m, standing, r, told) && !isBySomebodyElse(s, m);
                           },
                       .tellsAtLogin =
                           [](const State& s, const Message& m, const Login& login, bool told) {
                               return right::tellsAtLogin(s, m, login, told) && !isBySomebodyElse(s, m);
                           }}},
        {.name = "recall-by-backend-forgets-offline",
         .breaks = "does not tell devices that were offline of a recall by the app's backend",
         .expected = {"recall.offline-devices"},
         .decisions = {.tellsAtLogin =
                           [](const State& s, const Message& m, const Login& login, bool told) {
                               const bool byDevice = s.messages.aftermath(m).recallerDevice.exists();
                               return right::tellsAtLogin(s, m, login, told) && (byDevice || !login.on);
                           }}},
        {.name = "recall-of-backend-messages-ignored",
         .breaks = "takes a recall of a server-API message and tells nobody who is online",
         .expected = {"recall.online-devices", "recall.basic"},
         .decisions = {.tellsOnline =
                           [](const State& s, const Message& m, const Standing& standing, const Reach& r, bool told) {
                               return right::tellsOnline(s, m, standing, r, told) && !m.byApi();
                           }}},
        {.name = "second-recall-undoes",
         .breaks = "takes a second recall of a message for the end of the first",
         .expected = {"recall.offline-devices", "recall.no-return"},
         .deeds = {.atSecondRecall =
                       [](State& s, MessageId id) {
                           if (strays(s)) s.messages[id].recalled = false;
                       }}},
        {.name = "recall-overtaken",
         .breaks = "does not tell a device of a recall to which the message is still on its way",
         .expected = {"recall.no-return", "recall.online-devices", "recall.basic"},
         .decisions = {.tellsOnline =
                           [](const State& s, const Message& m, const Standing& standing, const Reach& r, bool told) {
                               const bool isHeld = right::isListed(s, m, standing, r.device);
                               return right::tellsOnline(s, m, standing, r, told) && isHeld;
                           }}},
        {.name = "recall-told-once",
         .breaks = "does not tell a device again of a recall that was lost on its way",
         .expected = {"recall.offline-devices"},
         .decisions = {.tellsAtLogin =
                           [](const State& s, const Message& m, const Login& login, bool told) {
                               const Device& device = s.at(login.device);
                               const Standing standing = standingOf(s, m, device.user);
                               const std::uint32_t offset = login.device.value - s.at(device.user).first.value;
                               const bool wasTold = s.messages.told(m, standing.place + offset);
                               return right::tellsAtLogin(s, m, login, told) && !wasTold;
                           }}},
        {.name = "recall-by-message-age",
         .breaks = "does not tell at a login of the recall of a message from before the window",
         .expected = {"recall.offline-devices"},
         .decisions = {.tellsAtLogin =
                           [](const State& s, const Message& m, const Login& login, bool told) {
                               const bool isOld = login.on && m.acceptedAt < login.windowStart;
                               return right::tellsAtLogin(s, m, login, told) && !isOld;
                           }}},
        {.name = "recall-returns-after-reinstall",
         .breaks = "compensates a reinstalled app with what was recalled",
         .expected = {"recall.no-return"},
         .decisions = {.bringsRecalled =
                           [](const State& s, const Message& m, const Login& login) {
                               const DeviceSide& side = s.side(login.device);
                               const bool isReinstalled = side.installation > 1 && side.logins == 0;
                               return isReinstalled ? Recalled::MessageAlone : right::bringsRecalled(s, m, login);
                           }},
         .memory = {.ofDevice = [](const State& s, DeviceId d,
                                   Encoder& out) { out.flag(s.side(d).installation > 1); }}},
    };
}

}  // namespace mdsync::world
