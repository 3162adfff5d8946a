// What was found, as a scenario. See spelling.hpp.
//
// In a search packets arrive when the search says so; in a run, when their latency is over. So the moments of a path
// are laid a millisecond apart, and before each moment the links of those devices that something is sent to or from
// then get the latency with which it arrives in time. What is sent on one link at one moment arrives together: where
// the path parts it, the scenario cannot follow.
#include "exhaustive/as_scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "mdsync/run.hpp"
#include "mdsync/system.hpp"
#include "world/decisions.hpp"
#include "world/state.hpp"

namespace mdsync::search {

using world::Line;
using world::State;

namespace {

// A packet on its way through the path.
struct Flight {
    world::Packet packet;
    Line line = Line::Backend;
    std::size_t sent = 0;     // the moves at which it set off and arrived
    std::size_t arrived = 0;  // kNever: not within the path
    bool dead = false;        // it did nothing when it arrived
};
constexpr std::size_t kNever = static_cast<std::size_t>(-1);

// A move as the path made it.
struct Moment {
    SyncMove move;
    Millis at{0};                                    // since the start
    Op op;                                           // of a step
    bool settles = false;                            // `settled` follows before anything else
    std::vector<std::size_t> flights;                // that set off
    std::vector<std::pair<DeviceId, Millis>> ended;  // sessions, with the latency that acknowledges what it should
    MessageId accepted;                              // by the server
};

class Score {
public:
    Score(SyncModel& model, const SyncModel::Finding& finding, std::uint32_t steps)
        : model_(model), root_(finding.root) {
        Odometer chance;
        SyncPosition position = model.root(finding.root, steps);
        for (const auto& made : finding.path) {
            words.push_back(model.describe(position, made.move));
            follow(position, made.move, made.chance, chance);
        }
    }

    std::vector<std::string> words;

    // The steps alone. Where the path settled between two of them, so does the scenario.
    [[nodiscard]] std::vector<Step> plain() const {
        std::vector<Step> steps;
        for (const Moment& m : moments_) {
            if (m.move.kind == SyncMove::Kind::Step) {
                steps.push_back(act(m.op));
            } else if (m.move.kind == SyncMove::Kind::Wait) {
                steps.push_back(wait(m.move.wait));
            } else if (m.move.kind == SyncMove::Kind::Settle && !steps.empty()) {
                steps.back().settle = true;
            }
        }
        if (!steps.empty()) steps.back().settle = true;
        return steps;
    }

    // The steps with every arrival in its place.
    [[nodiscard]] std::vector<Step> exact() {
        lay();
        std::vector<Step> steps;
        latency_.assign(model_.headerOf(root_).devices.size() + 1, Millis{0});
        for (std::size_t i = 0; i < moments_.size(); ++i) write(steps, i);
        return steps;
    }

private:
    // ---- following the path ------------------------------------------------------------------------------------

    void follow(SyncPosition& position, const SyncMove& move, const std::vector<std::uint32_t>& drawn,
                Odometer& chance) {
        const State& s = position.world.state();
        const std::size_t number = moments_.size();
        Moment& moment = moments_.emplace_back();
        moment.move = move;
        if (move.kind == SyncMove::Kind::Step) moment.op = model_.opOf(move);
        const std::vector<bool> online = whoIsOnline(s);
        const std::vector<std::uint32_t> receipts = lastReceipts(s);
        const std::size_t acceptedBefore = s.accepted.size();

        chance.set(drawn);
        model_.make(position, move, chance);

        if (s.accepted.size() > acceptedBefore) moment.accepted = s.accepted.back();
        matchFlights(s, number, move);
        for (std::size_t d = 0; d < online.size(); ++d) {
            if (lastReceipts(s)[d] != receipts[d] && s.devices[d].online) recent_.push_back({DeviceId{d}, number});
        }
        if (move.kind == SyncMove::Kind::Settle) {
            recent_.clear();
            if (number > 0) moments_[number - 1].settles = true;
        }
        for (std::size_t d = 0; d < online.size(); ++d) {
            if (online[d] && !s.devices[d].online) endOf(number, DeviceId{d}, drawn);
        }
    }

    static std::vector<bool> whoIsOnline(const State& s) {
        std::vector<bool> online;
        for (const world::Device& d : s.devices) online.push_back(d.online);
        return online;
    }
    static std::vector<std::uint32_t> lastReceipts(const State& s) {
        std::vector<std::uint32_t> last;
        for (const world::Device& d : s.devices) last.push_back(d.lastReceipt);
        return last;
    }

