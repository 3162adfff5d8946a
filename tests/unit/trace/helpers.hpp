// What the tests of trace reading share: a small header, reading a text whole, and the same text in another layout.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "mdsync/trace_io.hpp"

namespace mdsync::testing {

inline constexpr std::string_view kHeader =
    R"({"mdsync":"trace/1","t":1000,"app":{"sync":true},"users":{"alice":{"phone":"android","web":"web"},)"
    R"("bob":{"pixel":"android"}},"groups":{"team":["alice","bob"]},"chatrooms":["lobby"],"messageTypes":{}})";

// The header above and `lines`, each with its newline.
inline std::string traceOf(const std::vector<std::string>& lines) {
    return fmt::format("{}\n{}\n", kHeader, fmt::join(lines, "\n"));
}

// What a streaming reader gave, batch by batch, without the options that readTrace() sets.
struct Streamed {
    std::vector<Event> events;
    std::vector<std::string> messages;  // the id behind each event's message when it was handed out
    std::vector<Diagnostic> diagnostics;
    ReadCounts counts;
    bool valid = false;
    std::size_t words = 0;
};

inline Streamed stream(TraceReader reader) {
    Streamed all;
    for (auto batch = reader.next(); !batch.empty(); batch = reader.next()) {
        for (const Event& event : batch) {
            all.events.push_back(event);
            all.messages.push_back(event.message.exists() ? reader.lexicon().messages[event.message] : "");
        }
    }
    all.diagnostics = reader.diagnostics();
    all.counts = reader.counts();
    all.valid = reader.valid();
    all.words = reader.lexicon().messages.size();
    return all;
}

inline Streamed stream(std::string_view text, const ReadOptions& options = {}) {
    return stream(TraceReader::ofText(text, "test.jsonl", options));
}

// `text` with blanks between its tokens and a key of no meaning in each object line, so that no line is in the usual
// layout and every one goes through the complete reader.
inline std::string relaxed(std::string_view text) {
    std::string out;
    bool inString = false;
    bool lineBegins = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\n') inString = false;  // broken lines stay within themselves
        if (inString && c == '\\') {
            out += text.substr(i, 2);
            ++i;
            continue;
        }
        if (c == '"') inString = !inString;
        out += c;
        if (!inString && (c == ',' || c == ':')) out += ' ';
        if (lineBegins && c == '{' && text.substr(i + 1).starts_with('"')) out += R"("x-a":[1,{"b":null,"b":"}\""}], )";
        lineBegins = c == '\n';
    }
    return out;
}

// One line that says all that an event says, numbers and all, to compare events with.
inline std::string tell(const Event& e) {
    return fmt::format(
        "t={} payload={:x} kind={} reason={} via={} payloadKind={} api={} sender={} enabled={} refused={} "
        "to={}:{} device={} user={} message={} type={} text={} code={} by={} annex={} origin={}",
        e.t.time_since_epoch().count(), e.payload, spell(e.kind), spell(e.reason), spell(e.via),
        static_cast<int>(e.payloadKind), static_cast<int>(e.api), e.includeSender, e.enabled, e.refused,
        static_cast<int>(e.to.kind), e.to.number, e.device.value, e.user.value, e.message.value, e.type.value,
        e.text.value, e.code.value, e.by.value, e.annex, e.origin);
}

inline std::string tell(const std::vector<Event>& events) {
    std::string all;
    for (const Event& event : events) all += fmt::format("{}\n", tell(event));
    return all;
}

inline std::string tell(const std::vector<Diagnostic>& diagnostics) {
    std::string all;
    for (const Diagnostic& d : diagnostics) all += fmt::format("{}:{} {}\n", d.span.line, d.code, d.message);
    return all;
}

// The trace as the writer spells it.
inline std::string written(const Trace& trace, HeaderStyle style = HeaderStyle::Short) {
    std::string out;
    const TraceWriter writer(trace.header, trace.lexicon, trace.annex);
    writer.appendHeader(out, style);
    out += '\n';
    for (const Event& event : trace.events) writer.append(out, event);
    return out;
}

}  // namespace mdsync::testing
