// The world and the rules as a model. See model.hpp.
#include "exhaustive/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "drive/session.hpp"
#include "rules/canonical.hpp"
#include "world/canonical.hpp"
#include "world/decisions.hpp"
#include "world/state.hpp"

namespace mdsync::search {

using world::Fate;
using world::Line;
using world::State;

namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// The place of the first packet on a line.
std::size_t firstOn(const State& s, Line line, DeviceId device) {
    for (std::size_t i = 0; i < s.lines.size(); ++i) {
        if (s.lines[i].line == line && (line == Line::Backend || s.lines[i].packet.device == device)) return i;
    }
    return kNone;
}

bool isFirstOnItsLine(const State& s, std::size_t place) {
    const world::Waiting& w = s.lines[place];
    return firstOn(s, w.line, w.packet.device) == place;
}

bool isIn(const std::vector<DeviceId>& devices, DeviceId d) {
    return std::find(devices.begin(), devices.end(), d) != devices.end();
}

// The first instant at which a thing of `t` is on none of the `days` days that end with that instant's.
Instant leavesWindow(const Zone& zone, Instant t, int days) {
    return zone.startOf(zone.dayOf(t) + std::chrono::days{days});
}

}  // namespace

SyncModel::SyncModel(const ExhaustiveOptions& options)
    : options_(options), set_(options), namer_(set_.header, options.symmetry) {}

Header SyncModel::headerOf(std::size_t root) const {
    Header header = set_.header;
    header.app.sync = root == 1;
    return header;
}

SyncPosition SyncModel::root(std::size_t number, std::uint32_t steps) {
    // A world's draws go where the move at hand says: by way of one odometer that stays.
    struct Draws final : Choices {
        explicit Draws(Odometer* const* where) : where_(where) {}
        std::uint32_t draw(Stream stream, std::uint32_t bound, Label label) override {
            const Arena::Use none(nullptr);  // the odometer is the search's
            return OdometerChoices(**where_).draw(stream, bound, label);
        }
        [[nodiscard]] std::unique_ptr<Choices> clone() const override { return std::make_unique<Draws>(where_); }
        Odometer* const* where_;
    };
    const Header header = headerOf(number);
    // Made elsewhere first: the words that it adds to the lexicon are to stay when the search goes back.
    World begun(header, set_.lexicon, options_.server, std::make_unique<Draws>(&chance_));
    handOver(begun.state());
    const bool inArena = options_.inPlace && arena_.usable() && arena_.live() == 0;
    if (inArena) arena_.beginAnew();
    const auto make = [&] {
        const Arena::Use use(inArena ? &arena_ : nullptr);
        return Position{begun, Checker(header)};
    };
    Position position = make();
    position.steps = steps;
    position.faults = options_.bounds.faults;
    if (inArena) leaveOut(position);
    return position;
}

// ---- Going back -----------------------------------------------------------------------------------------------------

// What no image needs: the clock's slots, where nothing waits while the network is in the search's hands, and the
// counts, which go on.
void SyncModel::leaveOut(const Position& position) {
    const auto slots = position.world.state().wheel.slots();
    const RuleCounts& counts = position.checker.counts();
    arena_.leaveOut(slots.data(), slots.size_bytes());
    arena_.leaveOut(&counts, sizeof counts);
}

void SyncModel::keep(const Position& position, Kept& kept) const {
    if (!isInArena(position)) {
        kept.copy = position;
        return;
    }
    if (position.world.state().wheel.size() != 0) throw std::logic_error("in a search nothing waits for the clock");
    arena_.save(kept.image);
    kept.steps = position.steps;
    kept.faults = position.faults;
    kept.unsettled = position.unsettled;
    kept.touched = position.touched;
    kept.kinds = position.kinds;
}

void SyncModel::giveBack(const Kept& kept, Position& position) {
    if (!isInArena(position)) {
        const RuleCounts counted = position.checker.counts();
        position = *kept.copy;
        position.checker.countOnFrom(counted);
        return;
    }
    arena_.restore(kept.image);
    position.steps = kept.steps;
    position.faults = kept.faults;
    position.unsettled = kept.unsettled;
    position.touched = kept.touched;
    position.kinds = kept.kinds;
}

// ---- What may happen next -------------------------------------------------------------------------------------------

void SyncModel::moves(const Position& position, std::vector<Move>& out) {
    const State& s = position.world.state();
    deliveries(position, out);
    if (s.flying() == 0 && position.unsettled) out.push_back(Move{});
    if (position.steps > 0) {
        steps(position, out);
        if (set_.waits && s.flying() == 0 && isShared(position, set_.waitKind)) waits(position, out);
    }
}

