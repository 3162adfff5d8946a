// Generator: makes scenarios nobody thought of.
//
// A scenario is drawn from a Choices over the whole vocabulary of steps. It is always a legal file: what the reader
// would refuse is asked of the reader's own Certainty. What only the target's behaviour could make impossible is
// avoided by a guess of who is online; a wrong guess costs a step, never a verdict.
//
// Three kinds of scenario are mixed: *uniform*, with the usual frequencies of the verbs; *swarm*, which leaves out some
// verbs and prefers others (a suppressor that is absent lets a fault grow); *priority*, where what begins at one
// instant is spelled out one after the other, with links that differ so much that one device is always first until the
// order is changed (few changes of order suffice for most races). In most of them a *story* is told now and then
// (stories.hpp), for what only several steps about the same device or setting show. All of it is in the steps, so that a scenario says
// what it needs and does not depend on its seed more than it must.
#pragma once

#include <memory>
#include <vector>

#include "mdsync/choices.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/time.hpp"
#include "random/untaken.hpp"
#include "random/vocabulary.hpp"

namespace mdsync::search {

struct GeneratorOptions {
    Without without;
    std::uint32_t mostSteps = 40;
    Millis longestWait = Millis::max();
    bool isClockExact = true;  // it moves by itself otherwise: whole seconds are waited, and until no instant
    Untaken untaken{};
};

enum class Mode : std::uint8_t { Uniform, Swarm, Priority };

// A Generator is used again and again by one thread; its Case is made of the same memory each time.
class Generator {
public:
    explicit Generator(const GeneratorOptions& options);
    Generator(const Generator&) = delete;
    Generator& operator=(const Generator&) = delete;
    ~Generator();

    // The scenario of `seed`, valid until the next call. Its lexicon knows more words than it uses.
    Case& make(std::uint64_t seed);

    // How the last one was made.
    [[nodiscard]] Mode mode() const;

private:
    class Draft;
    GeneratorOptions options_;
    Case case_;
    std::vector<Step> spare_;  // steps that the last scenario did not need
    std::unique_ptr<Draft> draft_;
};

}  // namespace mdsync::search
