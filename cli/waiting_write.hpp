// Writing to what somebody else must read: a pipe, a terminal, a socket.
//
// Who opens a FIFO that nobody reads, or writes into a pipe that nobody empties, would wait for ever, also after Ctrl-C.
// Here the waiting ends soon after a signal: for a second longer, what is still being read is written.
#pragma once

#include <string>
#include <string_view>

namespace mdsync::cli {

// Opens what stands at `path` to be written in place; waits until somebody reads it, if it is a FIFO. Gives the
// descriptor, or -1 with errno: ECANCELED if an Interrupt heard a signal and nobody reads it.
[[nodiscard]] int openToWrite(const std::string& path);

// Writes `text` to `descriptor`, as fast as it is read. Gives 0, or the errno of what went wrong: ECANCELED if an
// Interrupt heard a signal and nobody reads any more.
[[nodiscard]] int writeWaiting(int descriptor, std::string_view text);

}  // namespace mdsync::cli
