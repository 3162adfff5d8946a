// LastTime: what a result says about which cases are to run again.
#pragma once

#include <set>
#include <string>

#include "mdsync/result.hpp"

namespace mdsync {

class LastTime {
public:
    explicit LastTime(const Result& result);

    // Whether this case failed or was in error, and no baseline expected it. Where that run was cut short (interrupted, or
    // stopped after so many failures) also whether it never ran.
    [[nodiscard]] bool wantsAgain(const std::string& file, const std::string& id) const;

private:
    std::set<std::string> wrong_;  // ids, and files that gave no case
    std::set<std::string> seen_;
    bool isPart_;
};

}  // namespace mdsync
