// The exhaustive search: that what it leaves out changes nothing, and that it finds what is there.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "exhaustive/model.hpp"
#include "exhaustive/walk.hpp"
#include "mdsync/certificate.hpp"
#include "mdsync/exhaustive.hpp"
#include "mdsync/policy.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/run.hpp"

using namespace mdsync;
using namespace mdsync::search;

namespace {

ExhaustiveOptions small(const std::string& server = "reference") {
    ExhaustiveOptions options;
    options.server = *findServer(server);
    options.bounds = {2, 4, 1, 3, 1};
    options.platforms = {Platform::Android, Platform::Web, Platform::Web};
    options.without = {"set", "group", "chatroom", "status", "include-sender", "server", "sync"};
    return options;
}

// The rules that a search found violated.
std::set<std::string> violated(const Certificate& certificate) {
    std::set<std::string> rules;
    for (const ExhaustiveFinding& finding : certificate.findings) rules.emplace(rule(finding.rule).name);
    return rules;
}

// Walks a SyncModel and shows every position to a visitor.
class Shown {
public:
    using Position = SyncPosition;
    using Kept = SyncKept;
    using Move = SyncMove;
    std::function<void(const Position&, const Fingerprint&)> visit;

    explicit Shown(const ExhaustiveOptions& options) : model(options) {}
    void moves(const Position& p, std::vector<Move>& out) {
        model.moves(p, out);
        if (backwards) std::reverse(out.begin(), out.end());
    }
    bool make(Position& p, const Move& m, Odometer& c) { return model.make(p, m, c); }
    void makeAgain(Position& p, const Move& m, Odometer& c) { model.makeAgain(p, m, c); }
    void keep(const Position& p, Kept& kept) { model.keep(p, kept); }
    void giveBack(const Kept& kept, Position& p) { model.giveBack(kept, p); }
    void found(const std::vector<Walk<Shown>::Made>&) { ++violations; }
    Fingerprint fingerprint(const Position& p) {
        const Fingerprint f = model.fingerprint(p);
        if (visit) visit(p, f);
        return f;
    }
    [[nodiscard]] bool isTail(const Position& p) const { return tails && model.isTail(p); }
    [[nodiscard]] bool isOwn(const Position& p) const { return model.isOwn(p); }

    WalkCounts walk(std::uint32_t steps) {
        Visited visited;
        Walk<Shown> walk(*this, &visited);
        for (std::size_t root = 0; root < SyncModel::kRoots; ++root) {
            Position position = model.root(root, steps);
            walk.from(position);
            for (std::size_t r = 0; r < kRules; ++r) rules[r] += position.checker.counts()[r];
        }
        return walk.counts();
    }

    SyncModel model;
    bool backwards = false;
    bool tails = false;
    RuleCounts rules{};
    std::size_t violations = 0;
};

// What can happen next, to tell two positions apart: the states, or that it ends there.
std::vector<Fingerprint> future(SyncModel& model, const SyncPosition& position) {
    std::vector<Fingerprint> next;
    std::vector<SyncMove> moves;
    model.moves(position, moves);
    Odometer chance;
    for (const SyncMove& move : moves) {
        chance.clear();
        do {
            SyncPosition child = position;
            next.push_back(model.make(child, move, chance) ? model.fingerprint(child) : Fingerprint{});
        } while (chance.next());
    }
    std::sort(next.begin(), next.end());
    return next;
}

}  // namespace

TEST_CASE("what one device can do in one step is counted by hand") {
    ExhaustiveOptions options;
    options.bounds = {1, 1, 0, 1, 0};
    options.without = {"sync", "set"};
    options.branching = false;
    // From each of two beginnings (off, on): login, the server hears it, caught up, settled. A hold would be a fault,
    // and there is nothing to log out, drop, send to or leave.
    const Certificate certificate = searchExhaustively(options);
    CHECK(certificate.complete);
    CHECK(certificate.rounds.back().states == 10);
    CHECK(certificate.rounds.back().transitions == 8);
    CHECK(certificate.rounds.back().depth == 4);
    // After the login one thing leads to the next.
    options.branching = true;
    const Certificate usual = searchExhaustively(options);
    CHECK(usual.complete);
    CHECK(usual.rounds.back().states == 2);
    CHECK(usual.rounds.back().transitions == 8);
    CHECK(usual.rounds.back().depth == 4);
    CHECK(usual.hash != certificate.hash);
}

