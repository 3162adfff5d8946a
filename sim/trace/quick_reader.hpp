// The fast half of reading: lines in exactly the layout that TraceWriter produces.
//
// It decides nothing on its own. Whatever is not plain, or wrong, or rare is left to readEvent(), which reads the line
// from its beginning; for the lines that both can read they give the same events.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "mdsync/short_key.hpp"
#include "mdsync/trace.hpp"
#include "trace/event_reader.hpp"
#include "trace/message_table.hpp"

namespace mdsync {

class QuickReader {
public:
    QuickReader(const ReadContext& context, MessageTable& messages);

    // Reads lines from `p` on, up to `end`, as long as they are for this reader and `batch` has not `limit` events, and
    // adds their events. Returns the beginning of the first line that it left. Of a line that is left nothing has
    // changed. The first event's `t` is not before `now`. REQUIRES: the lines are UTF-8, the last ends with a newline,
    // and it is followed by readable bytes (BlockReader::kPadding).
    const char* read(const char* p, const char* end, Instant now, std::size_t limit, std::vector<Event>& batch);

    // Whether the line at `p` is for this reader as far as the line alone tells, and if so its time. Changes nothing.
    bool preview(const char* p, Instant& t) const;

private:
    // The words of a line that are looked up, or change something, outside the event: they wait until the line is known
    // to be whole, and what the keys name is on its way to the cache.
    struct Words {
        const char* begin = nullptr;  // of the line
        std::string_view message;
        ShortKey key;  // of the message
        std::string_view device;
        ShortKey deviceKey;
        std::string_view type;
        std::string_view payload;
        std::optional<std::uint64_t> count;
    };

    const char* readLine(const char* p, Instant now, Event& event, Words& words) const;
    const char* readTime(const char* p, Instant now, Event& event) const;
    const char* readKind(const char* p, Event& event, Words& words) const;
    const char* readDeviceOnly(const char* p, EventKind kind, Event& event, Words& words) const;
    const char* readOffline(const char* p, Event& event, Words& words) const;
    const char* readCaughtUp(const char* p, Event& event, Words& words) const;
    const char* readSend(const char* p, Event& event, Words& words) const;
    const char* readPublish(const char* p, Event& event, Words& words) const;
    const char* readTargetAndType(const char* p, Event& event, Words& words) const;
    const char* readReceive(const char* p, Event& event, Words& words) const;
    const char* readMessageAndDevice(const char* p, EventKind kind, Event& event, Words& words) const;
    bool keep(Event& event, const Words& words);
    TextId typeOf(std::string_view word);

    std::array<Words, 16> words_;  // of the lines that were read ahead
    std::size_t ahead_ = 1;        // how many lines to read ahead
    const ReadContext& context_;
    MessageTable& messages_;
    Instant first_;  // what may stand in this trace
    Instant last_;
    std::string_view lastType_;  // the type seen last, and its number: mostly the next one's too
    TextId lastTypeId_;
};

}  // namespace mdsync
