// HTML: the files of sim/report/html, which make the page.
#pragma once

#include "base/embedded.hpp"

namespace mdsync {

[[nodiscard]] std::span<const EmbeddedFile> htmlFiles();

}  // namespace mdsync