TEST_CASE("states that count as one have the same future") {
    for (const std::string server :
         {"reference", "mutant:loses-in-flight", "mutant:evict-newest", "mutant:recall-returns",
          "mutant:drops-one-in-thousand", "mutant:sometimes-ignores-login"}) {
        CAPTURE(server);
        ExhaustiveOptions options = small(server);
        Shown shown(options);
        std::map<Fingerprint, std::vector<Fingerprint>> futures;
        std::size_t again = 0;
        std::size_t wrong = 0;
        shown.visit = [&](const SyncPosition& position, const Fingerprint& fingerprint) {
            std::vector<Fingerprint> next = future(shown.model, position);
            const auto [known, fresh] = futures.try_emplace(fingerprint, next);
            if (fresh) return;
            ++again;
            wrong += known->second != next ? 1 : 0;
        };
        shown.walk(2);
        CHECK(again > 100);
        CHECK(wrong == 0);
    }
}

TEST_CASE("symmetry maps the states of a search without it onto those of a search with it, one to one") {
    ExhaustiveOptions plain = small();
    plain.bounds.messages = 2;
    plain.symmetry = false;
    plain.independence = false;
    ExhaustiveOptions symmetric = plain;
    symmetric.symmetry = true;
    SyncModel names(symmetric);
    Shown shown(plain);
    std::map<Fingerprint, std::set<Fingerprint>> orbits;
    shown.visit = [&](const SyncPosition& position, const Fingerprint& own) {
        orbits[names.fingerprint(position)].insert(own);
    };
    const WalkCounts without = shown.walk(2);
    Shown other(symmetric);
    other.visit = [](const SyncPosition&, const Fingerprint&) {};
    const WalkCounts with = other.walk(2);
    CHECK(orbits.size() == with.states);
    CHECK(with.states < without.states);
    std::uint64_t sum = 0;
    for (const auto& [name, members] : orbits) {
        sum += members.size();
        // Two tabs and two messages that may change names.
        CHECK((members.size() == 1 || members.size() == 2 || members.size() == 4));
    }
    CHECK(sum == without.states);
}

TEST_CASE("deliveries to two users' devices lead to the same state in either order") {
    ExhaustiveOptions options = small();
    Shown shown(options);
    std::size_t pairs = 0;
    std::size_t wrong = 0;
    shown.visit = [&](const SyncPosition& position, const Fingerprint&) {
        const world::State& s = position.world.state();
        const bool down = std::all_of(s.lines.begin(), s.lines.end(),
                                      [](const world::Waiting& w) { return w.line == world::Line::Down; });
        if (!down || s.lines.size() < 2) return;
        SyncMove a;
        a.kind = SyncMove::Kind::Deliver;
        a.line = world::Line::Down;
        a.device = s.lines.front().packet.device;
        for (const world::Waiting& w : s.lines) {
            SyncMove b = a;
            b.device = w.packet.device;
            if (s.at(a.device).user == s.at(b.device).user) continue;
            Odometer chance;
            SyncPosition ab = position;
            SyncPosition ba = position;
            const bool fine = shown.model.make(ab, a, chance) && shown.model.make(ab, b, chance) &&
                              shown.model.make(ba, b, chance) && shown.model.make(ba, a, chance);
            ++pairs;
            wrong += !fine || shown.model.fingerprint(ab) != shown.model.fingerprint(ba) ? 1 : 0;
        }
    };
    shown.walk(3);
    CHECK(pairs > 50);
    CHECK(wrong == 0);
}

