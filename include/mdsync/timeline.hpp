// Timeline: what happened in one run, drawn for people: as a ladder of text, as a diagram for tickets, for a viewer of traces.
//
// All of them draw the same rows: an event (or several that belong together), an expectation of the file with its outcome, what
// should have come and did not, and what was left out. The page for browsers is htmlReport() of mdsync/report.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mdsync/result.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

// What happened, and what was found of it. All must live as long as it is drawn.
struct Happening {
    const Trace& trace;
    const CaseResult& result;
    const Case* scenario = nullptr;  // null: a recorded trace
};

// Which part of it is drawn.
struct View {
    // Only what is near a failure or led to it: the events that its explanation names, what happened to its message, and
    // a few rows around. Where nothing failed a ladder is empty, and a diagram shows all.
    bool isAroundFailures = false;
    // Devices (`alice/phone`), users (`alice`) and messages (`m3`); empty: all. A device brings what happened to it and the
    // way of each message that it has to do with; a message brings its own way. Both: of these messages what these devices
    // saw, and of these devices all that is about no message.
    std::vector<std::string> only{};
};

// Those of `only` that name no device, user or message of the trace.
[[nodiscard]] std::vector<std::string> unknownIn(const Trace& trace, const std::vector<std::string>& only);

inline constexpr std::size_t kWidestTimeline = 171;
struct LadderOptions {
    std::size_t columns = kWidestTimeline;
    bool color = false;  // each device has a colour of its own
    View view{};
};

// A ladder in the app's local time: a column for the server and one a device, a line an event. Where the columns do not
// fit, rails at the left and words at the right. The rule that an event violated stands beneath it in the margin. Empty where
// only what failed is wanted and nothing did; a sentence where nothing happened, or nothing of what is wanted.
[[nodiscard]] std::string drawLadder(const Happening& happened, const LadderOptions& options);

// A sequence diagram in the language of Mermaid, which code hosts draw. Cut off where it would be too long for one.
[[nodiscard]] std::string drawMermaid(const Happening& happened, const View& view);

// The page of a ticket in Markdown: what failed, the diagram, the ladder.
[[nodiscard]] std::string drawMarkdown(const Happening& happened, const View& view);

// Trace events as JSON, for ui.perfetto.dev and chrome://tracing: a process a user, a track a device, an arrow from a sender
// to the server and on to each device. Times are microseconds since the start; those of one millisecond share it in turn.
[[nodiscard]] std::string drawPerfetto(const Happening& happened);

}  // namespace mdsync
