// mdsync list: what would run.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "mdsync/report.hpp"
#include "mdsync/run.hpp"
#include "output.hpp"
#include "selection_options.hpp"

namespace mdsync::cli {

namespace {

using Json = nlohmann::ordered_json;

struct ListFlags {
    SelectionOptions selection;
    std::string format = "human";
    bool brief = false;
    bool ids = false;
    bool tags = false;
};

// How many cases have which tag.
std::map<std::string, std::size_t> tagsOf(const Suite& suite) {
    std::map<std::string, std::size_t> tags;
    for (const Suite::Entry& entry : suite.entries) {
        for (const std::string& tag : entry.scenario.tags) ++tags[tag];
    }
    return tags;
}

std::string asJson(const Suite& suite) {
    Json document = {{"mdsync", "list/1"}, {"cases", Json::array()}, {"tags", tagsOf(suite)}};
    for (const auto& [scenario, wrong] : suite.entries) {
        if (!wrong.empty()) continue;
        Json choice = Json::object();
        for (const auto& [key, value] : scenario.choice) choice[key] = value;
        document["cases"].push_back({{"id", scenario.id},
                                     {"file", scenario.file},
                                     {"case", choice},
                                     {"name", scenario.name},
                                     {"description", scenario.description},
                                     {"tags", scenario.tags},
                                     {"rules", scenario.rules},
                                     {"steps", scenario.steps}});
    }
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string sumOf(const Suite& suite) {
    return fmt::format("{} in {}\n", counted(suite.cases, "case"), counted(suite.files, "file"));
}

std::string asText(const Suite& suite) {
    std::string text;
    for (const auto& [scenario, wrong] : suite.entries) {
        if (!wrong.empty()) continue;
        text += fmt::format("{}\n    {}\n", printable(scenario.id), printable(scenario.name));
        if (!scenario.rules.empty()) text += fmt::format("    rules: {}\n", fmt::join(scenario.rules, " "));
        if (!scenario.tags.empty())
            text += printable(fmt::format("    tags:  {}", fmt::join(scenario.tags, " "))) + "\n";
    }
    return text + sumOf(suite);
}

// A line a file.
std::string asBriefText(const Suite& suite) {
    std::string text;
    for (std::size_t i = 0; i < suite.entries.size();) {
        const NamedCase& first = suite.entries[i].scenario;
        std::size_t cases = 0;
        for (; i < suite.entries.size() && suite.entries[i].scenario.file == first.file; ++i) {
            cases += suite.entries[i].isCase() ? 1 : 0;
        }
        if (cases > 0) text += fmt::format("{:>5}  {}  {}\n", cases, printable(first.file), printable(first.name));
    }
    return text + sumOf(suite);
}

// One word a line, for other programs.
std::string asIds(const Suite& suite) {
    std::string text;
    for (const Suite::Entry& entry : suite.entries) {
        if (entry.isCase()) text += entry.scenario.id + "\n";
    }
    return text;
}

std::string asTags(const Suite& suite) {
    std::string text;
    for (const auto& [tag, count] : tagsOf(suite)) text += fmt::format("{:>5}  {}\n", count, printable(tag));
    return text;
}

int list(const ListFlags& flags) {
    SelectionOptions selection = flags.selection;
    Filter filter;
    if (const std::optional<int> code = settle(selection, filter)) return *code;
    const Suite suite =
        loadSuite(selection.paths, filter, jobsOf({}), inputOf(selection), nullptr, valuesOf(selection.values));
    complainOfEmpty(suite);
    if (saysUnknownVariable(suite)) return kUsage;
    for (const Suite::Entry& entry : suite.entries) complain(entry.wrong);
    const bool written = print(flags.format == "json" ? asJson(suite)
                               : flags.ids            ? asIds(suite)
                               : flags.tags           ? asTags(suite)
                               : flags.brief          ? asBriefText(suite)
                                                      : asText(suite));
    const int code = suite.broken > 0 ? kBadInput : suite.cases == 0 || !suite.empty.empty() ? kNothing : kOk;
    return written ? code : withUnwritable(code);
}

}  // namespace

Command addList(Program& program) {
    const CommandLine line = program.command("list", "List the cases that would run, with their rules and tags");
    const auto flags = std::make_shared<ListFlags>();
    addSelectionOptions(line, flags->selection);
    const Option brief = line.flag("--brief", flags->brief, "A line a file, with the number of its cases");
    const Option ids = line.flag("--ids", flags->ids, "The ids alone, one a line").excludes(brief);
    line.flag("--tags", flags->tags, "The tags alone, and how many cases have each").excludes(brief).excludes(ids);
    line.format(flags->format);
    line.example(
        "Examples:\n"
        "  mdsync list scenarios --rule web.evict-earliest\n"
        "  mdsync list --ids -k \"web and not drop\"\n");
    return {line, [flags] { return list(*flags); }};
}

}  // namespace mdsync::cli
