// Installations: which device a connection is.
//
// The SDK does not say so. A page of a browser makes up a new device id each time it is loaded; what stays is what the
// profile stores: the cursor of its last pull. An answer to a pull carries a moment that no other answer to this user
// carries: whoever comes back with it is the profile that got it. So *installation* is a profile, and *device* a page, or
// a phone:
//   alice opens a page         cursors 0: a new installation, its first device alice/web1
//   she reloads it             a new device id, but web1's last cursor: web1 again
//   she opens one more tab     web1's cursor, and web1 is online: another device of the same installation, web2
//   she clears her browser     cursors 0: a new installation, and a device that nobody used: web3
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/live_world.hpp"

namespace mdsync::sdk {

// What a connection shows of itself.
struct Caller {
    UserId user;
    Platform platform = Platform::Web;
    std::string deviceId;     // as its URL says; may be empty
    std::string name;         // of the user's devices, as a tool's header says; a browser has none
    std::int64_t cursor = 0;  // the latest moment that its profile stores; 0: none
};

class Installations {
public:
    // REQUIRES: `live` outlives it.
    explicit Installations(LiveWorld& live) : live_(live) {}

    // The device that `caller` is: one it had before, else the first one of its class that was declared and never used,
    // else a new one. Where it begins an installation on a device that had one, the world hears of a reinstall. None:
    // the user has too many.
    [[nodiscard]] DeviceId find(const Caller& caller);
    // The device that `caller` had before, by its name or its id; none if that shows only its first pull.
    [[nodiscard]] DeviceId known(const Caller& caller);
    // The device that it would be as far as can be told before it pulls, for a login that is refused.
    [[nodiscard]] DeviceId guess(const Caller& caller);

    // A moment for an answer to a pull of `device`: not before now, and never given to its user before.
    [[nodiscard]] std::int64_t stamp(DeviceId device);

    // Whether a profile that comes back with this cursor has the message: another device of the installation has it, or
    // it was in an answer that was not confirmed, but whose moment the profile stores.
    [[nodiscard]] bool covers(DeviceId device, MessageId message, std::int64_t cursor) const;
    // The device went without confirming the answer of this moment, which brought these messages.
    void leave(DeviceId device, std::int64_t moment, std::vector<MessageId> messages);

    // Counts from 1; 0: it has none yet.
    [[nodiscard]] std::uint32_t numberOf(DeviceId device) const;
    // The id that the device's latest connection gave.
    [[nodiscard]] const std::string& deviceId(DeviceId device) const;

private:
    struct Installation {
        std::vector<DeviceId> devices;
    };
    struct Page {
        std::uint32_t installation = 0;
        std::uint64_t used = 0;  // the place of its last use in the order of all uses
        std::string deviceId;
        std::int64_t unconfirmed = 0;  // the moment of an answer; 0: none
        std::vector<MessageId> brought;
    };
    struct Owner {
        std::map<std::string, DeviceId, std::less<>> byDeviceId;
        std::deque<std::pair<std::int64_t, std::uint32_t>>
            given;  // moments, ascending, and the installation that got each
        std::int64_t latest = 0;
    };

    Page& page(DeviceId device);
    Owner& owner(UserId user);
    [[nodiscard]] bool isOfClass(DeviceId device, Platform platform) const;
    [[nodiscard]] DeviceId named(const Caller& caller) const;
    [[nodiscard]] DeviceId unused(const Caller& caller) const;
    [[nodiscard]] DeviceId longestUnused(const Caller& caller);
    [[nodiscard]] DeviceId ofCursor(const Caller& caller);
    [[nodiscard]] DeviceId place(const Caller& caller);
    void remember(const Caller& caller, DeviceId device);
    void install(DeviceId device, std::uint32_t installation);

    LiveWorld& live_;
    std::vector<Page> pages_;                     // by device
    std::vector<Owner> owners_;                   // by user
    std::vector<Installation> installations_{1};  // [0] is none
    std::uint64_t uses_ = 0;
};

}  // namespace mdsync::sdk
