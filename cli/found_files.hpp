// FoundFiles: where a search puts what it found, the scenario and beside it the run.
#pragma once

#include <string>
#include <string_view>

#include "mdsync/explore.hpp"

namespace mdsync::cli {

// The run file that belongs to a scenario file: `found/x.run` beside `found/x.json`.
[[nodiscard]] std::string runBeside(const std::string& scenario);

class FoundFiles {
public:
    // `owned`: the folder is a campaign's, and what is no scenario or run there any more is damaged and made again.
    FoundFiles(std::string folder, bool owned) : folder_(std::move(folder)), owned_(owned) {}

    // Writes a scenario. Its path, or an empty one if that failed, which was said. A file that says something else is
    // never replaced: then it is NAME-2.
    [[nodiscard]] std::string keep(const std::string& name, const std::string& text) const;

    // Writes the scenario and, beside it, the run. Where the scenario is, or an empty path; `written` becomes false if
    // not all could be written.
    [[nodiscard]] std::string keep(const Found& found, bool& written) const;

private:
    // The contents of a scenario and its run. No run: none is written.
    struct Pair {
        std::string_view scenario;
        std::string_view run;
    };
    [[nodiscard]] bool mayWrite(const std::string& path, std::string_view text) const;
    [[nodiscard]] std::string keep(const std::string& name, const Pair& pair, bool& written) const;

    std::string folder_;
    bool owned_;
};

}  // namespace mdsync::cli
