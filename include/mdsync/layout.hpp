// Layout: a scenario file as it is meant to look.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mdsync/diagnostic.hpp"

namespace mdsync {

struct LaidOut {
    std::string text;                     // ends with a newline; empty if there is an error
    std::vector<Diagnostic> diagnostics;  // why the text is not JSON
};

// `text` with its blanks and line breaks put right, and nothing else changed: keys and values keep their order and their
// spelling, comments and single blank lines stay. A list or object is one line if it fits and its author did not begin a
// new line behind its bracket; steps have a line each. What is laid out again stays as it is. `path` is for diagnostics.
[[nodiscard]] LaidOut layOutScenario(std::string_view text, const std::string& path);

}  // namespace mdsync
