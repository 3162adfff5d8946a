// Choices: the one source of chance.
//
// Whatever a run leaves open (a latency, a lost packet, the order of concurrent steps) is one call of draw(). Which
// number comes out is the business of the implementation: computed from a seed, replayed from a record, enumerated.
// Nothing else in the program is random.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace mdsync {

// A stream names whose choice it is and what for, so that taking one device out of a scenario does not change what is
// drawn for another. Build it with streamOf().
enum class Stream : std::uint64_t {};

// What a choice decides; part of the stream.
enum class Purpose : std::uint8_t { Order, Latency, Loss, Duplicate, Generate, Server };

[[nodiscard]] constexpr Stream streamOf(Purpose purpose, std::uint32_t entity) {
    return Stream{(static_cast<std::uint64_t>(purpose) << 32U) | entity};
}

// What a single draw is about: a number with a name, for records and reports. It decides nothing.
enum class Label : std::uint8_t {
    Other,
    ConcurrentOrder,  // which of the actions that begin at one instant comes next
    Latency,
    Loss,
    Duplicate,
    OffDevice,      // OFF: which online device gets a message
    ChangeApplies,  // whether a known-bad server is wrong this time
    Load,           // the bench's
    Mode,           // the rest: what a scenario is made of
    Cast,
    Setting,
    Verb,
    Device,
    User,
    Message,
    Place,
    Duration,
    Detail
};
inline constexpr std::size_t kLabels = 18;
[[nodiscard]] std::string_view spell(Label label);  // `latency`, `concurrent-order`
[[nodiscard]] std::optional<Label> labelOf(std::string_view word);

// A Choices answers draws. Not thread-safe; one per run.
class Choices {
public:
    virtual ~Choices() = default;

    // A number in [0, bound). REQUIRES: bound > 0. Alternatives are ordered simplest first: 0 is the plainest.
    virtual std::uint32_t draw(Stream stream, std::uint32_t bound, Label label = Label::Other) = 0;

    // A copy that continues alike.
    [[nodiscard]] virtual std::unique_ptr<Choices> clone() const = 0;
};

// Draws computed from `seed`, the stream and the count of draws in that stream: two streams do not disturb each other,
// and the same seed gives the same numbers on every machine.
[[nodiscard]] std::unique_ptr<Choices> randomChoices(std::uint64_t seed);

// Where the chance of a run comes from, given its seed.
using ChoiceSource = std::function<std::unique_ptr<Choices>(std::uint64_t seed)>;

// ---- Recorded and replayed ------------------------------------------------------------------------------------------

// A Choice is one draw and its outcome.
struct Choice {
    Stream stream{};
    Label label = Label::Other;
    std::uint32_t bound = 1;
    std::uint32_t value = 0;
    friend bool operator==(const Choice&, const Choice&) = default;
};

// Draws what `source` draws and appends each to `record`, which may be shared by several: it holds all of them in the
// order of drawing. A clone appends to the same record.
[[nodiscard]] std::unique_ptr<Choices> recordingChoices(std::unique_ptr<Choices> source,
                                                        std::shared_ptr<std::vector<Choice>> record);

// How far a replay came, and where it was asked something else than what was recorded.
struct Replay {
    std::vector<Choice> record;
    std::size_t next = 0;  // the number of the record that comes next
    struct Difference {
        std::size_t number = 0;          // of the draw, from 0
        std::optional<Choice> recorded;  // nothing: the record had ended; its value is what could not be used
        Choice asked;                    // with the value that was given instead
    };
    std::optional<Difference> difference;  // the first
};

// Answers with the values of `replay`, one after the other. From the first draw on that differs from its record in
// stream, label or bound, or has none, it answers 0, and says so in `replay`. A clone shares `replay`.
[[nodiscard]] std::unique_ptr<Choices> replayedChoices(std::shared_ptr<Replay> replay);

}  // namespace mdsync
