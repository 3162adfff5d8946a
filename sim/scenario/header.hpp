// Everything of a scenario file that is not a step: app, readings, start, users, groups and so on.
#pragma once

#include <string_view>
#include <vector>

#include "scenario/names.hpp"
#include "scenario/scope.hpp"

namespace mdsync::scenario {

// Reads all keys of the file's object but `matrix` and `steps` into `into`; names are declared in `names`.
void readHeader(Scope& scope, Names& names, const Fields& file, const std::vector<std::string_view>& knownRules,
                Case& into);

}  // namespace mdsync::scenario
