#include "mdsync/bench.hpp"

#include <simdjson.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "bench/sdk.hpp"
#include "bench/search.hpp"
#include "bench/stopwatch.hpp"
#include "drive/session.hpp"
#include "mdsync/choices.hpp"
#include "mdsync/trace_io.hpp"
#include "mdsync/world.hpp"

namespace mdsync {

namespace {

constexpr std::uint32_t kDevicesPerUser = 5;
constexpr std::uint32_t kContacts = 8;                      // whom a user writes to
constexpr std::uint32_t kLatencyLow = 5;                    // ms
constexpr std::uint32_t kLatencyHigh = 80;                  // ms
constexpr std::uint64_t kFanOut = 2 * kDevicesPerUser - 1;  // the recipient's devices and the author's others
constexpr std::uint64_t kInFlight = 4'000;  // of the yardstick for searches, and of the trace that is read
constexpr std::uint64_t kCrowded = 400'000;
constexpr std::uint64_t kLinesPerLogin = 3;  // of a trace
constexpr std::uint64_t kFewestUsers = 10;   // who have that many contacts
constexpr int kRounds = 3;                   // of reading a trace
constexpr Millis kPatience{250};             // longer than any way there and back; short, as nothing may settle

Header headerOf(std::uint32_t users) {
    Header header;
    header.t = Instant{Millis{1'714'525'200'000}};
    header.source = "mdsync bench";
    header.app.sync = true;
    header.silent.settled = true;
    for (std::uint32_t u = 0; u < users; ++u) {
        header.addUser("u" + std::to_string(u));
        header.addDevice("phone", Platform::Android);
        header.addDevice("web1", Platform::Web);
        header.addDevice("web2", Platform::Web);
        header.addDevice("mac", Platform::Macos);
        header.addDevice("mini", Platform::Miniprogram);
    }
    return header;
}

// A Load is the fan-out under way: a world, a checker that judges it while it runs, and chance for who writes to whom.
class Load {
public:
    Load(const BenchOptions& options, std::uint32_t users, const Interrupt& interrupt)
        : interrupt_(interrupt),
          users_(users),
          header_(headerOf(users)),
          world_(header_, lexicon_, options.server, options.seed),
          checker_(header_, CheckerOptions{kPatience, 20}),
          choices_(randomChoices(options.seed)) {
        Op network;
        network.kind = OpKind::Network;
        network.network.latencyLow = Millis{kLatencyLow};
        network.network.latencyHigh = Millis{kLatencyHigh};
        (void)world_.start(network);
    }

    // Everybody comes online, and what that set going comes to rest.
    void login() {
        for (std::size_t d = 0; d < header_.devices.size() && !isCut(); ++d) {
            Op op;
            op.kind = OpKind::Login;
            op.device = DeviceId{d};
            session_.begin(op);
            if (d % 64 == 63) session_.advance(Millis{1});
        }
        (void)world_.settle();  // not a settled moment: the load has none, and duties wait for kPatience
        side_.drain();
        session_.advance(kPatience * 2);
    }

    // Has a name for each of so many messages.
    void name(std::uint64_t messages) {
        for (std::uint64_t i = 0; i < messages && !isCut(); ++i) lexicon_.messages.intern("m" + std::to_string(i));
    }

    // Sends `messages` in total, which have names, so that `inFlight` packets are under way, and lets time run until all has
    // arrived. Returns the deliveries.
    std::uint64_t run(std::uint64_t messages, std::uint64_t inFlight) {
        // A message is under way once to the server and then to each device, (5 + 80) / 2 ms each, and longer behind
        // others on the same link: where too much is under way already, nothing is sent for a moment.
        const double perMilli =
            static_cast<double>(inFlight) / ((kLatencyLow + kLatencyHigh) / 2.0 * static_cast<double>(kFanOut + 1));
        double credit = 0;
        for (std::uint64_t sent = 0; sent < messages && !isCut();) {
            if (world_.inFlight() < inFlight) {
                for (credit += perMilli; credit >= 1 && sent < messages; --credit) send(MessageId{sent++});
            }
            session_.advance(Millis{1});
            inFlight_ += world_.inFlight();
            ++moments_;
        }
        (void)world_.settle();
        side_.drain();
        checker_.finish(lexicon_);
        return deliveries_;
    }

    void record(std::string& text) {
        text_ = &text;
        writer_.emplace(header_, lexicon_, world_.annex());
        writer_->appendHeader(text);
        text += '\n';
    }

