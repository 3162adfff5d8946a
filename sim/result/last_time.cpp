#include "mdsync/last_time.hpp"

#include "mdsync/baseline.hpp"

namespace mdsync {

LastTime::LastTime(const Result& result) : isPart_(result.interrupted || result.notRun > 0) {
    for (const CaseResult& c : result.cases) {
        const Verdict weight = weightOf(c);
        seen_.insert(normalId(c.id));
        if (weight == Verdict::Fail || weight == Verdict::Error) wrong_.insert(normalId(c.id));
    }
}

bool LastTime::wantsAgain(const std::string& file, const std::string& id) const {
    // A file that could not be read stands there by itself: its cases may have come since.
    if (wrong_.contains(normalId(id)) || wrong_.contains(normalId(file))) return true;
    return isPart_ && !seen_.contains(normalId(id));
}

}  // namespace mdsync
