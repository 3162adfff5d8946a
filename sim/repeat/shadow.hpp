// Shadow: the reference server, asked the same beside a scenario that is being made.
//
// It says what a legal server makes of the steps so far: who is online, and how long it takes until nothing is in
// flight.
#pragma once

#include <vector>

#include "mdsync/presence.hpp"
#include "mdsync/world.hpp"

namespace mdsync {

class Shadow {
public:
    // `lexicon` has the words that ops will refer to.
    Shadow(const Header& header, const Lexicon& lexicon, const NetworkConditions& network);

    // Asks; a login runs time until it is answered, unless `together`: then it only begins.
    void start(const Op& op, bool together = false);
    // Lets time run until nothing is in flight; returns how long that took.
    Millis settle();
    void advance(Millis duration);

    // Whether the device is in a session, as it knows itself: one whose network went is not.
    [[nodiscard]] bool online(DeviceId device) const { return presence_.reaches(device); }
    // Whether its session lasts or it asked for one.
    [[nodiscard]] bool connected(DeviceId device) const { return presence_.connected(device); }

private:
    class Side;  // the world, of which only the presence is kept

    Lexicon lexicon_;
    Presence presence_;
    World world_;
};

}  // namespace mdsync
