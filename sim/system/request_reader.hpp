// Requests of the adapter protocol, from JSON to an Op: the half of the protocol that a server needs.
#pragma once

#include <optional>
#include <string_view>

#include "mdsync/system.hpp"
#include "trace/fault.hpp"
#include "trace/names.hpp"

namespace mdsync {

// What requests refer to.
struct RequestContext {
    const Header& header;
    const NameIndex& names;
    Lexicon& lexicon;
};

// The kind of Op that `word` names, or nothing.
[[nodiscard]] std::optional<OpKind> opKindOf(std::string_view word);

// Reads the parsed line, an object, as a request of `kind`. Whatever is wrong is in `faults`. Keys that have a default
// may be missing.
[[nodiscard]] Op readRequest(const json::Document& json, Faults& faults, OpKind kind, const RequestContext& context);

}  // namespace mdsync
