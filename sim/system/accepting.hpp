// Which failures to accept a connection pass, for the ports that mdsync opens.
#pragma once

namespace mdsync {

// Whether accept() may succeed again soon although it failed with `error`, an errno. What there is too little of now, such as
// files, may be there again; and somebody who hangs up before he was accepted is his own business.
[[nodiscard]] bool acceptMaySucceedAgain(int error);

}  // namespace mdsync