    // What was on the lines and is no more has arrived; what is new on them has set off.
    void matchFlights(const State& s, std::size_t number, const SyncMove& move) {
        std::vector<std::size_t> still;
        std::size_t next = 0;
        const auto same = [](const world::Packet& a, const world::Packet& b) {
            return a.device == b.device && a.message == b.message && a.session == b.session && a.kind == b.kind &&
                   a.via == b.via;
        };
        std::vector<bool> taken(s.lines.size(), false);
        for (const std::size_t f : aloft_) {
            Flight& flight = flights_[f];
            std::size_t at = next;
            while (at < s.lines.size() && (taken[at] || !same(s.lines[at].packet, flight.packet))) ++at;
            if (at < s.lines.size()) {
                taken[at] = true;
                still.push_back(f);
                continue;
            }
            flight.arrived = number;
            flight.dead = move.kind != SyncMove::Kind::Deliver || flight.line != move.line ||
                          (flight.line != Line::Backend && flight.packet.device != move.device);
        }
        for (std::size_t i = 0; i < s.lines.size(); ++i) {
            if (taken[i]) continue;
            flights_.push_back({s.lines[i].packet, s.lines[i].line, number, kNever, false});
            still.push_back(flights_.size() - 1);
            moments_[number].flights.push_back(flights_.size() - 1);
        }
        aloft_ = std::move(still);
    }

    // A session has ended: from the first receipt on whose acknowledgement was drawn as late, all are lost.
    void endOf(std::size_t number, DeviceId d, const std::vector<std::uint32_t>& drawn) {
        std::vector<std::size_t> own;
        for (const auto& [device, at] : recent_) {
            if (device == d) own.push_back(at);
        }
        const auto late = std::find_if(drawn.begin(), drawn.end(), [](std::uint32_t v) { return v != 0; });
        const auto first = static_cast<std::size_t>(late - drawn.begin());
        ends_.push_back({number, d, first < own.size() ? own[first] : kNever});
        std::erase_if(recent_, [d](const auto& r) { return r.first == d; });
    }

    // ---- laying it out in time ---------------------------------------------------------------------------------

    void lay() {
        const Header header = model_.headerOf(root_);
        Millis t{0};
        std::vector<Millis> acceptedAt(64, Millis{0});
        Millis turnedAt{0};
        for (Moment& m : moments_) {
            if (m.move.kind == SyncMove::Kind::Deliver) t += Millis{1};
            if (m.move.kind == SyncMove::Kind::Wait) t = std::max(t, boundary(header, m.move, t, acceptedAt, turnedAt));
            m.at = t;
            if (m.op.kind == OpKind::Sync) turnedAt = t;
            if (m.accepted.exists() && m.accepted.index() < acceptedAt.size()) acceptedAt[m.accepted.index()] = t;
        }
        for (const End& end : ends_) {
            const Millis lost =
                end.firstLost == kNever ? Millis{0} : moments_[end.number].at - moments_[end.firstLost].at + Millis{1};
            moments_[end.number].ended.emplace_back(end.device, lost);
        }
    }

    // When a wait ends: by the times that the scenario has, which are milliseconds later than the search's.
    Millis boundary(const Header& header, const SyncMove& move, Millis t, const std::vector<Millis>& acceptedAt,
                    Millis turnedAt) const {
        const Millis before = move.before ? Millis{1} : Millis{0};
        const Millis moved = move.message.exists() ? acceptedAt[move.message.index()] : turnedAt;
        switch (move.boundary) {
            case Boundary::Switch:
                return turnedAt + header.readings.switchDelay - before;
            case Boundary::Window: {
                const Zone& zone = header.app.timezone;
                const Instant day = zone.startOf(zone.dayOf(header.t + moved) + std::chrono::days{move.days});
                return day - header.t - before;
            }
            case Boundary::Store:
                return moved + std::chrono::hours{24} * move.days + Millis{1} - before;
            case Boundary::Horizon:
                return moved + world::horizon() + Millis{1} - before;
        }
        return t;
    }

    // ---- writing it --------------------------------------------------------------------------------------------

    void write(std::vector<Step>& steps, std::size_t number) {
        const Moment& m = moments_[number];
        if (m.move.kind == SyncMove::Kind::Settle) {
            if (!steps.empty()) steps.back().settle = true;
            return;
        }
        prepare(steps, number);
        if (m.move.kind == SyncMove::Kind::Deliver) {
            steps.push_back(wait(Millis{1}));
        } else if (m.move.kind == SyncMove::Kind::Wait) {
            steps.push_back(wait(m.at - (number == 0 ? Millis{0} : moments_[number - 1].at)));
        } else {
            Op op = m.op;
            if (op.kind == OpKind::Drop && op.noticedAfter > Millis{0}) op.noticedAfter = noticeOf(m);
            Step step = act(op);
            // By itself a login would wait for its answer.
            if (op.kind == OpKind::Login) step.kind = StepKind::Concurrently;
            steps.push_back(step);
        }
    }

    [[nodiscard]] Millis noticeOf(const Moment& m) const {
        for (const std::size_t f : m.flights) {
            if (flights_[f].line == Line::Notice) return latencyOf(f);
        }
        return kLong;
    }

    [[nodiscard]] Millis latencyOf(std::size_t f) const {
        const Flight& flight = flights_[f];
        if (flight.arrived == kNever) return kLong;
        const Millis time = moments_[flight.arrived].at - moments_[flight.sent].at;
        return flight.dead ? time + Millis{1} : time;
    }

