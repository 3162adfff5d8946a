// Tell: what is said on standard error.
//
// Where nobody takes it, on a full disk or into a pipe that was closed, it is lost, and nothing else is: fmt::print()
// would throw there.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <utility>

namespace mdsync::cli {

// Says `values` in the words of `format` on standard error.
template <class... T>
void tell(fmt::format_string<T...> format, T&&... values) {
    fmt::memory_buffer text;  // which needs no memory for a line: it may be that there is none
    fmt::format_to(fmt::appender(text), format, std::forward<T>(values)...);
    (void)!std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace mdsync::cli
