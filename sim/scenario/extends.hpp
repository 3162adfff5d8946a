// Extends: what a scenario takes from the file that it extends, and what the command line puts into its matrix.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "scenario/mistakes.hpp"

namespace mdsync::scenario {

// The tree of `own` with what it takes from `base`. What cannot be put together is added to `mistakes`. REQUIRES: both were
// read from `text`, and are objects.
[[nodiscard]] json::Document extended(std::string_view text, const json::Document& own, const json::Document& base,
                                      Mistakes& mistakes);

// The tree of `file`, whose matrix has but one value of each of these variables. Entries that differ in nothing else become
// one. REQUIRES: all were read from `text`, and `file` is an object.
using VariableTrees = std::vector<std::pair<std::string_view, const json::Document*>>;
[[nodiscard]] json::Document withValues(std::string_view text, const json::Document& file, const VariableTrees& values);

}  // namespace mdsync::scenario
