// Which cases a fault covers. See fault.hpp.
#include "world/fault.hpp"

namespace mdsync::world {

bool isCovered(State& s, const Facts& facts) {
    const Scope& scope = s.policy.mutant->scope;
    if (scope.deviceClass && facts.deviceClass && *scope.deviceClass != *facts.deviceClass) return false;
    if (scope.target && facts.target && *scope.target != *facts.target) return false;
    return scope.oneIn <= 1 ||
           s.chance.draw(s.serverKey, s.serverDraws, scope.oneIn, Label::ChangeApplies) == scope.oneIn - 1;
}

bool strays(State& s, const Facts& facts) {
    if (!isCovered(s, facts)) return false;
    s.activated = true;
    return true;
}

}  // namespace mdsync::world
