// The schemas of docs/schema that are written by hand.
#pragma once

#include <span>

#include "base/embedded.hpp"

namespace mdsync {

[[nodiscard]] std::span<const EmbeddedFile> schemaFiles();

}  // namespace mdsync
