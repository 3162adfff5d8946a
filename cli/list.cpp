// mdsync list: what would run.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "command.hpp"
#include "mdsync/run.hpp"
#include "output.hpp"
#include "selection_options.hpp"

namespace mdsync::cli {

namespace {

using Json = nlohmann::ordered_json;

struct ListFlags {
    SelectionOptions selection;
    std::string format = "human";
};

std::string asJson(const Suite& suite) {
    Json document = {{"mdsync", "list/1"}, {"cases", Json::array()}};
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

std::string asText(const Suite& suite) {
    std::string text;
    for (const auto& [scenario, wrong] : suite.entries) {
        if (!wrong.empty()) continue;
        text += fmt::format("{}\n    {}\n", printable(scenario.id), printable(scenario.name));
        if (!scenario.rules.empty()) text += fmt::format("    rules: {}\n", fmt::join(scenario.rules, " "));
        if (!scenario.tags.empty())
            text += printable(fmt::format("    tags:  {}", fmt::join(scenario.tags, " "))) + "\n";
    }
    return text + fmt::format("{} cases in {} files\n", suite.cases, suite.files);
}

int list(const ListFlags& flags) {
    const Suite suite =
        loadSuite(flags.selection.paths, filterOf(flags.selection), jobsOf({}), inputOf(flags.selection));
    complainOfEmpty(suite);
    for (const Suite::Entry& entry : suite.entries) complain(entry.wrong);
    const bool written = print(flags.format == "json" ? asJson(suite) : asText(suite));
    const int code = suite.broken > 0 ? kBadInput : suite.cases == 0 || !suite.empty.empty() ? kNothing : kOk;
    return written ? code : withUnwritable(code);
}

}  // namespace

Command addList(Program& program) {
    const CommandLine line = program.command("list", "List the cases that would run, with their rules and tags");
    const auto flags = std::make_shared<ListFlags>();
    addSelectionOptions(line, flags->selection);
    line.format(flags->format);
    line.example("Example:\n  mdsync list scenarios --rule web.evict-earliest\n");
    return {line, [flags] { return list(*flags); }};
}

}  // namespace mdsync::cli
