// Symmetry: chooses the names under which a state is written, so that states that differ only in names are written
// alike.
//
// Devices of one class of one user may change places, messages too. Messages are named in the order of acceptance,
// devices in the order of what they are by themselves. Where devices are alike by themselves but not beside the rest,
// every order of them is tried, so that the choice does not depend on the names that they had.
#pragma once

#include <cstdint>
#include <functional>
#include <tuple>
#include <vector>

#include "base/encoder.hpp"
#include "base/fingerprint.hpp"
#include "mdsync/trace.hpp"
#include "world/state.hpp"

namespace mdsync::search {

class Symmetry {
public:
    // With `symmetry` false everybody keeps their name.
    Symmetry(const Header& header, bool symmetry);

    // Calls `use` with each naming that has to be tried: mostly one. `touched`: the devices that anything was done
    // with; the others are alike in every respect.
    template <class Use>
    void forEach(const world::State& s, std::uint32_t touched, Use&& use) {
        if (!choose(s, touched)) return use(names_);
        do {
            use(names_);
        } while (nextOrder(s));
    }

private:
    bool choose(const world::State& s, std::uint32_t touched);  // whether devices remain that are alike
    bool nextOrder(const world::State& s);
    void nameMessages(const world::State& s);
    void nameAccepted(const world::State& s);
    void setDevices();

    bool symmetry_;
    std::vector<std::vector<std::uint32_t>> classes_;  // of interchangeable devices, two or more
    std::vector<std::uint32_t> order_;                 // by name: the device
    std::vector<std::vector<std::uint32_t>> alike_;    // names that go to devices which are alike
    std::vector<Fingerprint> looks_;                   // by device
    Naming names_;
    Naming rough_;
    Encoder encoder_;
    // What is only needed while choosing; kept for its room.
    std::vector<std::uint32_t> sorted_;
    std::vector<std::tuple<unsigned, std::uint32_t, std::size_t, std::uint32_t>> rest_;
};

}  // namespace mdsync::search
