// From a file to its cases: text, tree, matrix, then one case after the other.
#include <fmt/format.h>

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
#include "scenario/steps.hpp"

namespace mdsync {

using namespace scenario;

namespace {

// A FileReader makes the cases of one tree.
class FileReader {
public:
    FileReader(const json::Document& document, Mistakes& mistakes, const std::vector<std::string_view>& knownRules)
        : document_(document),
          mistakes_(mistakes),
          knownRules_(knownRules),
          scope_(document, mistakes),
          budget_(mistakes),
          matrix_(document, matrixNode(), mistakes) {}

    std::vector<Case> read(const std::string& path) {
        std::vector<Case> cases;
        if (matrix_.broken()) scope_.forgiveUnknownVariables();
        for (std::size_t i = 0; i < matrix_.size() && !budget_.exhausted() && !mistakes_.full(); ++i) {
            Case made = caseOf(i, path);
            if (mistakes_.count() == 0) cases.push_back(std::move(made));
        }
        if (mistakes_.count() == 0) checkIds(cases);
        if (mistakes_.count() == 0) warnOfUnused();
        if (mistakes_.count() > 0) cases.clear();
        return cases;
    }

    // One case of a text that has no mistakes.
    Case readOne(std::size_t number, const std::string& path) { return caseOf(number, path); }

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
        into.choiceSpan = mistakes_.spanOf(place);
        into.choiceLastLine = mistakes_.lineOf(std::uint64_t{place.offset} + place.length - 1);
    }

    Case caseOf(std::size_t number, const std::string& path) {
        Case made;
        made.file = path;
        made.id = path;
        scope_.clear();
        budget_.nextCase();
        choose(number, made);
        const char* separator = "#";
        for (const auto& [key, text] : made.choice) {
            made.id += fmt::format("{}{}={}", separator, key, text);
            separator = ",";
        }
        Value root = scope_.value(document_.root());
        const Fields file = scope_.fields(root, fileTable(), {root.place.offset, 1});
        Names names{scope_, budget_, made};
        if (matrix_.broken()) names.forgiveAll();
        readHeader(scope_, names, file, knownRules_, made);
        if (budget_.exhausted()) return made;
        StepReader steps{scope_, names, budget_, made};
        if (matrix_.broken()) steps.doubtEverything();
        steps.read(file["steps"]);
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

    const json::Document& document_;
    Mistakes& mistakes_;
    const std::vector<std::string_view>& knownRules_;
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

ScenarioFile parseScenario(std::string_view text, const std::string& path,
                           const std::vector<std::string_view>& knownRules) {
    ScenarioFile file;
    file.path = path;
    if (text.size() > kMostScenarioBytes) {
        file.diagnostics.push_back(tooLarge(path));
        return file;
    }
    Mistakes mistakes{text, path};
    json::Document document;
    if (readJson(document, text, mistakes)) {
        if (document.root().kind == json::Kind::Object) {
            file.cases = FileReader{document, mistakes, knownRules}.read(path);
        } else {
            mistakes.add(Mistake::WrongType, {document.root().place.offset, 1}, "a scenario is one JSON object",
                         "{ \"name\": ..., \"users\": ..., \"steps\": [...] }");
        }
    }
    file.diagnostics = mistakes.take();
    return file;
}

ScenarioFile readScenario(const std::string& path, const std::vector<std::string_view>& knownRules,
                          const std::atomic<bool>* stop) {
    ScenarioFile file;
    file.path = path;
    WholeFile whole = readFile(path, kMostScenarioBytes, stop);
    if (whole.error != 0 || whole.tooLarge) {
        file.diagnostics.push_back(whole.tooLarge ? tooLarge(path) : unreadable(path, whole.error));
        return file;
    }
    whole.bytes.shrink_to_fit();  // it is kept
    const auto text = std::make_shared<const std::string>(std::move(whole.bytes));
    file = parseScenario(*text, path, knownRules);
    file.text = text;
    return file;
}

Case parseCase(std::string_view text, const std::string& path, std::size_t number,
               const std::vector<std::string_view>& knownRules) {
    Mistakes mistakes{text, path};
    json::Document document;
    if (!readJson(document, text, mistakes)) throw std::logic_error("a case of a text that cannot be read");
    return FileReader{document, mistakes, knownRules}.readOne(number, path);
}

}  // namespace mdsync
