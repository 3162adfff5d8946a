// Trial: one case against one server. See trial.hpp.
#include "mutation/violated.hpp"

#include <algorithm>
#include <stdexcept>

#include "mdsync/run.hpp"

namespace mdsync {

namespace {

std::optional<Trial> tryServer(const Case& scenario, const ServerPolicy& server, const std::atomic<bool>& stop) {
    const std::unique_ptr<System> target = makeWorldSystem(server);
    Capabilities capabilities;
    (void)target->hello(capabilities);
    RunOptions options;
    options.stop = &stop;
    options.checker.violationLimit = 0;
    const std::optional<CaseResult> result = runCase(scenario, *target, capabilities, options);
    if (!result) return std::nullopt;
    Trial trial;
    for (std::size_t i = 0; i < kRules; ++i) trial.violated[i] = result->counts[i].violated > 0;
    trial.activated = target->activated().value_or(false);
    return trial;
}

}  // namespace

std::vector<ServerPolicy> withReference(const std::vector<KnownBad>& servers) {
    std::vector<ServerPolicy> policies{ServerPolicy{}};
    for (const KnownBad& server : servers) {
        const auto is = [&](const Mutant& mutant) { return mutant.name == server.name; };
        const auto found = std::find_if(mutants().begin(), mutants().end(), is);
        if (found == mutants().end()) throw std::logic_error("no such server: " + std::string(server.name));
        policies.push_back({&*found, {}});
    }
    return policies;
}

std::vector<std::optional<TrialRow>> tryServers(std::span<const Case> cases, const std::vector<ServerPolicy>& servers,
                                                unsigned jobs, const std::atomic<bool>& stop,
                                                const std::function<void(std::size_t, const TrialRow&)>& finished) {
    std::vector<std::optional<TrialRow>> rows(servers.size());
    inParallel(jobs, servers.size(), stop, [&](std::size_t number) {
        TrialRow row;
        for (const Case& scenario : cases) {
            const std::optional<Trial> trial = tryServer(scenario, servers[number], stop);
            if (!trial) return;
            row.push_back(*trial);
        }
        if (finished) finished(number, row);
        rows[number] = std::move(row);
    });
    return rows;
}

}  // namespace mdsync
