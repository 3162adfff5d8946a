// CommandLine: the one file that knows CLI11.
#include "command_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "command.hpp"
#include "mdsync/diagnostic.hpp"
#include "output.hpp"
#include "project_file.hpp"
#include "tell.hpp"
#include "terminal.hpp"

namespace mdsync::cli {

// The options that a project file may give.
struct ProjectOptions {
    struct Row {
        const CLI::App* command;
        std::string key;
        CLI::Option* option;  // or:
        std::vector<std::string>* values;
    };
    std::vector<Row> rows;
    ProjectFile file;
    std::map<std::string, std::string> given;  // by option: who gave its value, if not the user
};

// ---- Options --------------------------------------------------------------------------------------------------------

Check oneOf(std::vector<std::string> words) {
    Check check = [words](const std::string& value) -> std::string {
        if (std::find(words.begin(), words.end(), value) != words.end()) return {};
        const std::string hint = suggest(value, {words.begin(), words.end()});
        return fmt::format("\"{}\" is not one of {}{}", value, fmt::join(words, ", "), hint.empty() ? "" : "; " + hint);
    };
    check.values = std::move(words);
    return check;
}

// The check is named by the values that are right, for entryOf() to find them.
Option Option::check(const Check& isRight) const {
    return Option(option_->check(CLI::Validator(isRight, "", fmt::format("{}", fmt::join(isRight.values, "\n")))));
}

Option Option::required() const {
    return Option(option_->required());
}

Option Option::needs(const Option& other) const {
    return Option(option_->needs(other.option_));
}

Option Option::excludes(const Option& other) const {
    return Option(option_->excludes(other.option_));
}

// ---- The line -------------------------------------------------------------------------------------------------------

Option CommandLine::flag(const std::string& names, bool& value, const std::string& help) const {
    return Option(app_->add_flag(names, value, help));
}

Option CommandLine::value(const std::string& names, std::string& value, const std::string& kind,
                          const std::string& help) const {
    return Option(app_->add_option(names, value, help)->type_name(kind));
}

Option CommandLine::choice(const std::string& name, std::string& value, const std::vector<std::string>& words,
                           const std::string& help) const {
    CLI::Option* const option = app_->add_flag(fmt::format("{}{{{}}}", name, words.front()), value, help);
    option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    option->option_text(fmt::format("[={}]", fmt::join(words, "|")));
    return Option(option).check(oneOf(words));
}

Option CommandLine::values(const std::string& names, std::vector<std::string>& values, const std::string& kind,
                           const std::string& help) const {
    return Option(app_->add_option(names, values, help)->expected(1, -1)->type_name(kind));
}

Option CommandLine::repeated(const std::string& names, std::vector<std::string>& values, const std::string& kind,
                             const std::string& help) const {
    return Option(app_->add_option(names, values, help)->allow_extra_args(false)->take_all()->type_name(kind));
}

Option CommandLine::listed(const std::string& names, std::vector<std::string>& values, const std::string& kind,
                           const std::string& help) const {
    CLI::Option* const option = app_->add_option(names, values, help)->delimiter(',');
    return Option(option->allow_extra_args(false)->take_all()->type_name(kind));
}

namespace {

// CLI11 alone would take -1 for a large number.
std::optional<std::uint64_t> wholeNumber(const std::string& text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

}  // namespace

Option CommandLine::numberInto(const std::string& names, const std::function<void(std::uint64_t)>& set,
                               std::uint64_t low, std::uint64_t high, const std::string& help) const {
    const auto take = [set](const CLI::results_t& words) {
        set(*wholeNumber(words.at(0)));
        return true;
    };
    return Option(app_->add_option(names, take, help)->type_name("N")->expected(1))
        .check([low, high](const std::string& text) -> std::string {
            const std::optional<std::uint64_t> number = wholeNumber(text);
            if (number && *number >= low && *number <= high) return {};
            return fmt::format("\"{}\" is not a whole number from {} to {}", text, low, high);
        });
}

Option CommandLine::format(std::string& value, const std::string& help) const {
    return this->value("--format", value, "FORMAT", help).check(oneOf({"human", "json"}));
}

Option CommandLine::color(std::string& value) const {
    return this->value("--color", value, "WHEN", "auto, always or never").check(oneOf({"auto", "always", "never"}));
}

Option CommandLine::jobs(std::optional<unsigned>& value, const std::string& what) const {
    return number("-j,--jobs", value, 1, 1024, what + " that run at once, 1..1024 (default: one a processor)");
}

Option CommandLine::operator[](const std::string& name) const {
    return Option(app_->get_option(name));
}

void CommandLine::fromProject(const std::string& key, const Option& option) const {
    project_->rows.push_back({app_, key, option.option_, nullptr});
}

void CommandLine::fromProject(const std::string& key, std::vector<std::string>& values) const {
    project_->rows.push_back({app_, key, nullptr, &values});
}

bool CommandLine::given(const std::string& name) const {
    return app_->count(name) > 0 && !project_->given.contains(name);
}

void CommandLine::group(const std::string& heading) const {
    app_->option_defaults()->group(heading.empty() ? "Options" : heading);
}

void CommandLine::example(const std::string& text) const {
    app_->footer(text);
}

void CommandLine::hide() const {
    app_->group("");
}

bool CommandLine::chosen() const {
    return app_->parsed();
}

// ---- The project ----------------------------------------------------------------------------------------------------

namespace {

// Gives the chosen command what the project file and the environment say, once the command line was read.
class ProjectConfig : public CLI::ConfigTOML {
public:
    ProjectConfig(const CLI::App& program, std::shared_ptr<ProjectOptions> project)
        : program_(program), project_(std::move(project)) {}

