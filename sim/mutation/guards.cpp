// Guards: which files catch a broken server, rule by rule.
#include <algorithm>
#include <utility>

#include "mdsync/mutants.hpp"
#include "mdsync/run.hpp"
#include "mutation/violated.hpp"

namespace mdsync {

namespace {

// The cases of a file that stand together; a file that was named in several places has several parts.
struct Part {
    std::size_t begin = 0;
    std::size_t end = 0;
};

std::vector<Part> byFile(std::span<const Case> cases) {
    std::vector<Part> parts;
    for (std::size_t begin = 0; begin < cases.size();) {
        std::size_t end = begin + 1;
        while (end < cases.size() && cases[end].file == cases[begin].file) ++end;
        parts.push_back({begin, end});
        begin = end;
    }
    return parts;
}

RuleSet violatedIn(const Part& part, const TrialRow& row) {
    RuleSet violated;
    for (std::size_t i = part.begin; i < part.end; ++i) violated |= row[i].violated;
    return violated;
}

RuleSet setOf(const std::vector<RuleId>& ids) {
    RuleSet set;
    for (const RuleId id : ids) set.set(placeOf(id));
    return set;
}

}  // namespace

std::vector<Guards> guardsOf(std::span<const Case> cases, const std::vector<KnownBad>& servers,
                             const std::vector<std::optional<TrialRow>>& rows) {
    const std::vector<Part> parts = byFile(cases);
    std::vector<RuleSet> guarded(parts.size());
    for (std::size_t i = 0; i < parts.size() && rows[0]; ++i) {
        for (std::size_t m = 0; m < servers.size(); ++m) {
            if (rows[m + 1]) guarded[i] |= violatedIn(parts[i], *rows[m + 1]) & setOf(servers[m].expected);
        }
        guarded[i] &= ~violatedIn(parts[i], *rows[0]);
    }

    std::vector<Guards> guards;
    for (const Rule& row : catalogue()) {
        Guards& of = guards.emplace_back();
        of.rule = row.id;
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const std::string& name = cases[parts[i].begin].file;
            const bool counted = std::find(of.files.begin(), of.files.end(), name) != of.files.end();
            if (guarded[i][placeOf(row.id)] && !counted) of.files.push_back(name);
        }
        for (const KnownBad& server : servers) {
            if (setOf(server.expected)[placeOf(row.id)]) of.servers.emplace_back(server.name);
        }
    }
    return guards;
}

std::vector<Guards> findGuards(std::span<const Case> cases, unsigned jobs, const std::atomic<bool>& stop) {
    const std::vector<KnownBad> servers = knownBadServers();
    return guardsOf(cases, servers, tryServers(cases, withReference(servers), jobs, stop));
}

}  // namespace mdsync
