// Commit: what this program was built from. Written while building (script/commit.cmake), so that a commit costs one
// small file and a link.
#pragma once

#include <string_view>

namespace mdsync::cli {

// `83ff53d1f2a4`, or `83ff53d1f2a4-changed` with changes that were not committed; empty where nothing is known.
[[nodiscard]] std::string_view commit();

// The day of the commit, `2026-11-29`; empty where it is not known.
[[nodiscard]] std::string_view commitDay();

}  // namespace mdsync::cli
