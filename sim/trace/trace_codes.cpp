// What each code of a trace's diagnostics means, for `mdsync explain`.
#include <array>

#include "mdsync/trace_io.hpp"

namespace mdsync {
namespace {

constexpr std::array<CodeText, 29> kCodes{{
    {"trace.bad-name",
     "Users, devices, groups, chatrooms and messages have names of 1..64 bytes without blanks, control characters or "
     "any of / : { } * , because these mean something where names are used."},
    {"trace.bad-value", "The value has the right type but is not one that may stand here."},
    {"trace.beyond-zone",
     "With a named timezone every instant lies in 1970..2037: the zone library knows no daylight saving beyond. Use an "
     "offset such as \"+08:00\" instead."},
    {"trace.blank-line", "Every line of a trace is the header or an event. Remove the blank line."},
    {"trace.cut-line",
     "The file ends in the middle of a line, as when the recorder was stopped while it wrote. Remove the rest of the "
     "line, or read with --lenient: the verdict is then inconclusive at best."},
    {"trace.declared-twice",
     "A `device`, `group` or `room` declares what did not exist before its line. The header, or an earlier line, has this "
     "name already."},
    {"trace.duplicate-key",
     "A key, or the declaration of a name, stands twice in the same object. Which one counts would be a guess."},
    {"trace.empty", "The file is empty. A trace begins with a header."},
    {"trace.foreign-by",
     "\"by\" names the device whose login ended the connection. Only a device of the same user can do that."},
    {"trace.missing-key", "A key that this event or the header must have is not there."},
    {"trace.no-header", "The first line is not a header, an object with the key \"mdsync\"."},
    {"trace.not-asked-for",
     "An answer (accept, reject, recall-accept, recall-reject) to something that no line before asked for within the "
     "horizon of 8 x 24 h. Is the request missing, or is the id misspelled?"},
    {"trace.not-json", "The line is not JSON as RFC 8259 defines it, strictly."},
    {"trace.not-utf8", "A trace is UTF-8. The caret stands at the first byte that is not."},
    {"trace.time-backwards",
     "\"t\" never falls from line to line, and the header's is not after the first event's. For recorders with several "
     "clocks, --skew D puts lines in order that are up to D too late."},
    {"trace.too-deep", "The line nests lists and objects far deeper than any trace needs."},
    {"trace.too-long", "The line is far longer than any line of a trace: over 4 MiB, or over 32 MiB for the header."},
    {"trace.undeclared-device",
     "Neither the header's \"users\" nor a `device` line before this one declares it. A device is written user/device."},
    {"trace.undeclared-group",
     "Neither the header's \"groups\" nor a `group` line before this one declares it. As a target it is written group:NAME."},
    {"trace.undeclared-room",
     "Neither the header's \"chatrooms\" nor a `room` line before this one declares it. As a target it is written chatroom:NAME."},
    {"trace.undeclared-user", "Neither the header's \"users\" nor a `device` line before this one declares the user."},
    {"trace.unknown-event", "\"ev\" is not the name of an event."},
    {"trace.unknown-key",
     "The object cannot have this key, or not together with another one. Keys that begin with x- are ignored and free "
     "for notes of your own."},
    {"trace.unpaid",
     "In production the service must be prepaid before it can be enabled (seed, \"Enabling the Service\"), so a trace "
     "cannot begin there with it on and unpaid."},
    {"trace.unreadable", "The file cannot be opened, read or decompressed."},
    {"trace.used-twice",
     "The id was sent before, and that message is still within its horizon: 8 x 24 h after acceptance, or after "
     "sending if it was not accepted. Later the id may name a new message."},
    {"trace.version", "The header's \"mdsync\" is not \"trace/1\", the only version there is."},
    {"trace.wrong-kind",
     "The file is a scenario, a result, a baseline or a recorded run, and no trace. The hint says which command takes it."},
    {"trace.wrong-type", "The value is of another type than the key needs."},
}};

}  // namespace

std::span<const CodeText> traceCodes() {
    return kCodes;
}

}  // namespace mdsync
