// CommandLine: the one file that knows CLI11.
#include "command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <set>
#include <sstream>

#include "command.hpp"
#include "mdsync/diagnostic.hpp"
#include "output.hpp"
#include "tell.hpp"

namespace mdsync::cli {

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

bool CommandLine::given(const std::string& name) const {
    return app_->count(name) > 0;
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

// ---- The program ----------------------------------------------------------------------------------------------------

Program::Program(const std::string& name, const std::string& purpose, const std::string& version)
    : app_(std::make_unique<CLI::App>(purpose, name)) {
    app_->require_subcommand(1);
    app_->set_version_flag("--version", name + " " + version);
}

Program::~Program() = default;

CommandLine Program::command(const std::string& name, const std::string& purpose) {
    return CommandLine(app_->add_subcommand(name, purpose));
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

std::vector<std::string> valuesOf(CLI::Option& option) {
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
    entry.values = valuesOf(option);
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

// `did you mean "--server"?` for what the parser did not understand.
std::string hintFor(const CLI::App& program) {
    const CLI::App& chosen = chosenOf(program);
    std::vector<std::string> known;
    for (const CLI::Option* option : chosen.get_options()) {
        for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    }
    for (const CLI::App* command : chosen.get_subcommands({})) known.push_back(command->get_name());
    for (const std::string& word : program.remaining(true)) {
        const std::string hint = suggest(word.substr(0, word.find('=')), {known.begin(), known.end()});
        if (!hint.empty()) return "; " + hint;
    }
    return {};
}

int usageError(const CLI::App& program, const CLI::ParseError& error) {
    const CLI::App& chosen = chosenOf(program);
    const std::string command = &chosen == &program ? program.get_name() : program.get_name() + " " + chosen.get_name();
    std::string text = error.what();
    // A misspelt command is missed before it is found unexpected.
    const bool unexpected = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr || &chosen == &program;
    if (unexpected && program.remaining_size(true) > 0) {
        text = fmt::format("unexpected {}{}", fmt::join(program.remaining(true), " "), hintFor(program));
    }
    tell("{}: {}\n{} --help tells what it takes\n", command, printable(text), command);
    return kUsage;
}

}  // namespace

std::optional<int> Program::parse(int argc, char** argv) {
    try {
        app_->parse(argc, argv);
        return std::nullopt;
    } catch (const CLI::Success& wanted) {
        std::ostringstream text;  // help or version
        app_->exit(wanted, text, text);
        return print(text.str()) ? kOk : kUnwritable;
    } catch (const CLI::ParseError& error) {
        return usageError(*app_, error);
    }
}

}  // namespace mdsync::cli