    [[nodiscard]] std::uint64_t events() const { return checker_.events(); }
    [[nodiscard]] std::uint64_t inFlight() const { return moments_ == 0 ? 0 : inFlight_ / moments_; }
    [[nodiscard]] std::size_t bytes() const { return world_.bytes() + checker_.memory(); }
    [[nodiscard]] const Checker& checker() const { return checker_; }

private:
    [[nodiscard]] bool isCut() const { return interrupt_.flag().load(); }

    // The world; what happened in it is judged all at once.
    class Side : public WorldParty {
    public:
        explicit Side(Load& load) : WorldParty(load.world_), load_(load) {}
        void write(const Event& event) { load_.take(std::span(&event, 1)); }
        void drain() {
            if (world_.events().empty()) return;
            load_.take(world_.events());
            world_.events().clear();
            world_.annex() = {};
        }
        Lexicon& lexicon() { return load_.lexicon_; }
        Annex& annex() { return world_.annex(); }

    private:
        Load& load_;
    };

    void send(MessageId message) {
        const Stream stream = streamOf(Purpose::Generate, 0);
        const std::uint32_t from = choices_->draw(stream, users_, Label::Load);
        const std::uint32_t to = (from + 1 + choices_->draw(stream, kContacts, Label::Load)) % users_;
        op_.kind = OpKind::Send;
        op_.device = DeviceId{from * kDevicesPerUser + choices_->draw(stream, kDevicesPerUser, Label::Load)};
        op_.message = message;
        op_.to = Address::of(UserId{to});
        op_.type = type_;
        op_.text = body_;
        session_.begin(op_);
    }

    void take(std::span<const Event> events) {
        for (const Event& event : events) deliveries_ += event.kind == EventKind::Receive ? 1 : 0;
        checker_.feed(events, lexicon_, world_.annex());
        if (text_ == nullptr) return;
        for (const Event& event : events) writer_->append(*text_, event);
    }

