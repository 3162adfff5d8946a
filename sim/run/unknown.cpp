// Baseline entries that name nothing: looks scenarios, cases and devices up where the entry says they are.
#include <fmt/format.h>

#include <map>
#include <memory>

#include "base/input_file.hpp"
#include "mdsync/documents.hpp"
#include "mdsync/run.hpp"

namespace mdsync {

namespace {

// What can be said of an entry that names `scenario`.
std::string whyNoDevice(const BaselineEntry& entry, const Case& scenario) {
    if (entry.device.empty() || scenario.header.findDevice(entry.device).exists()) return {};
    return fmt::format("it has no device {}", entry.device);
}

// Looks scenarios up in the suite, or else in their files, each of which is read once.
class ScenarioLookup {
public:
    explicit ScenarioLookup(const Suite& suite) {
        for (const Suite::Entry& entry : suite.entries) {
            if (entry.isCase()) selected_.emplace(normalId(entry.scenario.id), &entry.scenario);
        }
    }

    std::string why(const BaselineEntry& entry) {
        const std::string id = normalId(entry.scenario);
        const auto selected = selected_.find(id);
        if (selected != selected_.end()) {
            return entry.device.empty() ? std::string() : whyNoDevice(entry, selected->second->make());
        }
        const std::string path = parseSelector(entry.scenario).path;
        if (!fileExists(path)) return "there is no such file";
        if (!isRegularFile(path)) return {};  // a pipe was read, or is for somebody else
        const ScenarioFile& file = fileAt(path);
        if (!file.valid()) return {};  // whoever selects it learns what is wrong with it
        for (const Case& scenario : file.cases) {
            if (normalId(scenario.id) == id) return whyNoDevice(entry, scenario);
        }
        return file.cases.empty() ? "the file has no cases"
                                  : fmt::format("the file has no such case; it has {}{}", file.cases.front().id,
                                                file.cases.size() > 1 ? " and others" : "");
    }

private:
    const ScenarioFile& fileAt(const std::string& path) {
        const auto [place, added] = files_.try_emplace(path);
        if (added) place->second = readScenario(path, ruleNames());
        return place->second;
    }

    std::map<std::string, const NamedCase*> selected_;
    std::map<std::string, ScenarioFile> files_;
};

}  // namespace

WhyUnknown unknownScenario(const Suite& suite) {
    const auto lookup = std::make_shared<ScenarioLookup>(suite);
    return [lookup](const BaselineEntry& entry) { return lookup->why(entry); };
}

WhyUnknown unknownTrace() {
    return [](const BaselineEntry& entry) {
        return fileExists(entry.scenario) ? std::string() : std::string("there is no such file");
    };
}

}  // namespace mdsync
