// Known-bad servers that are wrong in everything at once; the last two are canaries: no scenario may let them pass.
#include <limits>

#include "world/mutants/rows.hpp"
#include "world/network.hpp"

namespace mdsync::world {
namespace {

constexpr std::string_view kMadeUp = "nobody-wrote-this";

// Shows the device a message that nobody wrote.
bool lies(State& s, DeviceId d) {
    if (!strays(s)) return false;
    const MessageId id = s.lexicon->messages.find(kMadeUp);
    Message& m = s.messages[id];
    m.acceptedAt = s.now();
    m.text = s.say.empty;
    m.payload = fingerprint({});
    sendDown(s, Packet{d, id, 0, kNoPlace, PacketKind::CatchUp, Via::Live});
    return true;
}

}  // namespace

std::vector<Row> wholeRows() {
    return {
        {.name = "delivers-nothing",
         .breaks = "answers everything and delivers nothing",
         .expected = {"delivery.no-loss", "online.received", "compensation.device-switch"},
         .decisions = {
             .reachesRecipient = [](const State& s, const Message& m,
                                    const Reach& r) { return m.status && right::reachesRecipient(s, m, r); },
             .reachesAuthor = [](const State&, const Message&, const Reach&) { return false; },
             .bringsAtLogin = [](State&, const Message&, const Standing&, const Login&, bool) { return Via::Unknown; },
             .tellsOnline = [](const State& s, const Message& m, const Standing& standing, const Reach& r,
                               bool told) { return !r.on && right::tellsOnline(s, m, standing, r, told); }}},
        {.name = "says-yes",
         .breaks = "says yes to everything",
         .expected = {"service.prepaid", "service.days-range", "limit.per-class"},
         .decisions = {.refusalOfTurn = [](const State&, bool) { return TextId{}; },
                       .refusalOfSettings =
                           [](const State& s, const SettingsChange& change) {
                               using Days = std::numeric_limits<std::int64_t>;
                               return refusalUnlessDays(s, change, Days::min(), Days::max());
                           },
                       .excess = [](const State&, DeviceClass, bool, std::size_t) { return std::size_t{0}; },
                       .saysRecalled = [](const State&, bool) { return true; }}},
        {.name = "silent",
         .breaks = "never answers and never delivers",
         .expected = {"delivery.answered"},
         .decisions = {.answersLogin = [](const State&, DeviceId) { return false; },
                       .answersSend = [](const State&, const Message&) { return false; },
                       .answersRecall = [](const State&) { return false; }}},
        {.name = "lying",
         .breaks = "passes on nothing, and shows everybody a message that nobody wrote",
         .expected = {"delivery.no-phantom"},
         .deeds = {.atStart =
                       [](State& s, Lexicon& words) {
                           s.messages.begin(words.messages.intern(kMadeUp)).payloadKind = PayloadKind::Text;
                       },
                   .atLogin = [](State& s, DeviceId d) { (void)lies(s, d); },
                   .insteadOfSending = lies}},
    };
}

}  // namespace mdsync::world
