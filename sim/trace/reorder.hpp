// Lines that wait for their place in time: `--skew` (docs/trace.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/time.hpp"

namespace mdsync {

// A line of the file, without its end.
struct Line {
    std::string_view text;
    std::uint64_t offset = 0;
    std::uint32_t number = 0;  // from 1
    bool unterminated = false;
    bool tooLong = false;
    bool tooOld = false;  // older than the newest before it by more than the skew
    bool moved = false;   // older than the newest before it, by no more than that
    bool plain = false;   // UTF-8, and with a newline and BlockReader::kPadding readable bytes behind it
};

// A Reorder gives lines back in order of time, equal ones in the order of the file, once nothing can come before them.
class Reorder {
public:
    // `first` is the header's time.
    void start(Instant first, Millis skew) {
        newest_ = first;
        skew_ = skew;
    }
    [[nodiscard]] Instant newest() const { return newest_; }

    // Adds the next line of the file, with time `t`. One that is not whole keeps its place but does not move the clock,
    // so that a broken line cannot make the rest of the file too old.
    void put(const Line& line, bool whole, Instant t);
    // Takes the next line whose place is certain; its text is valid until the next take.
    bool take(Line& line);
    // No more lines will come: the rest may be taken. False if there is none.
    bool finish();

private:
    struct Waiting {
        Instant t;
        std::uint64_t order = 0;
        Line line;
        std::string text;
    };
    static bool later(const Waiting& a, const Waiting& b);

    std::vector<Waiting> heap_;  // the earliest on top
    Waiting taken_;
    Instant newest_;
    Millis skew_{0};
    std::uint64_t order_ = 0;
    bool finished_ = false;
};

}  // namespace mdsync
