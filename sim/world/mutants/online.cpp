// Known-bad servers: wrong in what they send to devices that are online while the service is on.
#include "world/mutants/rows.hpp"

namespace mdsync::world {
namespace {

bool reachesOneWhileOn(const State& s, const Message& m, const Reach& r) {
    return r.on && !m.status ? r.chosen : right::reachesRecipient(s, m, r);
}

bool keepsSentLocal(const State& s, const Message& m, const Reach& r) {
    return right::reachesAuthor(s, m, r) && (m.byApi() || !r.on);
}

// How many of the user's online devices connected after this one.
std::size_t newerThan(const State& s, DeviceId d) {
    std::size_t newer = 0;
    for (const DeviceId other : DeviceRange{s.at(s.at(d).user)}) {
        newer += s.at(other).online && s.at(other).began > s.at(d).began ? 1U : 0U;
    }
    return newer;
}

bool isToOneself(const Message& m) {
    return m.to.kind == AddressKind::User && m.to.user() == m.author;
}

}  // namespace

std::vector<Row> onlineRows() {
    return {
        {.name = "on-delivers-to-one",
         .breaks = "delivers to one device while on",
         .expected = {"online.received"},
         .decisions = {.reachesRecipient = reachesOneWhileOn}},
        {.name = "on-skips-web",
         .breaks = "leaves out a web tab unless it connected last",
         .expected = {"online.received"},
         .scope = only(DeviceClass::Web),
         .decisions = {.reachesRecipient = reachesOneWhileOn}},
        {.name = "on-delivers-group-to-one",
         .breaks = "delivers group messages to one device while on",
         .expected = {"online.received"},
         .scope = only(AddressKind::Group),
         .decisions = {.reachesRecipient = reachesOneWhileOn}},
        {.name = "on-keeps-sent-local",
         .breaks = "does not show the author's other devices what one of them sent",
         .expected = {"online.sent"},
         .decisions = {.reachesAuthor = keepsSentLocal}},
        {.name = "on-keeps-sent-local-group",
         .breaks = "does not show the author's other devices what one of them sent to a group",
         .expected = {"online.sent"},
         .scope = only(AddressKind::Group),
         .decisions = {.reachesAuthor = keepsSentLocal}},
        {.name = "on-keeps-sent-from-desktop",
         .breaks = "does not show desktops what the user sent elsewhere",
         .expected = {"online.sent"},
         .scope = only(DeviceClass::Desktop),
         .decisions = {.reachesAuthor = keepsSentLocal}},
        {.name = "on-delivers-to-two",
         .breaks = "delivers to the two most recent devices while on",
         .expected = {"online.received"},
         .decisions = {.reachesRecipient =
                           [](const State& s, const Message& m, const Reach& r) {
                               const bool isLeftOut = r.on && !m.status && newerThan(s, r.device) >= 2;
                               return right::reachesRecipient(s, m, r) && !isLeftOut;
                           }}},
        {.name = "on-delivers-to-five",
         .breaks = "delivers to five devices of a user at most",
         .expected = {"online.received", "online.sent"},
         .decisions = {.reachesRecipient =
                           [](const State& s, const Message& m, const Reach& r) {
                               const bool isLeftOut = r.on && !m.status && newerThan(s, r.device) >= 5;
                               return right::reachesRecipient(s, m, r) && !isLeftOut;
                           },
                       .reachesAuthor =
                           [](const State& s, const Message& m, const Reach& r) {
                               const bool isLeftOut = r.on && !m.byApi() && newerThan(s, r.device) >= 5;
                               return right::reachesAuthor(s, m, r) && !isLeftOut;
                           }}},
        {.name = "on-delivers-to-two-members",
         .breaks = "delivers a group message to the first two of the other members",
         .expected = {"online.received"},
         .decisions = {.reachesRecipient =
                           [](const State& s, const Message& m, const Reach& r) {
                               if (m.to.kind != AddressKind::Group || m.status || !r.on) {
                                   return right::reachesRecipient(s, m, r);
                               }
                               std::size_t before = 0;
                               for (const Member& member : s.rosters[m.roster].members) {
                                   const bool isOther = member.user != m.author && member.user < s.at(r.device).user;
                                   before += isOther ? 1U : 0U;
                               }
                               return before < 2;
                           }}},
        {.name = "on-syncs-sent-to-one",
         .breaks = "shows one of the author's other devices what one of them sent",
         .expected = {"online.sent"},
         .decisions = {.reachesAuthor =
                           [](const State& s, const Message& m, const Reach& r) {
                               if (m.byApi() || m.status) return right::reachesAuthor(s, m, r);
                               const bool authorIsNewer = s.at(m.from).began > s.at(r.device).began;
                               const std::size_t newer = newerThan(s, r.device) - (authorIsNewer ? 1U : 0U);
                               return right::reachesAuthor(s, m, r) && newer == 0;
                           }}},
        {.name = "on-keeps-sent-in-class",
         .breaks = "does not show the author's other devices of the same class what one of them sent",
         .expected = {"online.sent"},
         .decisions = {.reachesAuthor =
                           [](const State& s, const Message& m, const Reach& r) {
                               const bool isLikeIt =
                                   !m.byApi() && s.at(m.from).deviceClass == s.at(r.device).deviceClass;
                               return right::reachesAuthor(s, m, r) && !isLikeIt;
                           }}},
        {.name = "on-keeps-notes-local",
         .breaks = "does not show a user's other devices what the user writes to themself",
         .expected = {"online.sent"},
         .decisions = {.reachesAuthor =
                           [](const State& s, const Message& m, const Reach& r) {
                               return right::reachesAuthor(s, m, r) && (m.byApi() || !isToOneself(m));
                           }}},
    };
}

}  // namespace mdsync::world
