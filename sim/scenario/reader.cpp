// From a file to its cases: texts, tree, matrix, then one case after the other.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <utility>

#include "base/input_file.hpp"
#include "mdsync/scenario.hpp"
#include "scenario/header.hpp"
#include "scenario/matrix.hpp"
#include "scenario/names.hpp"
#include "scenario/sources.hpp"
#include "scenario/steps.hpp"

namespace mdsync {

using namespace scenario;

namespace {

// A FileReader makes the cases of one tree.
class FileReader {
public:
    FileReader(const json::Document& document, const ScenarioText& text, bool isCast, Mistakes& mistakes,
               const std::vector<std::string_view>& knownRules)
        : document_(document),
          text_(text),
          isCast_(isCast),
          mistakes_(mistakes),
          knownRules_(knownRules),
          scope_(document, mistakes),
          budget_(mistakes),
          matrix_(document, matrixNode(), mistakes) {}

    std::vector<Case> read() {
        std::vector<Case> cases;
        if (matrix_.broken()) scope_.forgiveUnknownVariables();
        for (std::size_t i = 0; i < matrix_.size() && !budget_.exhausted() && !mistakes_.full(); ++i) {
            Case made = caseOf(i);
            if (mistakes_.count() == 0) cases.push_back(std::move(made));
        }
        if (mistakes_.count() == 0) checkIds(cases);
        if (mistakes_.count() == 0) warnOfUnused();
        if (mistakes_.count() == 0 && !isCast_) warnOfIdle(cases);
        if (mistakes_.count() > 0 || isCast_) cases.clear();
        return cases;
    }

    // One case of a text that has no mistakes.
    Case readOne(std::size_t number) { return caseOf(number); }

    [[nodiscard]] const std::vector<std::string_view>& variables() const { return matrix_.keys(); }

private:
    const json::Node* matrixNode() const {
        for (const json::Node& child : document_.children(document_.root())) {
            if (document_.key(child) == "matrix") return &child;
        }
        return nullptr;
    }

    void choose(std::size_t number, Case& into) {
        const Matrix::Choice choice = matrix_.at(number);
        for (const auto& [slot, node] : choice.values) {
            std::string text = document_.compact(*node);
            into.choice.emplace_back(matrix_.keys()[slot], text);
            scope_.bind({matrix_.keys()[slot], std::move(text), node, slot});
        }
        if (choice.entry == nullptr) return;
        const Place place = choice.entry->place;
        if (mistakes_.partOf(place.offset) > 0) return;  // a line of another file
        into.choiceSpan = mistakes_.spanOf(place);
        into.choiceLastLine = mistakes_.lineOf(std::uint64_t{place.offset} + place.length - 1);
    }

    Case caseOf(std::size_t number) {
        Case made;
        made.file = made.id = text_.parts.front().name;
        made.bases = text_.bases();
        scope_.clear();
        budget_.nextCase();
        choose(number, made);
        const char* separator = "#";
        for (const auto& [key, text] : made.choice) {
            made.id += fmt::format("{}{}={}", separator, key, text);
            separator = ",";
        }
        Value root = scope_.value(document_.root());
        const Fields file = scope_.fields(root, isCast_ ? castTable() : fileTable(), {root.place.offset, 1});
        Names names{scope_, budget_, made};
        if (matrix_.broken()) names.forgiveAll();
        readHeader(scope_, names, file, knownRules_, made);
        if (budget_.exhausted()) return made;
        StepReader steps{scope_, names, budget_, made};
        if (matrix_.broken()) steps.doubtEverything();
        steps.read(file["steps"]);
        names.reportNeverSent();
        names.addUses(uses_);
        return made;
    }

    // Two entries that read alike would be one id for two cases.
    void checkIds(const std::vector<Case>& cases) {
        std::vector<std::pair<std::string_view, std::size_t>> ids;
        for (std::size_t i = 0; i < cases.size(); ++i) ids.emplace_back(cases[i].id, i);
        std::sort(ids.begin(), ids.end());
        for (std::size_t i = 1; i < ids.size(); ++i) {
            if (ids[i].first != ids[i - 1].first) continue;
            const Span span = cases[ids[i].second].choiceSpan;
            const Place entry{static_cast<std::uint32_t>(span.offset), span.length};
            mistakes_.add(Mistake::DuplicateName, span.line > 0 ? entry : matrixNode()->keyPlace(),
                          fmt::format("the case {} is there twice", ids[i].first.substr(cases[0].file.size() + 1)));
        }
    }

    void warnOfUnused() {
        for (std::size_t slot = 0; slot < matrix_.keys().size(); ++slot) {
            if (scope_.wasUsed(slot)) continue;
            mistakes_.add(Mistake::UnusedMatrixKey, matrix_.placeOf(slot),
                          fmt::format("nothing uses the matrix key {}", quoted(matrix_.keys()[slot])),
                          fmt::format("use it as \"${{{}}}\"", matrix_.keys()[slot]));
        }
    }

