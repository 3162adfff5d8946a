#include "exhaustive/seal.hpp"

#include <fmt/format.h>

#include <vector>

#include "base/fingerprint.hpp"

namespace mdsync::search {

namespace {

// What the states were states of: with it, the hash names everything that was searched.
Fingerprint identityOf(const ExhaustiveOptions& options, const Moves& set) {
    const Bounds& b = options.bounds;
    std::string text =
        fmt::format("{} {} {} {} {} {};", nameOf(options.server), b.users, b.devices, b.messages, b.steps, b.faults);
    for (const DeviceInfo& device : set.header.devices) text += spell(device.platform);
    for (const std::string& word : set.words) text += ' ' + word;
    for (const RuleId id : options.rules) text += fmt::format(" {}", rule(id).name);
    text += fmt::format(";{}{}{}", options.symmetry, options.independence, options.merging);
    if (options.branching) text += ";branching";
    if (options.shard) text += ";kinds";
    return fingerprintOf(std::vector<std::uint8_t>(text.begin(), text.end()));
}

}  // namespace

void begin(const Moves& set, Certificate& certificate) {
    certificate.verbs = set.words;
    const Header& header = set.header;
    certificate.devices.clear();
    for (std::size_t d = 0; d < header.devices.size(); ++d) {
        certificate.devices.push_back(
            fmt::format("{} {}", header.path(DeviceId{d}), spell(header.devices[d].platform)));
    }
}

void goOnFrom(const Certificate& before, Certificate& certificate) {
    for (const ExhaustiveRound& round : before.rounds) {
        if (round.whole) certificate.rounds.push_back(round);
    }
    if (certificate.rounds.empty()) return;
    const ExhaustiveRound& last = certificate.rounds.back();
    certificate.counts = last.counts;
    if (before.findings.empty() || before.findings.front().steps != last.steps) return;
    certificate.findings = before.findings;
    certificate.stopped = kFoundSomething;
}

void seal(const ExhaustiveOptions& options, const Moves& set, Certificate& certificate) {
    Fingerprint hash = identityOf(options, set);
    for (const ExhaustiveRound& round : certificate.rounds) hash += unhex(round.sum).value_or(Fingerprint{});
    certificate.hash = hex(hash);
}

}  // namespace mdsync::search