    const Interrupt& interrupt_;
    std::uint32_t users_;
    Header header_;
    Lexicon lexicon_;
    TextId type_ = lexicon_.texts.intern("RC:TxtMsg");
    TextId body_ = lexicon_.texts.intern("hello");
    World world_;
    Checker checker_;
    std::unique_ptr<Choices> choices_;
    Side side_{*this};
    Session<Side> session_{side_};
    Op op_;
    std::uint64_t deliveries_ = 0;
    std::uint64_t inFlight_ = 0;
    std::uint64_t moments_ = 0;
    std::string* text_ = nullptr;
    std::optional<TraceWriter> writer_;
};

// The yardstick: a binary heap of plain events that does nothing but pop the next and push one for later, about `events`
// times: as often as what it is compared with takes, within what can be measured and need not be longer.
double heapRate(std::uint64_t inFlight, std::uint64_t events) {
    events = std::clamp<std::uint64_t>(events, 100'000, 4'000'000);
    struct Pending {
        std::uint64_t time;
        std::uint64_t sequence;
        std::uint32_t target;
        std::uint32_t kind;
        std::uint64_t payload;
        bool operator<(const Pending& other) const {
            return time != other.time ? time > other.time : sequence > other.sequence;
        }
    };
    std::uint64_t chance = 88172645463325252ULL;
    const auto latency = [&chance] {
        chance ^= chance << 13U;
        chance ^= chance >> 7U;
        chance ^= chance << 17U;
        return kLatencyLow + (chance >> 32U) % (kLatencyHigh - kLatencyLow + 1);
    };
    std::vector<Pending> heap;
    heap.reserve(inFlight);
    std::uint64_t sequence = 0;
    for (std::uint64_t i = 0; i < inFlight; ++i) heap.push_back({latency(), sequence++, 0, 0, i});
    std::make_heap(heap.begin(), heap.end());
    const Stopwatch watch;
    for (std::uint64_t i = 0; i < events; ++i) {
        std::pop_heap(heap.begin(), heap.end());
        Pending& next = heap.back();
        next.time += latency();
        next.sequence = sequence++;
        std::push_heap(heap.begin(), heap.end());
    }
    return static_cast<double>(events) / watch.seconds();
}

LoadFigures measureLoad(const BenchOptions& options, std::uint32_t users, std::uint64_t inFlight,
                        std::uint64_t deliveries, const Interrupt& interrupt) {
    const std::uint64_t messages = std::max<std::uint64_t>(deliveries / kFanOut, 1);
    Load load(options, users, interrupt);
    load.name(messages);
    load.login();
    LoadFigures figures;
    figures.devices = users * kDevicesPerUser;
    figures.bytesPerDevice = static_cast<double>(load.bytes()) / figures.devices;
    const Stopwatch watch;
    figures.deliveries = load.run(messages, inFlight);
    figures.deliveriesPerSecond = static_cast<double>(figures.deliveries) / watch.seconds();
    figures.inFlight = load.inFlight();
    figures.heapEventsPerSecond = heapRate(inFlight, deliveries);
    figures.ratioToBareHeap = figures.heapEventsPerSecond / figures.deliveriesPerSecond;
    figures.counts = load.checker().counts();
    for (const Violation& v : load.checker().violations()) {
        if (figures.violations.size() < 5) figures.violations.push_back(std::string(rule(v.rule).name) + ": " + v.text);
    }
    return figures;
}

// The three readings of a trace that are compared. Each returns its seconds.

double timeCheck(const std::string& text, const Interrupt& interrupt, ReadFigures& figures) {
    const Stopwatch watch;
    TraceReader reader = TraceReader::ofText(text, "bench");
    Checker checker(reader.header(), CheckerOptions{kPatience, 20});
    for (auto batch = reader.next(); !batch.empty() && !interrupt.flag().load(); batch = reader.next()) {
        checker.feed(batch, reader.lexicon(), reader.annex());
    }
    checker.finish(reader.lexicon());
    const double seconds = watch.seconds();
    figures.violated = 0;
    for (const Counts& c : checker.counts()) figures.violated += c.violated;
    return seconds;
}

// Calls parse(begin, end) for every line. REQUIRES: the last one ends with a newline.
template <class Parse>
double timeLines(const std::string& text, const Interrupt& interrupt, Parse parse) {
    const std::atomic<bool>& isCut = interrupt.flag();
    const Stopwatch watch;
    for (const char *at = text.data(), *const end = at + text.size(); at != end && !isCut.load();) {
        const char* const newline = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
        parse(at, newline);
        at = newline + 1;
    }
    return watch.seconds();
}

double timeDom(const std::string& text, const Interrupt& interrupt) {
    return timeLines(text, interrupt, [](const char* begin, const char* end) {
        [[maybe_unused]] const nlohmann::json line = nlohmann::json::parse(begin, end);
    });
}

// REQUIRES: simdjson::SIMDJSON_PADDING bytes of room behind the text.
double timeParse(const std::string& text, const Interrupt& interrupt) {
    simdjson::dom::parser parser;
    return timeLines(text, interrupt, [&parser](const char* begin, const char* end) {
        (void)parser.parse(begin, static_cast<std::size_t>(end - begin), false).value();  // throws, as the DOM does
    });
}

// The users of a trace of so many lines: all, unless their logins would be more than half of it.
std::uint32_t usersOfTrace(const BenchOptions& options) {
    const std::uint64_t room = options.lines / 2 / (kLinesPerLogin * kDevicesPerUser);
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(options.users, std::max<std::uint64_t>(room, kFewestUsers)));
}

ReadFigures measureCheck(const BenchOptions& options, const Interrupt& interrupt) {
    std::string text;
    ReadFigures figures;
    {
        Load load(options, usersOfTrace(options), interrupt);
        load.record(text);
        load.login();
        // Each message makes two lines of its own and one a delivery.
        const std::uint64_t room = options.lines - std::min(options.lines, load.events());
        const std::uint64_t messages = std::max<std::uint64_t>(room / (kFanOut + 2), 1);
        load.name(messages);
        load.run(messages, kInFlight);
        figures.lines = load.events() + 1;
    }
    figures.bytes = text.size();
    text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    // In turn, and the fastest of each: what else the machine does costs caches, and gives nothing.
    double check = std::numeric_limits<double>::max();
    double dom = check;
    double parse = check;
    for (int round = 0; round < kRounds; ++round) {
        check = std::min(check, timeCheck(text, interrupt, figures));
        dom = std::min(dom, timeDom(text, interrupt));
        parse = std::min(parse, timeParse(text, interrupt));
    }
    const auto lines = static_cast<double>(figures.lines);
    figures.linesPerSecond = lines / check;
    figures.bytesPerSecond = static_cast<double>(figures.bytes) / check;
    figures.domLinesPerSecond = lines / dom;
    figures.parseLinesPerSecond = lines / parse;
    figures.ratioToDom = dom / check;
    figures.ratioToParse = parse / check;
    return figures;
}

std::vector<BenchCost> costsOf(const BenchFigures& figures) {
    std::vector<BenchCost> costs;
    if (figures.hasWorld) costs.push_back({"world", figures.world.ratioToBareHeap});
    if (figures.hasCrowded) costs.push_back({"crowded", figures.crowded.ratioToBareHeap});
    if (figures.hasCheck) costs.push_back({"check", 1 / figures.check.ratioToParse});
    if (figures.hasSearch) costs.push_back({"explore", figures.search.heapEventsPerScenario});
    if (figures.search.states > 0) costs.push_back({"exhaustive", figures.search.heapEventsPerState});
    if (figures.hasSdk && figures.sdk.problem.empty()) costs.push_back({"sdk", 1 / figures.sdk.ratioToEcho});
    return costs;
}

}  // namespace

const std::vector<RuleId>& rulesOfLoad() {
    static const std::vector<RuleId> rules = {
        RuleId::OnlineReceived,    RuleId::OnlineSent,     RuleId::DeliveryAnswered, RuleId::DeliveryNoLoss,
        RuleId::DeliveryNoPhantom, RuleId::DeliveryNoLeak, RuleId::DeliveryOrder,    RuleId::DeliveryIntact};
    return rules;
}

bool BenchFigures::conformant() const {
    const auto violated = [](const RuleCounts& counts) {
        return std::any_of(counts.begin(), counts.end(), [](const Counts& c) { return c.violated > 0; });
    };
    return idle.empty() && search.found == 0 && !violated(world.counts) && !violated(crowded.counts) &&
           check.violated == 0 && sdk.problem.empty() && !violated(sdk.counts);
}

namespace {

// Measures a part if it is wanted. What an interrupt cuts short gives no figures. True: there are some.
template <class Figures, class Measure>
bool measured(bool isWanted, const Interrupt& interrupt, Figures& figures, const Measure& measure) {
    if (!isWanted || interrupt.flag().load()) return false;
    Figures whole = measure();
    if (interrupt.flag().load()) return false;
    figures = std::move(whole);
    return true;
}

BenchFigures runRound(const BenchOptions& options, const Interrupt& interrupt) {
    BenchFigures figures;
    const auto load = [&](std::uint64_t inFlight) {
        return [&options, &interrupt, inFlight] {
            return measureLoad(options, options.users, inFlight, options.deliveries, interrupt);
        };
    };
    figures.hasWorld = measured(options.world, interrupt, figures.world, load(options.inFlight));
    for (const RuleId r : rulesOfLoad()) {
        const bool isIdle = figures.world.counts[static_cast<std::size_t>(r)].checked == 0;
        if (figures.hasWorld && isIdle) figures.idle.push_back(r);
    }
    figures.hasCrowded = measured(options.world && options.crowded, interrupt, figures.crowded, load(kCrowded));
    figures.hasCheck =
        measured(options.check, interrupt, figures.check, [&] { return measureCheck(options, interrupt); });
    if (options.search && !interrupt.flag().load()) {
        figures.search = measureSearch(options, heapRate(kInFlight, 200 * options.scenarios), interrupt);
        figures.hasSearch = figures.search.scenarios > 0;
    }
    figures.hasSdk = measured(options.sdk, interrupt, figures.sdk, [&] { return measureSdk(options, interrupt); });
    figures.costs = costsOf(figures);
    return figures;
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}  // namespace

BenchFigures runBench(const BenchOptions& options, const Interrupt& interrupt) {
    std::vector<BenchFigures> rounds{runRound(options, interrupt)};
    while (rounds.size() < options.rounds && rounds.back().conformant() && !interrupt.flag().load()) {
        BenchFigures round = runRound(options, interrupt);
        if (!interrupt.flag().load()) rounds.push_back(std::move(round));
    }
    BenchFigures figures = std::move(rounds.back());
    figures.rounds = static_cast<unsigned>(rounds.size());
    rounds.pop_back();
    figures.load = loadOf(options);
    for (std::size_t i = 0; i < figures.costs.size(); ++i) {
        std::vector<double> costs{figures.costs[i].cost};
        for (const BenchFigures& round : rounds) costs.push_back(round.costs[i].cost);
        figures.costs[i].cost = median(std::move(costs));
    }
    if (options.scale) {
        for (const std::uint32_t users : {200U, 2'000U, 20'000U, 200'000U}) {
            LoadFigures among;
            if (measured(true, interrupt, among, [&] {
                    return measureLoad(options, users, options.inFlight, options.deliveries / 4, interrupt);
                })) {
                figures.scale.push_back(std::move(among));
            }
        }
    }
    figures.interrupted = interrupt.flag().load();
    return figures;
}

}  // namespace mdsync
