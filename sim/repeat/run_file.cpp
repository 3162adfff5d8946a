// Run files: the document `run/1`, written and read. See mdsync/replay.hpp.
#include <fmt/format.h>

#include <charconv>

#include "mdsync/replay.hpp"
#include "mdsync/trace_io.hpp"
#include "result/document.hpp"

namespace mdsync {

using json::Kind;
using json::Node;
using scenario::Mistake;

namespace {

constexpr std::size_t kParts = 4;  // of a choice: stream, label, bound, value

class RunReader {
public:
    explicit RunReader(const std::string& path) : path_(path), document_(path, "run/1") {}

    ReadRunFile read() {
        if (document_.readable()) readDocument();
        std::vector<Diagnostic> found = document_.diagnostics();
        out_.diagnostics.insert(out_.diagnostics.end(), found.begin(), found.end());
        out_.valid = out_.diagnostics.empty();
        return std::move(out_);
    }

private:
    void readDocument() {
        const Node& root = document_.root();
        RunFile& run = out_.run;
        run.server = document_.text(root, "server", true);
        run.seed = document_.natural(root, "seed");
        run.runHash = document_.text(root, "runHash", true);
        readScenario(root);
        if (const Node* choices = document_.member(root, "choices", Kind::List, true)) {
            for (const Node& node : document_.children(*choices)) readChoice(node);
        }
        if (const Node* events = document_.member(root, "events", Kind::List, false)) {
            for (const Node& node : document_.children(*events)) {
                if (document_.is(node, Kind::String, "an event is the text of a trace's line")) {
                    run.events.push_back(document_.textOf(node));
                }
            }
        }
    }

    // The scenario is read as if it were a file; what is wrong with it is told with the place in the run file.
    void readScenario(const Node& root) {
        const Node* node = document_.member(root, "scenario", Kind::Object, true);
        if (node == nullptr) return;
        ScenarioFile file = parseScenario(document_.bytesOf(*node), path_, ruleNames());
        const Span begin = document_.placeOf(node->place).span;
        for (Diagnostic& found : file.diagnostics) {
            if (found.severity == Severity::Warning) continue;
            if (found.span.line == 1) found.span.column += begin.column - 1;
            if (found.span.line > 0) found.span.line += begin.line - 1;
            found.span.offset += begin.offset;
            out_.diagnostics.push_back(std::move(found));
        }
        if (!file.valid()) return;
        if (file.cases.size() == 1) {
            out_.run.scenario = std::move(file.cases.front());
        } else {
            document_.mistake(Mistake::OutOfRange, node->place, "a recorded run has one case");
        }
    }

    void readChoice(const Node& node) {
        if (!document_.is(node, Kind::List, "a choice is a list: stream, label, bound, value")) return;
        Choice choice;
        std::size_t part = 0;
        bool isSound = document_.children(node).size() == kParts;
        for (const Node& element : document_.children(node)) {
            const std::string text = document_.textOf(element);
            switch (part++) {
                case 0: {
                    std::uint64_t stream = 0;
                    isSound = isSound && element.kind == Kind::Number && number(text, stream);
                    choice.stream = Stream{stream};
                    break;
                }
                case 1: {
                    const std::optional<Label> label = labelOf(text);
                    isSound = isSound && element.kind == Kind::String && label.has_value();
                    choice.label = label.value_or(Label::Other);
                    break;
                }
                case 2:
                    isSound = isSound && element.kind == Kind::Number && number(text, choice.bound);
                    break;
                default:
                    isSound = isSound && element.kind == Kind::Number && number(text, choice.value);
                    break;
            }
        }
        if (isSound && choice.value < choice.bound) {
            out_.run.choices.push_back(choice);
        } else {
            document_.mistake(Mistake::WrongType, node.place,
                              "a choice is a stream, a label, a bound, and a value below the bound");
        }
    }

    template <class Number>
    static bool number(const std::string& text, Number& value) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        return error == std::errc{} && end == text.data() + text.size();
    }

    std::string path_;
    Document document_;
    ReadRunFile out_;
};

}  // namespace

ReadRunFile readRunFile(const std::string& path) {
    return RunReader{path}.read();
}

std::string writeRunFile(const RunFile& run) {
    std::string scenario = writeScenario(run.scenario);
    scenario.pop_back();
    std::string out = fmt::format("{{\n\"mdsync\": \"run/1\",\n\"server\": {},\n\"seed\": {},\n\"runHash\": {},\n",
                                  jsonString(run.server), run.seed, jsonString(run.runHash));
    out += "\"scenario\": " + scenario + ",\n\"choices\": [";
    const char* separator = "\n";
    for (const Choice& choice : run.choices) {
        out += fmt::format("{}[{}, \"{}\", {}, {}]", separator, static_cast<std::uint64_t>(choice.stream),
                           spell(choice.label), choice.bound, choice.value);
        separator = ",\n";
    }
    out += "],\n\"events\": [";
    separator = "\n";
    for (const std::string& line : run.events) {
        out += separator + jsonString(line);
        separator = ",\n";
    }
    return out + "]\n}\n";
}

}  // namespace mdsync
