// The words that have more to say than fits a header: the class of a platform, the days of a window.
#include <algorithm>

#include "rules/history/session.hpp"
#include "rules/history/window.hpp"

namespace mdsync::rules {

DeviceClass classOf(Platform platform) {
    switch (platform) {
        case Platform::Android:
        case Platform::Ios:
        case Platform::Harmony:
            return DeviceClass::Mobile;
        case Platform::Web:
            return DeviceClass::Web;
        case Platform::Windows:
        case Platform::Macos:
        case Platform::Linux:
        case Platform::Electron:
            return DeviceClass::Desktop;
        case Platform::Miniprogram:
            return DeviceClass::Miniprogram;
    }
    return DeviceClass::Mobile;
}

std::string_view spell(DeviceClass deviceClass) {
    switch (deviceClass) {
        case DeviceClass::Mobile:
            return "mobile";
        case DeviceClass::Web:
            return "web";
        case DeviceClass::Desktop:
            return "desktop";
        case DeviceClass::Miniprogram:
            return "miniprogram";
    }
    return "";
}

Window windowAt(Instant login, int days, WindowReading reading, const Zone& zone) {
    // A value out of range that was taken counts as set; beyond the horizon and below one day all are alike.
    days = std::clamp(days, 0, 400);
    // Days are counted on the calendar, not in steps of 24 h: across a change of daylight saving the two differ.
    const Instant calendar = zone.startOf(zone.dayOf(login) - std::chrono::days{days - 1});
    const Instant rolling = login - std::chrono::hours{24} * days;
    switch (reading) {
        case WindowReading::Calendar:
            return {calendar, calendar};
        case WindowReading::Rolling:
            return {rolling, rolling};
        case WindowReading::Any:
            return {std::max(calendar, rolling), std::min(calendar, rolling)};
    }
    return {calendar, calendar};
}

}  // namespace mdsync::rules