TEST_CASE("a search without a reduction finds the same, in as many steps") {
    for (const std::string server : {"reference", "mutant:off-compensates", "mutant:loses-in-flight",
                                     "mutant:recall-returns", "mutant:ignores-limits"}) {
        CAPTURE(server);
        const ExhaustiveOptions all = small(server);
        const Certificate usual = searchExhaustively(all);
        for (bool ExhaustiveOptions::*reduction : {&ExhaustiveOptions::symmetry, &ExhaustiveOptions::independence,
                                                   &ExhaustiveOptions::merging, &ExhaustiveOptions::branching}) {
            ExhaustiveOptions options = all;
            options.*reduction = false;
            const Certificate other = searchExhaustively(options);
            CHECK(violated(other) == violated(usual));
            CHECK(other.complete == usual.complete);
            CHECK(other.rounds.size() == usual.rounds.size());
            CHECK(other.rounds.back().states >= usual.rounds.back().states);
            CHECK(other.rounds.back().depth == usual.rounds.back().depth);
        }
    }
}

TEST_CASE("a search that goes back in an arena is the same as one that copies") {
    for (const std::string server : {"reference", "mutant:loses-in-flight", "mutant:drops-one-in-thousand"}) {
        CAPTURE(server);
        ExhaustiveOptions options = small(server);
        options.bounds.devices = 3;
        const Certificate inPlace = searchExhaustively(options);
        options.inPlace = false;
        const Certificate copied = searchExhaustively(options);
        CHECK(certificateJson(options, inPlace, {}, Millis{1}) == certificateJson(options, copied, {}, Millis{1}));
    }
}

// Whether all that a move left in the arena belongs to the position: with it, all goes.
TEST_CASE("nothing but world and rules lies in the arena") {
    std::vector<std::string> servers{"reference"};
    for (const Mutant& mutant : mutants()) servers.push_back("mutant:" + std::string(mutant.name));
    for (const std::string& server : servers) {
        CAPTURE(server);
        ExhaustiveOptions options;
        options.server = *findServer(server);
        options.bounds.messages = 2;
        SyncModel model(options);
        if (!model.arena().usable()) return;  // under a sanitizer
        Odometer chance;
        std::size_t left = 0;
        // Some hundred paths, by a choice of moves that differs from one to the next.
        for (std::uint64_t path = 0; path < 100; ++path) {
            std::optional<SyncPosition> position = model.root(path % SyncModel::kRoots, 12);
            std::vector<SyncMove> moves;
            bool goesOn = true;
            for (std::uint64_t i = 0; goesOn; ++i) {
                moves.clear();
                model.moves(*position, moves);
                if (moves.empty() || i == 30) break;
                chance.clear();
                goesOn = model.make(*position, moves[(path * 7919 + i * 104729) % moves.size()], chance);
            }
            position.reset();
            left += model.arena().live();
        }
        CHECK(left == 0);
    }
}

// What threads rely on: they come to states in any order.
TEST_CASE("a search that makes its moves in the other order looks at the same") {
    std::vector<std::string> servers{"reference"};
    for (std::size_t i = 0; i < mutants().size(); i += 16)
        servers.push_back("mutant:" + std::string(mutants()[i].name));
    for (const std::string& server : servers) {
        CAPTURE(server);
        ExhaustiveOptions options = small(server);
        options.bounds.messages = 2;
        Shown there(options);
        Shown back(options);
        there.tails = back.tails = true;
        back.backwards = true;
        const WalkCounts one = there.walk(3);
        const WalkCounts other = back.walk(3);
        CHECK(one.states == other.states);
        CHECK(one.transitions == other.transitions);
        CHECK(one.depth == other.depth);
        CHECK(one.sum == other.sum);
        CHECK(there.violations == back.violations);
        for (std::size_t r = 0; r < kRules; ++r) {
            CAPTURE(rule(static_cast<RuleId>(r)).name);
            CHECK((there.rules[r].checked > 0) == (back.rules[r].checked > 0));
            CHECK((there.rules[r].undecided > 0) == (back.rules[r].undecided > 0));
            CHECK((there.rules[r].lapsed > 0) == (back.rules[r].lapsed > 0));
        }
    }
}

