// Debug: a run or a recorded trace, gone through forwards and backwards.
//
// Alice's tablet lacks m3, and the report says why; whoever wants to see it happen steps to the moment, looks at who is
// online, who has what and what the rules say, goes back, and looks again. It needs the trace and the rules alone, so it
// works for foreign systems, too.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/recording.hpp"
#include "mdsync/report.hpp"
#include "mdsync/result.hpp"

namespace mdsync {

// A Debugger stands behind some event of a trace and carries out commands, a line each; `help` lists them. The same
// commands give the same bytes.
class Debugger {
public:
    // `result`: what the run found, for its expectations. `source`: the lines of the scenario file; may be empty.
    Debugger(Recording recording, const CaseResult& result, std::vector<std::string> source, ConsoleOptions options);
    Debugger(const Debugger&) = delete;
    Debugger& operator=(const Debugger&) = delete;
    ~Debugger();

    struct Answer {
        std::string text;        // what is to be printed: lines
        bool isMistake = false;  // the command is not understood, and `text` says why
        bool isEnd = false;      // the user wants no more
    };
    // What is said before the first command.
    [[nodiscard]] std::string greeting() const;
    // `(mdsync 17/120) `: the event behind which it stands, and how many there are.
    [[nodiscard]] std::string prompt() const;
    // An empty line is the last command again; whoever reads commands from a file leaves such lines out.
    [[nodiscard]] Answer carryOut(std::string_view line);
    // What the last word of `line` may become: commands, and behind one devices, users, messages, rules.
    [[nodiscard]] std::vector<std::string> completions(std::string_view line) const;

private:
    class Mind;
    std::unique_ptr<Mind> mind_;
};

}  // namespace mdsync