    // A file that expects nothing, and what it declares for nothing.
    void warnOfIdle(const std::vector<Case>& cases) {
        if (std::none_of(cases.begin(), cases.end(), expectsSomething)) {
            const json::Node* const name = document_.find(document_.root(), "name");
            mistakes_.add(Mistake::TestsNothing, name == nullptr ? document_.root().place : name->place,
                          "this scenario expects nothing and lists no rule", "add \"rules\", or a step \"expect\"");
        }
        for (const auto& [offset, use] : uses_) {
            if (!use.isUsed) mistakes_.add(Mistake::Unused, use.place, use.sentence, "remove it, or use it");
        }
    }

    static bool expectsSomething(const Case& scenario) {
        return !scenario.rules.empty() ||
               std::any_of(scenario.steps.begin(), scenario.steps.end(), [](const Step& step) {
                   return step.kind == StepKind::Expect ||
                          std::any_of(step.actions.begin(), step.actions.end(),
                                      [](const Action& action) { return action.refusal.wanted; });
               });
    }

    const json::Document& document_;
    const ScenarioText& text_;
    bool isCast_;
    Mistakes& mistakes_;
    const std::vector<std::string_view>& knownRules_;
    Names::Uses uses_;
    Scope scope_;
    Budget budget_;
    Matrix matrix_;
};

Diagnostic tooLarge(const std::string& path) {
    return aboutFile(Mistake::TooLarge, path, "the file has more than 16 MiB");
}

Diagnostic unreadable(const std::string& path, int error) {
    if (error == EISDIR) return aboutFile(Mistake::Unreadable, path, "this is a folder, not a file");
    return aboutFile(Mistake::Unreadable, path, fmt::format("can't read the file: {}", std::strerror(error)));
}

}  // namespace

bool ScenarioFile::valid() const {
    for (const Diagnostic& diagnostic : diagnostics) {
        if (diagnostic.severity == Severity::Error) return false;
    }
    return true;
}

namespace {

std::shared_ptr<ScenarioText> textOf(std::string text, const std::string& path) {
    return std::make_shared<ScenarioText>(ScenarioText{std::move(text), {{path, 0}}});
}

ScenarioFile::Kind kindOf(const Sources& sources) {
    const int missing = (sources.has("name") ? 0 : 1) + (sources.has("steps") ? 0 : 1);
    return missing == 0   ? ScenarioFile::Kind::Whole
           : missing == 1 ? ScenarioFile::Kind::Part
                          : ScenarioFile::Kind::Cast;
}

ScenarioFile parse(const std::shared_ptr<ScenarioText>& text, const std::vector<std::string_view>& knownRules,
                   const std::atomic<bool>* stop, const MatrixValues& values) {
    ScenarioFile file;
    file.path = text->parts.front().name;
    file.text = text;
    const std::vector<WrongSource> wrong = gatherSources(*text, values, stop);
    Mistakes mistakes{text->text, file.path};
    Sources sources{*text};
    if (const json::Document* const tree = sources.tree(mistakes, wrong)) {
        file.kind = kindOf(sources);
        FileReader reader{*tree, *text, file.kind == ScenarioFile::Kind::Cast, mistakes, knownRules};
        file.cases = reader.read();
        file.variables.assign(reader.variables().begin(), reader.variables().end());
    }
    file.diagnostics = mistakes.take();
    return file;
}

}  // namespace

ScenarioFile parseScenario(std::string_view text, const std::string& path,
                           const std::vector<std::string_view>& knownRules, const MatrixValues& values) {
    if (text.size() <= kMostScenarioBytes) return parse(textOf(std::string(text), path), knownRules, nullptr, values);
    ScenarioFile file;
    file.path = path;
    file.diagnostics.push_back(tooLarge(path));
    return file;
}

ScenarioFile readScenario(const std::string& path, const std::vector<std::string_view>& knownRules,
                          const std::atomic<bool>* stop, const MatrixValues& values) {
    WholeFile whole = readFile(path, kMostScenarioBytes, stop);
    if (whole.error == 0 && !whole.tooLarge) {
        whole.bytes.shrink_to_fit();  // it is kept
        return parse(textOf(std::move(whole.bytes), path), knownRules, stop, values);
    }
    ScenarioFile file;
    file.path = path;
    file.diagnostics.push_back(whole.tooLarge ? tooLarge(path) : unreadable(path, whole.error));
    return file;
}

Case parseCase(const ScenarioText& text, std::size_t number, const std::vector<std::string_view>& knownRules) {
    Mistakes mistakes{text.text, text.parts.front().name};
    Sources sources{text};
    const json::Document* const tree = sources.tree(mistakes);
    if (tree == nullptr) throw std::logic_error("a case of a text that cannot be read");
    return FileReader{*tree, text, false, mistakes, knownRules}.readOne(number);
}

}  // namespace mdsync
