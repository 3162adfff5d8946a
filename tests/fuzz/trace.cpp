// Fuzz target: any bytes as a trace, read strictly and leniently. Nothing crashes, in the reader or in the rules that
// get what it let pass; a valid trace is written and read again alike.
#include "fuzz.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/trace_io.hpp"

using namespace mdsync;

namespace {

// Streams through the rules, as `mdsync check` does.
void judge(std::string_view text, const ReadOptions& options, const CheckerOptions& checking) {
    TraceReader reader = TraceReader::ofText(text, "fuzz.jsonl", options);
    if (!reader.valid()) {
        while (!reader.next().empty()) continue;
        fuzz::require(!reader.diagnostics().empty(), "a faulty trace without a complaint", text);
        for (const Diagnostic& diagnostic : reader.diagnostics()) (void)render(diagnostic);
        return;
    }
    Checker checker(reader.header(), checking);
    for (std::span<const Event> batch = reader.next(); !batch.empty(); batch = reader.next()) {
        checker.feed(batch, reader.lexicon(), reader.annex());
    }
    if (reader.valid()) checker.finish(reader.lexicon());
}

std::string written(const Trace& trace) {
    const TraceWriter writer(trace.header, trace.lexicon, trace.annex);
    std::string text;
    writer.appendHeader(text);
    text += '\n';
    for (const Event& event : trace.events) writer.append(text, event);
    return text;
}

void checkWriting(std::string_view text) {
    const TraceFile file = parseTrace(text, "fuzz.jsonl");
    if (!file.valid) return;
    const std::string once = written(file.trace);
    const TraceFile again = parseTrace(once, "again.jsonl");
    fuzz::require(again.valid, "what was written does not read", once);
    fuzz::require(written(again.trace) == once, "what was written reads as something else", once);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::textOf(data, size);
    judge(text, {}, {});
    judge(text, {.lenient = true, .skew = std::chrono::seconds{1}, .keepTexts = true, .recycle = false},
          {.settle = std::chrono::seconds{5}});
    checkWriting(text);
    return 0;
}
