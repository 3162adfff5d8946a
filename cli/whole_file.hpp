// Whole files: what is written is there as a whole or not at all.
//
// Whatever happens to the process, the disk or the machine: where a file stood, the old one or the new one stands, and
// never a part. A full disk does not cost the reasons that somebody wrote into a baseline.
#pragma once

#include <string>
#include <string_view>

namespace mdsync::cli {

// Puts `text` in place of what stands at `path`. A file is written beside it, made safe and then renamed; it keeps the
// mode and, where that is allowed, the owner. A link stays, and the file that it points to is replaced. Pipes, devices
// and what /dev/stdout stands for are written to as they are. Gives 0, or the errno of what went wrong: nothing changed
// then, and nothing is left behind.
[[nodiscard]] int writeWhole(const std::string& path, std::string_view text);

// Makes a folder and those that it lies in, where they are missing. Gives 0, or the errno of what went wrong.
[[nodiscard]] int makeFolder(const std::string& path);

// Lets what stands at `path`, a file or a folder, outlast a loss of power. Gives 0, or the errno of what went wrong.
[[nodiscard]] int makeSafe(const std::string& path);

}  // namespace mdsync::cli
