// A certificate's beginning and end: what was searched, and the hash of it.
#pragma once

#include <string_view>

#include "exhaustive/moves.hpp"
#include "mdsync/exhaustive.hpp"

namespace mdsync::search {

// Why a search with findings ended.
inline constexpr std::string_view kFoundSomething = "a violation was found; longer scenarios were not looked at";

// Sets what every certificate says of the cast: devices and verbs.
void begin(const Moves& set, Certificate& certificate);

// Takes over the rounds that are whole, and what was found in the last of them.
void goOnFrom(const Certificate& before, Certificate& certificate);

// Sets the hash: of all that is searched, and of the states of all rounds.
void seal(const ExhaustiveOptions& options, const Moves& set, Certificate& certificate);

}  // namespace mdsync::search
