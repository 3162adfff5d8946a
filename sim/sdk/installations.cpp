// See installations.hpp.
#include "sdk/installations.hpp"

#include <algorithm>

namespace mdsync::sdk {

namespace {

constexpr std::size_t kDeviceIds = 256;
constexpr std::size_t kCursors = 4096;  // that are remembered of a user, the latest

}  // namespace

Installations::Page& Installations::page(DeviceId device) {
    if (device.index() >= pages_.size()) pages_.resize(device.index() + 1);
    return pages_[device.index()];
}

Installations::Owner& Installations::owner(UserId user) {
    if (user.index() >= owners_.size()) owners_.resize(user.index() + 1);
    return owners_[user.index()];
}

std::uint32_t Installations::numberOf(DeviceId device) const {
    return device.index() < pages_.size() ? pages_[device.index()].installation : 0;
}

const std::string& Installations::deviceId(DeviceId device) const {
    static const std::string kNone;
    return device.index() < pages_.size() ? pages_[device.index()].deviceId : kNone;
}

bool Installations::isOfClass(DeviceId device, Platform platform) const {
    return LiveWorld::classOf(live_.header().devices[device.index()].platform) == LiveWorld::classOf(platform);
}

// The one that it says it is.
DeviceId Installations::named(const Caller& caller) const {
    if (caller.name.empty()) return {};
    for (const DeviceId device : live_.header().devicesOf(caller.user)) {
        if (live_.header().devices[device.index()].name == caller.name) return device;
    }
    return {};
}

// The device that gave this id before.
DeviceId Installations::known(const Caller& caller) {
    if (const DeviceId device = named(caller); device.exists()) return device;
    Owner& user = owner(caller.user);
    const auto found = user.byDeviceId.find(caller.deviceId);
    if (caller.deviceId.empty() || found == user.byDeviceId.end()) return {};
    return isOfClass(found->second, caller.platform) ? found->second : DeviceId{};
}

DeviceId Installations::unused(const Caller& caller) const {
    for (const DeviceId device : live_.header().devicesOf(caller.user)) {
        if (numberOf(device) == 0 && isOfClass(device, caller.platform)) return device;
    }
    return {};
}

// The one that has been away for longest, of a user who can have no more.
DeviceId Installations::longestUnused(const Caller& caller) {
    DeviceId oldest;
    for (const DeviceId device : live_.header().devicesOf(caller.user)) {
        if (live_.isOnline(device) || !isOfClass(device, caller.platform)) continue;
        if (!oldest.exists() || page(device).used < page(oldest).used) oldest = device;
    }
    return oldest;
}

// A device of the installation whose cursor it is: one that is not online, the latest used. If all are, it is one tab
// more.
DeviceId Installations::ofCursor(const Caller& caller) {
    const Owner& user = owner(caller.user);
    const auto found = std::lower_bound(user.given.begin(), user.given.end(), std::pair(caller.cursor, 0U));
    if (found == user.given.end() || found->first != caller.cursor) return {};
    DeviceId best;
    for (const DeviceId device : installations_[found->second].devices) {
        if (live_.isOnline(device) || !isOfClass(device, caller.platform)) continue;
        if (!best.exists() || page(device).used > page(best).used) best = device;
    }
    if (best.exists()) return best;
    DeviceId another = unused(caller);
    if (!another.exists()) another = live_.addDevice(caller.user, caller.platform);
    if (another.exists()) install(another, found->second);
    return another;
}

void Installations::install(DeviceId device, std::uint32_t installation) {
    Page& place = page(device);
    if (place.installation != 0) {
        Op reinstall;
        reinstall.kind = OpKind::Reinstall;
        reinstall.device = device;
        (void)live_.ask(reinstall);
        std::erase(installations_[place.installation].devices, device);
    }
    place.installation = installation;
    installations_[installation].devices.push_back(device);
}

// A device for somebody new.
DeviceId Installations::place(const Caller& caller) {
    DeviceId device = unused(caller);
    if (!device.exists()) device = live_.addDevice(caller.user, caller.platform);
    return device.exists() ? device : longestUnused(caller);
}

// A page that is loaded again has another id: those that are no device's latest are forgotten when they are many.
void Installations::remember(const Caller& caller, DeviceId device) {
    if (caller.deviceId.empty()) return;
    Owner& user = owner(caller.user);
    user.byDeviceId[caller.deviceId] = device;
    if (user.byDeviceId.size() < kDeviceIds) return;
    std::erase_if(user.byDeviceId, [this](const auto& entry) { return deviceId(entry.second) != entry.first; });
}

DeviceId Installations::guess(const Caller& caller) {
    const DeviceId device = known(caller);
    return device.exists() ? device : place(caller);
}

DeviceId Installations::find(const Caller& caller) {
    DeviceId device = known(caller);
    bool begins = caller.cursor == 0;
    if (!device.exists() && !begins) device = ofCursor(caller);
    if (!device.exists()) {
        device = place(caller);
        begins = true;
    }
    if (!device.exists()) return {};
    // A tool's device that comes for the first time with a cursor has it of another one's profile.
    if (begins || numberOf(device) == 0) {
        installations_.emplace_back();
        install(device, static_cast<std::uint32_t>(installations_.size() - 1));
    }
    Page& page = this->page(device);
    page.used = ++uses_;
    page.deviceId = caller.deviceId;
    remember(caller, device);
    return device;
}

std::int64_t Installations::stamp(DeviceId device) {
    Owner& user = owner(live_.header().devices[device.index()].user);
    user.latest = std::max<std::int64_t>(user.latest + 1, live_.now().time_since_epoch().count());
    user.given.emplace_back(user.latest, page(device).installation);
    if (user.given.size() > kCursors) user.given.pop_front();
    return user.latest;
}

void Installations::leave(DeviceId device, std::int64_t moment, std::vector<MessageId> messages) {
    page(device).unconfirmed = moment;
    page(device).brought = std::move(messages);
}

bool Installations::covers(DeviceId device, MessageId message, std::int64_t cursor) const {
    const std::uint32_t number = numberOf(device);
    if (number == 0 || cursor <= 0) return false;
    for (const DeviceId other : installations_[number].devices) {
        if (other != device && live_.has(other, message)) return true;
        const Page& page = pages_[other.index()];
        if (page.unconfirmed == 0 || cursor < page.unconfirmed) continue;
        if (std::find(page.brought.begin(), page.brought.end(), message) != page.brought.end()) return true;
    }
    return false;
}

}  // namespace mdsync::sdk