    [[nodiscard]] std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
        if (program_.get_config_ptr()->count() > 0) project_->file.name(program_.get_config_ptr()->as<std::string>());
        try {
            for (const CLI::ConfigItem& item : CLI::ConfigTOML::from_config(input)) {
                if (item.name != "++" && item.name != "--") project_->file.add(item.parents, item.name, item.inputs);
            }
        } catch (const CLI::Error& error) {
            project_->file.complain(error.what());
        }
        std::vector<CLI::ConfigItem> settings;
        const std::vector<CLI::App*> chosen = program_.get_subcommands();
        if (chosen.empty() || !project_->file.wrong().empty()) return settings;
        for (const ProjectOptions::Row& row : project_->rows) {
            if (row.command == chosen.front()) give(row, settings);
        }
        return settings;
    }

private:
    void give(const ProjectOptions::Row& row, std::vector<CLI::ConfigItem>& settings) const {
        const std::optional<ProjectFile::Setting> setting = project_->file.setting(row.key);
        if (!setting) return;
        if (row.values != nullptr) {
            *row.values = setting->values;
            return;
        }
        if (row.option->count() > 0 || !fits(*row.option)) return;
        project_->given[row.option->get_name()] = setting->from;
        settings.push_back({{row.command->get_name()}, row.option->get_lnames().front(), setting->values});
    }

    // `--server`, on the command line, wins over the project's `target` and over the `timeout` that goes with it.
    [[nodiscard]] bool fits(const CLI::Option& option) const {
        for (const CLI::Option* other : option.get_excludes()) {
            if (other->count() > 0) return false;
        }
        for (const CLI::Option* other : option.get_needs()) {
            if (other->count() == 0 && !project_->given.contains(other->get_name())) return false;
        }
        return true;
    }

    const CLI::App& program_;
    std::shared_ptr<ProjectOptions> project_;
};

}  // namespace

// ---- The help -------------------------------------------------------------------------------------------------------

namespace {

// Options in groups and what each is for, in lines that fit the terminal.
class HelpText : public CLI::Formatter {
public:
    explicit HelpText(std::size_t width) : width_(width) { label("SUBCOMMAND", "COMMAND"); }

    [[nodiscard]] std::string make_option(const CLI::Option* option, bool isPositional) const override {
        std::string name = make_option_name(option, isPositional);
        if (!option->get_option_text().empty()) name = option->get_name() + option->get_option_text();
        if (option->get_type_size() != 0 && !isPositional) name += " " + option->get_type_name();
        return row(name, make_option_desc(option));
    }

    [[nodiscard]] std::string make_subcommand(const CLI::App* command) const override {
        return row(command->get_name(), command->get_description());
    }

    [[nodiscard]] std::string make_description(const CLI::App* app) const override {
        return wrapped(app->get_description(), 0, 0) + "\n\n";
    }

    [[nodiscard]] std::string make_positionals(const CLI::App* app) const override {
        std::string text;
        for (const CLI::Option* option : app->get_options(
                 [](const CLI::Option* each) { return !each->get_group().empty() && each->get_positional(); })) {
            text += make_option(option, true);
        }
        return text.empty() ? text : "\n" + text;
    }

