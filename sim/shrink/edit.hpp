// Edits: smaller scenarios made of a scenario. They know what refers to what, and nothing about failures.
#pragma once

#include <vector>

#include "mdsync/scenario.hpp"

namespace mdsync::search {

// What is to go, by number; empty lists: nothing of that kind.
struct Cut {
    std::vector<bool> users, devices, groups, rooms;
};

// `scenario` without these, without the devices of such users, and without what refers to any of them: whole actions
// and expectations, and steps that are left empty.
[[nodiscard]] Case cutOut(const Case& scenario, const Cut& cut);

// Steps [first, first + count) go.
[[nodiscard]] Case cutSteps(const Case& scenario, std::size_t first, std::size_t count);

// Users, devices, groups and rooms that no step needs.
[[nodiscard]] Cut unusedOf(const Case& scenario);

// Message types that are declared and not used go.
void dropUnusedTypes(Case& scenario, const Lexicon& lexicon);

// Messages get the names m1, m2, ... in the order in which they are first named. `lexicon` becomes one that has what
// the case needs and nothing else.
void renumberMessages(Case& scenario, Lexicon& lexicon);

}  // namespace mdsync::search
