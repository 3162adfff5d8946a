// Completion: what may stand where somebody types TAB. The shells ask (mdsync complete), so that all of them offer the
// same, and nothing that this program does not take.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "command_table.hpp"

namespace mdsync::cli {

// A Candidate is a word that may stand there, and what it means.
struct Candidate {
    std::string word;
    std::string help = {};
};

struct Completion {
    enum class Files { None, Any, Folders };
    std::vector<Candidate> candidates;  // that begin as the word does
    Files files = Files::None;          // the name of a file may stand there, too,
    std::string before = {};            // behind this part of the word: `json=`
};

// What may stand in place of the last of `words`, the words after the name of the program. There is at least one; it may
// be empty.
[[nodiscard]] Completion complete(const CommandTable& table, std::span<const std::string> words);

// The values that an option takes of which the help calls the value `kind`: rules for `RULE`, files for `PATH`.
struct Kind {
    std::vector<Candidate> values = {};
    Completion::Files files = Completion::Files::None;
};
[[nodiscard]] Kind kindCalled(std::string_view name);

}  // namespace mdsync::cli
