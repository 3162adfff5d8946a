// See console.hpp.
#include "sdk/console.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "base/text.hpp"
#include "mdsync/op.hpp"
#include "sdk/connection.hpp"
#include "sdk/emulator.hpp"
#include "sdk/form.hpp"
#include "sdk/page.hpp"
#include "system/request_reader.hpp"
#include "trace/fields.hpp"
#include "trace/header_reader.hpp"

namespace mdsync::sdk {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kRoot = "/mdsync/";
constexpr std::size_t kMostTrace = std::size_t{256} << 20U;  // bytes of a trace that is asked for as a whole
constexpr std::size_t kMostListed = 200;                     // messages of a device in the state

HttpAnswer saying(unsigned status, const Json& what) {
    HttpAnswer answer;
    answer.status = status;
    answer.body = lineText(what) + "\n";
    answer.headers.emplace_back("Cache-Control", "no-store");
    return answer;
}

HttpAnswer wrong(std::string_view why, unsigned status = 400) {
    return saying(status, Json{{"error", why}});
}

// ---- Who may --------------------------------------------------------------------------------------------------------

bool isLoopbackName(std::string_view host) {
    const std::string_view name = host.starts_with('[') ? host.substr(0, host.find(']') + 1)
                                                        : host.substr(0, std::min(host.find(':'), host.size()));
    return name == "localhost" || name == "[::1]" || name.starts_with("127.");
}

// Why the request is refused; empty: it is not. A page of another origin may not, whatever its name resolves to.
std::string whyForbidden(const Emulator& emulator, const HttpRequest& request) {
    const std::string_view origin = request.header("Origin");
    const std::string_view host = request.header("Host");
    if (!origin.empty() && origin != fmt::format("http://{}", host))
        return "the request comes from another page's origin";
    const std::string& token = emulator.setup().consoleToken;
    const bool hasToken = !token.empty() && request.header("Authorization") == fmt::format("Bearer {}", token);
    if (hasToken || (request.isLocal && isLoopbackName(host))) return {};
    return token.empty() ? "from elsewhere, this console is closed: begin with --console-token"
                         : "this console wants Authorization: Bearer and its token";
}

// ---- What there is --------------------------------------------------------------------------------------------------

std::string_view clockWord(EmulatorClock clock) {
    constexpr std::string_view kWords[] = {"real", "virtual", "stepped"};
    return kWords[static_cast<std::size_t>(clock)];
}

std::string_view classWord(DeviceClass deviceClass) {
    constexpr std::string_view kWords[] = {"mobile", "web", "desktop", "miniprogram"};
    return kWords[static_cast<std::size_t>(deviceClass)];
}

// Null where there is no such moment.
Json timeOrNull(Instant at) {
    return at == Instant::max() ? Json() : Json(at.time_since_epoch().count());
}

// As POST /mdsync/network takes it.
Json networkJson(const NetworkConditions& conditions) {
    constexpr double kMillion = 1'000'000;
    return Json{{"latency", {conditions.latencyLow.count(), conditions.latencyHigh.count()}},
                {"loss", conditions.lossPpm / kMillion}};
}

Json deviceJson(Emulator& emulator, DeviceId device, const std::vector<MessageId>& mailbox) {
    LiveWorld& live = emulator.live();
    const DeviceInfo& info = live.header().devices[device.index()];
    Json has = Json::array();
    std::size_t count = 0;
    for (auto id = mailbox.rbegin(); id != mailbox.rend(); ++id) {
        if (!live.has(device, *id)) continue;
        if (++count <= kMostListed) has.push_back(live.lexicon().messages[*id]);
    }
    return Json{{"platform", spell(info.platform)},
                {"class", classWord(LiveWorld::classOf(info.platform))},
                {"online", live.isOnline(device)},
                {"installation", emulator.installations().numberOf(device)},
                {"deviceId", emulator.installations().deviceId(device)},
                {"held", emulator.isHeld(device)},
                {"network", networkJson(emulator.conditionsOf(device))},
                {"waiting", live.waiting(device).size()},
                {"count", count},
                {"has", std::move(has)}};
}

Json appJson(const App& app) {
    return Json{{"environment", app.environment == Environment::Production ? "production" : "development"},
                {"prepaid", app.prepaid},
                {"compensationDays", app.compensationDays},
                {"offlineDays", app.offlineDays},
                {"timezone", app.timezone.name()},
                {"limits", {{"mobile", app.mobileLimit}, {"miniprogram", app.miniprogramLimit}}},
                {"onLimit", app.onLimit == OnLimit::Refuse ? "refuse" : "replace"}};
}

Json syncJson(LiveWorld& live) {
    const std::optional<Instant> inForce = live.changesUntil();
    const bool isEnabled = live.app().sync;
    Json sync{{"enabled", isEnabled}, {"state", inForce ? "changing" : isEnabled ? "on" : "off"}};
    if (inForce) sync["inForce"] = inForce->time_since_epoch().count();
    return sync;
}

Json rulesJson(const Checker& checker) {
    Json rules = Json::object();
    for (const Rule& rule : catalogue()) {
        const Counts& counts = checker.counts()[static_cast<std::size_t>(rule.id)];
        rules[std::string(rule.name)] = {{"checked", counts.checked},
                                         {"violated", counts.violated},
                                         {"undecided", counts.undecided},
                                         {"lapsed", counts.lapsed}};
    }
    return rules;
}

Json violationsJson(const Checker& checker, const Header& header) {
    Json list = Json::array();
    for (const Violation& violation : checker.violations()) {
        list.push_back({{"rule", rule(violation.rule).name},
                        {"t", violation.t.time_since_epoch().count()},
                        {"event", violation.event},
                        {"device", violation.device.exists() ? header.path(violation.device) : ""},
                        {"message", violation.messageName},
                        {"text", violation.text}});
    }
    return list;
}

Json membersJson(LiveWorld& live) {
    Json groups = Json::object();
    for (std::size_t g = 0; g < live.header().groups.size(); ++g) {
        Json members = Json::array();
        for (const UserId user : live.members(GroupId{g})) members.push_back(live.header().users[user.index()].name);
        groups[live.header().groups[g].name] = std::move(members);
    }
    return groups;
}

Json roomsJson(LiveWorld& live) {
    Json rooms = Json::object();
    for (std::size_t r = 0; r < live.header().rooms.size(); ++r) {
        Json present = Json::array();
        for (const DeviceId device : live.inRoom(RoomId{r})) present.push_back(live.header().path(device));
        rooms[live.header().rooms[r]] = std::move(present);
    }
    return rooms;
}

// What changes from moment to moment: for a tool that waits until all is still.
Json pulse(Emulator& emulator) {
    LiveWorld& live = emulator.live();
    std::size_t online = 0;
    for (const Connection* connection : emulator.connections()) online += connection->device().exists() ? 1 : 0;
    return Json{{"now", live.now().time_since_epoch().count()},
                {"due", timeOrNull(emulator.due())},
                {"underWay", live.underWay()},
                {"online", online}};
}

HttpAnswer state(Emulator& emulator) {
    LiveWorld& live = emulator.live();
    Json users = Json::object();
    for (std::size_t u = 0; u < live.header().users.size(); ++u) {
        Json devices = Json::object();
        const std::vector<MessageId> mailbox = live.mailbox(UserId{u});
        for (const DeviceId device : live.header().devicesOf(UserId{u})) {
            devices[live.header().devices[device.index()].name] = deviceJson(emulator, device, mailbox);
        }
        users[live.header().users[u].name] = std::move(devices);
    }
    return saying(200, Json{{"now", live.now().time_since_epoch().count()},
                            {"clock", clockWord(emulator.setup().clock)},
                            {"server", nameOf(emulator.setup().server)},
                            {"sync", syncJson(live)},
                            {"app", appJson(live.app())},
                            {"users", std::move(users)},
                            {"groups", membersJson(live)},
                            {"chatrooms", roomsJson(live)},
                            {"underWay", live.underWay()},
                            {"due", timeOrNull(emulator.due())},
                            {"events", live.checker().events()},
                            {"rules", rulesJson(live.checker())},
                            {"violations", violationsJson(live.checker(), live.header())}});
}

// What the rules say, which is the same for as long as the program runs.
HttpAnswer rules() {
    Json list = Json::array();
    for (const Rule& rule : catalogue()) {
        list.push_back({{"name", rule.name},
                        {"statement", rule.statement},
                        {"source", rule.source},
                        {"quote", rule.quote},
                        {"reading", rule.reading}});
    }
    return saying(200, list);
}

HttpAnswer trace(Emulator& emulator) {
    HttpAnswer answer;
    answer.type = "application/jsonl; charset=utf-8";
    answer.headers.emplace_back("Cache-Control", "no-store");
    if (emulator.log().read(answer.body, kMostTrace)) return answer;
    return wrong("the trace is too long to be sent as a whole: begin with --trace FILE");
}

HttpAnswer verdict(Emulator& emulator) {
    // What is owed is due some seconds later: time that passed silently has passed.
    emulator.live().note("the verdict was asked for");
    (void)emulator.log().flush();
    HttpAnswer answer;
    answer.body = emulator.setup().judge(emulator.log().path());
    answer.headers.emplace_back("Cache-Control", "no-store");
    return answer;
}

// ---- What can be done -----------------------------------------------------------------------------------------------

// One request of the console's: its body, and what is wrong with it.
class Request {
public:
    Request(Emulator& emulator, const HttpRequest& request)
        : emulator_(emulator), body_(request.body.empty() ? "{}" : request.body) {}

