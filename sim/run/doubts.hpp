// Doubts: what is to be explained of an expectation that is unmet.
#pragma once

#include <vector>

#include "mdsync/story.hpp"

namespace mdsync {

// Of each of these messages on one device, told by the message.
[[nodiscard]] inline std::vector<Doubt> doubtsOf(Doubt::About about, DeviceId device,
                                                 const std::vector<MessageId>& messages, char sign = ' ') {
    std::vector<Doubt> doubts;
    for (const MessageId message : messages) {
        doubts.push_back({.about = about, .device = device, .message = message, .sign = sign});
    }
    return doubts;
}

// Of one message, or none, on each of these devices, told by the device.
[[nodiscard]] inline std::vector<Doubt> doubtsOf(Doubt::About about, const std::vector<DeviceId>& devices,
                                                 MessageId message, char sign = ' ') {
    std::vector<Doubt> doubts;
    for (const DeviceId device : devices) {
        doubts.push_back({.about = about, .device = device, .message = message, .sign = sign, .byDevice = true});
    }
    return doubts;
}

// That a device is online, or not.
[[nodiscard]] inline Doubt connectionDoubt(DeviceId device, bool online) {
    return {.about = online ? Doubt::About::Online : Doubt::About::Offline, .device = device};
}

[[nodiscard]] inline std::vector<Doubt> joined(std::vector<Doubt> some, const std::vector<Doubt>& others) {
    some.insert(some.end(), others.begin(), others.end());
    return some;
}

}  // namespace mdsync
