// Replies of the adapter protocol: what an adapter's line answers, and what its hello says it can do.
//
// Reading is strict: an adapter that is almost right is found out here, with the key that is wrong, and not by a rule
// that judges what was never said.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mdsync/system.hpp"
#include "trace/fault.hpp"

namespace mdsync {

inline constexpr std::string_view kAdapterProtocol = "mdsync-adapter/1";

// A Reply is one answer.
struct Reply {
    std::optional<std::int64_t> id;
    Answer answer;
    std::optional<Instant> t;        // virtual clock: what it is now
    const json::Node* ok = nullptr;  // what `ok` holds; null: it is no `ok`
};

// Reads the parsed line, an object, as an answer. Whatever is wrong is in `faults`.
[[nodiscard]] Reply readReply(const json::Document& json, Faults& faults);

// Whether a reply says `pending` or `held`, and whether the request that it answers knows that.
enum class Shape : std::uint8_t { Plain, Login, Settle };

// Reads what `ok` may hold after all requests but hello: `t`, `pending` of a login, `held` of a settle.
void readOk(const json::Document& json, Faults& faults, Shape shape, Reply& reply);

// What a hello says besides what Capabilities has.
struct Hello {
    Capabilities capabilities;
    bool marksMore = false;  // wants to be told which requests come together
    Millis farewell{2000};   // how long it needs to end after bye
};

// Reads what `ok` of a hello holds.
[[nodiscard]] Hello readHello(const json::Document& json, Faults& faults, const json::Node& ok);

}  // namespace mdsync
