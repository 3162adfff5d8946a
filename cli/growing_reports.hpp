// GrowingReports: what --report asks for, kept on the disk while the run goes on, so that a machine that is taken away
// leaves what was known.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "mdsync/result.hpp"
#include "output.hpp"

namespace mdsync::cli {

// From the first second on each report is written again every now and then, whole each time, and says that the run was
// interrupted; the last word is writeReports()'s. Safe to use from threads.
class GrowingReports {
public:
    explicit GrowingReports(const OutputOptions& options);
    GrowingReports(const GrowingReports&) = delete;
    GrowingReports& operator=(const GrowingReports&) = delete;
    ~GrowingReports();

    // As LiveReport's. REQUIRES: nothing was added yet.
    void about(const std::vector<std::string>& paths, std::optional<Shard> shard, bool failsOnFlaky);

    // The next case in the order of the result.
    void add(CaseResult ended);

    // All that is known. Nothing is written any more.
    [[nodiscard]] Result finish();

private:
    void writeOnAndOn();
    void stop();

    const OutputOptions& options_;
    std::mutex mutex_;
    std::condition_variable wake_;
    Result soFar_;
    std::size_t written_ = 0;  // of the cases
    bool isOver_ = false;
    std::thread thread_;  // writes; none where nothing is to grow
};

}  // namespace mdsync::cli
