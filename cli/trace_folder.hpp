// TraceFolder: where --trace puts the traces of a run.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "mdsync/run.hpp"
#include "mdsync/trace.hpp"

namespace mdsync::cli {

// One case is written to the path itself, unless that is a folder; several into it, each under a name made of its id.
class TraceFolder {
public:
    // `path` may be empty: no traces are wanted.
    TraceFolder(const std::string& path, const Suite& suite);

    // The files that will be written.
    [[nodiscard]] const std::vector<std::string>& files() const { return files_; }

    // Makes the folder, if there is one to be made. Says on standard error what went wrong.
    void make();

    [[nodiscard]] bool wanted() const { return !path_.empty(); }
    [[nodiscard]] bool written() const { return !failed_; }

    // Writes the trace of the suite's entry `number`. Safe to use from threads.
    void write(std::size_t number, const Trace& trace);

private:
    std::string path_;
    std::vector<std::string> files_;
    bool isFolder_ = false;
    bool isMissing_ = false;  // the folder, which could not be made
    std::atomic<bool> failed_{false};
};

}  // namespace mdsync::cli
