// World: the simulated system. A deterministic messaging server, a network and devices, in virtual time.
//
// A World is one legal implementation of the seed's service, or, with another policy, a known-bad one. It is asked to
// do things (Op), runs virtual time, and reports what happened as events; what was asked the caller writes down itself
// (see system.hpp). Equal arguments and equal calls give equal events, on every machine.
//
// A World is a value: a copy made in the middle of a run goes on exactly like the original. It is not thread-safe;
// different worlds may be used by different threads. The Lexicon it was made with must outlive it and its copies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mdsync/choices.hpp"
#include "mdsync/op.hpp"
#include "mdsync/policy.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

namespace world {
struct State;
}

class World {
public:
    // A world at `header.t` where all devices are offline. Chance comes from `seed`. Adds the words that it may say to
    // `lexicon`. REQUIRES: a legal header (spec, "Edges").
    World(const Header& header, Lexicon& lexicon, const ServerPolicy& policy, std::uint64_t seed);

    // The same with a given source of chance; with randomChoices(seed) it runs exactly as with `seed`.
    World(const Header& header, Lexicon& lexicon, const ServerPolicy& policy, std::unique_ptr<Choices> choices);

    World(const World& other);
    World& operator=(const World& other);
    World(World&& other) noexcept;
    World& operator=(World&& other) noexcept;
    ~World();

    // Begins an operation at the current instant, without moving time. Ok: done, or on its way. Pending: a login that
    // is under way. Refused: `text` is the code; the world then emits no event for it. What acts at the server at once
    // (sync, set, join, leave, release, restart) comes after whatever is due at this instant.
    Answer start(const Op& op);

    // A login, and time until the device is online (Ok) or refused (Refused, no event). Pending if nothing is under way
    // any more and it is neither.
    Answer login(const Op& op);

    // Runs time until nothing is in flight. Answer::held: a hold holds something back, or a drop is not noticed yet.
    Answer settle();

    // Runs time for exactly `duration`. What is due at its very end has happened.
    void advance(Millis duration);

    [[nodiscard]] Instant now() const;

    // What happened since the caller last cleared it, oldest first; `annex` holds what `caught-up` events refer to. The
    // caller clears both.
    [[nodiscard]] std::vector<Event>& events();
    [[nodiscard]] Annex& annex();

    // Whether a known-bad server ever decided otherwise than the reference server.
    [[nodiscard]] bool activated() const;

    // How many packets are under way.
    [[nodiscard]] std::size_t inFlight() const;

    // The memory this world holds, in bytes, without the events.
    [[nodiscard]] std::size_t bytes() const;

    // The state itself, for search, which takes the network into its own hands and renames things in the state's bytes
    // (sim/world/lines.hpp, canonical.hpp).
    [[nodiscard]] world::State& state();
    [[nodiscard]] const world::State& state() const;

    // The state as bytes, with times relative to now: worlds with equal bytes have equal futures. Without the events,
    // and without the state of chance.
    [[nodiscard]] std::string canonical() const;

private:
    std::unique_ptr<world::State> state_;
};

// Whose chance a stream of a world is: `the link from the server to alice/phone`, `the server`; empty where nobody of
// `header` is meant.
[[nodiscard]] std::string wordsOf(const Header& header, Stream stream);

}  // namespace mdsync