    HttpAnswer answer(std::string_view what);

private:
    HttpAnswer operate(OpKind kind);
    HttpAnswer drop();
    HttpAnswer advance();
    HttpAnswer reset();
    HttpAnswer act(const Op& op);
    HttpAnswer dropAll(const std::vector<DeviceId>& devices, Millis noticedAfter);
    [[nodiscard]] HttpAnswer fault() const { return wrong(faults_.list().front().message); }

    Emulator& emulator_;
    std::string body_;
    json::Document json_;
    Faults faults_;
};

HttpAnswer Request::answer(std::string_view what) {
    if (!json_.read(body_, kLine) || json_.root().kind != json::Kind::Object)
        return wrong("the body is no JSON object");
    for (const OpKind kind : {OpKind::Sync, OpKind::Set, OpKind::ServerRestart, OpKind::Hold, OpKind::Release,
                              OpKind::Network, OpKind::Join, OpKind::Leave}) {
        if (what == spell(kind)) return operate(kind);
    }
    if (what == "drop") return drop();
    if (what == "advance") return advance();
    if (what == "reset") return reset();
    return wrong(fmt::format("there is no {}{}", kRoot, what), 404);
}

HttpAnswer Request::operate(OpKind kind) {
    LiveWorld& live = emulator_.live();
    const Op op = readRequest(json_, faults_, kind, RequestContext{live.header(), live.names(), live.lexicon()});
    if (!faults_.empty()) return fault();
    if (kind == OpKind::Network) {
        emulator_.setConditions(op.network, op.on);
    } else if (kind == OpKind::Hold || kind == OpKind::Release) {
        emulator_.hold(op.device, kind == OpKind::Hold);
    } else {
        return act(op);
    }
    return saying(200, Json{{"ok", Json::object()}});
}

HttpAnswer Request::act(const Op& op) {
    const LiveWorld::Outcome outcome = emulator_.ask(op).outcome;
    if (outcome.refused) return saying(200, Json{{"refused", outcome.code}});
    return saying(200, Json{{"ok", Json::object()}});
}

HttpAnswer Request::drop() {
    Fields fields(json_, faults_);
    std::vector<DeviceId> devices;
    Millis noticedAfter{0};
    LiveWorld& live = emulator_.live();
    constexpr std::int64_t kLongest = 8'640'000'000'000;
    eachMember(json_, fields, json_.root(), "\"drop\"", {"dev", "user", "noticedAfter"},
               [&](std::size_t key, const json::Node& value) {
                   if (key == 2) noticedAfter = Millis{fields.integer(value, "noticedAfter", 0, kLongest).value_or(0)};
                   if (key == 2) return;
                   const auto name = fields.string(value, key == 0 ? "dev" : "user");
                   if (!name) return;
                   const DeviceId device = key == 0 ? live.names().device(*name) : DeviceId{};
                   const UserId user = key == 1 ? live.names().user(*name) : UserId{};
                   if (device.exists()) devices.push_back(device);
                   if (user.exists()) {
                       for (const DeviceId each : live.header().devicesOf(user)) devices.push_back(each);
                   }
                   if (!device.exists() && !user.exists()) {
                       faults_.add("adapter.undeclared", value, fmt::format("there is no {}", mdsync::quoted(*name)));
                   }
               });
    if (faults_.empty() && json_.find(json_.root(), "dev") == nullptr && json_.find(json_.root(), "user") == nullptr) {
        return wrong("\"drop\" lacks \"dev\" or \"user\"");
    }
    return faults_.empty() ? dropAll(devices, noticedAfter) : fault();
}

HttpAnswer Request::dropAll(const std::vector<DeviceId>& devices, Millis noticedAfter) {
    LiveWorld::Outcome last;
    bool isAnyone = false;
    for (const DeviceId device : devices) {
        if (devices.size() > 1 && !emulator_.live().isOnline(device)) continue;
        Op op;
        op.kind = OpKind::Drop;
        op.device = device;
        op.noticedAfter = noticedAfter;
        Connection* connection = emulator_.connectionOf(device);
        last = emulator_.ask(op).outcome;
        if (connection != nullptr && !last.refused) connection->cut();
        isAnyone |= !last.refused;
    }
    if (isAnyone) return saying(200, Json{{"ok", Json::object()}});
    return saying(200, Json{{"refused", last.refused ? last.code : "mdsync:offline"}});
}

HttpAnswer Request::advance() {
    if (!emulator_.clock().isVirtual()) return wrong("the clock is real: begin with --clock virtual or stepped");
    Fields fields(json_, faults_);
    std::optional<std::int64_t> ms;
    constexpr std::int64_t kLongest = 8'640'000'000'000;
    std::optional<std::int64_t> due;
    eachMember(json_, fields, json_.root(), "\"advance\"", {"ms", "due"},
               [&](std::size_t key, const json::Node& value) {
                   if (key == 0) ms = fields.integer(value, "ms", 0, kLongest);
                   if (key == 1) due = fields.integer(value, "due", 0);
               });
    if (!faults_.empty()) return fault();
    if (!ms) return wrong("\"advance\" lacks \"ms\"");
    // Seconds travel in 32 bits: no SDK can be told a later time.
    constexpr Instant kLast{Millis{2'147'483'647'000}};
    if (emulator_.live().now() + Millis{*ms} > kLast) return wrong("no SDK knows a time after 2038-01-19");
    // Who leaps to what he takes for the next arrival must not leap over one that he does not know of yet.
    const bool isNews = due && emulator_.due() < Instant{Millis{*due}};
    if (!isNews) emulator_.advance(Millis{*ms});
    Json ok{{"t", emulator_.live().now().time_since_epoch().count()}};
    ok.update(pulse(emulator_));
    return saying(200, Json{{"ok", std::move(ok)}});
}

HttpAnswer Request::reset() {
    Fields fields(json_, faults_);
    std::uint64_t seed = emulator_.setup().seed;
    Header world = emulator_.setup().world;
    std::string why;
    eachMember(json_, fields, json_.root(), "\"reset\"", {"seed", "world", "case", "given"},
               [&](std::size_t key, const json::Node& value) {
                   if (key == 0) seed = static_cast<std::uint64_t>(fields.integer(value, "seed", 0).value_or(1));
                   if (key != 1) return;
                   json::Document document;
                   Faults faults;
                   world = Header{};
                   if (!document.read(json_.bytes(value), kLine)) return;
                   readHeader(document, world, faults);
                   if (!faults.empty()) why = faults.list().front().message;
               });
    if (!faults_.empty()) return fault();
    if (!why.empty()) return wrong(fmt::format("the world is wrong: {}", why));
    emulator_.reset(std::move(world), seed);
    return saying(200, Json{{"ok", {{"t", emulator_.live().now().time_since_epoch().count()}}}});
}

HttpAnswer page(std::string_view name) {
    for (const EmbeddedFile& file : consoleFiles()) {
        if (file.name != name) continue;
        HttpAnswer answer;
        answer.body = file.text;
        answer.type = name.ends_with(".js") ? "text/javascript" : name.ends_with(".css") ? "text/css" : "text/html";
        answer.type += "; charset=utf-8";
        answer.headers.emplace_back("Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'");
        answer.headers.emplace_back("X-Frame-Options", "DENY");
        return answer;
    }
    return wrong(fmt::format("there is no {}{}", kRoot, name), 404);
}

}  // namespace

