// Schemas: what the documents and lines that cross a boundary look like, for other programs (JSON Schema, draft-07).
//
// They help to write and to check; the readers' own messages are better. The schema of scenarios is made from the reader's
// table: scenarioSchema().
#pragma once

#include <string_view>

namespace mdsync {

// The schema of `trace` (a line of one), `adapter` (a line, either way), `result` or `baseline`; empty for another kind. Ends
// with a newline.
[[nodiscard]] std::string_view documentSchema(std::string_view kind);

}  // namespace mdsync
