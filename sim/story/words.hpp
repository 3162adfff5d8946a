// Words: how a story names things.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mdsync/trace.hpp"
#include "rules/history/session.hpp"

namespace mdsync::story {

[[nodiscard]] std::string_view wayOf(Via via);              // ` by compensation`, behind a verb; empty for Unknown
[[nodiscard]] std::string_view word(rules::Service state);  // `on`, `off`, `changing`

// `a, b, c and 7 more`.
[[nodiscard]] std::string listed(const std::vector<std::string>& names);

// `alice/phone did not receive m1` without the name: `... did not receive it`.
[[nodiscard]] std::string withoutName(const std::string& sentence, const std::string& name);

}  // namespace mdsync::story
