// See fault.hpp.
#include "trace/fault.hpp"

#include <fmt/format.h>

namespace mdsync {

void Faults::addSyntax(const json::Document& line, bool unterminated) {
    const json::Fault& fault = line.faults().back();
    const auto add = [&](std::string_view code, std::string message, std::string hint = {}) {
        list_.push_back({code, std::move(message), fault.at, 1, std::move(hint)});
    };
    switch (fault.why) {
        case json::Fault::Why::NotUtf8:
            return add("trace.not-utf8", fault.message);
        case json::Fault::Why::TooDeep:
            return add("trace.too-deep", fault.message);
        case json::Fault::Why::TooMany:
            return add("trace.too-long", fault.message);
        case json::Fault::Why::Syntax:
        case json::Fault::Why::RepeatedKey:
            break;
    }
    if (fault.atEnd && unterminated) {
        return add("trace.cut-line", "the file ends in the middle of a line",
                   fmt::format("{}; was the recorder stopped?", fault.message));
    }
    add("trace.not-json", fault.message, fault.hint);
}

}  // namespace mdsync