    [[nodiscard]] std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
        return make_description(app) + make_usage(app, std::move(name)) + make_positionals(app) + groups(app) +
               make_subcommands(app, mode) + "\n" + make_footer(app);
    }

private:
    // What belongs together stands together; what is left comes last.
    [[nodiscard]] std::string groups(const CLI::App* app) const {
        std::vector<std::string> names = app->get_groups();
        std::stable_partition(names.begin(), names.end(), [](const std::string& name) { return name != "Options"; });
        std::string text;
        for (const std::string& name : names) {
            const auto options = app->get_options(
                [&name](const CLI::Option* option) { return option->get_group() == name && option->nonpositional(); });
            if (!name.empty() && !options.empty()) text += make_group(name, false, options);
        }
        return text;
    }

    static constexpr std::size_t kColumn = 28;

    [[nodiscard]] std::string row(const std::string& name, const std::string& text) const {
        const std::string begin = "  " + name;
        const bool isShort = begin.size() + 2 <= kColumn;
        const std::string pad(isShort ? kColumn - begin.size() : 0, ' ');
        return begin + (isShort ? pad : "\n" + std::string(kColumn, ' ')) + wrapped(text, kColumn, kColumn) + "\n";
    }

    // `text` in lines of the terminal; the first begins in column `at`, the others in `indent`.
    [[nodiscard]] std::string wrapped(const std::string& text, std::size_t at, std::size_t indent) const {
        std::string lines;
        std::istringstream words(text);
        bool isFirst = true;
        for (std::string word; words >> word;) {
            if (!isFirst && at + 1 + word.size() > width_) {
                lines += "\n" + std::string(indent, ' ');
                at = indent;
            } else if (!isFirst) {
                lines += ' ';
                ++at;
            }
            lines += word;
            at += word.size();
            isFirst = false;
        }
        return lines;
    }

    std::size_t width_;
};

}  // namespace

// ---- The program ----------------------------------------------------------------------------------------------------

Program::Program(const std::string& name, const std::string& purpose, const std::string& version)
    : app_(std::make_unique<CLI::App>(purpose, name)), project_(std::make_shared<ProjectOptions>()) {
    app_->require_subcommand(1);
    app_->formatter(std::make_shared<HelpText>(columnsOf(stdout)));
    app_->config_formatter(std::make_shared<ProjectConfig>(*app_, project_));
    app_->set_version_flag("--version", name + " " + version);
}

Program::~Program() = default;

CommandLine Program::command(const std::string& name, const std::string& purpose) {
    return CommandLine(app_->add_subcommand(name, purpose)->group(section_), project_);
}

void Program::example(const std::string& text) {
    app_->footer(text);
}

// ---- The table ------------------------------------------------------------------------------------------------------

namespace {

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> found;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) found.push_back(line);
    return found;
}

std::vector<std::string> allowedBy(CLI::Option& option) {
    try {
        return lines(option.get_validator(0)->get_name());
    } catch (const CLI::OptionNotFound&) {
        return {};  // it has no check
    }
}

std::vector<std::string> namesOf(const CLI::Option& option) {
    std::vector<std::string> names;
    for (const std::string& name : option.get_snames()) names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
    if (names.empty()) names.push_back(option.get_name(true));
    return names;
}

// By their names, because the set has them by their addresses.
std::vector<std::string> namesOf(const std::set<CLI::Option*>& options) {
    std::vector<std::string> names;
    for (const CLI::Option* option : options) names.push_back(namesOf(*option).back());
    std::sort(names.begin(), names.end());
    return names;
}

OptionEntry entryOf(CLI::Option& option) {
    OptionEntry entry;
    entry.names = namesOf(option);
    entry.kind = option.get_items_expected_max() > 0 ? option.get_type_name() : "";
    entry.help = option.get_description();
    entry.group = option.get_group();
    entry.values = allowedBy(option);
    entry.needs = namesOf(option.get_needs());
    entry.excludes = namesOf(option.get_excludes());
    entry.separator = option.get_delimiter();
    entry.positional = option.get_positional();
    entry.required = option.get_required();
    entry.several = option.get_items_expected_max() > 1 && option.get_allow_extra_args();
    entry.again = entry.several || option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
    return entry;
}

CommandEntry entryOf(CLI::App& app) {
    CommandEntry entry{app.get_name(), app.get_description(), app.get_footer(), {}};
    for (CLI::Option* option : app.get_options()) entry.options.push_back(entryOf(*option));
    return entry;
}

}  // namespace

CommandTable Program::table() const {
    CommandTable table{entryOf(*app_), {}};
    for (CLI::App* command : app_->get_subcommands([](const CLI::App* app) { return !app->get_group().empty(); })) {
        table.commands.push_back(entryOf(*command));
    }
    return table;
}

bool OptionEntry::isCalled(std::string_view name) const {
    return !positional && std::find(names.begin(), names.end(), name) != names.end();
}

