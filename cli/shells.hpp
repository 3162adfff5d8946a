// Shells: what teaches each of them to complete the command line of mdsync.
#pragma once

#include <span>
#include <string_view>

namespace mdsync::cli {

struct Shell {
    std::string_view name;    // `bash`
    std::string_view script;  // asks `mdsync complete` at each TAB
};

[[nodiscard]] std::span<const Shell> shells();

}  // namespace mdsync::cli
