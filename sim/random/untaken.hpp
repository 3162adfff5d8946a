// Untaken: what a system that is not ours says it cannot have, though its `ops` do not tell: alice's app without the
// service, a half-hour time zone, a message to a chatroom.
//
// Scenarios that need it would say nothing. So each such trait is put to the system once, in a case of its own; what it
// answers `unsupported` to is drawn no more.
#pragma once

#include <atomic>
#include <bitset>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/op.hpp"
#include "mdsync/system.hpp"
#include "mdsync/trace.hpp"

namespace mdsync::search {

enum class Trait : std::uint8_t {
    // of the world
    SyncOff,
    SyncOn,
    Production,
    CompensationDays,
    OfflineDays,
    RefusesAtLimit,
    Limits,
    RollingWindow,
    AnyWindow,
    SwitchDelay,
    GroupStatusPath,
    WholeHourZones,
    HalfHourZones,
    NamedZones,
    Groups,
    Rooms,
    // of links
    NoDelay,
    Delay,
    Loss,
    Duplicates,
    // of requests
    StatusMessages,
    StatusApi,
    ApiPaths,
    IncludeSender,
    RecallByApi,
    LateNotice,
    SetCompensationDays,
    SetOfflineDays,
    SetMobileLimit,
    SetMiniprogramLimit,
    SetPrepaid
};
inline constexpr std::size_t kTraits = static_cast<std::size_t>(Trait::SetPrepaid) + 1;

using Untaken = std::bitset<kTraits>;

[[nodiscard]] inline bool takes(const Untaken& untaken, Trait trait) {
    return !untaken[static_cast<std::size_t>(trait)];
}

// Whether links can be made so.
[[nodiscard]] bool takes(const Untaken& untaken, const NetworkConditions& network);

// The traits, in words: `the service off`.
[[nodiscard]] std::vector<std::string> wordsOf(const Untaken& untaken);

// What `target`, to which hello() has been said, does not take. A target that takes not even a plain world takes, as far
// as this knows, everything: what it says to each scenario tells why. `broke`: why it broke, if it did.
[[nodiscard]] Untaken learnUntaken(System& target, const Capabilities& capabilities, const std::atomic<bool>& stop,
                                   std::string& broke);

// The keys of `app` that a file sets which has these settings.
[[nodiscard]] std::vector<std::string> givenBy(const App& app);

}  // namespace mdsync::search
