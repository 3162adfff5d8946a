// Excerpts: the lines of a file that a result points at.
#pragma once

#include <string_view>

#include "mdsync/result.hpp"

namespace mdsync {

// Adds to each violation and each unmet expectation of `result` the line of `text`, its file's content, at its place.
void addExcerpts(CaseResult& result, std::string_view text);

}  // namespace mdsync
