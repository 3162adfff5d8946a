// Requests of the adapter protocol as JSON: an Op's keys, all present (docs/adapters.md).
#pragma once

#include <string>

#include "mdsync/system.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

// Appends `"op":"login","dev":"alice/phone"`.
void appendRequest(std::string& out, const Op& op, const Header& header, const Lexicon& lexicon);

}  // namespace mdsync
