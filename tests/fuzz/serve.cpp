// Fuzz target: any lines as requests to `mdsync serve`. Nothing crashes, and every line that it answers with is JSON.
#include "mdsync/serve.hpp"

#include <nlohmann/json.hpp>

#include "fuzz.hpp"

using namespace mdsync;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ServeSession session(makeWorldSystem({}));
    std::string_view left = fuzz::textOf(data, size);
    std::string out;
    while (!left.empty()) {
        const std::size_t end = left.find('\n');
        const bool goesOn = session.take(left.substr(0, end), out);
        if (!goesOn || end == std::string_view::npos) break;
        left.remove_prefix(end + 1);
    }
    for (std::size_t at = 0; at < out.size();) {
        const std::size_t end = out.find('\n', at);
        fuzz::require(end != std::string::npos && nlohmann::json::accept(out.substr(at, end - at)),
                      "a line of the answer is no JSON", out);
        at = end + 1;
    }
    return 0;
}
