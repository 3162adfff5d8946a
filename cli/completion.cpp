// Completion: which option the word belongs to, and what that one takes.
#include "completion.hpp"

#include <algorithm>
#include <set>

namespace mdsync::cli {

namespace {

// A Line is a command line up to the word that is completed.
class Line {
public:
    Line(const CommandEntry& command, std::span<const std::string> words) : command_(command) {
        for (const std::string& word : words) read(word);
    }

    // The option whose value comes next; nothing if what comes is an option, or what is given without a name.
    [[nodiscard]] const OptionEntry* open(std::string_view word) const {
        return open_ != nullptr && (!open_->several || !word.starts_with('-')) ? open_ : nullptr;
    }

    // What comes next of what is given without a name.
    [[nodiscard]] const OptionEntry* positional() const {
        std::size_t passed = bare_;
        for (const OptionEntry& option : command_.options) {
            if (!option.positional) continue;
            if (option.several || passed == 0) return &option;
            --passed;
        }
        return nullptr;
    }

    // Whether it makes sense to give this option now.
    [[nodiscard]] bool takes(const OptionEntry& option) const {
        const auto given = [this](const std::string& name) { return given_.contains(name); };
        return !option.positional && (option.again || !given(option.name())) &&
               std::none_of(option.excludes.begin(), option.excludes.end(), given);
    }

    [[nodiscard]] bool optionsEnded() const { return optionsEnded_; }

    [[nodiscard]] const OptionEntry* find(std::string_view name) const {
        for (const OptionEntry& option : command_.options) {
            if (option.isCalled(name)) return &option;
        }
        return nullptr;
    }

private:
    void read(const std::string& word) {
        if (open(word) != nullptr) {
            if (!open_->several) open_ = nullptr;
            return;
        }
        open_ = nullptr;
        if (optionsEnded_ || !word.starts_with('-') || word == "-") {
            ++bare_;
        } else if (word == "--") {
            optionsEnded_ = true;
        } else if (word.starts_with("--")) {
            const std::size_t end = word.find('=');
            give(word.substr(0, end), end != std::string::npos);
        } else {
            for (std::size_t i = 1; i < word.size() && open_ == nullptr; ++i) {
                give(std::string("-") + word[i], i + 1 < word.size());
            }
        }
    }

    void give(const std::string& name, bool hasValue) {
        const OptionEntry* option = find(name);
        if (option == nullptr) return;
        given_.insert(option->name());
        if (!option->kind.empty() && !hasValue) open_ = option;
    }

    const CommandEntry& command_;
    const OptionEntry* open_ = nullptr;
    std::size_t bare_ = 0;
    std::set<std::string> given_;
    bool optionsEnded_ = false;
};

void offer(Completion& completion, const std::string& word, const std::string& before, std::vector<Candidate> values) {
    for (Candidate& value : values) {
        value.word.insert(0, before);
        if (value.word.starts_with(word)) completion.candidates.push_back(std::move(value));
    }
}

// What `option` takes; of `word`, `before` is not part of the value.
Completion completedBy(const OptionEntry& option, const std::string& word, std::string before) {
    if (option.separator != '\0') {
        const std::size_t last = word.rfind(option.separator);
        if (last != std::string::npos && last >= before.size()) before = word.substr(0, last + 1);
    }
    Completion completion;
    offer(completion, word, before, {option.values.begin(), option.values.end()});
    if (!option.values.empty()) return completion;
    // `KIND=PATH` is a kind of its own, and a path behind it.
    const std::size_t assigned = word.find('=', before.size());
    if (option.kind == "KIND=PATH" && assigned != std::string::npos) {
        completion.files = Completion::Files::Any;
        completion.before = word.substr(0, assigned + 1);
        return completion;
    }
    const Kind kind = kindCalled(option.kind);
    offer(completion, word, before, kind.values);
    completion.files = kind.files;
    completion.before = before;
    return completion;
}

Completion optionsOf(const CommandEntry& command, const Line& line, const std::string& word) {
    std::vector<Candidate> names;
    for (const OptionEntry& option : command.options) {
        if (!line.takes(option)) continue;
        for (const std::string& name : option.names) {
            if (name.starts_with("--") || option.names.size() == 1) names.push_back({name, option.help});
        }
    }
    Completion completion;
    offer(completion, word, "", std::move(names));
    return completion;
}

Completion commandsOf(const CommandTable& table, const std::string& word) {
    if (word.starts_with('-')) return optionsOf(table.program, Line(table.program, {}), word);
    std::vector<Candidate> names;
    for (const CommandEntry& command : table.commands) names.push_back({command.name, command.purpose});
    Completion completion;
    offer(completion, word, "", std::move(names));
    return completion;
}

Completion completeIn(const CommandEntry& command, std::span<const std::string> words) {
    const std::string& word = words.back();
    const Line line(command, words.first(words.size() - 1));
    if (const OptionEntry* option = line.open(word)) return completedBy(*option, word, "");
    if (word.starts_with('-') && !line.optionsEnded()) {
        const std::size_t assigned = word.find('=');
        if (assigned == std::string::npos) return optionsOf(command, line, word);
        const OptionEntry* option = line.find(word.substr(0, assigned));
        return option != nullptr ? completedBy(*option, word, word.substr(0, assigned + 1)) : Completion{};
    }
    if (const OptionEntry* option = line.positional()) return completedBy(*option, word, "");
    return optionsOf(command, line, word);
}

}  // namespace

Completion complete(const CommandTable& table, std::span<const std::string> words) {
    if (words.size() == 1) return commandsOf(table, words.front());
    for (const CommandEntry& command : table.commands) {
        if (command.name == words.front()) return completeIn(command, words.subspan(1));
    }
    return {};
}

}  // namespace mdsync::cli
