// The messages of a trace that are still remembered: which ids are in use, what was asked for, and which numbers can be
// used again. It knows the horizon of the trace format and no rule.
#pragma once

#include <deque>
#include <string_view>
#include <vector>

#include "base/fetch.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

class MessageTable {
public:
    enum class Problem : std::uint8_t { None, BadName, UsedTwice, NotSent, NoRecall };

    explicit MessageTable(Lexicon& lexicon) : lexicon_(lexicon) {}

    // Gives `event` the number of the message `id` and remembers what the event says. On a problem nothing changes.
    Problem apply(Event& event, const ShortKey& key, std::string_view id);

    // Begins to fetch what apply() will look up.
    void fetch(const ShortKey& key) const { mdsync::fetch(lexicon_.messages.placeOf(key)); }

    // Forgets what nobody mentioned for long before `now`, and lists the numbers.
    void retire(Instant now, std::vector<MessageId>& retired);

private:
    struct Record {
        Instant touched;      // when it was last mentioned
        Instant inUseUntil;   // sent, and within the horizon: the id cannot be sent again
        Instant answerUntil;  // sent, and within the time in which an answer may come
        Instant recallUntil;  // a recall was asked for, and within the horizon
        bool sent = false;    // ever, under this or an earlier id
        bool answered = false;
        bool received = false;  // which says that it was accepted, whether or not an `accept` does
    };
    struct Mention {
        MessageId number;
        Instant mention;
    };

    MessageId create(const ShortKey& key, std::string_view id, Instant t, bool sending);
    static Problem check(const Event& event, const Record* record);
    static void remember(const Event& event, Record& record);

    Lexicon& lexicon_;
    std::vector<Record> records_;      // by number
    std::deque<Mention> oldest_;       // live numbers, once each, with the mention they were put here for
    std::vector<MessageId> freeSent_;  // numbers to use again, by whether a message was ever sent under them
    std::vector<MessageId> freeUnsent_;
};

}  // namespace mdsync
