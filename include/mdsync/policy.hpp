// Policy: which server a World is: the reference server with some of its legal choices, or a known-bad one.
//
// A server has a name, as --server takes it: `reference`, `reference:KNOB,KNOB` or `mutant:NAME`. The name is read
// once, where it comes in (findServer); whatever runs a server takes the ServerPolicy.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/trace.hpp"

namespace mdsync {

enum class DeviceClass : std::uint8_t { Mobile, Web, Desktop, Miniprogram };

// ---- The reference server -------------------------------------------------------------------------------------------

// The choices that the seed leaves to a server: each value is legal.
struct Knobs {
    enum class OffDevice : std::uint8_t { MostRecent, Earliest, Drawn };
    OffDevice offDevice = OffDevice::MostRecent;  // OFF: which online device gets a message
    bool offEchoesToOne = false;                  // OFF, includeSender: one online device of the sender instead of all
    bool offStatusToAll = false;                  // OFF: a status message to all online devices instead of one
    bool compensatesOffEra = true;                // ON: compensate what was accepted while the service was off
    bool cutsOnlyOne = false;                     // over the number by more than one (it shrank): disconnect one only
    bool onlineBeforeEviction = false;            // the newcomer is online before others are disconnected for it
    bool storesToHorizon = false;                 // the offline store gives what is older than offlineDays, too
    bool deliversRecalled = false;    // ON: what was recalled meanwhile is delivered and recalled at once, not skipped
    bool recallsBeyondWindow = true;  // ON: a recall older than the window is still told at a login
    bool deliversToLeft = false;      // who left the group still gets what was accepted before
    bool roomEchoesToAuthor = true;   // the author's other devices in a chatroom get the message
    bool turnsAtOnce = false;         // CHANGING: behave as after the turn, instead of as before

    friend bool operator==(const Knobs&, const Knobs&) = default;
};

// Names for the values of Knobs that are not the default: `turns-at-once`, `off-device=earliest`.
[[nodiscard]] std::vector<std::string_view> knobNames();

// Knobs from such names, separated by commas; nothing if one of them is none. And the names from knobs.
[[nodiscard]] std::optional<Knobs> parseKnobs(std::string_view names);
[[nodiscard]] std::string spellKnobs(const Knobs& knobs);

// Sets the knob of this name to its default; false if it has that already.
bool forgetKnob(std::string_view name, Knobs& knobs);

// ---- Known-bad servers ----------------------------------------------------------------------------------------------

// A Scope narrows a wrong decision down to some cases, for partial mutants. What is absent covers all.
struct Scope {
    std::optional<DeviceClass> deviceClass{};
    std::optional<AddressKind> target{};
    std::uint32_t oneIn = 1;  // only one case in so many, drawn

    [[nodiscard]] bool coversAll() const { return !deviceClass && !target && oneIn <= 1; }
};

namespace world {
struct Fault;
}

// A Mutant is a known-bad server: the reference server with a decision replaced.
struct Mutant {
    std::string_view name;                   // `evict-newest`
    std::string_view breaks;                 // what it does wrong
    std::vector<std::string_view> expected;  // the rules of which one must catch it
    Scope scope;
    const world::Fault* fault = nullptr;  // what it replaces; lives as long as the program
};

// All known-bad servers, in the order of the rules they break. Their addresses last.
[[nodiscard]] std::span<const Mutant> mutants();

// ---- One server -----------------------------------------------------------------------------------------------------

// A ServerPolicy is what a server decides otherwise than the reference server.
struct ServerPolicy {
    const Mutant* mutant = nullptr;  // nothing: the reference server
    Knobs knobs;

    // The reference server with its usual choices.
    [[nodiscard]] bool isPlain() const { return mutant == nullptr && knobs == Knobs{}; }
    friend bool operator==(const ServerPolicy&, const ServerPolicy&) = default;
};

// The server of this name. Nothing if there is none; wrongServer() then says what is wrong with the name, and which one
// may have been meant.
[[nodiscard]] std::optional<ServerPolicy> findServer(std::string_view name);
[[nodiscard]] std::string wrongServer(std::string_view name);

// The name of a server, as findServer() takes it.
[[nodiscard]] std::string nameOf(const ServerPolicy& policy);

}  // namespace mdsync
