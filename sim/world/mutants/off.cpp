// Known-bad servers: wrong while the service is off.
#include "world/mutants/rows.hpp"

namespace mdsync::world {
namespace {

bool reachesAllWhileOff(const State& s, const Message& m, const Reach& r) {
    return (!r.on && !m.status) || right::reachesRecipient(s, m, r);
}

bool showsSentWhileOff(const State& s, const Message& m, const Reach& r) {
    const bool isCopy = !r.on && !m.byApi() && !m.status && r.device != m.from;
    return isCopy || right::reachesAuthor(s, m, r);
}

Via compensatesWhileOff(State& s, const Message& m, const Standing& standing, const Login& login, bool unclaimed) {
    const Via usual = right::bringsAtLogin(s, m, standing, login, unclaimed);
    if (usual != Via::Unknown || login.on || !right::isInWindow(s, m, login)) return usual;
    return standing.audience || (standing.author && !m.byApi()) ? Via::Compensation : Via::Unknown;
}

}  // namespace

std::vector<Row> offRows() {
    return {
        {.name = "off-delivers-to-all",
         .breaks = "delivers to all devices while the service is off",
         .expected = {"off.single-device"},
         .decisions = {.reachesRecipient = reachesAllWhileOff}},
        {.name = "off-delivers-to-all-web",
         .breaks = "delivers to web tabs besides another device while off",
         .expected = {"off.single-device"},
         .scope = only(DeviceClass::Web),
         .decisions = {.reachesRecipient = reachesAllWhileOff}},
        {.name = "off-delivers-to-all-group",
         .breaks = "delivers group messages to all devices while off",
         .expected = {"off.single-device"},
         .scope = only(AddressKind::Group),
         .decisions = {.reachesRecipient = reachesAllWhileOff}},
        {.name = "off-delivers-to-all-sometimes",
         .breaks = "delivers one message in a hundred to all devices while off",
         .expected = {"off.single-device"},
         .scope = oneIn(100),
         .decisions = {.reachesRecipient = reachesAllWhileOff}},
        {.name = "off-syncs-sent",
         .breaks = "shows the author's other devices what one of them sent while off",
         .expected = {"off.no-sent-sync"},
         .decisions = {.reachesAuthor = showsSentWhileOff}},
        {.name = "off-syncs-sent-group",
         .breaks = "shows the author's other devices while off what one of them sent to a group",
         .expected = {"off.no-sent-sync"},
         .scope = only(AddressKind::Group),
         .decisions = {.reachesAuthor = showsSentWhileOff}},
        {.name = "off-compensates",
         .breaks = "compensates at a login while off",
         .expected = {"off.no-compensation"},
         .decisions = {.bringsAtLogin = compensatesWhileOff}},
        {.name = "off-compensates-group",
         .breaks = "compensates group messages while off",
         .expected = {"off.no-compensation"},
         .scope = only(AddressKind::Group),
         .decisions = {.bringsAtLogin = compensatesWhileOff}},
        {.name = "off-store-gives-to-all",
         .breaks = "gives the offline store to every device that logs in while off",
         .expected = {"off.no-compensation"},
         .decisions = {.bringsAtLogin =
                           [](State& s, const Message& m, const Standing& standing, const Login& login,
                              bool unclaimed) {
                               const int days = s.service.app.offlineDays;
                               const bool gives =
                                   !login.on && standing.audience && right::storeStillHas(s, m, s.now(), days);
                               return gives ? Via::Offline : right::bringsAtLogin(s, m, standing, login, unclaimed);
                           }}},
        {.name = "off-recall-syncs",
         .breaks = "shows a recall on all devices while off",
         .expected = {"off.recall-stays-local"},
         .decisions = {
             .tellsOnline = [](const State&, const Message&, const Standing&, const Reach&, bool) { return true; },
             .tellsAtLogin = [](const State& s, const Message& m, const Login& login,
                                bool told) { return !login.on || right::tellsAtLogin(s, m, login, told); }}},
        {.name = "off-stores-for-sender",
         .breaks = "keeps server-API messages for the sender's next login while off",
         .expected = {"off.api-online-only"},
         .decisions = {.bringsAtLogin =
                           [](State& s, const Message& m, const Standing& standing, const Login& login,
                              bool unclaimed) {
                               const Via usual = right::bringsAtLogin(s, m, standing, login, unclaimed);
                               const bool isCopy = standing.author && m.byApi() && m.includeSender;
                               const bool stores = !login.on && isCopy && right::isInWindow(s, m, login);
                               return usual == Via::Unknown && stores ? Via::Compensation : usual;
                           }}},
    };
}

}  // namespace mdsync::world