std::optional<HttpAnswer> answerConsole(Emulator& emulator, const HttpRequest& request) {
    // The page's own files lie beside it: below the slash.
    if (request.path.size() < kRoot.size()) return HttpAnswer{308, "", "", {{"Location", std::string(kRoot)}}};
    const std::string_view what = request.path.substr(kRoot.size());
    const bool isRead = request.method == "GET" || request.method == "HEAD";
    constexpr std::string_view kData[] = {"state", "pulse", "rules", "trace", "verdict"};
    const bool isData = std::find(std::begin(kData), std::end(kData), what) != std::end(kData);
    if (isRead && !isData) return page(what.empty() ? "index.html" : what);
    if (const std::string why = whyForbidden(emulator, request); !why.empty()) return wrong(why, 403);
    if (isRead && what == "state") return state(emulator);
    if (isRead && what == "pulse") return saying(200, pulse(emulator));
    if (isRead && what == "verdict") return verdict(emulator);
    if (isRead && what == "rules") return rules();
    if (isRead) {
        if (readForm(request.query).find("follow") != nullptr) return std::nullopt;
        return trace(emulator);
    }
    if (request.method != "POST") return wrong("only GET and POST", 405);
    if (isData) return wrong(fmt::format("{} is only read: GET", what), 405);
    return Request(emulator, request).answer(what);
}

}  // namespace mdsync::sdk
