// Known-bad servers: wrong in what a login brings while the service is on.
#include "world/mutants/rows.hpp"

namespace mdsync::world {
namespace {

bool compensatesNothing(const State&, const Message&, const Standing&, DeviceId) {
    return false;
}

bool isNewInstallation(const State& s, DeviceId d) {
    return !s.side(d).metInstallation;
}

bool isFirstSession(const State& s, DeviceId d) {
    return s.side(d).firstBegan == s.at(d).began;
}

}  // namespace

std::vector<Row> compensationRows() {
    return {
        {.name = "compensates-nothing",
         .breaks = "compensates nothing",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .decisions = {.compensates = compensatesNothing}},
        {.name = "compensates-only-received",
         .breaks = "compensates what was received, not what was sent",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .decisions = {.compensates =
                           [](const State& s, const Message& m, const Standing& standing, DeviceId d) {
                               return right::compensates(s, m, standing, d) && !standing.author;
                           }}},
        {.name = "compensates-only-sent",
         .breaks = "compensates what was sent, not what was received",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .decisions = {.compensates =
                           [](const State& s, const Message& m, const Standing& standing, DeviceId d) {
                               return right::compensates(s, m, standing, d) && standing.author;
                           }}},
        {.name = "compensates-only-new",
         .breaks = "compensates new installations only",
         .expected = {"compensation.device-switch"},
         .decisions = {.compensates =
                           [](const State& s, const Message& m, const Standing& standing, DeviceId d) {
                               return right::compensates(s, m, standing, d) && isNewInstallation(s, d);
                           }}},
        {.name = "compensates-only-returning",
         .breaks = "compensates devices that were there before only",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .decisions = {.compensates =
                           [](const State& s, const Message& m, const Standing& standing, DeviceId d) {
                               return right::compensates(s, m, standing, d) && !isNewInstallation(s, d);
                           }}},
        {.name = "compensates-only-private",
         .breaks = "leaves out group messages",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .scope = only(AddressKind::Group),
         .decisions = {.compensates = compensatesNothing}},
        {.name = "compensates-only-group",
         .breaks = "leaves out private messages",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .scope = only(AddressKind::User),
         .decisions = {.compensates = compensatesNothing}},
        {.name = "compensates-no-web",
         .breaks = "leaves out web tabs",
         .expected = {"compensation.device-switch"},
         .scope = only(DeviceClass::Web),
         .decisions = {.compensates = compensatesNothing}},
        {.name = "compensates-not-quite-all",
         .breaks = "leaves out one message in ten",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .scope = oneIn(10),
         .decisions = {.compensates = compensatesNothing}},
        {.name = "forgets-reinstall",
         .breaks = "takes a reinstalled app for one that has everything",
         .expected = {"compensation.reinstall"},
         .decisions = {.compensates =
                           [](const State& s, const Message& m, const Standing& standing, DeviceId d) {
                               const bool isReinstalled = isNewInstallation(s, d) && !isFirstSession(s, d);
                               return right::compensates(s, m, standing, d) && !isReinstalled;
                           }},
         .memory = {.ofDevice = [](const State& s, DeviceId d, Encoder& out) { out.flag(isFirstSession(s, d)); }}},
        {.name = "window-day-too-long",
         .breaks = "compensates a day too much",
         .expected = {"compensation.window"},
         .decisions = {.isInWindow =
                           [](const State&, const Message& m, const Login& login) {
                               return m.acceptedAt >= login.windowStart - std::chrono::hours{24};
                           }}},
        {.name = "window-day-too-short",
         .breaks = "compensates a day too little",
         .expected = {"compensation.device-switch", "compensation.reinstall"},
         .decisions = {.isInWindow =
                           [](const State&, const Message& m, const Login& login) {
                               return m.acceptedAt >= login.windowStart + std::chrono::hours{24};
                           }}},
        {.name = "window-rolling",
         .breaks = "counts the last 24 hours instead of the calendar day",
         .expected = {"compensation.device-switch", "compensation.window"},
         .decisions = {.isInWindow =
                           [](const State& s, const Message& m, const Login&) {
                               return m.acceptedAt >= rollingStart(s.now(), s.service.app.compensationDays);
                           }}},
        {.name = "window-calendar",
         .breaks = "counts calendar days where the last 24 hours are read",
         .expected = {"compensation.device-switch", "compensation.window"},
         .decisions = {.isInWindow =
                           [](const State& s, const Message& m, const Login&) {
                               const App& app = s.service.app;
                               return m.acceptedAt >= calendarStart(app.timezone, s.now(), app.compensationDays);
                           }}},
        {.name = "window-in-utc",
         .breaks = "counts days in UTC",
         .expected = {"compensation.device-switch", "compensation.window"},
         .decisions = {.isInWindow =
                           [](const State& s, const Message& m, const Login&) {
                               const int days = s.service.app.compensationDays;
                               return m.acceptedAt >= calendarStart(*Zone::find("Z"), s.now(), days);
                           }}},
        // From today's midnight: an hour wrong across a change of daylight saving.
        {.name = "window-by-steps",
         .breaks = "counts days in steps of 24 hours",
         .expected = {"compensation.device-switch", "compensation.window"},
         .decisions = {.isInWindow =
                           [](const State& s, const Message& m, const Login&) {
                               const App& app = s.service.app;
                               const Instant today = calendarStart(app.timezone, s.now(), 1);
                               return m.acceptedAt >= rollingStart(today, app.compensationDays - 1);
                           }}},
        {.name = "window-by-send-time",
         .breaks = "judges by the time of sending instead of acceptance",
         .expected = {"compensation.device-switch"},
         .decisions = {.acceptanceOf = [](const State&, const Message& m) { return m.acceptedAt; }}},
        {.name = "window-start-excluded",
         .breaks = "leaves out the first instant of the window",
         .expected = {"compensation.device-switch"},
         .decisions = {.isInWindow = [](const State&, const Message& m,
                                        const Login& login) { return m.acceptedAt > login.windowStart; }}},
        {.name = "lists-everything",
         .breaks = "lists conversations of which the device has nothing",
         .expected = {"compensation.conversations"},
         .decisions = {.isListed = [](const State&, const Message&, const Standing&, DeviceId) { return true; }}},
        {.name = "lists-received-only",
         .breaks = "leaves conversations out where the user only wrote",
         .expected = {"compensation.conversations"},
         .decisions = {.isListed = [](const State& s, const Message& m, const Standing& standing,
                                      DeviceId d) { return right::isListed(s, m, standing, d) && !standing.author; }}},
        {.name = "lists-twice",
         .breaks = "lists a conversation twice",
         .expected = {"compensation.conversations"},
         .decisions = {.conversationsOf =
                           [](State& s, DeviceId d) {
                               std::vector<Address> list = right::conversationsOf(s, d);
                               if (!list.empty()) list.push_back(list.front());
                               return list;
                           }}},
    };
}

}  // namespace mdsync::world
