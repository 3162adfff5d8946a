// Matrix: counting its verdicts.
#include "mdsync/matrix.hpp"

#include <algorithm>

namespace mdsync {

std::string_view spell(MutantVerdict verdict) {
    switch (verdict) {
        case MutantVerdict::Caught:
            return "caught";
        case MutantVerdict::CaughtByOther:
            return "caughtByOther";
        case MutantVerdict::Escaped:
            return "escaped";
        case MutantVerdict::NotActivated:
            return "notActivated";
    }
    return {};
}

std::size_t MutantMatrix::count(MutantVerdict verdict) const {
    return static_cast<std::size_t>(std::count_if(mutants.begin(), mutants.end(),
                                                  [verdict](const MutantOutcome& m) { return m.verdict == verdict; }));
}

bool allNoticed(const MutantMatrix& matrix, bool whole) {
    if (matrix.count(MutantVerdict::Escaped) > 0 || matrix.count(MutantVerdict::CaughtByOther) > 0) return false;
    return !whole || (matrix.count(MutantVerdict::NotActivated) == 0 && matrix.idle.empty());
}

}  // namespace mdsync
