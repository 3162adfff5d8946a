// The fast half of reading: lines in exactly the layout that TraceWriter produces.
//
// It decides nothing on its own. Whatever is not plain, or wrong, or rare is left to readEvent(), which reads the line
// from its beginning; for the lines that both can read they give the same events.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "mdsync/trace.hpp"
#include "trace/event_reader.hpp"
#include "trace/message_table.hpp"

namespace mdsync {

class QuickReader {
public:
    QuickReader(const ReadContext& context, MessageTable& messages);

    // Reads the line at `p`, which ends with a newline and is followed by readable bytes (BlockReader::kPadding).
    // Returns the byte behind its newline, or null if the line is not for this reader; then nothing has changed but
    // `event`. The event's `t` is not before `now`. REQUIRES: the line is UTF-8.
    const char* read(const char* p, Instant now, Event& event);

    // Whether the line at `p` is for this reader as far as the line alone tells, and if so its time. Changes nothing.
    bool preview(const char* p, Instant& t) const;

private:
    // The words of a line that change something outside the event, so that they wait until the line is known to be
    // whole.
    struct Words {
        std::string_view message;
        std::string_view type;
        std::string_view payload;
        std::optional<std::uint64_t> count;
    };

    const char* readLine(const char* p, Instant now, Event& event, Words& words) const;
    const char* readTime(const char* p, Instant now, Event& event) const;
    const char* readKind(const char* p, Event& event, Words& words) const;
    const char* readDevice(const char* p, DeviceId& device) const;
    const char* readDeviceOnly(const char* p, EventKind kind, Event& event) const;
    const char* readOffline(const char* p, Event& event) const;
    const char* readCaughtUp(const char* p, Event& event, Words& words) const;
    const char* readSend(const char* p, Event& event, Words& words) const;
    const char* readPublish(const char* p, Event& event, Words& words) const;
    const char* readTargetAndType(const char* p, Event& event, Words& words) const;
    const char* readReceive(const char* p, Event& event, Words& words) const;
    const char* readMessageAndDevice(const char* p, EventKind kind, Event& event, Words& words) const;
    bool keep(Event& event, const Words& words);
    TextId typeOf(std::string_view word);

    const ReadContext& context_;
    MessageTable& messages_;
    Instant first_;  // what may stand in this trace
    Instant last_;
    std::string_view lastType_;  // the type seen last, and its number: mostly the next one's too
    TextId lastTypeId_;
};

}  // namespace mdsync
