// The table of known-bad servers, and servers by name. See rows.hpp and mdsync/policy.hpp.
#include <iterator>

#include "mdsync/diagnostic.hpp"
#include "mdsync/policy.hpp"
#include "world/mutants/rows.hpp"

namespace mdsync {
namespace {

constexpr std::string_view kReferenceName = "reference";
constexpr std::string_view kWithKnobs = "reference:";
constexpr std::string_view kMutantPrefix = "mutant:";

// The rows of all families, and their faults beside them: a Mutant points at its own.
struct Table {
    std::vector<world::Fault> faults;
    std::vector<Mutant> mutants;

    Table() {
        std::vector<world::Row> rows;
        for (auto* family : {world::offRows, world::onlineRows, world::limitRows, world::webRows, world::statusRows,
                             world::serviceRows, world::compensationRows, world::recallRows, world::apiRows,
                             world::chatroomRows, world::deliveryRows, world::wholeRows}) {
            std::vector<world::Row> some = family();
            std::move(some.begin(), some.end(), std::back_inserter(rows));
        }
        for (const world::Row& row : rows) faults.push_back({row.decisions, row.deeds, row.memory});
        for (std::size_t i = 0; i < rows.size(); ++i) {
            world::Row& row = rows[i];
            mutants.push_back({row.name, row.breaks, std::move(row.expected), row.scope, &faults[i]});
        }
    }
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;
    ~Table() = default;
};

const Table& table() {
    static const Table all;
    return all;
}

}  // namespace

std::span<const Mutant> mutants() {
    return table().mutants;
}

std::optional<ServerPolicy> findServer(std::string_view name) {
    if (name == kReferenceName) return ServerPolicy{};
    if (name.starts_with(kWithKnobs)) {
        const std::optional<Knobs> knobs = parseKnobs(name.substr(kWithKnobs.size()));
        return knobs ? std::optional(ServerPolicy{nullptr, *knobs}) : std::nullopt;
    }
    if (!name.starts_with(kMutantPrefix)) return std::nullopt;
    name.remove_prefix(kMutantPrefix.size());
    for (const Mutant& mutant : table().mutants) {
        if (mutant.name == name) return ServerPolicy{&mutant, {}};
    }
    return std::nullopt;
}

std::string wrongServer(std::string_view name) {
    if (findServer(name)) return {};
    std::vector<std::string> known{std::string(kReferenceName)};
    for (const Mutant& mutant : table().mutants) known.push_back(nameOf({&mutant, {}}));
    for (const std::string_view knob : knobNames()) known.push_back(std::string(kWithKnobs) + std::string(knob));
    const std::string hint = suggest(name, {known.begin(), known.end()});
    return "unknown server \"" + std::string(name) + "\"" +
           (hint.empty() ? "; it is reference, reference:CHOICE,... or mutant:NAME" : "; " + hint);
}

std::string nameOf(const ServerPolicy& policy) {
    if (policy.mutant != nullptr) return std::string(kMutantPrefix) + std::string(policy.mutant->name);
    const std::string knobs = spellKnobs(policy.knobs);
    return knobs.empty() ? std::string(kReferenceName) : std::string(kWithKnobs) + knobs;
}

}  // namespace mdsync
