// System: the port behind which a system under test stands.
//
// The runner asks a target to do things (Op) and collects the events that happened. The simulated world is one target,
// a child process or a socket that speaks the adapter protocol another. A target reports only what happened; what was
// asked (connect, send, publish, recall, reinstall, sync, set, join, leave, settled, note) the runner writes itself,
// alike for all of them.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/choices.hpp"
#include "mdsync/emulation.hpp"
#include "mdsync/ids.hpp"
#include "mdsync/op.hpp"
#include "mdsync/policy.hpp"
#include "mdsync/time.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

// What a target says of itself in its hello.
struct Capabilities {
    std::string name;
    bool virtualClock = true;            // time moves by advance, settle and login only
    bool advances = true;                // can let time pass at all
    Millis longestWait = Millis::max();  // that it can let pass at once
    Millis quiet{0};                     // how long it listens before it calls silence settled
    bool pipeline = true;                // takes all requests of a `concurrently` before it answers the first
    std::array<bool, kOpKinds> ops = allOps();
    Silent silent;            // event kinds that it cannot see
    bool acceptSeen = false;  // an `accept` tells when the sender learned of it, not when the server took the message
    Emulations emulates;      // what the adapter does by itself
    bool foreign = false;     // not our own server: who may write or recall there, no rule judges
    Millis tick{0};           // how far its clock may move by itself

    [[nodiscard]] bool can(OpKind kind) const { return ops[static_cast<std::size_t>(kind)]; }
    [[nodiscard]] static constexpr std::array<bool, kOpKinds> allOps() {
        std::array<bool, kOpKinds> ops{};
        for (bool& op : ops) op = true;
        return ops;
    }
};

// A System is one system under test, used by one thread. It says `Unsupported` to what it cannot do (the case is then
// not applicable) and `Error` when it broke (the case is then an error); after either, only reset() may follow.
//
// Events come out of drain(), stamped, in the order in which they happened. A request whose answer is `Refused` leaves
// no event of its own: the runner writes `refused`, `reject` or `recall-reject` for it.
class System {
public:
    System() = default;
    System(const System&) = delete;
    System& operator=(const System&) = delete;
    virtual ~System() = default;

    // Connects, if need be, and asks what the target can do. Called once, first.
    virtual Answer hello(Capabilities& capabilities) = 0;

    // Begins a new world: all devices offline, the clock at header.t, chance derived from `seed`. `header` is complete,
    // readings included. The target keeps `lexicon` and `annex` until the next reset and interns there whatever its
    // events refer to; both outlive it or that reset.
    virtual Answer reset(const Header& header, std::uint64_t seed, Lexicon& lexicon, Annex& annex) = 0;

    // From the next reset on chance comes from `source` instead of the seed; nothing: from the seed again. A system
    // that is not ours has chance of its own, and takes no notice.
    virtual void drawFrom(const ChoiceSource& source) { (void)source; }

    // The next reset is for the case `id`, whose file itself sets the keys `given` of `app`: a system that cannot have
    // some setting needs to refuse it only where the file asks for it.
    virtual void announce(std::string_view id, std::span<const std::string> given) { (void)id, (void)given; }

    // Passes one request on. A login returns when the device is online (its event can be drained) or refused, or with
    // `Pending` when that cannot be known yet; nothing else waits for its effect.
    virtual Answer start(const Op& op) = 0;

    // Passes all of `ops` on at the same instant, in the order given, and calls `answered(number, answer)` for each in
    // that order. What happened before an answer can be drained when `answered` is called. A login may answer
    // `Pending`.
    virtual void startAll(std::span<const Op> ops, const std::function<void(std::size_t, const Answer&)>& answered) = 0;

    // Lets time run until nothing is in flight. `held` in the answer: something still waits for a `release` or a
    // notice, so that the moment is not a settled one.
    virtual Answer settle() = 0;

    // Lets `duration` pass.
    virtual Answer advance(Millis duration) = 0;

    // The latest time known.
    [[nodiscard]] virtual Instant now() const = 0;

    // Appends what happened since the last call.
    virtual void drain(std::vector<Event>& events) = 0;

    // Whether the decision in which a known-bad server differs has made a difference since the last reset. Nothing
    // where that cannot be known: behind an adapter.
    [[nodiscard]] virtual std::optional<bool> activated() const { return std::nullopt; }

    // Ends it for good, as agreed. `Error`: it did not end as it should; what was judged stands.
    virtual Answer bye() { return {}; }

    // After an `Error`: the last lines that went to and fro and what else may tell why, for people.
    [[nodiscard]] virtual std::vector<std::string> lastLines() const { return {}; }
};

// The simulated world as a target: the reference server, or a known-bad one.
[[nodiscard]] std::unique_ptr<System> makeWorldSystem(const ServerPolicy& server);

// `system`, of which one learns when a sender learns of it that a message or a recall was accepted: an acknowledgement
// comes later than what it acknowledges, behind others, by chance of the seed that reset() was given. It is what an
// adapter of a real server sees.
[[nodiscard]] std::unique_ptr<System> withSeenAcceptance(std::unique_ptr<System> system);

// How patient the tool is with an adapter.
struct AdapterOptions {
    Millis timeout = std::chrono::seconds{10};  // for each answer
    Millis maxWait = std::chrono::seconds{60};  // real clock: the longest wait that is really waited
    const std::atomic<bool>* stop = nullptr;    // once set, every request ends with an `Error`
    // Where set: told for which case (empty: for none yet) a line is said, and the line, after `> ` (to the adapter), `< `
    // (from it) or `! ` (its standard error).
    std::function<void(std::string_view id, std::string_view line)> log;
};

// A system behind the adapter protocol (docs/adapters.md): `exec:COMMAND ARGS` starts a child process, which ends with
// the target, `tcp:HOST:PORT` connects; either happens in hello(). The thread that calls hello() must outlive the
// target. Nothing if wrongTarget() has something to say. REQUIRES: SIGPIPE is ignored.
[[nodiscard]] std::unique_ptr<System> makeAdapterSystem(std::string_view where, const AdapterOptions& options);

// What is wrong with the spelling of an adapter's place; empty: nothing.
[[nodiscard]] std::string wrongTarget(std::string_view where);

}  // namespace mdsync
