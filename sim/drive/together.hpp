// Together: the actions of a `concurrently`, in the order in which they begin.
#pragma once

#include <vector>

#include "mdsync/choices.hpp"
#include "mdsync/presence.hpp"
#include "mdsync/scenario.hpp"

namespace mdsync {

// Whether another action of `step` connects or disconnects the device of `op` too: then the order decides what is
// possible, and the system is asked. Of "alice/phone logs in" and "alice/phone is reinstalled" none is impossible.
[[nodiscard]] bool isContested(const Step& step, const Op& op);

// Puts what can be asked for into `order`, and what the system's behaviour has made impossible into `left`.
void sortOut(const Step& step, const Presence& presence, std::vector<const Action*>& order,
             std::vector<const Action*>& left);

// Chance decides who begins.
void shuffle(std::vector<const Action*>& order, Choices& choices);

}  // namespace mdsync
