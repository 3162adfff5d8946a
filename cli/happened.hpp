// Happened: what one case or one recorded trace did, for commands that look into it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command_line.hpp"
#include "mdsync/parallel.hpp"
#include "mdsync/recording.hpp"
#include "mdsync/result.hpp"
#include "mdsync/scenario.hpp"
#include "mdsync/timeline.hpp"
#include "target_options.hpp"

namespace mdsync::cli {

// Where to find out what happened, and how it is judged.
struct HappenedSource {
    std::string path;
    std::optional<std::uint64_t> seed;
    TargetOptions target;
    std::vector<std::string> readings;
    std::string settle;
    std::string skew;
    bool lenient = false;
    bool quiet = false;    // errors only are said of a trace
    bool isTrace = false;  // it is one, whatever it looks like
};

void addHappenedFile(const CommandLine& line, HappenedSource& source);
void addHappenedOptions(const CommandLine& line, HappenedSource& source);

struct Happened : Recording {
    CaseResult result;
    std::optional<Trace>
        judged;  // where it declares devices on the way: as it was judged, with other numbers of events
    std::optional<Case> scenario;  // nothing: a recorded trace
    std::string text;              // of the scenario's file

    [[nodiscard]] Happening happening() const {
        return {judged ? *judged : trace, result, scenario ? &*scenario : nullptr};
    }
};

// Says on standard error which option was given that says nothing of a trace, or of a scenario. Returns whether there is one.
[[nodiscard]] bool saysWhatDoesNotFit(const CommandLine& line, const HappenedSource& source);

// Whether the file at `path` is a recorded trace: by its name or its beginning. Standard input and pipes, which can be read
// only once, are taken for one.
[[nodiscard]] bool isTrace(const std::string& path);

// Runs or reads what `source` names. Gives an exit code, with the reason on standard error, where that cannot be done.
[[nodiscard]] std::optional<int> findOut(const HappenedSource& source, const Interrupt& interrupt, Happened& happened);

// The device, or the message, of this name. None: standard error says so, in the name of the command, and which is near.
[[nodiscard]] std::optional<DeviceId> findDevice(const Recording& recording, const std::string& name,
                                                 std::string_view command);
[[nodiscard]] std::optional<MessageId> findMessage(const Recording& recording, const std::string& name,
                                                   std::string_view command);

}  // namespace mdsync::cli