// ---- Reading it -----------------------------------------------------------------------------------------------------

namespace {

// The subcommand that the command line names, or the program itself.
const CLI::App& chosenOf(const CLI::App& program) {
    const std::vector<CLI::App*> chosen = program.get_subcommands();
    return chosen.empty() ? program : *chosen.front();
}

// As suggest(), and for two letters of a name, `rn`, the first that has them in this order.
std::string suggestName(const std::string& word, const std::vector<std::string>& known) {
    std::string hint = suggest(word, {known.begin(), known.end()});
    if (!hint.empty() || word.size() < 2) return hint;
    for (const std::string& name : known) {
        auto at = word.begin();
        for (const char c : name) at += at != word.end() && *at == c ? 1 : 0;
        if (at == word.end() && name.front() == word.front()) return fmt::format("did you mean \"{}\"?", name);
    }
    return {};
}

// `did you mean "--server"?` for what the parser did not understand.
std::string hintFor(const CLI::App& program) {
    const CLI::App& chosen = chosenOf(program);
    std::vector<std::string> known;
    for (const CLI::Option* option : chosen.get_options()) {
        for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    }
    for (const CLI::App* command : chosen.get_subcommands({})) known.push_back(command->get_name());
    for (const std::string& word : program.remaining(true)) {
        const std::string hint = suggestName(word.substr(0, word.find('=')), known);
        if (!hint.empty()) return "; " + hint;
    }
    return {};
}

// `--target: ...` where the user gave no target is `mdsync.toml: target: ...`.
std::string inWordsOf(const std::map<std::string, std::string>& given, const std::string& text) {
    const auto who = given.find(text.substr(0, text.find(':')));
    return who == given.end() ? text : who->second + text.substr(text.find(':'));
}

int usageError(const CLI::App& program, const CLI::ParseError& error, const std::map<std::string, std::string>& given) {
    const CLI::App& chosen = chosenOf(program);
    const std::string command = &chosen == &program ? program.get_name() : program.get_name() + " " + chosen.get_name();
    std::string text = inWordsOf(given, error.what());
    // A misspelt command is missed before it is found unexpected.
    const bool unexpected = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr || &chosen == &program;
    if (unexpected && program.remaining_size(true) > 0) {
        text = fmt::format("unexpected {}{}", fmt::join(program.remaining(true), " "), hintFor(program));
    }
    tell("{}: {}\n{} --help tells what it takes\n", command, printable(text), command);
    return kUsage;
}

}  // namespace

namespace {

// `help run` is `run --help`.
std::vector<std::string> helpWanted(const std::vector<std::string>& words) {
    if (words.size() < 2) return {"--help"};
    return {words[1], "--help"};
}

std::string unknownCommand(const CLI::App& program, const std::string& word) {
    std::vector<std::string> known;
    for (const CLI::App* command : program.get_subcommands({})) known.push_back(command->get_name());
    if (word == "--help" || std::find(known.begin(), known.end(), word) != known.end()) return {};
    const std::string hint = suggestName(word, known);
    return fmt::format("there is no command \"{}\"{}", word,
                       hint.empty() ? fmt::format("; there are {}", fmt::join(known, ", ")) : "; " + hint);
}

}  // namespace

std::optional<int> Program::parse(int argc, char** argv) {
    // Where there is no file, the environment still is asked.
    std::error_code error;
    const bool isThere = std::filesystem::exists(ProjectFile::kName, error);
    if (isThere && access(ProjectFile::kName, R_OK) != 0) project_->file.complain(std::strerror(errno));
    app_->set_config("--config", isThere ? ProjectFile::kName : "/dev/null", "The project file (default: mdsync.toml)")
        ->type_name("FILE");
    std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
    if (!words.empty() && words.front() == "help") {
        words = helpWanted(words);
        if (const std::string wrong = unknownCommand(*app_, words.front()); !wrong.empty()) {
            tell("{} help: {}\n", app_->get_name(), printable(wrong));
            return kUsage;
        }
    }
    try {
        std::reverse(words.begin(), words.end());  // as CLI11 wants them
        app_->parse(words);
        if (project_->file.wrong().empty()) return std::nullopt;
        tell("mdsync: {}\n", printable(project_->file.wrong()));
        return kUsage;
    } catch (const CLI::Success& wanted) {
        std::ostringstream text;  // help or version
        app_->exit(wanted, text, text);
        return print(text.str()) ? kOk : kUnwritable;
    } catch (const CLI::ParseError& wrong) {
        return usageError(*app_, wrong, project_->given);
    }
}

}  // namespace mdsync::cli
