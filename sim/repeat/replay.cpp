// Recording a run, and running a recorded one again. See mdsync/replay.hpp.
#include "mdsync/replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "mdsync/trace_io.hpp"
#include "mdsync/world.hpp"

namespace mdsync {

namespace {

std::vector<std::string> linesOf(const Trace& trace) {
    const TraceWriter writer{trace.header, trace.lexicon, trace.annex};
    std::vector<std::string> lines;
    for (const Event& event : trace.events) {
        std::string& line = lines.emplace_back();
        writer.append(line, event);
        line.pop_back();
    }
    return lines;
}

// `latency (one of 90) of the link from the server to alice/phone`.
std::string wordsOf(const Choice& choice, const Header& header) {
    const std::string whose = wordsOf(header, choice.stream);
    return fmt::format("{} (one of {}){}", spell(choice.label), choice.bound, whose.empty() ? "" : " of " + whose);
}

std::string wordsOf(const Replay& replay, const Header& header) {
    if (!replay.difference) {
        if (replay.next >= replay.record.size()) return {};
        return fmt::format("only {} of {} recorded draws were asked for", replay.next, replay.record.size());
    }
    const Replay::Difference& d = *replay.difference;
    if (!d.recorded) return fmt::format("draw {} ({}) has no record", d.number, wordsOf(d.asked, header));
    return fmt::format("draw {} was {}, and is {}", d.number, wordsOf(*d.recorded, header), wordsOf(d.asked, header));
}

// Runs the scenario; an Error result if the target does not even answer.
CaseResult runOn(System& target, const Case& scenario, const RunOptions& options, Trace& trace) {
    Capabilities capabilities;
    const Answer hello = target.hello(capabilities);
    if (hello.kind == Answer::Kind::Ok) {
        if (std::optional<CaseResult> result = runCase(scenario, target, capabilities, options, &trace)) {
            return std::move(*result);
        }
    }
    CaseResult broken;
    broken.id = scenario.id;
    broken.file = scenario.file;
    broken.name = scenario.name;
    broken.verdict = Verdict::Error;
    broken.reason = hello.text;
    return broken;
}

// Both must draw from the same list: the runner, for the order of what begins together, and the world.
ChoiceSource replaySource(const std::shared_ptr<Replay>& replay) {
    return [replay](std::uint64_t) { return replayedChoices(replay); };
}

}  // namespace

ChoiceSource recordingSource(std::shared_ptr<std::vector<Choice>> record) {
    return [record = std::move(record)](std::uint64_t seed) { return recordingChoices(randomChoices(seed), record); };
}

RunFile runFileOf(const Case& scenario, const std::string& server, const Trace& trace, const CaseResult& result,
                  const std::vector<Choice>& record) {
    RunFile run;
    run.scenario = scenario;
    run.scenario.header.readings = trace.header.readings;
    run.scenario.seed = result.seed;
    run.server = server;
    run.seed = result.seed;
    run.choices = record;
    run.runHash = result.runHash;
    run.events = linesOf(trace);
    return run;
}

std::optional<RunFile> record(const Case& scenario, const std::string& server, System& target) {
    const auto drawn = std::make_shared<std::vector<Choice>>();
    RunOptions options;
    options.choices = recordingSource(drawn);
    Trace trace;
    const CaseResult result = runOn(target, scenario, options, trace);
    if (result.verdict == Verdict::Error || result.verdict == Verdict::NotApplicable) return std::nullopt;
    return runFileOf(scenario, server, trace, result, *drawn);
}

Replayed replay(const RunFile& run, System& target) {
    const auto drawn = std::make_shared<Replay>(Replay{run.choices, 0, {}});
    RunOptions options;
    options.seed = run.seed;
    options.choices = replaySource(drawn);
    options.reasons = true;
    Trace trace;
    Replayed out;
    out.result = runOn(target, run.scenario, options, trace);
    out.knowsEvents = !run.events.empty();
    out.same = out.result.runHash == run.runHash;
    if (out.same) return out;
    out.draw = wordsOf(*drawn, run.scenario.header);
    const std::vector<std::string> now = linesOf(trace);
    const std::size_t count = std::max(now.size(), run.events.size());
    for (std::size_t i = 0; out.knowsEvents && i < count; ++i) {
        out.event = i;
        out.recorded = i < run.events.size() ? run.events[i] : std::string();
        out.now = i < now.size() ? now[i] : std::string();
        if (out.recorded != out.now) break;
    }
    return out;
}

}  // namespace mdsync
