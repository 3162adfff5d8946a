// Known-bad servers: wrong about the switch and the settings.
#include "world/mutants/rows.hpp"

namespace mdsync::world {
namespace {

// Whether a turn is not in force yet.
bool isPending(const State& s) {
    return s.service.turned && !right::turnIsInForce(s);
}

}  // namespace

std::vector<Row> serviceRows() {
    return {
        {.name = "on-by-default",
         .breaks = "behaves as on though nobody turned the switch",
         .expected = {"service.default-off"},
         .decisions = {.serviceOn = [](State& s) { return !s.service.turned || right::serviceOn(s); }}},
        {.name = "never-turns-on",
         .breaks = "never starts the service",
         .expected = {"service.takes-effect"},
         .decisions = {.serviceOn =
                           [](State& s) { return right::serviceOn(s) && (!s.service.turned || s.service.before); }}},
        {.name = "never-turns-off",
         .breaks = "never ends the service",
         .expected = {"service.takes-effect"},
         .decisions = {.serviceOn =
                           [](State& s) { return right::serviceOn(s) || (s.service.turned && s.service.before); }}},
        {.name = "turns-late",
         .breaks = "takes a minute too long to follow the switch",
         .expected = {"service.takes-effect"},
         .decisions = {.turnIsInForce =
                           [](const State& s) {
                               const Millis delay = s.service.readings.switchDelay + std::chrono::minutes{1};
                               return s.now() - s.service.turnedAt >= delay;
                           }}},
        {.name = "allows-unpaid",
         .breaks = "turns on in production though nobody paid",
         .expected = {"service.prepaid"},
         .decisions = {.refusalOfTurn = [](const State&, bool) { return TextId{}; }}},
        {.name = "refuses-paid",
         .breaks = "refuses to turn on in production though it is paid",
         .expected = {"service.prepaid"},
         .decisions = {.refusalOfTurn =
                           [](const State& s, bool enable) {
                               const bool isProduction = s.service.app.environment == Environment::Production;
                               return enable && isProduction ? s.say.unpaid : TextId{};
                           }}},
        {.name = "refuses-to-turn-off",
         .breaks = "refuses to turn off",
         .expected = {"service.prepaid"},
         .decisions = {.refusalOfTurn =
                           [](const State& s, bool enable) {
                               return enable ? right::refusalOfTurn(s, enable) : s.say.unpaid;
                           }}},
        {.name = "eight-days",
         .breaks = "accepts eight days",
         .expected = {"service.days-range"},
         .decisions = {.refusalOfSettings =
                           [](const State& s, const SettingsChange& change) {
                               return refusalUnlessDays(s, change, 1, 8);
                           }}},
        {.name = "zero-days",
         .breaks = "accepts no days at all",
         .expected = {"service.days-range"},
         .decisions = {.refusalOfSettings =
                           [](const State& s, const SettingsChange& change) {
                               return refusalUnlessDays(s, change, 0, 7);
                           }}},
        {.name = "refuses-seven-days",
         .breaks = "refuses seven days",
         .expected = {"service.days-range"},
         .decisions = {.refusalOfSettings =
                           [](const State& s, const SettingsChange& change) {
                               return refusalUnlessDays(s, change, 1, 6);
                           }}},
        {.name = "second-turn-lost",
         .breaks = "forgets a turn that comes while another is taking effect",
         .expected = {"service.takes-effect", "service.default-off"},
         .decisions = {.turnCounts = [](const State& s, bool) { return !isPending(s); }}},
        {.name = "pressing-again-delays",
         .breaks = "starts the delay anew when the same button is pressed again",
         .expected = {"service.takes-effect"},
         .decisions = {.repeatingTurns = [](const State& s) { return isPending(s); }}},
        {.name = "unpaid-ends-service",
         .breaks = "ends the service in production when it is paid no more",
         .expected = {"service.takes-effect", "online.received", "online.sent", "compensation.device-switch"},
         .decisions = {.serviceOn =
                           [](State& s) {
                               const App& app = s.service.app;
                               const bool isPaid = app.prepaid || app.environment != Environment::Production;
                               return right::serviceOn(s) && isPaid;
                           }}},
        {.name = "restart-delays-turn",
         .breaks = "starts the delay of a turn anew at a restart",
         .expected = {"service.takes-effect"},
         .deeds = {.atRestart =
                       [](State& s) {
                           if (isPending(s) && strays(s)) s.service.turnedAt = s.now();
                       }}},
        {.name = "restart-forgets-pending-turn",
         .breaks = "forgets at a restart a turn that is not in force yet",
         .expected = {"service.takes-effect"},
         .deeds = {.atRestart =
                       [](State& s) {
                           if (isPending(s) && strays(s)) s.service.app.sync = s.service.before;
                       }}},
    };
}

}  // namespace mdsync::world
