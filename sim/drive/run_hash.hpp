// RunHash: a number over the content of all events of a run, in order.
//
// Two runs that differ in a single event have different hashes, whatever numbers their words were interned under. It is
// a fingerprint for comparing runs, not a defence against anybody.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mdsync/trace.hpp"

namespace mdsync {

class RunHash {
public:
    void add(const Event& event, const Lexicon& lexicon, const Annex& annex);

    // 16 hexadecimal digits.
    [[nodiscard]] std::string hex() const;

private:
    void mix(std::uint64_t word);
    void mix(const CatchUp& catchUp);
    void mix(const SettingsChange& change);
    template <class WordId>
    void mixWord(WordId id, const Words<WordId>& words, std::vector<std::uint64_t>& known);

    std::uint64_t hash_ = 0x9b4657c9'00000001ULL;
    std::vector<std::uint64_t> messages_;  // fingerprints of the words seen so far, by their number
    std::vector<std::uint64_t> texts_;
};

}  // namespace mdsync
