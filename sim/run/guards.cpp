// Guards: which files catch a broken server, rule by rule.
//
// A file is run against the known-bad servers only as long as they can still tell something new about it.
#include <algorithm>
#include <array>
#include <utility>

#include "mdsync/run.hpp"
#include "mdsync/world.hpp"

namespace mdsync {

namespace {

using RuleFlags = std::array<bool, kRules>;

// What the rules found in one run.
std::optional<RuleFlags> violatedBy(const Case& scenario, std::string_view server, const std::atomic<bool>& stop) {
    const std::unique_ptr<Target> target = makeWorldTarget(server);
    Capabilities capabilities;
    (void)target->hello(capabilities);
    RunOptions options;
    options.stop = &stop;
    options.checker.violationLimit = 0;
    const std::optional<CaseResult> result = runCase(scenario, *target, capabilities, options);
    if (!result) return std::nullopt;
    RuleFlags violated{};
    for (std::size_t i = 0; i < kRules; ++i) violated[i] = result->counts[i].violated > 0;
    return violated;
}

std::vector<RuleId> declaredBy(const Mutant& mutant) {
    std::vector<RuleId> rules;
    for (const std::string_view name : mutant.expected) {
        if (const std::optional<RuleId> id = findRule(name)) rules.push_back(*id);
    }
    return rules;
}

// The rules that the cases of one file guard.
RuleFlags guardedBy(std::span<const Case> file, const std::atomic<bool>& stop) {
    RuleFlags spoilt{};  // violated on the reference server already
    for (const Case& scenario : file) {
        const std::optional<RuleFlags> violated = violatedBy(scenario, "reference", stop);
        if (!violated) return {};
        for (std::size_t i = 0; i < kRules; ++i) spoilt[i] = spoilt[i] || (*violated)[i];
    }
    RuleFlags guarded{};
    for (const Mutant& mutant : mutants()) {
        const std::vector<RuleId> declared = declaredBy(mutant);
        const auto open = [&](RuleId id) {
            return !spoilt[static_cast<std::size_t>(id)] && !guarded[static_cast<std::size_t>(id)];
        };
        for (const Case& scenario : file) {
            if (std::none_of(declared.begin(), declared.end(), open)) break;
            const std::optional<RuleFlags> violated = violatedBy(scenario, "mutant:" + std::string(mutant.name), stop);
            if (!violated) return guarded;
            for (const RuleId id : declared) {
                const auto i = static_cast<std::size_t>(id);
                if (open(id) && (*violated)[i]) guarded[i] = true;
            }
        }
    }
    return guarded;
}

// The cases of each file; a file that was named in several places has several parts.
std::vector<std::span<const Case>> byFile(std::span<const Case> cases) {
    std::vector<std::span<const Case>> files;
    for (std::size_t begin = 0; begin < cases.size();) {
        std::size_t end = begin + 1;
        while (end < cases.size() && cases[end].file == cases[begin].file) ++end;
        files.push_back(cases.subspan(begin, end - begin));
        begin = end;
    }
    return files;
}

}  // namespace

std::vector<Guards> findGuards(std::span<const Case> cases, unsigned jobs, const std::atomic<bool>& stop) {
    const std::vector<std::span<const Case>> files = byFile(cases);
    std::vector<RuleFlags> guarded(files.size());
    inParallel(jobs, files.size(), stop, [&](std::size_t i) { guarded[i] = guardedBy(files[i], stop); });

    std::vector<Guards> guards;
    for (const Rule& row : catalogue()) {
        Guards& of = guards.emplace_back();
        of.rule = row.id;
        for (std::size_t i = 0; i < files.size(); ++i) {
            const std::string& name = files[i].front().file;
            const bool counted = std::find(of.files.begin(), of.files.end(), name) != of.files.end();
            if (guarded[i][static_cast<std::size_t>(row.id)] && !counted) of.files.push_back(name);
        }
        for (const Mutant& mutant : mutants()) {
            const std::vector<RuleId> declared = declaredBy(mutant);
            if (std::find(declared.begin(), declared.end(), row.id) != declared.end()) {
                of.servers.emplace_back(mutant.name);
            }
        }
    }
    return guards;
}

}  // namespace mdsync
