// Mutants: every known-bad server against every case.
//
// All cases are run even where the first one told: whether two servers are really two, and which rules are idle, only
// the whole row says.
#include "mdsync/mutants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "mdsync/run.hpp"
#include "mdsync/world.hpp"
#include "mutation/violated.hpp"

namespace mdsync {

namespace {

// ---- The table ------------------------------------------------------------------------------------------------------

std::string_view nameOf(DeviceClass deviceClass) {
    switch (deviceClass) {
        case DeviceClass::Mobile:
            return "mobiles";
        case DeviceClass::Web:
            return "web tabs";
        case DeviceClass::Desktop:
            return "desktops";
        case DeviceClass::Miniprogram:
            return "mini-programs";
    }
    return {};
}

std::string_view nameOf(AddressKind target) {
    switch (target) {
        case AddressKind::None:
            return {};
        case AddressKind::User:
            return "private messages";
        case AddressKind::Group:
            return "group messages";
        case AddressKind::Room:
            return "chatroom messages";
    }
    return {};
}

std::string describe(const Scope& scope) {
    std::vector<std::string> parts;
    if (scope.deviceClass) parts.emplace_back(nameOf(*scope.deviceClass));
    if (scope.target) parts.emplace_back(nameOf(*scope.target));
    if (scope.oneIn > 1) parts.push_back(fmt::format("one in {}", scope.oneIn));
    return fmt::format("{}", fmt::join(parts, ", "));
}

KnownBad rowOf(const Mutant& mutant) {
    KnownBad row{mutant.name, mutant.breaks, describe(mutant.scope), {}};
    for (const std::string_view name : mutant.expected) {
        if (const std::optional<RuleId> id = findRule(name)) row.expected.push_back(*id);
    }
    return row;
}

std::string lowered(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
}

bool accepts(const KnownBadFilter& filter, const KnownBad& row) {
    const auto names = [&](RuleId id) {
        return std::find(row.expected.begin(), row.expected.end(), id) != row.expected.end();
    };
    const std::string text = lowered(fmt::format("{}\n{}", row.name, row.breaks));
    const auto contains = [&](const std::string& part) { return text.find(lowered(part)) != std::string::npos; };
    return (filter.rules.empty() || std::any_of(filter.rules.begin(), filter.rules.end(), names)) &&
           (filter.texts.empty() || std::any_of(filter.texts.begin(), filter.texts.end(), contains));
}

// ---- One row of the matrix ------------------------------------------------------------------------------------------

// The cases in which something was noticed, and by which rules.
using Evidence = std::vector<std::pair<std::size_t, RuleSet>>;

struct Row {
    MutantOutcome outcome;
    Evidence evidence;
};

// The first case for each rule; rules that the server names first, then by case.
std::vector<Catch> catchesOf(const KnownBad& server, const Evidence& evidence, std::span<const Case> cases) {
    std::vector<Catch> named;
    std::vector<Catch> others;
    RuleSet seen;
    for (const auto& [number, violated] : evidence) {
        const RuleSet fresh = violated & ~seen;
        seen |= violated;
        for (const Rule& row : catalogue()) {
            if (!fresh[placeOf(row.id)]) continue;
            const bool declared =
                std::find(server.expected.begin(), server.expected.end(), row.id) != server.expected.end();
            (declared ? named : others).push_back({row.id, declared, cases[number].id});
        }
    }
    named.insert(named.end(), others.begin(), others.end());
    return named;
}

MutantVerdict verdictOf(const MutantOutcome& outcome) {
    if (!outcome.caughtBy.empty()) {
        return outcome.caughtBy.front().declared ? MutantVerdict::Caught : MutantVerdict::CaughtByOther;
    }
    return outcome.activated > 0 ? MutantVerdict::Escaped : MutantVerdict::NotActivated;
}

// What `trials` say of a server, against what the reference server violates anyway.
Row rowOf(const KnownBad& server, const TrialRow& trials, const TrialRow& reference, std::span<const Case> cases) {
    Row row;
    MutantOutcome& outcome = row.outcome;
    outcome.server = server;
    for (std::size_t i = 0; i < cases.size(); ++i) {
        if (trials[i].activated && outcome.activated++ == 0) outcome.activatedFirst = cases[i].id;
        const RuleSet noticed = trials[i].violated & ~reference[i].violated;
        if (noticed.any()) row.evidence.emplace_back(i, noticed);
    }
    outcome.failed = row.evidence.size();
    outcome.caughtBy = catchesOf(server, row.evidence, cases);
    outcome.verdict = verdictOf(outcome);
    return row;
}

// ---- The matrix -----------------------------------------------------------------------------------------------------

// Whether a server was wrong somewhere and nothing was violated anywhere.
bool passedUnnoticed(const TrialRow& row) {
    return std::any_of(row.begin(), row.end(), [](const Trial& trial) { return trial.activated; }) &&
           std::none_of(row.begin(), row.end(), [](const Trial& trial) { return trial.violated.any(); });
}

// Puts servers together that cannot be told apart by what they fail, and counts the groups.
void compare(const std::vector<Row>& rows, MutantMatrix& matrix) {
    std::vector<bool> placed(rows.size(), false);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (placed[i] || rows[i].evidence.empty()) continue;
        std::vector<std::string_view> group;
        bool partial = true;
        for (std::size_t k = i; k < rows.size(); ++k) {
            if (rows[k].evidence != rows[i].evidence) continue;
            placed[k] = true;
            group.push_back(rows[k].outcome.server.name);
            partial = partial && !rows[k].outcome.server.partial.empty();
        }
        ++matrix.distinct;
        if (partial) ++matrix.distinctPartial;
        if (group.size() > 1) matrix.coinciding.push_back(std::move(group));
    }
}

std::vector<RuleId> idleRules(const std::vector<MutantOutcome>& outcomes) {
    RuleSet busy;
    for (const MutantOutcome& outcome : outcomes) {
        for (const Catch& by : outcome.caughtBy) {
            if (by.declared) busy.set(placeOf(by.rule));
        }
    }
    std::vector<RuleId> idle;
    for (const Rule& row : catalogue()) {
        if (!busy[placeOf(row.id)]) idle.push_back(row.id);
    }
    return idle;
}

}  // namespace

std::vector<KnownBad> knownBadServers(const KnownBadFilter& filter) {
    std::vector<KnownBad> rows;
    for (const Mutant& mutant : mutants()) {
        KnownBad row = rowOf(mutant);
        if (accepts(filter, row)) rows.push_back(std::move(row));
    }
    return rows;
}

MutantMatrix runMutants(std::span<const Case> cases, const std::vector<KnownBad>& servers, unsigned jobs,
                        const std::atomic<bool>& stop, const std::function<void(bool)>& finished) {
    const std::vector<std::optional<TrialRow>> trials =
        tryServers(cases, withReference(servers), jobs, stop, [&](std::size_t number, const TrialRow& row) {
            if (finished && number > 0) finished(passedUnnoticed(row));
        });

    MutantMatrix matrix;
    matrix.cases = cases.size();
    std::vector<Row> rows;
    for (std::size_t m = 0; m < servers.size(); ++m) {
        if (!trials[0] || !trials[m + 1]) {
            matrix.interrupted = true;
            continue;
        }
        rows.push_back(rowOf(servers[m], *trials[m + 1], *trials[0], cases));
        matrix.mutants.push_back(rows.back().outcome);
    }
    compare(rows, matrix);
    matrix.idle = idleRules(matrix.mutants);
    matrix.guards = guardsOf(cases, servers, trials);
    return matrix;
}

}  // namespace mdsync
