// Certainty: which devices are certainly online or offline, whatever a legal server does.
//
// The reader refuses a step that is impossible for certain (login of a device that is online), and nothing that only
// might be. So everything here errs towards Unknown: limits, the switch, loss, races and refusals all leave doubt. This
// is no model of the service: it knows as little of the rules as it can.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mdsync/scenario.hpp"

namespace mdsync::scenario {

enum class Presence : std::uint8_t { Offline, Online, Unknown };

class Certainty {
public:
    // Everybody is offline; the switch and the limits are those of `header`, the links those of `network`.
    Certainty(const Header& header, const NetworkConditions& network);

    // What stands in the way of `action`: nothing, or one sentence that says so.
    [[nodiscard]] std::string obstacle(const Action& action) const;

    // Takes `action` as done; `settled`: nothing is in flight when the next one begins.
    void apply(const Action& action, bool settled);

    // The same for actions that begin at one instant, in whatever order: nothing is in the way of two of one device.
    [[nodiscard]] std::vector<std::string> obstacles(const std::vector<Action>& together) const;
    void applyTogether(const std::vector<Action>& together, bool settled);

    // A step could not be read: from here on nothing is certain.
    void forget();

    [[nodiscard]] Presence presence(DeviceId device) const { return devices_[device.index()].presence; }

private:
    enum class Switch : std::uint8_t { On, Off, Unknown };
    struct Device {
        Presence presence = Presence::Offline;
        bool held = false;
        bool connecting = false;  // an unsettled login may still be under way
        std::uint32_t crowd = 0;
    };
    // The devices of one user that one limit counts together.
    struct Crowd {
        std::int64_t maybeOnline = 0;      // how many are online or unknown
        std::vector<DeviceId> wereOnline;  // all that are Online, and some that were
    };

    void become(DeviceId device, Presence presence);
    void doubtAll(Crowd& crowd);
    void login(DeviceId device, bool settled, bool inRace);
    void depart(const Action& action, bool settled);
    void other(const Action& action);
    void turn(bool enabled);
    void change(const SettingsChange& settings);
    void doubtWhereOver(Platform platform);
    void settle();
    [[nodiscard]] std::int64_t limitOf(Platform platform) const;

    const Header* header_;
    std::vector<Device> devices_;
    std::vector<Crowd> crowds_;  // four a user
    std::vector<DeviceId> connecting_;
    Switch switch_;
    bool wasTurnedOff_ = false;
    bool limitsFell_ = false;
    bool lossy_ = false;
    std::int64_t mobileLimit_;
    std::int64_t miniprogramLimit_;
};

}  // namespace mdsync::scenario
