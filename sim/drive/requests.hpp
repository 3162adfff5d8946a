// Requests: the events that the tool itself writes for what it asked, and the names of requests in reports.
#pragma once

#include <optional>
#include <string>

#include "mdsync/system.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

// The event of a request that goes out: `connect`, `send`, `publish`, `recall`. Nothing for the others. Not stamped.
[[nodiscard]] std::optional<Event> eventOfRequest(const Op& op, Lexicon& lexicon);

// The event that the answer to `op` makes the tool write: `reinstall`, `sync`, `set`, `join`, `leave`, and for a
// refused login, send, publish or recall what the target then did not say itself. Nothing for the others. Not stamped.
[[nodiscard]] std::optional<Event> eventOfAnswer(const Op& op, bool refused, TextId code, Annex& annex);

// `login of alice/phone`, `send of m1 by bob/pixel`.
[[nodiscard]] std::string nameOf(const Op& op, const Header& header, const Lexicon& lexicon);

// `3 duties were open when the trace ended`.
[[nodiscard]] std::string whyOpen(std::uint64_t openDuties);

}  // namespace mdsync
