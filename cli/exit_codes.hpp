// Exit codes: what they mean, at length (docs/exit-codes.md).
#pragma once

#include <span>
#include <string_view>

namespace mdsync::cli {

struct ExitCode {
    std::string_view code;
    std::string_view title;
    std::string_view text;
};

// In the order of their numbers.
[[nodiscard]] std::span<const ExitCode> exitCodes();

}  // namespace mdsync::cli