TEST_CASE("a certificate is the same with any number of threads") {
    const auto sameWithAll = [](ExhaustiveOptions options) {
        CAPTURE(nameOf(options.server));
        options.jobs = 1;
        const Certificate one = searchExhaustively(options);
        for (const unsigned jobs : {2U, 4U, 7U}) {
            CAPTURE(jobs);
            options.jobs = jobs;
            const Certificate certificate = searchExhaustively(options);
            CHECK(certificateJson(options, certificate, {}, Millis{1}) == certificateJson(options, one, {}, Millis{1}));
            CHECK(certificateReport(options, certificate, {}) == certificateReport(options, one, {}));
            CHECK(certificate.findings.size() == one.findings.size());
            for (std::size_t i = 0; i < one.findings.size(); ++i) {
                CHECK(writeScenario(certificate.findings[i].scenario) == writeScenario(one.findings[i].scenario));
            }
        }
        return one;
    };
    for (const std::string server : {"reference", "mutant:drops-one-in-thousand", "mutant:sometimes-ignores-login",
                                     "mutant:off-compensates", "mutant:recall-returns", "mutant:ignores-limits"}) {
        sameWithAll(small(server));
    }
    ExhaustiveOptions options;
    options.bounds.steps = 2;
    CHECK(sameWithAll(options).complete);
    options = small();
    options.branching = false;
    CHECK(sameWithAll(options).complete);
    // What arrives next is then the first of all that was sent: that belongs to a state.
    options = small();
    options.without = {"reorder", "set", "group"};
    CHECK(sameWithAll(options).complete);
    options = small();
    options.inPlace = false;
    CHECK(sameWithAll(options).complete);
    options.merging = false;
    options.bounds.steps = 2;
    CHECK(sameWithAll(options).complete);
}

TEST_CASE("shards look at all states there are, and each of them counts in one") {
    for (const std::string server : {"reference", "mutant:loses-in-flight", "mutant:recall-returns"}) {
        CAPTURE(server);
        ExhaustiveOptions options = small(server);
        options.bounds.messages = 2;
        // What is looked at, whatever led there.
        SyncModel plain(options);
        Shown usual(options);
        std::set<Fingerprint> expected;
        usual.visit = [&](const SyncPosition&, const Fingerprint& f) { expected.insert(f); };
        usual.walk(3);

        const auto walk = [&](Shard part, std::set<Fingerprint>& seen) {
            options.shard = part;
            Shown shown(options);
            shown.visit = [&](const SyncPosition& p, const Fingerprint&) { seen.insert(plain.fingerprint(p)); };
            return shown.walk(3);
        };
        std::set<Fingerprint> together;
        const WalkCounts whole = walk({1, 1}, together);
        CHECK(together == expected);
        together.clear();
        WalkCounts sum;
        for (std::uint32_t number = 1; number <= 5; ++number) {
            const WalkCounts part = walk({number, 5}, together);
            CHECK(part.states > 0);
            CHECK(part.states < whole.states / 2);
            CHECK(part.remembered < whole.states / 2);  // what is another shard's is not looked at
            sum += part;
        }
        CHECK(together == expected);
        CHECK(sum.states == whole.states);
        CHECK(sum.transitions == whole.transitions);
        CHECK(sum.depth == whole.depth);
        CHECK(sum.sum == whole.sum);
    }
}