void SyncModel::deliveries(const Position& position, std::vector<Move>& out) const {
    const State& s = position.world.state();
    const auto add = [&](const world::Waiting& w) {
        Move move;
        move.kind = Move::Kind::Deliver;
        move.line = w.line;
        move.device = w.packet.device;
        out.push_back(move);
    };
    // When no step is left, what arrives at one user's devices has nothing to do with what arrives at another's, unless
    // something is still on its way to the server: one order of users stands for all.
    const bool down = std::all_of(s.lines.begin(), s.lines.end(), [](const auto& w) { return w.line == Line::Down; });
    UserId only;
    if (options_.independence && position.steps == 0 && down && !s.lines.empty()) {
        only = s.at(s.lines.front().packet.device).user;
        for (const world::Waiting& w : s.lines) only = std::min(only, s.at(w.packet.device).user);
    }
    for (std::size_t i = 0; i < s.lines.size(); ++i) {
        if (!isFirstOnItsLine(s, i) || (only.exists() && s.at(s.lines[i].packet.device).user != only)) continue;
        add(s.lines[i]);
        if (!set_.reorders) return;
    }
}

// Of devices that nothing was done with, one stands for all of its class.
bool SyncModel::twinComesFirst(const Position& position, DeviceId d) const {
    if (!options_.symmetry || ((position.touched >> d.value) & 1U) != 0) return false;
    const State& s = position.world.state();
    for (std::uint32_t other = s.at(s.at(d).user).first.value; other < d.value; ++other) {
        const bool same = s.at(DeviceId{other}).deviceClass == s.at(d).deviceClass;
        if (same && ((position.touched >> other) & 1U) == 0) return true;
    }
    return false;
}

void SyncModel::steps(const Position& position, std::vector<Move>& out) const {
    const State& s = position.world.state();
    const auto used = [&s](MessageId m) { return s.messages.knows(m) && s.messages[m].fate != Fate::Unknown; };
    for (std::size_t v = 0; v < set_.verbs.size(); ++v) {
        const Verb& verb = set_.verbs[v];
        if ((verb.fault && position.faults == 0) || !isShared(position, verb.kind)) continue;
        Move move;
        move.kind = Move::Kind::Step;
        move.verb = static_cast<std::uint16_t>(v);
        if (!verb.begins && verb.op.kind != OpKind::Recall) {
            if (possible(position, verb, MessageId{})) out.push_back(move);
            continue;
        }
        for (const MessageId m : set_.messages) {
            if (verb.begins == used(m) || (verb.begins && s.messages.knows(m)) || !possible(position, verb, m))
                continue;
            move.message = m;
            out.push_back(move);
            if (verb.begins && options_.symmetry) break;  // ids that are not used yet are alike
        }
    }
}

// Whether this search takes such a step. The last one only where it leads to what is of its shard: so of what follows the
// last step, which is nearly all there is, each shard looks at its own part.
bool SyncModel::isShared(const Position& position, std::uint64_t kind) const {
    return !options_.shard || position.steps > 1 || options_.shard->has(position.kinds + kind);
}

bool SyncModel::possible(const Position& position, const Verb& verb, MessageId message) const {
    const State& s = position.world.state();
    const Op& op = verb.op;
    const world::Device* device = op.device.exists() ? &s.at(op.device) : nullptr;
    const bool reaches = device != nullptr && device->online && device->linkUp;
    if (device != nullptr && twinComesFirst(position, op.device)) return false;
    switch (op.kind) {
        case OpKind::Login:
            return !reaches && !device->connecting;
        case OpKind::Logout:
        case OpKind::Drop:
        case OpKind::Send:
            return reaches;
        case OpKind::Reinstall:
            return device->session > 0;
        case OpKind::Hold:
            return !device->onHold;
        case OpKind::Release:
            return device->onHold;
        case OpKind::Recall:
            return (device == nullptr || reaches) && s.messages[message].fate != Fate::Rejected &&
                   !s.messages[message].recalled;
        case OpKind::Sync:
            return s.service.app.sync != op.enabled;
        case OpKind::Set:
            return (op.settings.compensationDays && s.service.app.compensationDays != *op.settings.compensationDays) ||
                   (op.settings.offlineDays && s.service.app.offlineDays != *op.settings.offlineDays) ||
                   (op.settings.mobileLimit && s.service.app.mobileLimit != *op.settings.mobileLimit);
        case OpKind::Join:
        case OpKind::Leave: {
            const bool inside = op.to.kind == AddressKind::Group ? s.groups[op.to.number].has(op.user)
                                                                 : isIn(s.rooms[op.to.number].devices, op.device);
            return inside == (op.kind == OpKind::Leave) && (device == nullptr || reaches);
        }
        case OpKind::ServerRestart:
            return std::any_of(s.devices.begin(), s.devices.end(), [](const auto& d) { return d.online; });
        default:
            return true;
    }
}

