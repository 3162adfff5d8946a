// Moves: the cast of an exhaustive search, and the steps that its scenarios are made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mdsync/exhaustive.hpp"
#include "mdsync/lexicon.hpp"
#include "mdsync/system.hpp"
#include "mdsync/trace.hpp"

namespace mdsync::search {

// A Verb is a step with its arguments, but for the message: which that is, the search says.
struct Verb {
    Op op;
    bool fault = false;
    bool begins = false;  // a message: takes an id that is not used yet
    // What kind of step it is: who does what with whom, whichever device and message it is. So it is the same for steps that
    // differ only in names which may be exchanged.
    std::uint64_t kind = 0;
};

// What scenarios within the bounds are about.
struct Moves {
    explicit Moves(const ExhaustiveOptions& options);

    Header header;  // with the service off
    Lexicon lexicon;
    Annex annex;  // what `set` events refer to
    std::vector<Verb> verbs;
    std::vector<MessageId> messages;
    std::vector<TextId> texts;  // by message: its body
    bool waits = true;
    std::uint64_t waitKind = 0;  // of all waits
    bool reorders = true;        // lines deliver in any order; else in the order of sending
    bool losesAcks = true;
    std::vector<std::string> words;  // that are in use

private:
    void addCast(const ExhaustiveOptions& options);
    void addConnections();
    void addMessages();
    void addConsole();
    void addMemberships();
    [[nodiscard]] bool uses(std::string_view word) const;
    void add(const Op& op, bool fault = false, bool begins = false) {
        verbs.push_back({op, fault, begins, kindOf(op)});
    }
    [[nodiscard]] std::uint64_t kindOf(const Op& op) const;
    [[nodiscard]] std::vector<Address> targetsFor(UserId author) const;
};

}  // namespace mdsync::search
