// The keys of events and of requests: how each is spelled, and which event or request has which. The readers and writers
// of traces (docs/trace.md) and of the adapter protocol (docs/adapters.md) go by these tables, so that what is written
// is what is read.
//
// (QuickReader alone has the writer's layout by heart, because it is fast by that; a test reads the same lines with it
// and with the reader that goes by the table.)
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "mdsync/op.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

enum class Key : std::uint8_t {
    T,
    Ev,
    Msg,
    Dev,
    To,
    From,
    Type,
    Digest,
    Text,
    Api,
    IncludeSender,
    Code,
    Reason,
    By,
    Via,
    Count,
    Conversations,
    Enabled,
    Refused,
    App,
    Group,
    User,
    Chatroom,
    Platform,
    Members,
    // Of requests only.
    Id,
    Op,
    More,
    NoticedAfter,
    Latency,
    Loss,
    Duplicate,
    On,
    Do
};
inline constexpr std::array<std::string_view, 34> kKeyNames{"t",
                                                            "ev",
                                                            "msg",
                                                            "dev",
                                                            "to",
                                                            "from",
                                                            "type",
                                                            "digest",
                                                            "text",
                                                            "api",
                                                            "includeSender",
                                                            "code",
                                                            "reason",
                                                            "by",
                                                            "via",
                                                            "count",
                                                            "conversations",
                                                            "enabled",
                                                            "refused",
                                                            "app",
                                                            "group",
                                                            "user",
                                                            "chatroom",
                                                            "platform",
                                                            "members",
                                                            "id",
                                                            "op",
                                                            "more",
                                                            "noticedAfter",
                                                            "latency",
                                                            "loss",
                                                            "duplicate",
                                                            "on",
                                                            "do"};
inline constexpr std::size_t kKeys = kKeyNames.size();

[[nodiscard]] constexpr std::string_view spell(Key key) {
    return kKeyNames[static_cast<std::size_t>(key)];
}

// A key that an event or request has. One that need not be there may be missing, or exclude another one: which of `text`
// and `digest`, of `dev` and `api`, is said by the reader.
struct KeyUse {
    Key key = Key::T;
    bool required = false;
};

// The keys of an event besides `t` and `ev`, those of a request besides `id`, `op` and `more`; in the order in which they
// are written.
[[nodiscard]] std::span<const KeyUse> keysOf(EventKind kind);
[[nodiscard]] std::span<const KeyUse> keysOf(OpKind kind);

// What `app` of a `set` may hold, and its `limits`.
inline constexpr std::array<std::string_view, 4> kSettingNames{"compensationDays", "offlineDays", "limits", "prepaid"};
inline constexpr std::array<std::string_view, 2> kLimitNames{"mobile", "miniprogram"};

}  // namespace mdsync