// To both sides of the next boundary of each kind.
void SyncModel::waits(const Position& position, std::vector<Move>& out) const {
    const State& s = position.world.state();
    const App& app = s.service.app;
    struct Next {
        Instant at = Instant::max();
        MessageId message;
    };
    std::array<Next, 4> next;
    const auto offer = [&](Boundary boundary, Instant at, MessageId message) {
        Next& known = next[static_cast<std::size_t>(boundary)];
        if (at > s.now() && at < known.at) known = {at, message};
    };
    if (s.service.turned) offer(Boundary::Switch, s.service.turnedAt + s.service.readings.switchDelay, {});
    for (std::size_t i = s.acceptedBegin; i < s.accepted.size(); ++i) {
        const world::Message& m = s.messages[s.accepted[i]];
        if (!m.kept()) continue;
        // Inside the store and the horizon is what is not older, to the millisecond.
        constexpr Millis kTick{1};
        offer(Boundary::Window, leavesWindow(app.timezone, m.acceptedAt, app.compensationDays), s.accepted[i]);
        offer(Boundary::Store, m.acceptedAt + std::chrono::hours{24} * app.offlineDays + kTick, s.accepted[i]);
        offer(Boundary::Horizon, m.acceptedAt + world::horizon() + kTick, s.accepted[i]);
    }
    for (std::size_t b = 0; b < next.size(); ++b) {
        if (next[b].at == Instant::max()) continue;
        for (const bool before : {true, false}) {
            Move move;
            move.kind = Move::Kind::Wait;
            move.boundary = static_cast<Boundary>(b);
            move.before = before;
            move.message = next[b].message;
            move.days = move.boundary == Boundary::Window ? app.compensationDays : app.offlineDays;
            move.wait = next[b].at - s.now() - (before ? Millis{1} : Millis{0});
            if (move.wait > Millis{0}) out.push_back(move);
        }
    }
}

// ---- Making it happen -----------------------------------------------------------------------------------------------

// The rules see what happens as it happens. What world and rules allocate lies where they lie; what the search itself
// keeps does not.
class SyncModel::Side : public WorldParty {
public:
    Side(SyncModel& model, Position& position)
        : WorldParty(position.world),
          model_(model),
          position_(position),
          arena_(model.isInArena(position) ? &model.arena_ : nullptr) {}

    template <class Each>
    void begin(std::span<const Op* const> ops, const Each& each) {
        for (std::size_t i = 0; i < ops.size(); ++i) each(i, inArena([&] { return world_.start(*ops[i]); }));
    }
    Answer settle() {
        return inArena([&] { return WorldParty::settle(); });
    }
    Answer advance(Millis duration) {
        return inArena([&] { return WorldParty::advance(duration); });
    }
    void deliver(std::size_t place) {
        const Arena::Use use(arena_);
        world::deliver(world_.state(), place);
    }
    void write(const Event& event) {
        const Arena::Use use(arena_);
        position_.checker.feed(event, lexicon(), annex());
    }
    void drain() {
        const Arena::Use use(arena_);
        for (const Event& event : world_.events()) position_.checker.feed(event, lexicon(), world_.annex());
        world_.events().clear();
        world_.annex().catchUps.clear();
    }
    Lexicon& lexicon() { return model_.set_.lexicon; }
    Annex& annex() { return model_.set_.annex; }

private:
    template <class F>
    Answer inArena(F ask) {
        const Arena::Use use(arena_);
        return ask();
    }

    SyncModel& model_;
    Position& position_;
    Arena* arena_;
};

bool SyncModel::make(Position& position, const Move& move, Odometer& chance) {
    const std::size_t violationsBefore = position.checker.violations().size();
    Side side(*this, position);
    chance_ = &chance;
    make(position, move, side);
    buryDead(position, side);
    chance_ = &idle_;
    return judge(position, violationsBefore);
}

void SyncModel::makeAgain(Position& position, const Move& move, Odometer& chance) {
    const RuleCounts counted = position.checker.counts();
    make(position, move, chance);
    position.checker.countOnFrom(counted);
}

void SyncModel::make(Position& position, const Move& move, Side& side) {
    Session session(side);
    switch (move.kind) {
        case Move::Kind::Step: {
            const Verb& verb = set_.verbs[move.verb];
            const Op op = opOf(move);
            --position.steps;
            position.kinds += verb.kind;
            if (verb.fault) --position.faults;
            if (op.device.exists()) position.touched |= 1U << op.device.value;
            set_.annex.settings.clear();
            session.begin(op);
            position.unsettled = true;
            break;
        }
        case Move::Kind::Deliver: {
            side.deliver(firstOn(position.world.state(), move.line, move.device));
            side.drain();
            position.unsettled = true;
            break;
        }
        case Move::Kind::Settle:
            session.settle();
            position.unsettled = false;
            break;
        case Move::Kind::Wait:
            --position.steps;
            position.kinds += set_.waitKind;
            session.advance(move.wait);
            break;
    }
}

