// Calendar: zones on Howard Hinnant's tz library, whose database is the system's. See mdsync/calendar.hpp.
#include "mdsync/calendar.hpp"

#include <date/tz.h>

#include <stdexcept>

namespace mdsync {
namespace {

// The library owns its zones for the life of the program, so a plain pointer to one is a value.
const date::time_zone& zoneAt(const void* database) {
    return *static_cast<const date::time_zone*>(database);
}

std::chrono::seconds offsetSeconds(const void* database, Instant t) {
    return zoneAt(database).get_info(std::chrono::floor<std::chrono::seconds>(t)).offset;
}

// `+hh:mm`, `-hh:mm` or `Z`.
std::optional<std::chrono::minutes> fixedOffset(std::string_view name) {
    if (name == "Z") return std::chrono::minutes{0};
    const auto digit = [&](std::size_t at) { return name[at] >= '0' && name[at] <= '9' ? name[at] - '0' : -1000; };
    if (name.size() != 6 || (name[0] != '+' && name[0] != '-') || name[3] != ':') return std::nullopt;
    const int hours = digit(1) * 10 + digit(2);
    const int minutes = digit(4) * 10 + digit(5);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
    const std::chrono::minutes offset{hours * 60 + minutes};
    return name[0] == '-' ? -offset : offset;
}

const date::time_zone* databaseZone(std::string_view name) {
    try {
        // The library reads its database once; here the thread sanitizer sees that, which the library is built without.
        [[maybe_unused]] static const date::tzdb& zones = date::get_tzdb();
        return date::locate_zone(name);
    } catch (const std::runtime_error&) {
        return nullptr;  // no such zone, or no database on this machine
    }
}

}  // namespace

Zone::Zone() : name_("+08:00"), fixed_(std::chrono::hours{8}) {}

std::optional<Zone> Zone::find(std::string_view name) {
    Zone zone;
    zone.name_ = name;
    if (const auto offset = fixedOffset(name)) {
        zone.fixed_ = *offset;
        return zone;
    }
    zone.fixed_ = std::chrono::minutes{0};
    zone.database_ = databaseZone(name);
    if (zone.database_ == nullptr) return std::nullopt;
    return zone;
}

std::chrono::minutes Zone::offsetAt(Instant t) const {
    if (!named()) return fixed_;
    return std::chrono::floor<std::chrono::minutes>(offsetSeconds(database_, t));
}

LocalDay Zone::dayOf(Instant t) const {
    const std::chrono::seconds offset = named() ? offsetSeconds(database_, t) : fixed_;
    return LocalDay{std::chrono::floor<std::chrono::days>((t + offset).time_since_epoch())};
}

Instant Zone::startOf(LocalDay day) const {
    const Instant midnight{day.time_since_epoch()};  // as if in UTC
    if (!named()) return midnight - fixed_;
    const auto info = zoneAt(database_).get_info(date::local_seconds{day.time_since_epoch()});
    // A skipped midnight: the day begins where the clock was put forward. A repeated one: the first of the two.
    if (info.result == date::local_info::nonexistent) return info.first.end;
    return midnight - info.first.offset;
}

}  // namespace mdsync
