// Session: asking a system, and writing down what was asked, what happened and what came of it, in this order.
//
// alice/phone sends m1: the `send` is written when it goes out; then what the system says happened meanwhile; then what
// its answer means, such as a `reject`. Whoever runs a scenario, searches, measures or repeats goes by way of a
// Session, so that the same requests give the same trace everywhere.
//
// A Session talks to a Party: the system, and whoever listens to what happens there. It keeps nothing, so that it can
// be made for a single request.
#pragma once

#include <concepts>
#include <optional>
#include <span>
#include <string>

#include "drive/requests.hpp"
#include "mdsync/op.hpp"
#include "mdsync/trace.hpp"
#include "mdsync/world.hpp"

namespace mdsync {

// The system:
//   start(op)        passes one request on; a login returns when it is answered
//   begin(ops, each) passes all of them on at the same instant; each(number, answer) takes the answers, in order
//   settle(), advance(duration), now()
// The listener:
//   asks(op)         `op` goes out, and has no event yet
//   write(event)     an event of the trace that the tool itself writes
//   drain()          writes what the system says happened
//   heeds(answer)    false: the system gave up, and nothing more is written
//   answered(op, refused, code)
//   lexicon(), annex()  what the events refer to
template <class Party>
concept IsParty = requires(Party& party, const Op& op, const Event& event, const Answer& answer) {
    { party.start(op) } -> std::same_as<Answer>;
    { party.settle() } -> std::same_as<Answer>;
    { party.advance(Millis{}) } -> std::same_as<Answer>;
    { party.now() } -> std::same_as<Instant>;
    party.asks(op);
    party.write(event);
    party.drain();
    { party.heeds(answer) } -> std::same_as<bool>;
    party.answered(op, true, answer.text);
    { party.lexicon() } -> std::same_as<Lexicon&>;
    { party.annex() } -> std::same_as<Annex&>;
};

template <class Party>
class Session {
public:
    explicit Session(Party& party) : party_(party) { static_assert(IsParty<Party>); }

    // One request; a login takes until it is answered.
    void ask(const Op& op) {
        goOut(op);
        comeBack(op, party_.start(op));
    }

    // Requests that begin at the same instant, in this order.
    void begin(std::span<const Op* const> ops) {
        for (const Op* op : ops) goOut(*op);
        party_.begin(ops, [&](std::size_t number, const Answer& answer) { comeBack(*ops[number], answer); });
        party_.drain();
    }
    void begin(const Op& op) {
        const Op* const one[] = {&op};
        begin(one);
    }

    // Time until nothing is in flight. False: a hold holds something back, or the system gave up; the moment is not a
    // settled one.
    bool settle() {
        const Answer answer = party_.settle();
        party_.drain();
        if (!party_.heeds(answer) || answer.held) return false;
        Event settled;
        settled.kind = EventKind::Settled;
        write(settled);
        return true;
    }

    void advance(Millis duration) {
        (void)party_.heeds(party_.advance(duration));
        party_.drain();
    }

    // Writes an event of the tool's own: it happens now.
    void write(Event event) {
        event.t = party_.now();
        party_.write(event);
    }

private:
    void goOut(const Op& op) {
        party_.asks(op);
        if (const std::optional<Event> event = eventOfRequest(op, party_.lexicon())) write(*event);
    }

    void comeBack(const Op& op, const Answer& answer) {
        party_.drain();
        if (!party_.heeds(answer)) return;
        const bool refused = answer.kind == Answer::Kind::Refused;
        const TextId code = refused ? party_.lexicon().texts.intern(answer.text) : TextId{};
        if (const std::optional<Event> event = eventOfAnswer(op, refused, code, party_.annex())) write(*event);
        party_.answered(op, refused, answer.text);
    }

    Party& party_;
};

// The simulated world as a Party's system, without what the port costs; and a listener that does not listen to answers.
class WorldParty {
public:
    explicit WorldParty(World& world) : world_(world) {}

    Answer start(const Op& op) { return op.kind == OpKind::Login ? world_.login(op) : world_.start(op); }
    template <class Each>
    void begin(std::span<const Op* const> ops, const Each& each) {
        for (std::size_t i = 0; i < ops.size(); ++i) each(i, world_.start(*ops[i]));
    }
    Answer settle() { return world_.settle(); }
    Answer advance(Millis duration) {
        world_.advance(duration);
        return {};
    }
    [[nodiscard]] Instant now() const { return world_.now(); }
    void asks(const Op&) {}
    static bool heeds(const Answer&) { return true; }
    static void answered(const Op&, bool, const std::string&) {}

protected:
    World& world_;
};

}  // namespace mdsync