TEST_CASE("of each known-bad server shards find together what one search finds") {
    std::vector<std::string> servers{"reference"};
    for (std::size_t i = 0; i < mutants().size(); i += 8) servers.push_back("mutant:" + std::string(mutants()[i].name));
    std::size_t found = 0;
    for (const std::string& server : servers) {
        CAPTURE(server);
        ExhaustiveOptions options = small(server);
        const Certificate whole = searchExhaustively(options);
        std::vector<CertificateFile> files;
        for (std::uint32_t number = 1; number <= 3; ++number) {
            options.shard = Shard{number, 3};
            CertificateFile& file = files.emplace_back();
            file.kept.options = options;
            file.kept.certificate = searchExhaustively(options);
            file.kept.files.resize(file.kept.certificate.findings.size());
        }
        const MergedCertificates merged = mergeCertificates(files);
        const Certificate& sum = merged.sum.certificate;
        CHECK(merged.problems.empty());
        CHECK(merged.missing.empty());
        CHECK(merged.unfinished.empty());
        CHECK(sum.complete == whole.complete);
        CHECK(violated(sum) == violated(whole));
        CHECK(sum.rounds.size() == whole.rounds.size());
        for (std::size_t i = 0; i < sum.findings.size(); ++i) {
            CHECK(sum.findings[i].length == whole.findings[i].length);
            ++found;
        }
        if (!whole.complete) continue;
        options.shard = Shard{1, 1};
        Certificate one = searchExhaustively(options);
        // What all look at, each remembers: so the bound of the loss is another.
        one.rounds.back().remembered = sum.rounds.back().remembered;
        CHECK(certificateReport(merged.sum.options, sum, {}) == certificateReport(options, one, {}));
    }
    CHECK(found > 5);
}

TEST_CASE("a search goes on behind the rounds that are whole") {
    ExhaustiveOptions options = small();
    const Certificate straight = searchExhaustively(options);
    options.maxStates = straight.rounds[1].remembered + 100;
    const Certificate stopped = searchExhaustively(options);
    CHECK(!stopped.rounds.back().whole);
    options.maxStates = 0;
    options.before = &stopped;
    const Certificate after = searchExhaustively(options);
    CHECK(certificateJson(options, after, {}, Millis{1}) == certificateJson(options, straight, {}, Millis{1}));
}

TEST_CASE("the probe of a search knows how it is shared out") {
    const auto probe = [](std::optional<Shard> shard) {
        ExhaustiveOptions options = small();
        options.shard = shard;
        return probeOf(options);
    };
    CHECK(probe(Shard{1, 3}) == probe(Shard{2, 3}));
    CHECK(probe(Shard{1, 3}) != probe(Shard{1, 2}));
    CHECK(probe(Shard{1, 1}) != probe(std::nullopt));
}

