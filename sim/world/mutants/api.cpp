// Known-bad servers: wrong in what the sender gets of a server-API message.
#include "world/audience.hpp"
#include "world/mutants/rows.hpp"

namespace mdsync::world {
namespace {

bool isCopy(const Message& m, const Standing& standing) {
    return standing.author && m.byApi();
}

bool skipsSender(const State& s, const Message& m, const Reach& r) {
    return !m.byApi() && right::reachesAuthor(s, m, r);
}

bool keepsNoCopy(const State& s, const Message& m, const Standing& standing, DeviceId d) {
    return right::compensates(s, m, standing, d) && !isCopy(m, standing);
}

// Whether the device is of the sender of this server-API message.
bool isForSender(const State& s, const Message& m, DeviceId d) {
    return m.byApi() && m.kept() && s.at(d).user == m.author;
}

bool isHeldBy(const State& s, const Message& m, DeviceId d) {
    return right::isListed(s, m, standingOf(s, m, s.at(d).user), d);
}

}  // namespace

std::vector<Row> apiRows() {
    return {
        {.name = "ignores-include-sender",
         .breaks = "never sends a server-API message to the sender",
         .expected = {"api.include-sender-online", "api.include-sender-offline"},
         .decisions = {.reachesAuthor = skipsSender, .compensates = keepsNoCopy}},
        {.name = "ignores-include-sender-group",
         .breaks = "never sends a server-API message to a group to its sender",
         .expected = {"api.include-sender-online", "api.include-sender-offline"},
         .scope = only(AddressKind::Group),
         .decisions = {.reachesAuthor = skipsSender, .compensates = keepsNoCopy}},
        {.name = "forgets-sender-offline",
         .breaks = "does not keep a server-API message for a sender who is offline",
         .expected = {"api.include-sender-offline"},
         .decisions = {.compensates = keepsNoCopy}},
        {.name = "always-includes-sender",
         .breaks = "sends every server-API message to the sender, too",
         .expected = {"api.exclude-sender"},
         .decisions = {
             .reachesAuthor =
                 [](const State& s, const Message& m, const Reach& r) {
                     return (m.byApi() && !m.includeSender) || right::reachesAuthor(s, m, r);
                 },
             .compensates = [](const State& s, const Message& m, const Standing& standing,
                               DeviceId d) { return standing.author || right::compensates(s, m, standing, d); }}},
        {.name = "copy-lost-on-its-way",
         .breaks = "takes a sender's copy that was lost on its way for delivered",
         .expected = {"api.include-sender-offline"},
         .decisions = {
             .takesForLost = [](const State& s, const Message& m, DeviceId d) { return !isForSender(s, m, d); },
             .takesReport = [](const State& s, const Message& m,
                               DeviceId d) { return !isForSender(s, m, d) || isHeldBy(s, m, d); }}},
        {.name = "copy-to-one-while-on",
         .breaks = "sends a server-API message to one device of the sender while on",
         .expected = {"api.include-sender-online"},
         .decisions = {.reachesAuthor =
                           [](const State& s, const Message& m, const Reach& r) {
                               const bool isLeftOut = m.byApi() && r.on && !r.chosen;
                               return right::reachesAuthor(s, m, r) && !isLeftOut;
                           }}},
        {.name = "copies-uninvited-at-login",
         .breaks = "compensates the sender with server-API messages that leave the sender out",
         .expected = {"api.exclude-sender"},
         .decisions = {.compensates =
                           [](const State& s, const Message& m, const Standing& standing, DeviceId d) {
                               return standing.author || right::compensates(s, m, standing, d);
                           }}},
    };
}

}  // namespace mdsync::world
