// Known-bad servers: wrong in what a status message is, and whom it reaches.
#include "world/mutants/rows.hpp"

namespace mdsync::world {
namespace {

bool keepsDeclared(const State& s, const Op& op) {
    return atStatusEndpoint(s, op) || isTyping(s, op);
}

bool keepsFromEndpoint(const State& s, const Op& op) {
    return !atStatusEndpoint(s, op) && right::isStatus(s, op);
}

bool keepsTyping(const State& s, const Op& op) {
    return atStatusEndpoint(s, op) || (!isTyping(s, op) && isDeclaredStatus(s, op));
}

bool isAnyOnline(const State& s, UserId u) {
    for (const DeviceId d : DeviceRange{s.at(u)}) {
        if (s.at(d).online) return true;
    }
    return false;
}

}  // namespace

std::vector<Row> statusRows() {
    return {
        {.name = "keeps-typing",
         .breaks = "treats typing as a normal message",
         .expected = {"status.online-only"},
         .decisions = {.isStatus = keepsTyping}},
        {.name = "keeps-custom-status",
         .breaks = "treats custom status types as normal messages",
         .expected = {"status.online-only"},
         .decisions = {.isStatus = keepsDeclared}},
        {.name = "keeps-custom-status-group",
         .breaks = "treats custom status types in groups as normal messages",
         .expected = {"status.online-only"},
         .scope = only(AddressKind::Group),
         .decisions = {.isStatus = keepsDeclared}},
        {.name = "keeps-api-status",
         .breaks = "treats messages of the status endpoints as normal",
         .expected = {"status.api-online-only"},
         .decisions = {.isStatus = keepsFromEndpoint}},
        {.name = "keeps-api-status-group",
         .breaks = "treats group messages of the status endpoints as normal",
         .expected = {"status.api-online-only"},
         .scope = only(AddressKind::Group),
         .decisions = {.isStatus = keepsFromEndpoint}},
        {.name = "status-to-one",
         .breaks = "delivers a status message to one device while on",
         .expected = {"status.online-sync"},
         .decisions = {.reachesRecipient =
                           [](const State& s, const Message& m, const Reach& r) {
                               return r.on && m.status ? r.chosen : right::reachesRecipient(s, m, r);
                           }}},
        {.name = "drops-status",
         .breaks = "drops the status messages of clients",
         .expected = {"status.online-sync"},
         .decisions = {.reachesRecipient =
                           [](const State& s, const Message& m, const Reach& r) {
                               const bool isDropped = r.on && m.status && !m.byApi();
                               return !isDropped && right::reachesRecipient(s, m, r);
                           }}},
        {.name = "keeps-typing-group",
         .breaks = "treats typing in groups as a normal message",
         .expected = {"status.online-only"},
         .scope = only(AddressKind::Group),
         .decisions = {.isStatus = keepsTyping}},
        {.name = "keeps-status-for-offline",
         .breaks = "keeps a status message for a recipient who is offline",
         .expected = {"status.online-only", "status.api-online-only"},
         .decisions = {.isStatus =
                           [](const State& s, const Op& op) {
                               const bool isKept = op.to.kind == AddressKind::User && !isAnyOnline(s, op.to.user());
                               return right::isStatus(s, op) && !isKept;
                           }}},
        {.name = "status-lost-in-catch-up",
         .breaks = "does not deliver a status message to a device that is catching up",
         .expected = {"status.online-sync"},
         .decisions = {.reachesRecipient =
                           [](const State& s, const Message& m, const Reach& r) {
                               const bool isLost = m.status && s.at(r.device).catchingUp;
                               return right::reachesRecipient(s, m, r) && !isLost;
                           }}},
        {.name = "restart-forgets-types",
         .breaks = "forgets at a restart which custom types are status types",
         .expected = {"status.online-only"},
         .deeds = {.atRestart =
                       [](State& s) {
                           if (!s.declaredTypes.empty() && strays(s)) s.declaredTypes.clear();
                       }},
         .memory = {.ofSettings = [](const State& s, Encoder& out) { out.flag(s.declaredTypes.empty()); }}},
    };
}

}  // namespace mdsync::world
