// Scenario: a file that says who has which devices, what they do, and what is expected.
//
// A scenario file is read, checked and expanded (ranges, matrix, repeat) into Cases: flat lists of steps over the ids
// of a Header. All mistakes of a file are reported at once; a case exists only for a file without errors.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mdsync/diagnostic.hpp"
#include "mdsync/op.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

// When a scenario begins that does not say: 2024-05-01T09:00:00+08:00.
inline constexpr Instant kDefaultStart{Millis{1'714'525'200'000}};

enum class StepKind : std::uint8_t {
    Act,           // `actions` one after the other; each device of a list is one action
    Concurrently,  // `actions` all begin at the same instant
    Wait,          // `wait`, or until `until`
    Expect,
    Note
};

// What an action says about being refused: nothing, `"refused": true`, or a code.
struct Refusal {
    bool wanted = false;
    std::string code;  // empty: any
};

// An Action is one request to the system under test, with what the file says of its outcome.
struct Action {
    Op op;
    Refusal refusal;
};

enum class ExpectKind : std::uint8_t { Device, User, Message, Service };

// What the conversations check of `expect` names; also used for `exactly`-like sets of devices.
struct Expectation {
    ExpectKind subject = ExpectKind::Device;
    std::vector<DeviceId> devices;  // the subject, for Device
    UserId user;
    MessageId message;
    // What is had, recalled, online or received became so at most that long after the last step before it that is no
    // expect, wait or note began.
    std::optional<Millis> within;

    // device
    std::optional<bool> online;
    std::optional<OfflineReason> offlineReason;
    std::optional<std::vector<MessageId>> has, lacks, exactly, visible, hidden, recalled, order;
    std::vector<std::pair<MessageId, Via>> via;
    std::optional<std::uint64_t> count;
    std::optional<std::vector<Address>> conversations;
    // user
    std::optional<std::uint64_t> onlineCount;
    std::optional<std::string> deviceClass;              // `class`: mobile, web, desktop, miniprogram
    std::optional<std::vector<DeviceId>> onlineDevices;  // `online` of a user
    // message
    std::optional<std::vector<DeviceId>> receivedBy, oneOf;
    std::optional<bool> accepted;
    // service
    std::optional<std::string> state;  // on, off, changing
};

struct Step {
    StepKind kind = StepKind::Act;
    Span span;               // the step's object in the file
    std::uint32_t base = 0;  // the number, from 1, of the file among Case::bases in which it stands; 0: the case's own
    bool settle = true;
    std::vector<Action> actions;
    Millis wait{0};
    std::optional<Instant> until;
    Expectation expect;
    std::string note;
};

// A Case is a scenario file with one choice of its matrix, ready to run. Its messages and texts are interned in
// `lexicon` and `header` has the users, groups, settings, readings and start.
struct Case {
    std::string file;                                         // as given on the command line
    std::string id;                                           // `file` or `file#days=2,zone=+08:00`
    std::vector<std::pair<std::string, std::string>> choice;  // the matrix keys and the text of their values, in order
    std::vector<std::string> bases;                           // the files that it extends, the nearest first
    Span choiceSpan;                                          // the matrix entry this case comes from; line 0: none
    std::uint32_t choiceLastLine = 0;                         // the line on which that entry ends
    std::string name;
    std::string description;
    std::vector<std::string> rules;  // what the scenario exists to exercise
    std::vector<std::string> tags;
    std::uint64_t seed = 1;
    NetworkConditions network;  // `network` of the file; `given` if the file has it
    bool networkGiven = false;
    std::vector<std::string> given;  // the keys of `app` that the file sets itself
    Header header;
    Lexicon lexicon;
    std::vector<Step> steps;
};

// Variables of the matrix, each with the one value that it shall have: JSON where it parses, else text.
using MatrixValues = std::vector<std::pair<std::string, std::string>>;

// What a scenario was made from: the text of its file and, behind it, those of the files that it extends and of the
// values that a MatrixValues gave. Offsets of a Span count in the whole, lines and columns in the part.
struct ScenarioText {
    struct Part {
        std::string name;        // the file's path, or `--set days=3`
        std::size_t begin = 0;   // in `text`
        std::string variable{};  // that it is a value of; empty: a file
    };
    std::string text;
    std::vector<Part> parts;                               // the file itself is the first
    [[nodiscard]] std::string_view own() const;            // the text of the file itself
    [[nodiscard]] std::vector<std::string> bases() const;  // the files that it extends, the nearest first
};

// What reading a file gave: its cases, or what is wrong with it. Warnings may stand beside cases.
struct ScenarioFile {
    // Part: it lacks `name` or `steps`, an error unless it is there for others to extend. Cast: it lacks both, which is
    // no error; it has no cases.
    enum class Kind : std::uint8_t { Whole, Part, Cast };
    std::string path;
    Kind kind = Kind::Whole;
    std::shared_ptr<const ScenarioText> text;  // that was read; null if the file could not be
    std::vector<Case> cases;
    std::vector<Diagnostic> diagnostics;
    std::vector<std::string> variables;  // the keys of its matrix
    [[nodiscard]] bool valid() const;    // no errors
};

// The bytes that a scenario file may have.
inline constexpr std::size_t kMostScenarioBytes = std::size_t{16} * 1024 * 1024;

// Reads the scenario at `path`. `knownRules` are the rule ids that `rules` may name. Never throws for bad input: a
// missing file, a folder, 100 MB or random bytes give a diagnostic, and so does a pipe that stays silent until `stop`
// is set. The files that it extends are read, too; of `values` those count that are variables of its matrix.
[[nodiscard]] ScenarioFile readScenario(const std::string& path, const std::vector<std::string_view>& knownRules,
                                        const std::atomic<bool>* stop = nullptr, const MatrixValues& values = {});

// The same for a text that is already in memory; `path` is used in diagnostics and ids, and what it extends is looked for
// beside it.
[[nodiscard]] ScenarioFile parseScenario(std::string_view text, const std::string& path,
                                         const std::vector<std::string_view>& knownRules,
                                         const MatrixValues& values = {});

// The case with this number of a text of which reading made cases, made again.
[[nodiscard]] Case parseCase(const ScenarioText& text, std::size_t number,
                             const std::vector<std::string_view>& knownRules);

// `scenario` as the text of a scenario file: one step a line, defaults left out, names in ranges. Read again it gives
// an equal case, but for where its steps stand; a choice of a matrix is written out. Two things take another form: a
// step with actions that no single object names (as a generator may make) becomes several, and a text that contains
// "${" needs a matrix of one entry, which shows in the case's id. REQUIRES: a legal case, such as reading gives. Ends
// with a newline.
[[nodiscard]] std::string writeScenario(const Case& scenario);

// The JSON Schema (draft-07) of scenario files, for editors: made from the table of keys that the reader decodes by, and
// the rules that `rules` may name. Ends with a newline.
[[nodiscard]] std::string scenarioSchema(const std::vector<std::string_view>& knownRules);

// What a diagnostic's code means, in a line and at length.
struct CodeInfo {
    std::string_view code;         // `scenario.unknown-verb`
    std::string_view title;        // one sentence without a full stop
    std::string_view explanation;  // plain sentences
};

// All codes that reading a scenario can give.
[[nodiscard]] std::span<const CodeInfo> scenarioCodes();

// The row of `code`, or null.
[[nodiscard]] const CodeInfo* findScenarioCode(std::string_view code);

}  // namespace mdsync
