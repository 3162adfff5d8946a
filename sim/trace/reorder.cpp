// See reorder.hpp.
#include "trace/reorder.hpp"

#include <algorithm>
#include <utility>

#include "trace/block_reader.hpp"

namespace mdsync {

bool Reorder::later(const Waiting& a, const Waiting& b) {
    return a.t != b.t ? a.t > b.t : a.order > b.order;
}

void Reorder::put(const Line& line, bool whole, Instant t) {
    Waiting waiting{t, order_++, line, {}};
    waiting.text.reserve(line.text.size() + 1 + BlockReader::kPadding);
    waiting.text.append(line.text).append(1, '\n').append(BlockReader::kPadding, '\0');
    if (t < newest_) {
        waiting.line.tooOld = t < newest_ - skew_;
        waiting.line.moved = whole && !waiting.line.tooOld;
        if (waiting.line.tooOld) waiting.t = newest_;  // it is reported where it stands
    } else if (whole) {
        newest_ = t;
    } else {
        waiting.t = newest_;
    }
    heap_.push_back(std::move(waiting));
    std::push_heap(heap_.begin(), heap_.end(), later);
}

bool Reorder::take(Line& line) {
    // A line that is still to come may be as old as newest - skew, and then stands behind those of the same time.
    if (heap_.empty() || (!finished_ && heap_.front().t > newest_ - skew_)) return false;
    std::pop_heap(heap_.begin(), heap_.end(), later);
    taken_ = std::move(heap_.back());
    heap_.pop_back();
    line = taken_.line;
    line.text = std::string_view(taken_.text).substr(0, taken_.line.text.size());
    return true;
}

bool Reorder::finish() {
    finished_ = true;
    return !heap_.empty();
}

}  // namespace mdsync
