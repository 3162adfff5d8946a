// See fault.hpp.
#include "trace/fault.hpp"

#include <fmt/format.h>

namespace mdsync {

void Faults::addSyntax(bool unterminated) {
    const JsonFault& fault = json_.fault();
    switch (fault.why) {
        case JsonFault::Why::Utf8:
            list_.push_back({"trace.not-utf8", "this byte is not UTF-8", fault.at, 1, {}});
            return;
        case JsonFault::Why::TooDeep:
            list_.push_back(
                {"trace.too-deep", fmt::format("nested more than {} deep", JsonLine::kDepth), fault.at, 1, {}});
            return;
        case JsonFault::Why::TooMany:
            list_.push_back(
                {"trace.too-long", fmt::format("more than {} values on a line", JsonLine::kNodes), fault.at, 1, {}});
            return;
        case JsonFault::Why::Syntax:
            break;
    }
    if (fault.atEnd && unterminated) {
        list_.push_back({"trace.cut-line", "the file ends in the middle of a line", fault.at, 1,
                         fmt::format("{}; was the recorder stopped?", fault.wanted)});
        return;
    }
    list_.push_back({"trace.not-json", "the line is not JSON", fault.at, 1, std::string(fault.wanted)});
}

}  // namespace mdsync