TEST_CASE("the reference server violates nothing within small bounds, and much is put to the test there") {
    ExhaustiveOptions options;  // two users, three devices, one message, three steps
    const Certificate certificate = searchExhaustively(options);
    CHECK(certificate.complete);
    CHECK(violated(certificate).empty());
    CHECK(certificate.rounds.back().states > 20'000);
    std::size_t exercised = 0;
    for (const Counts& counts : certificate.counts) exercised += counts.checked > 0 ? 1 : 0;
    CHECK(exercised >= 30);
}

TEST_CASE("known-bad servers are found, with scenarios that a run fails by the same rule") {
    const auto expected = [](std::string_view server) {
        for (const Mutant& mutant : mutants()) {
            if (server == "mutant:" + std::string(mutant.name)) return mutant.expected;
        }
        return std::vector<std::string_view>{};
    };
    for (const std::string server :
         {"mutant:off-delivers-to-all", "mutant:off-compensates", "mutant:on-delivers-to-one", "mutant:allows-one-more",
          "mutant:refuses-newcomer", "mutant:kicks-across-classes", "mutant:recall-lost-in-catch-up",
          "mutant:recall-returns", "mutant:loses-in-flight", "mutant:loses-during-catch-up",
          "mutant:keeps-beyond-horizon", "mutant:stores-a-day-less", "mutant:always-includes-sender",
          "mutant:delivers-after-end", "mutant:sometimes-ignores-login", "mutant:drops-one-in-thousand"}) {
        CAPTURE(server);
        ExhaustiveOptions options;
        options.server = *findServer(server);
        options.bounds.devices = 4;
        options.platforms = {Platform::Android, Platform::Android, Platform::Web};
        options.without = {"set", "group", "chatroom", "status"};
        const Certificate certificate = searchExhaustively(options);
        REQUIRE_FALSE(certificate.findings.empty());
        CHECK_FALSE(certificate.complete);
        const auto rules = expected(server);
        CHECK(std::any_of(certificate.findings.begin(), certificate.findings.end(), [&](const ExhaustiveFinding& f) {
            return std::find(rules.begin(), rules.end(), rule(f.rule).name) != rules.end();
        }));
        for (const ExhaustiveFinding& finding : certificate.findings) {
            CHECK(finding.reproduces);
            CHECK(finding.path.size() == finding.length);
            const ScenarioFile file = parseScenario(writeScenario(finding.scenario), "found.json", ruleNames());
            CHECK(file.valid());
        }
    }
}

TEST_CASE("the same search has the same certificate; another one another hash") {
    const ExhaustiveOptions options = small();
    const Certificate one = searchExhaustively(options);
    const Certificate two = searchExhaustively(options);
    CHECK(certificateReport(options, one, {}) == certificateReport(options, two, {}));
    ExhaustiveOptions fewer = options;
    fewer.bounds.faults = 0;
    CHECK(searchExhaustively(fewer).hash != one.hash);
}

TEST_CASE("a search that was stopped says so and is no proof") {
    ExhaustiveOptions options;
    options.maxStates = 5000;
    const Certificate limited = searchExhaustively(options);
    CHECK_FALSE(limited.complete);
    CHECK(limited.stopped == "--max-states 5000");
    CHECK(exitCodeOf(options, limited) == 5);
    options.maxStates = 0;
    options.goOn = [](std::uint32_t steps, std::uint64_t) { return steps < 3; };
    const Certificate interrupted = searchExhaustively(options);
    CHECK_FALSE(interrupted.complete);
    CHECK(interrupted.rounds.size() == 3);
    options.jobs = 3;
    options.goOn = nullptr;
    options.maxStates = 5000;
    const Certificate together = searchExhaustively(options);
    CHECK_FALSE(together.complete);
    CHECK(together.stopped == "--max-states 5000");
    CHECK(together.rounds.back().states >= 5000);
    options.maxStates = 0;
    std::atomic<int> inside{0};
    int most = 0;
    options.goOn = [&](std::uint32_t steps, std::uint64_t) {
        most = std::max(most, ++inside);
        --inside;
        return steps < 3;
    };
    CHECK(searchExhaustively(options).stopped == "interrupted");
    CHECK(most == 1);  // nobody is asked by two threads at once
}

TEST_CASE("what was found before a search was stopped is told") {
    for (const unsigned jobs : {1U, 2U}) {
        CAPTURE(jobs);
        ExhaustiveOptions options = small("mutant:recall-returns");
        std::uint64_t left = 0;
        options.goOn = [&](std::uint32_t, std::uint64_t) { return ++left > 0; };
        CHECK_FALSE(searchExhaustively(options).findings.empty());
        CHECK(left > 4);
        options.goOn = [&](std::uint32_t, std::uint64_t) { return --left > 0; };  // to the last time that it is asked
        options.jobs = jobs;
        const Certificate stopped = searchExhaustively(options);
        CHECK(stopped.stopped == "interrupted");
        CHECK_FALSE(stopped.complete);
        CHECK(violated(stopped) == std::set<std::string>{"recall.no-return"});
        CHECK(exitCodeOf(options, stopped) == 1);
    }
}

TEST_CASE("only the rules that were asked for count") {
    ExhaustiveOptions options = small("mutant:recall-returns");
    options.rules = {RuleId::RecallNoReturn};
    CHECK(violated(searchExhaustively(options)) == std::set<std::string>{"recall.no-return"});
    options.rules = {RuleId::DeliveryIntact};
    CHECK(searchExhaustively(options).complete);
}

TEST_CASE("bounds that cannot be searched are refused with a reason") {
    ExhaustiveOptions options;
    options.bounds.devices = 1;
    CHECK(whyNotSearchable(options) == "--devices 1: from one for each user to 8");
    options = ExhaustiveOptions{};
    options.without = {"loggin"};
    CHECK(whyNotSearchable(options).starts_with("--without loggin: an exhaustive search knows login, "));
    CHECK(whyNotSearchable(ExhaustiveOptions{}).empty());
}
