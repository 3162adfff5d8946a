// One line to one event, by the table of events in docs/trace.md: keys in any order, every mistake with its place.
//
// This is the complete reader. QuickReader (quick_reader.hpp) does the same for the usual layout only, faster.
#pragma once

#include <string_view>

#include "mdsync/trace.hpp"
#include "trace/fault.hpp"
#include "trace/names.hpp"

namespace mdsync {

inline constexpr std::size_t kLineLimit = std::size_t{4} << 20U;  // bytes of an event's line

// What of reading depends on the whole trace and not on the line.
struct ReadContext {
    const Header& header;
    const NameIndex& names;
    Lexicon& lexicon;
    Annex& annex;
    bool keepTexts = false;
    bool timeOptional = false;   // an event without `t` is whole: somebody else stamps it
    bool declaredLater = false;  // a name that is not declared may be by a line that is still to come
};

// A line that was read: its event without the message's number, and where the parts are that can be wrong only in the
// light of other lines.
struct EventLine {
    Event event;
    Declaration declaration;                  // device, group, room
    std::string_view message;                 // its id; valid until the next line
    const json::Node* messageNode = nullptr;  // null where there is none
    const json::Node* timeNode = nullptr;     // the line itself where there is none
    bool kindKnown = false;                   // also of a faulty line
    bool timeKnown = false;
};

// Reads the parsed line. Whatever is wrong is in `faults`; the result then holds what could be understood.
[[nodiscard]] EventLine readEvent(const json::Document& json, Faults& faults, const ReadContext& context);

}  // namespace mdsync
