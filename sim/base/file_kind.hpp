// File kinds: which of our files a text is, so that whoever gives the wrong one to a command learns where it belongs.
#pragma once

#include <string>
#include <string_view>

namespace mdsync {

// The kind of file that `text` looks like by its beginning: `scenario`, `trace`, `result`, `baseline`, `run`, `campaign`,
// `certificate`; empty if it is none of these.
[[nodiscard]] std::string_view fileKind(std::string_view text);

// `this is a trace`, of what fileKind() gave.
[[nodiscard]] std::string fileNoun(std::string_view kind);

// What takes it: `mdsync check FILE`.
[[nodiscard]] std::string fileUse(std::string_view kind, std::string_view file);

}  // namespace mdsync
