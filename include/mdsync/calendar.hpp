// Calendar: the days of a time zone.
//
// A Zone is an offset (`+08:00`) or an IANA zone (`Europe/Berlin`, with its daylight saving). It answers which local
// day an instant belongs to and when a local day begins. It knows no window and no rule: the simulated server and the
// rules both count days with it, and each decides for itself what to do with them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mdsync/time.hpp"

namespace mdsync {

// A local date, counted in days since 1970-01-01 of that zone's calendar.
using LocalDay = std::chrono::local_days;

// A Zone is a value; copies are cheap. Safe to use from several threads.
class Zone {
public:
    // +08:00, the default of the scenario format.
    Zone();

    // The zone that `name` spells: `+08:00`, `-03:30`, `Z`, or a name of the IANA database. Nothing if there is none.
    [[nodiscard]] static std::optional<Zone> find(std::string_view name);

    // The spelling that find() was given.
    [[nodiscard]] const std::string& name() const { return name_; }

    // Whether the zone comes from the IANA database, which is trusted for the years 1970..2037 only.
    [[nodiscard]] bool named() const { return database_ != nullptr; }

    // The offset from UTC in force at `t`.
    [[nodiscard]] std::chrono::minutes offsetAt(Instant t) const;

    // The local day that `t` falls on.
    [[nodiscard]] LocalDay dayOf(Instant t) const;

    // The first instant of local day `day`: its midnight, or, where daylight saving skips or repeats midnight, the
    // first instant that dayOf() maps to that day.
    [[nodiscard]] Instant startOf(LocalDay day) const;

    friend bool operator==(const Zone& a, const Zone& b) { return a.name_ == b.name_; }

private:
    std::string name_;
    std::chrono::minutes fixed_{0};
    const void* database_ = nullptr;  // a date::time_zone; the library owns it for the life of the program
};

}  // namespace mdsync
