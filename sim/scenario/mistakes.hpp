// Mistakes: what is wrong with one scenario file, collected while it is read.
//
// Every kind of mistake has one row in the table of mistakes.cpp: its stable code and what `mdsync explain` says of it.
// The same mistake at the same place (in another case of the matrix, in another round of a repeat) is reported once.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/json.hpp"
#include "mdsync/diagnostic.hpp"

namespace mdsync::scenario {

enum class Mistake : std::uint8_t {
    Unreadable,
    TooLarge,
    NotUtf8,
    NotJson,
    TooDeep,
    WrongKind,
    DuplicateKey,
    UnknownKey,
    MissingKey,
    ConflictingKeys,
    WrongType,
    UnknownVerb,
    NotAllowedHere,
    UnknownWord,
    OutOfRange,
    BadName,
    BadRange,
    BadReference,
    BadDuration,
    BadDate,
    UnknownZone,
    BadSubstitution,
    BadExtends,
    UnknownRule,
    Undeclared,
    DuplicateName,
    DuplicateMessage,
    WrongTarget,
    MalformedApp,
    ImpossibleStep,
    UnusedMatrixKey,
    GroupStatusPath,
    UnknownType,
    NeverSent,
    TestsNothing,
    Unused,
    MoreMistakes
};
inline constexpr std::size_t kMistakes = 37;

using json::Place;

// The mistakes of one file. Keeps a reference to the text, which must outlive it.
class Mistakes {
public:
    // The codes begin with `family`; sim/run reads documents of other kinds with it. REQUIRES: `text` is shorter than
    // 4 GiB.
    Mistakes(std::string_view text, std::string file, std::string_view family = "scenario");

    // From `begin` on the text is another one, whose lines count from 1; its mistakes are shown in `file`.
    void addPart(std::size_t begin, std::string file);

    // `message` and `hint` are those of a Diagnostic. Adds an error, or a warning where nothing keeps the file from being
    // run.
    void add(Mistake what, Place place, std::string message, std::string hint = {});

    // How often add() was called for an error, repetitions included: whoever compares two counts knows whether what he
    // read in between was faulty.
    [[nodiscard]] std::uint64_t count() const { return count_; }
    [[nodiscard]] bool full() const { return more_; }

    [[nodiscard]] Span spanOf(Place place) const;
    [[nodiscard]] std::uint32_t lineOf(std::uint64_t offset) const;
    // The number of the part in which `offset` lies; 0: the text that begins the whole.
    [[nodiscard]] std::size_t partOf(std::uint64_t offset) const;

    // All diagnostics, in the order of the file.
    [[nodiscard]] std::vector<Diagnostic> take();

private:
    static constexpr std::size_t kMost = 1000;  // beyond that, more of them help nobody
    static constexpr std::size_t kMostWarnings = 100;

    struct Part {
        std::size_t begin = 0;
        std::size_t linesBefore = 0;
        std::string file;
    };
    [[nodiscard]] std::string excerptAt(const Span& span) const;
    [[nodiscard]] std::size_t absoluteLine(std::uint64_t offset) const;

    std::string_view text_;
    std::vector<Part> parts_;
    std::string family_;
    std::vector<std::uint32_t> lineStarts_;
    std::set<std::tuple<std::uint32_t, std::uint32_t, Mistake>> seen_;
    std::vector<Diagnostic> found_;
    std::uint64_t count_ = 0;
    std::size_t warnings_ = 0;
    bool more_ = false;
};

// Reads the file `text` into `document`; whatever is wrong is added to `mistakes`. False if there is no usable tree then
// (a repeated key is a mistake, but leaves one: the first of them stays in the tree).
[[nodiscard]] bool readJson(json::Document& document, std::string_view text, Mistakes& mistakes);

// How the JSON of a scenario is read; what is wrong with one that was.
[[nodiscard]] json::Options scenarioJson(std::size_t from = 0);
void reportFaults(const json::Document& document, Mistakes& mistakes);

// A diagnostic about a file as a whole.
[[nodiscard]] Diagnostic aboutFile(Mistake what, const std::string& file, std::string message, std::string hint = {});

}  // namespace mdsync::scenario
