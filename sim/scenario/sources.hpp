// Sources: the texts that a scenario is made from, put together to one tree.
//
// A file may extend another one, and the command line may give variables of its matrix a value. All of these texts stand
// behind one another in a ScenarioText, so that every key and value of the one tree knows its place.
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "mdsync/scenario.hpp"
#include "scenario/mistakes.hpp"

namespace mdsync::scenario {

// What is wrong with a file that is to be extended, at the place that names it.
struct WrongSource {
    Mistake what;
    json::Place place;
    std::string message;
    std::string hint;
};

// Adds to `text`, of which the file itself is there, what it extends and the `values`.
[[nodiscard]] std::vector<WrongSource> gatherSources(ScenarioText& text, const MatrixValues& values,
                                                     const std::atomic<bool>* stop);

class Sources {
public:
    // REQUIRES: `text` is complete, and stays as it is.
    explicit Sources(const ScenarioText& text) : text_(text) {}

    // The one tree; null if there is none, or nothing to read a scenario from. What is wrong, and was found `wrong`
    // before, is added to `mistakes`. REQUIRES: `mistakes` are those of this text.
    [[nodiscard]] const json::Document* tree(Mistakes& mistakes, const std::vector<WrongSource>& wrong = {});

    // Whether the file itself has this key. REQUIRES: tree() was not null.
    [[nodiscard]] bool has(std::string_view key) const;

private:
    [[nodiscard]] bool readAll(Mistakes& mistakes);

    const ScenarioText& text_;
    std::vector<json::Document> trees_;  // one a part
    std::vector<json::Document> made_;   // of several
};

}  // namespace mdsync::scenario
