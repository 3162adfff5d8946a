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
    };
}

}  // namespace mdsync::world
