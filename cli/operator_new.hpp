// What the program's operator new does besides: see operator_new.cpp.
#pragma once

namespace mdsync::cli {

// From now on what is allocated lies in pages of two megabytes, as soon as the heap is larger than eight. For commands that
// work and end: nothing is given back to the kernel before, so a server would keep the most that it ever needed. Does nothing
// under a sanitizer.
void useLargePages();

}  // namespace mdsync::cli
