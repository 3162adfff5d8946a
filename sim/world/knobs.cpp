// The names of the reference server's legal choices: `reference:turns-at-once,off-device=earliest`.
#include <array>

#include "mdsync/policy.hpp"

namespace mdsync {

namespace {

struct Switch {
    std::string_view name;  // of the value that is not the default
    bool Knobs::*knob;
};
constexpr std::array<Switch, 11> kSwitches{{{"off-echoes-to-one", &Knobs::offEchoesToOne},
                                            {"off-status-to-all", &Knobs::offStatusToAll},
                                            {"forgets-off-era", &Knobs::compensatesOffEra},
                                            {"cuts-only-one", &Knobs::cutsOnlyOne},
                                            {"online-before-eviction", &Knobs::onlineBeforeEviction},
                                            {"stores-to-horizon", &Knobs::storesToHorizon},
                                            {"delivers-recalled", &Knobs::deliversRecalled},
                                            {"forgets-old-recalls", &Knobs::recallsBeyondWindow},
                                            {"delivers-to-left", &Knobs::deliversToLeft},
                                            {"no-room-echo", &Knobs::roomEchoesToAuthor},
                                            {"turns-at-once", &Knobs::turnsAtOnce}}};
constexpr std::string_view kEarliest = "off-device=earliest";
constexpr std::string_view kDrawn = "off-device=drawn";

bool setKnob(std::string_view name, Knobs& knobs) {
    if (name == kEarliest) {
        knobs.offDevice = Knobs::OffDevice::Earliest;
        return true;
    }
    if (name == kDrawn) {
        knobs.offDevice = Knobs::OffDevice::Drawn;
        return true;
    }
    for (const Switch& row : kSwitches) {
        if (row.name != name) continue;
        knobs.*row.knob = !(Knobs{}.*row.knob);
        return true;
    }
    return false;
}

}  // namespace

std::string spellKnobs(const Knobs& knobs) {
    std::string names;
    const auto add = [&](std::string_view name) {
        if (!names.empty()) names += ',';
        names += name;
    };
    if (knobs.offDevice == Knobs::OffDevice::Earliest) add(kEarliest);
    if (knobs.offDevice == Knobs::OffDevice::Drawn) add(kDrawn);
    for (const Switch& row : kSwitches) {
        if (knobs.*row.knob != Knobs{}.*row.knob) add(row.name);
    }
    return names;
}

std::optional<Knobs> parseKnobs(std::string_view names) {
    Knobs knobs;
    while (true) {
        const std::size_t comma = names.find(',');
        if (!setKnob(names.substr(0, comma), knobs)) return std::nullopt;
        if (comma == std::string_view::npos) return knobs;
        names.remove_prefix(comma + 1);
    }
}

bool forgetKnob(std::string_view name, Knobs& knobs) {
    if (name.starts_with("off-device=")) {
        const bool changes = knobs.offDevice != Knobs{}.offDevice;
        knobs.offDevice = Knobs{}.offDevice;
        return changes;
    }
    for (const Switch& row : kSwitches) {
        if (row.name != name || knobs.*row.knob == Knobs{}.*row.knob) continue;
        knobs.*row.knob = Knobs{}.*row.knob;
        return true;
    }
    return false;
}

std::vector<std::string_view> knobNames() {
    std::vector<std::string_view> names{kEarliest, kDrawn};
    for (const Switch& row : kSwitches) names.push_back(row.name);
    return names;
}

}  // namespace mdsync