// False if the move violated a rule that counts.
bool SyncModel::judge(const Position& position, std::size_t violationsBefore) {
    const std::vector<Violation>& all = position.checker.violations();
    violations_.clear();
    for (std::size_t i = violationsBefore; i < all.size(); ++i) {
        const std::vector<RuleId>& wanted = options_.rules;
        if (wanted.empty() || std::find(wanted.begin(), wanted.end(), all[i].rule) != wanted.end()) {
            violations_.push_back(all[i]);
        }
    }
    return violations_.empty();
}

Op SyncModel::opOf(const Move& move) const {
    const Verb& verb = set_.verbs[move.verb];
    Op op = verb.op;
    if (move.message.exists()) op.message = move.message;
    if (verb.begins) op.text = set_.texts[move.message.index()];
    return op;
}

// What does nothing when it arrives, arrives at once: nobody can tell when it did.
void SyncModel::buryDead(const Position& position, Side& side) {
    const State& s = position.world.state();
    for (std::size_t i = 0; i < s.lines.size();) {
        if (isDead(s, s.lines[i]) && isFirstOnItsLine(s, i)) {
            side.deliver(i);
            i = 0;
        } else {
            ++i;
        }
    }
}

void SyncModel::found(const Path& path) {
    for (const Violation& violation : violations_) {
        std::optional<Finding>& known = findings_[static_cast<std::size_t>(violation.rule)];
        if (known && known->path.size() <= path.size()) continue;
        known = Finding{violation.text, root_, path};
    }
    violations_.clear();
}

bool SyncModel::hasFound() const {
    return std::any_of(findings_.begin(), findings_.end(), [](const auto& finding) { return finding.has_value(); });
}

// ---- Telling states apart -------------------------------------------------------------------------------------------

Fingerprint SyncModel::fingerprint(const Position& position) {
    Fingerprint least{~std::uint64_t{0}, ~std::uint64_t{0}};
    namer_.forEach(position.world.state(), position.touched,
                   [&](const Naming& names) { least = std::min(least, fingerprintUnder(position, names)); });
    return least;
}

Fingerprint SyncModel::fingerprintUnder(const Position& position, const Naming& names) {
    encoder_.clear();
    encoder_.byte(position.steps);
    encoder_.byte(position.faults);
    encoder_.flag(position.unsettled);
    if (options_.shard) encoder_.number(position.kinds);
    // Where everything arrives in the order in which it was sent, that order decides what is next.
    for (const world::Waiting& w : position.world.state().lines) {
        if (set_.reorders) break;
        encoder_.byte(static_cast<unsigned>(w.line));
        encoder_.number(names.of(w.packet.device));
    }
    // An untouched device is one for ever; that it is, twinComesFirst() asks.
    for (const std::uint32_t d : names.byDevice) encoder_.byte((position.touched >> d) & 1U);
    encode(position.world.state(), names, encoder_);
    encoder_.byte(0xfe);
    rules::encode(position.checker, names, encoder_);
    return fingerprintOf(encoder_.bytes());
}

// ---- In words -------------------------------------------------------------------------------------------------------

std::string SyncModel::describe(const Position& before, const Move& move) const {
    const Header& header = set_.header;
    switch (move.kind) {
        case Move::Kind::Step:
            return nameOf(opOf(move), header, set_.lexicon);
        case Move::Kind::Settle:
            return "settled";
        case Move::Kind::Wait:
            return fmt::format("wait {}", spellDuration(move.wait));
        case Move::Kind::Deliver:
            break;
    }
    const State& s = before.world.state();
    const world::Packet& p = s.lines[firstOn(s, move.line, move.device)].packet;
    const std::string message = p.message.exists() ? set_.lexicon.messages[p.message] : std::string();
    const std::string device = move.device.exists() ? header.path(move.device) : std::string("the API");
    switch (p.kind) {
        case world::PacketKind::Connect:
            return fmt::format("the server hears {} connect", device);
        case world::PacketKind::Send:
        case world::PacketKind::Publish:
            return fmt::format("the server hears {} send {}", device, message);
        case world::PacketKind::Recall:
        case world::PacketKind::ApiRecall:
            return fmt::format("the server hears {} recall {}", device, message);
        case world::PacketKind::Notice:
            return fmt::format("the server notices that {} is gone", device);
        case world::PacketKind::CaughtUp:
            return fmt::format("{} is caught up", device);
        case world::PacketKind::Recalled:
            return fmt::format("{} hears of the recall of {}", device, message);
        default:
            return fmt::format("{} is brought {}", device, message);
    }
}

}  // namespace mdsync::search
