// Archive: what messages say, as the clients that sent them said it.
//
// The world decides who gets a message and knows of its content only what the trace tells. What an app is shown is more:
// the JSON of its type, whether it counts as unread, what its sender's app attached.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "sdk/bodies.hpp"
#include "sdk/live_world.hpp"

namespace mdsync::sdk {

// A message, or the command that recalls one.
struct Kept {
    std::string classname{};
    std::string content{};  // JSON
    std::string pushText{};
    std::string extraContent{};  // its expansion
    std::int32_t flags = 0;      // UpFlag
    TextId text{};               // what the trace says of the content
    Instant at{};                // when it was accepted
    std::string uid{};
    UserId author{};  // of a recall: who recalls
};

// The bytes that the content of a message may have, as the vendor documents it.
inline constexpr std::size_t kLongestContent = std::size_t{128} << 10U;

// `content` as the trace tells it: the words of a text message, other content as it is, of long content its fingerprint.
[[nodiscard]] std::string toldAs(std::string_view classname, std::string_view content);

class Archive {
public:
    static constexpr std::size_t kMost = std::size_t{1} << 30U;  // bytes that it keeps

    // Whether there is room for one more.
    [[nodiscard]] bool isFull() const { return bytes_ >= kMost; }

    void keep(MessageId message, Kept what);
    void keepRecall(MessageId message, Kept command);
    [[nodiscard]] const Kept* find(MessageId message) const;
    [[nodiscard]] const Kept* findRecall(MessageId message) const;

    // What a user deleted from their own history.
    void hide(UserId user, MessageId message);
    [[nodiscard]] bool isHidden(UserId user, MessageId message) const;

private:
    struct Entry {
        Kept message;
        Kept recall;
    };
    std::vector<Entry> entries_;                // by message
    std::unordered_set<std::uint64_t> hidden_;  // asked by key, never walked
    std::size_t bytes_ = 0;
};

// How `message` is handed out to a device of `viewer`. `brought`: by what; Via::Unknown: the history.
// REQUIRES: the archive has it, and it was accepted.
[[nodiscard]] DownStreamMessage entryOf(LiveWorld& live, const Archive& archive, MessageId message, UserId viewer,
                                        Via brought);
// How its recall is.
[[nodiscard]] DownStreamMessage recallEntryOf(const LiveWorld& live, const Archive& archive, MessageId message,
                                              UserId viewer);

}  // namespace mdsync::sdk