    // Sets the links to what the moment needs.
    void prepare(std::vector<Step>& steps, std::size_t number) {
        const Moment& m = moments_[number];
        const std::size_t backend = latency_.size() - 1;
        std::vector<std::optional<Millis>> wanted(latency_.size());
        for (const auto& [device, latency] : m.ended) wanted[device.index()] = latency;
        for (auto f = m.flights.rbegin(); f != m.flights.rend(); ++f) {
            const Flight& flight = flights_[*f];
            if (flight.line == Line::Notice) continue;
            wanted[flight.line == Line::Backend ? backend : flight.packet.device.index()] = latencyOf(*f);
        }
        if (wanted[backend] && *wanted[backend] != latency_[backend]) {
            // The backend's link goes with all.
            steps.push_back(network(*wanted[backend], {}));
            latency_.assign(latency_.size(), *wanted[backend]);
        }
        for (std::size_t d = 0; d < backend; ++d) {
            if (!wanted[d] || *wanted[d] == latency_[d]) continue;
            latency_[d] = *wanted[d];
            steps.push_back(network(*wanted[d], {DeviceId{d}}));
        }
    }

    static Step act(const Op& op) {
        Step step;
        step.settle = false;
        step.actions.push_back({op, {}});
        return step;
    }
    static Step wait(Millis duration) {
        Step step;
        step.kind = StepKind::Wait;
        step.settle = false;
        step.wait = duration;
        return step;
    }
    static Step network(Millis latency, std::vector<DeviceId> on) {
        Op op;
        op.kind = OpKind::Network;
        op.network.latencyLow = op.network.latencyHigh = latency;
        op.on = std::move(on);
        return act(op);
    }

    static constexpr Millis kLong = std::chrono::hours{24 * 365};
    struct End {
        std::size_t number = 0;
        DeviceId device;
        std::size_t firstLost = kNever;
    };

    SyncModel& model_;
    std::size_t root_;
    std::vector<Moment> moments_;
    std::vector<Flight> flights_;
    std::vector<std::size_t> aloft_;
    std::vector<std::pair<DeviceId, std::size_t>> recent_;  // receipts since things had settled
    std::vector<End> ends_;
    std::vector<Millis> latency_;  // by device; the backend's behind
};

bool violates(const Case& scenario, const ServerPolicy& server, RuleId rule) {
    const std::unique_ptr<System> target = makeWorldSystem(server);
    Capabilities capabilities;
    target->hello(capabilities);
    const std::optional<CaseResult> result = runCase(scenario, *target, capabilities, RunOptions{});
    return result && std::any_of(result->violations.begin(), result->violations.end(),
                                 [rule](const ReportedViolation& v) { return v.rule == rule; });
}

// Where the server is wrong only now and then, some seed shows it.
bool violatesWithSomeSeed(Case& scenario, const ServerPolicy& server, RuleId rule) {
    const std::uint32_t oneIn = server.mutant != nullptr ? server.mutant->scope.oneIn : 1;
    const std::uint64_t seeds = oneIn > 1 ? 20ULL * oneIn : 1;
    for (scenario.seed = 1; scenario.seed <= seeds; ++scenario.seed) {
        if (violates(scenario, server, rule)) return true;
    }
    scenario.seed = 1;
    return false;
}

}  // namespace

ExhaustiveFinding spellOut(SyncModel& model, const ExhaustiveOptions& options, RuleId rule,
                           const SyncModel::Finding& finding, std::uint32_t steps) {
    Score score(model, finding, steps);
    ExhaustiveFinding out;
    out.rule = rule;
    out.text = finding.text;
    out.steps = steps;
    out.length = static_cast<std::uint32_t>(finding.path.size());
    out.path = score.words;

    Case& scenario = out.scenario;
    scenario.header = model.headerOf(finding.root);
    scenario.lexicon = model.stepSet().lexicon;
    scenario.name = finding.text;
    scenario.rules = {std::string(mdsync::rule(rule).name)};
    scenario.description = fmt::format("Found by an exhaustive search of {}.", nameOf(options.server));

    scenario.steps = score.plain();
    out.reproduces = violatesWithSomeSeed(scenario, options.server, rule);
    if (out.reproduces) return out;
    scenario.networkGiven = true;
    scenario.network.latencyLow = scenario.network.latencyHigh = Millis{0};
    out.reproduces = violatesWithSomeSeed(scenario, options.server, rule);
    if (out.reproduces) return out;
    scenario.steps = score.exact();
    out.reproduces = violatesWithSomeSeed(scenario, options.server, rule);
    if (!out.reproduces) {
        scenario.description +=
            fmt::format(" The order of arrivals that violates the rule cannot be told in a scenario: {}.",
                        fmt::join(out.path, "; "));
    }
    return out;
}

}  // namespace mdsync::search
