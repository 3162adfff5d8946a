// mdsync replay: a recorded run again, event by event.
#include "mdsync/replay.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "command.hpp"
#include "mdsync/report.hpp"
#include "output.hpp"
#include "target_options.hpp"
#include "tell.hpp"

namespace mdsync::cli {

namespace {

struct ReplayFlags {
    std::string path;
    TargetOptions target;
    std::string format = "human";
    bool quiet = false;
};

std::string line(std::string_view event) {
    return event.empty() ? "nothing: the run has ended" : std::string(event);
}

std::string textOf(const Replayed& replayed, const ReplayFlags& flags) {
    std::string out;
    if (!flags.quiet) {
        Result result;
        result.cases.push_back(replayed.result);
        out += consoleReport(result, {wantsColor("auto", stdout), 0});
    }
    const std::string path = printable(flags.path);
    if (replayed.same) {
        return out + fmt::format("REPEATED  {}: {} events, {}, all as recorded\n", path, replayed.result.events,
                                 replayed.result.runHash);
    }
    out += fmt::format("DIFFERENT  {}: ", path);
    if (replayed.knowsEvents) {
        out += fmt::format("first at event {}\n  recorded  {}\n  now       {}\n", replayed.event,
                           line(replayed.recorded), line(replayed.now));
    } else {
        out += fmt::format("the hash is {} now; the file holds no events to compare\n", replayed.result.runHash);
    }
    if (!replayed.draw.empty()) out += fmt::format("  chance    {}\n", replayed.draw);
    return out;
}

std::string jsonOf(const Replayed& replayed, const ReplayFlags& flags) {
    nlohmann::ordered_json document = {{"mdsync", "replay/1"},
                                       {"file", printable(flags.path)},
                                       {"same", replayed.same},
                                       {"verdict", spell(replayed.result.verdict)},
                                       {"runHash", replayed.result.runHash},
                                       {"events", replayed.result.events}};
    if (!replayed.same && replayed.knowsEvents) {
        document["difference"] = {{"event", replayed.event}, {"recorded", replayed.recorded}, {"now", replayed.now}};
    }
    if (!replayed.draw.empty()) document["draw"] = replayed.draw;
    return document.dump(2) + "\n";
}

// The server that the file names, unless the command line names one. False: there is none of this name.
bool chooseServer(const RunFile& run, TargetOptions& target) {
    if (run.server.starts_with("exec:") || run.server.starts_with("tcp:")) {
        target.target = run.server;
    } else {
        target.server = run.server;
    }
    return target.foreign() || findServer(target.server);
}

int replay(ReplayFlags flags, bool isGiven) {
    if (!flags.target.log.empty() && wouldLose({flags.path}, {{"--target-log", flags.target.log}})) return kUsage;
    const ReadRunFile file = readRunFile(flags.path);
    complain(file.diagnostics);
    if (!file.valid) return kBadInput;
    if (!isGiven && !chooseServer(file.run, flags.target)) {
        tell("mdsync: {} ran on a server that does not exist here: {}\n", printable(flags.path),
             printable(wrongServer(file.run.server)));
        return kBadInput;
    }
    const Interrupt interrupt;
    ForeignSystems foreign(flags.target, interrupt);
    const auto make = foreign.maker();
    const std::unique_ptr<System> target = make ? make() : makeWorldSystem(flags.target.policy());
    if (target == nullptr) {
        tell("mdsync: {}\n", printable(wrongTarget(flags.target.target)));
        return kBadInput;
    }
    const Replayed replayed = mdsync::replay(file.run, *target);
    if (interrupt.signal() != 0) return kSignalled + interrupt.signal();
    const bool written = print(flags.format == "json" ? jsonOf(replayed, flags) : textOf(replayed, flags));
    if (replayed.result.verdict == Verdict::Error) return kBadInput;
    const int code = replayed.same ? kOk : kFailed;
    return written ? code : withUnwritable(code);
}

}  // namespace

Command addReplay(Program& program) {
    const CommandLine line = program.command("replay", "Run a recorded run again and say where it differs");
    const auto flags = std::make_shared<ReplayFlags>();
    line.value("run", flags->path, "FILE", "A run file, as run --record and explore write them").required();
    addTargetOptions(line, flags->target, false);  // it is that of the recorded run
    line.format(flags->format);
    line.flag("-q,--quiet", flags->quiet, "Only whether it repeated");
    line.example(
        "Ends with 0 if every event came as recorded, whatever the rules say of it, and with 1 if one did not.\n"
        "With --server or --target another system is put to the same test.\n"
        "Examples:\n"
        "  mdsync run big.json --record big.run; mdsync replay big.run\n"
        "  mdsync replay found/web.evict-earliest-web.run --server reference\n");
    return {line, [flags, line] { return replay(*flags, line.given("--server") || line.given("--target")); }};
}

}  // namespace mdsync::cli
