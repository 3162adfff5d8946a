// The page docs/glossary.md, which the program carries.
#pragma once

#include <span>

#include "base/embedded.hpp"

namespace mdsync {

[[nodiscard]] std::span<const EmbeddedFile> glossaryPages();

}  // namespace mdsync
