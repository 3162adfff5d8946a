// Reads the document `baseline/1`, and knows which scenarios and traces its entries may name.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "mdsync/documents.hpp"
#include "result/document.hpp"

namespace mdsync {

using json::Kind;
using scenario::Mistake;

namespace {

constexpr std::string_view kExpectationWord = "expectation";
constexpr std::string_view kFlakyWord = "flaky";
constexpr std::array<std::string_view, 6> kKeys{"scenario", "rule", "device", "notExercised", "reason", "expires"};

class BaselineReader {
public:
    BaselineReader(const std::string& path, const std::atomic<bool>* stop) : document_(path, "baseline/1", stop) {
        file_.baseline.file = path;
    }

    BaselineFile read() {
        if (document_.readable()) {
            for (const json::Node& child : document_.children(document_.root())) {
                const std::string_view key = document_.key(child);
                if (key != "mdsync" && key != "expected") unknown(child, {"mdsync", "expected"});
            }
            readEntries();
        }
        file_.diagnostics = document_.diagnostics();
        file_.valid = file_.diagnostics.empty();
        return std::move(file_);
    }

private:
    void unknown(const json::Node& child, const std::vector<std::string_view>& known) {
        const std::string key(document_.key(child));
        const std::string hint = suggest(key, known);
        document_.mistake(Mistake::UnknownKey, child.keyPlace(), fmt::format("unknown key \"{}\"", key),
                          hint.empty() ? fmt::format("known are {}", fmt::join(known, ", ")) : hint);
    }

    void readEntries() {
        const json::Node* list = document_.member(document_.root(), "expected", Kind::List, true);
        if (list == nullptr) return;
        for (const json::Node& node : document_.children(*list)) {
            if (document_.is(node, Kind::Object,
                             "an entry is an object: { \"scenario\": ..., \"rule\": ..., \"reason\": ... }")) {
                readEntry(node);
            }
        }
    }

    void readEntry(const json::Node& node) {
        for (const json::Node& child : document_.children(node)) {
            if (std::find(kKeys.begin(), kKeys.end(), document_.key(child)) == kKeys.end()) {
                unknown(child, {kKeys.begin(), kKeys.end()});
            }
        }
        BaselineEntry entry;
        entry.scenario = filled(node, "scenario", true);
        entry.device = filled(node, "device", false);
        entry.reason = filled(node, "reason", true);
        entry.expires = filled(node, "expires", false);
        entry.scenarioMark = mark(node, "scenario");
        entry.ruleMark = mark(node, "rule");
        entry.expiresMark = mark(node, "expires");
        const bool usable = readRule(node, entry);
        if (!entry.expires.empty() && !isDate(entry.expires)) {
            document_.mistake(Mistake::BadDate, document_.find(node, "expires")->place,
                              fmt::format("\"{}\" is not a date", entry.expires), "a date such as 2027-01-01");
        }
        if (!usable) return;
        checkTwice(node, entry);
        file_.baseline.entries.push_back(std::move(entry));
    }

    // A text that must not be empty.
    std::string filled(const json::Node& node, std::string_view key, bool needed) {
        const json::Node* found = document_.member(node, key, Kind::String, needed);
        if (found == nullptr) return {};
        std::string text = document_.textOf(*found);
        if (text.find_first_not_of(" \t\n\r") == std::string::npos) {
            document_.mistake(Mistake::OutOfRange, found->place, fmt::format("\"{}\" is empty", key),
                              key == "reason" ? "say why the failure is tolerated" : "");
        }
        return text;
    }

    bool readRule(const json::Node& node, BaselineEntry& entry) {
        const json::Node* found = document_.member(node, "rule", Kind::String, true);
        const bool notExercised = document_.truth(node, "notExercised");
        if (found == nullptr) return false;
        const std::string name = document_.textOf(*found);
        const std::optional<RuleId> id = findRule(name);
        if (name == kExpectationWord) {
            entry.failure = ExpectedFailure::Expectation;
        } else if (name == kFlakyWord) {
            entry.failure = ExpectedFailure::Flaky;
        } else if (id) {
            entry.rule = *id;
            if (notExercised) entry.failure = ExpectedFailure::NotExercised;
        } else {
            std::vector<std::string_view> known = ruleNames();
            known.push_back(kExpectationWord);
            known.push_back(kFlakyWord);
            const std::string hint = suggest(name, known);
            document_.mistake(
                Mistake::UnknownRule, found->place, fmt::format("there is no rule \"{}\"", name),
                hint.empty() ? "mdsync rules lists them; \"expectation\" stands for unmet expectations" : hint);
            return false;
        }
        if (notExercised && entry.failure != ExpectedFailure::NotExercised) {
            document_.mistake(Mistake::ConflictingKeys, document_.find(node, "notExercised")->keyPlace(),
                              entry.failure == ExpectedFailure::Flaky
                                  ? "what is flaky passes in the end, and is never \"not exercised\""
                                  : "an expectation is met or unmet, never \"not exercised\"",
                              "name a rule");
        }
        if (!entry.device.empty() && entry.failure != ExpectedFailure::Violation) {
            document_.mistake(Mistake::ConflictingKeys, document_.find(node, "device")->keyPlace(),
                              "only a violation has a device", "remove \"device\"");
        }
        return true;
    }

    void checkTwice(const json::Node& node, const BaselineEntry& entry) {
        const auto key =
            std::tuple(normalId(entry.scenario), std::string(spellRule(entry)), entry.failure, entry.device);
        const auto [place, added] = lines_.emplace(key, entry.scenarioMark.span.line);
        if (added) return;
        document_.mistake(Mistake::DuplicateName, {node.place.offset, 1}, "this entry is there twice",
                          fmt::format("the first is on line {}", place->second));
    }

    BaselineMark mark(const json::Node& node, std::string_view key) {
        const json::Node* found = document_.find(node, key);
        if (found == nullptr) return {};
        Diagnostic place = document_.placeOf(found->place);
        return {place.span, std::move(place.excerpt), place.excerptColumn};
    }

    Document document_;
    BaselineFile file_;
    std::map<std::tuple<std::string, std::string, ExpectedFailure, std::string>, std::uint32_t> lines_;
};

}  // namespace

BaselineFile readBaseline(const std::string& path, const std::atomic<bool>* stop) {
    return BaselineReader(path, stop).read();
}

bool fileExists(const std::string& path) {
    std::error_code error;
    return std::filesystem::exists(path, error);
}

}  // namespace mdsync
