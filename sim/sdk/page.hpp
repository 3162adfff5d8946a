// Page: the files of sim/sdk/page, which make the console's page, and those of sim/report/html that draw its events.
#pragma once

#include "base/embedded.hpp"

namespace mdsync {

[[nodiscard]] std::span<const EmbeddedFile> consoleFiles();

}  // namespace mdsync
