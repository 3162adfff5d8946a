// Ids of messages as the vendor's server gives them.
#include "sdk/message_uid.hpp"

#include <doctest/doctest.h>

using mdsync::Instant;
using mdsync::Millis;
using mdsync::sdk::isMessageUid;
using mdsync::sdk::messageUid;

TEST_CASE("an id of the vendor's is made of its parts") {
    // Published ids, whose millisecond and type of conversation are known.
    CHECK(messageUid(Instant{Millis{1674896231262}}, 0, 1, 0).substr(0, 9) == "C5UU-C4MN");
    CHECK(messageUid(Instant{Millis{1632728573423}}, 0, 1, 0).substr(0, 9) == "BS4O-QEBR");
    // What is behind the time is the count, the type and the conversation, as in an id made by hand.
    CHECK(messageUid(Instant{Millis{0}}, 1, 3, 31) == "0000-0000-002C-000V");
}

TEST_CASE("later ids are larger, and those of one millisecond differ") {
    const Instant at{Millis{1714525200000}};
    CHECK(messageUid(at, 1, 1, 7) != messageUid(at, 2, 1, 7));
    CHECK(messageUid(at, 4095, 1, 7) < messageUid(at + Millis{1}, 0, 1, 7));
}

TEST_CASE("what is no id is told apart") {
    CHECK(isMessageUid(messageUid(Instant{Millis{1714525200000}}, 3, 3, 12345)));
    CHECK_FALSE(isMessageUid("D24F-9KEV-8004-000"));
    CHECK_FALSE(isMessageUid("D24F-9KEV-8004-000z"));
    CHECK_FALSE(isMessageUid("D24F.9KEV-8004-0007"));
}
