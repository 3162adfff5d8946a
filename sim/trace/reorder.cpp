// See reorder.hpp.
#include "trace/reorder.hpp"

#include <algorithm>
#include <utility>

namespace mdsync {

bool Reorder::later(const Waiting& a, const Waiting& b) {
    return a.t != b.t ? a.t > b.t : a.order > b.order;
}

void Reorder::put(const Line& line, bool whole, Instant t) {
    Waiting waiting{t, order_++, line, std::string(line.text)};
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
    line.text = taken_.text;
    return true;
}

bool Reorder::finish() {
    finished_ = true;
    return !heap_.empty();
}

}  // namespace mdsync
