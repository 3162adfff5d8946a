// Shrink: what counts as one failure, and how a scenario that fails is made small.
//
// A scenario that fails is made as small as it gets without failing otherwise: each of its steps is needed. It stays a
// legal scenario, which writeScenario() makes a file of.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/policy.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/run.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/system.hpp"

namespace mdsync {

// ---- Failures -------------------------------------------------------------------------------------------------------

// Where a rule was violated: the kind of conversation for a message, else the class of the device.
enum class Where : std::uint8_t { App, Private, Group, Chatroom, Mobile, Web, Desktop, Miniprogram };
[[nodiscard]] std::string_view spell(Where where);
[[nodiscard]] std::optional<Where> findWhere(std::string_view spelling);

// A Failure is what search holds for one fault: a rule, and the kind of place where it was violated.
struct Failure {
    RuleId rule{};
    Where where = Where::App;
    friend auto operator<=>(const Failure&, const Failure&) = default;
};
[[nodiscard]] std::string spell(const Failure& failure);  // `delivery.once, group`

// Whether a violation of this rule only accompanies another one, which says more.
[[nodiscard]] bool accompanies(RuleId rule);

// The distinct failures of a run of `scenario`, in the order of their first violation.
[[nodiscard]] std::vector<Failure> failuresOf(const Case& scenario, const std::vector<Violation>& violations);
[[nodiscard]] std::vector<Failure> failuresOf(const Case& scenario, const CaseResult& result);

// ---- Shrinking ------------------------------------------------------------------------------------------------------

// A Prober answers whether a scenario fails so, on one server. Used by one thread.
class Prober {
public:
    Prober() = default;
    Prober(const Prober&) = delete;
    Prober& operator=(const Prober&) = delete;
    virtual ~Prober() = default;

    // The sentence of the first violation that is this failure when `scenario`, whose names are in `lexicon`, runs with
    // `seed`; nothing if there is none.
    virtual std::optional<std::string> ask(const Case& scenario, Lexicon& lexicon, std::uint64_t seed,
                                           const Failure& failure) = 0;

    // All that is wrong in such a run: failures in the order of their first violation, and the sentences of unmet
    // expectations.
    struct Findings {
        std::vector<Failure> failures;
        std::vector<std::string> unmet;
    };
    virtual Findings findings(const Case& scenario, Lexicon& lexicon, std::uint64_t seed) = 0;
};

// Asks the simulated world.
[[nodiscard]] std::unique_ptr<Prober> probeWorld(const ServerPolicy& policy);

// Asks a target, which may be slow or answer now so, now so: `tries` runs decide, and one that fails is enough. After
// an error or where the scenario is not applicable, it does not fail.
[[nodiscard]] std::unique_ptr<Prober> probeSystem(std::unique_ptr<System> target, const RunOptions& options,
                                                  std::uint32_t tries);

// How many runs a prober needs so that a scenario which failed `failed` times in `runs` is hardly ever (less than once
// in a hundred times) taken for one that does not.
[[nodiscard]] std::uint32_t triesFor(std::uint32_t failed, std::uint32_t runs);

struct ShrinkOptions {
    std::uint64_t mostTries = 20'000;
    std::string origin;  // how it came about, for the description: `Found by mdsync explore ...`
};

// A failing scenario that was made small.
struct Shrunk {
    Case scenario;     // legal, 1-minimal over its steps, with a name, a description and the rule
    std::string text;  // the violation's sentence
    std::uint64_t tries = 0;
    bool complete = true;    // else the tries were used up, and it may get smaller
    bool needsSeed = false;  // with other seeds it may pass
};

// Makes `scenario` small. It goes on failing in the same way: by the same rule, in the same kind of place. Where it can
// be had, the result fails with any of five other seeds too; else its description says that it needs its seed. Nothing
// if it does not fail so in the first place.
[[nodiscard]] std::optional<Shrunk> shrink(const Case& scenario, const Failure& failure, Prober& prober,
                                           const ShrinkOptions& options = {});

// The same for an expectation that is not met: it goes on being unmet, with the same sentence.
[[nodiscard]] std::optional<Shrunk> shrink(const Case& scenario, const std::string& unmet, Prober& prober,
                                           const ShrinkOptions& options = {});

}  // namespace mdsync
