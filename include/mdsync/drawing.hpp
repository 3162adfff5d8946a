// Drawing: a Diagnostic as a terminal shows it best.
#pragma once

#include <cstddef>
#include <string>

#include "mdsync/diagnostic.hpp"

namespace mdsync {

struct Drawing {
    bool color = false;
    std::size_t width = 100;  // columns: a line of the file is cut around the caret to fit
};

// As render(diagnostic), painted and cut as `drawing` says.
[[nodiscard]] std::string render(const Diagnostic& diagnostic, const Drawing& drawing);

}  // namespace mdsync
