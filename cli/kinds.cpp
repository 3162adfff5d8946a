// Kinds: what the values of options are, by what the help calls them.
#include <algorithm>
#include <array>

#include "command.hpp"
#include "completion.hpp"
#include "mdsync/policy.hpp"
#include "mdsync/rules.hpp"
#include "mdsync/trace.hpp"
#include "output.hpp"

namespace mdsync::cli {

namespace {

std::vector<Candidate> ruleWords() {
    std::vector<Candidate> found;
    for (const std::string_view name : ruleNames()) {
        found.push_back({std::string(name), std::string(rule(*findRule(name)).statement)});
    }
    return found;
}

std::vector<Candidate> ruleWordsOrAll() {
    std::vector<Candidate> found = ruleWords();
    found.push_back({"all", "every rule"});
    return found;
}

std::vector<Candidate> serverWords() {
    std::vector<Candidate> found{{"reference", "the server that keeps all rules"}};
    for (const Mutant& mutant : mutants()) {
        found.push_back({"mutant:" + std::string(mutant.name), std::string(mutant.breaks)});
    }
    return found;
}

std::vector<Candidate> targetWords() {
    return {{"exec:", "an adapter that is started"}, {"tcp:", "an adapter that listens: tcp:HOST:PORT"}};
}

std::vector<Candidate> reportWords() {
    std::vector<Candidate> found;
    for (const std::string_view kind : reportKinds()) found.push_back({std::string(kind) + "="});
    return found;
}

std::vector<Candidate> readingWords() {
    return {{"window=calendar"},
            {"window=rolling"},
            {"window=any"},
            {"switch-delay=", "a duration, such as 30m"},
            {"group-status-path=docs"},
            {"group-status-path=seed"}};
}

std::vector<Candidate> platformWords() {
    std::vector<Candidate> found;
    for (std::size_t i = 0; i < kPlatforms; ++i) found.push_back({std::string(spell(static_cast<Platform>(i)))});
    return found;
}

std::vector<Candidate> explainWords() {
    std::vector<Candidate> found;
    for (const std::string_view word : explainableWords()) found.push_back({std::string(word)});
    return found;
}

struct WordKind {
    std::string_view kind;
    std::vector<Candidate> (*list)();
};

constexpr std::array<WordKind, 8> kWordKinds{{{"RULE", ruleWords},
                                              {"RULE|all", ruleWordsOrAll},
                                              {"RULE|CODE|WORD", explainWords},
                                              {"SERVER", serverWords},
                                              {"TARGET", targetWords},
                                              {"KIND=PATH", reportWords},
                                              {"READING", readingWords},
                                              {"P,...", platformWords}}};

constexpr std::array<std::string_view, 7> kFileKinds{"FILE", "PATH", "TRACE", "RESULT", "OLD", "NEW", "SCRIPT"};

}  // namespace

Kind kindCalled(std::string_view name) {
    for (const WordKind& words : kWordKinds) {
        if (words.kind == name) return {words.list()};
    }
    if (name == "DIR") return {{}, Completion::Files::Folders};
    const bool isFile = std::find(kFileKinds.begin(), kFileKinds.end(), name) != kFileKinds.end();
    return {{}, isFile ? Completion::Files::Any : Completion::Files::None};
}

}  // namespace mdsync::cli
