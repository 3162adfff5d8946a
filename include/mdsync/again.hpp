// Again: the command line that repeats what a report shows. It is spelled here and nowhere else.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mdsync {

// `mdsync run web/tabs.json#days=2 --seed 7 --server mutant:evict-second`.
struct Again {
    std::string_view command = "run";
    std::string_view path = {};  // of the scenario, with its case, or of the trace
    std::optional<std::uint64_t> seed = {};
    std::string_view server = "reference";  // or where an adapter is: `exec:...`, `tcp:...`
    std::string_view flags = {};            // further ones, as they are
};
[[nodiscard]] std::string spell(const Again& again);

// The flag that names a server: `--server mutant:evict-second`, `--target tcp:localhost:7000`, nothing for `reference`.
[[nodiscard]] std::string serverFlag(std::string_view server);

// `word` as a shell takes it: quoted where that is needed.
[[nodiscard]] std::string shellWord(std::string_view word);

}  // namespace mdsync
