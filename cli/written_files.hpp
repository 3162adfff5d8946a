// Written files: what a command line wants written must not be what it reads.
#pragma once

#include <string>
#include <vector>

namespace mdsync::cli {

// A file that is to be written, and the option that says so: `--report json=a.json`.
struct WrittenFile {
    std::string option;
    std::string path;
};

// Whether one of `written` is a file that is read, under whatever name, or is written twice; that is said on standard
// error. Standard output, pipes and devices take more than one text.
[[nodiscard]] bool wouldLose(const std::vector<std::string>& read, const std::vector<WrittenFile>& written);

}  // namespace mdsync::cli
