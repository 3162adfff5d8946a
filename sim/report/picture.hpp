// Picture: the rows that a ladder or a diagram draws of a run, and where something failed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mdsync/timeline.hpp"

namespace mdsync {

// A PictureMark is a violated rule, where a picture shows it.
struct PictureMark {
    std::string rule;
    std::string text;
    std::size_t event = 0;  // that violated it, or by which it was due
    DeviceId device;        // whose, if one device's; what a user misses is missing on each device that is online
    UserId user;            // whose, if one user's
    MessageId message;
    std::string missing;  // `m1`, `m1 recall`: what should have come to the device by then, and did not; empty: nothing
    std::uint32_t times = 1;  // that the rule was violated there so; 0: the mark before tells it
};

// What should have come to the device, or user, by `violation.event` and did not; empty: that event itself broke the rule.
[[nodiscard]] std::string missingOf(const ReportedViolation& violation, const Trace& trace);

// Pauses from here on are named.
inline constexpr Millis kWorthSaying = std::chrono::minutes{1};

// By event: whether it says nothing that a reader looks for: settled, a catch-up of nothing, a request that is answered.
[[nodiscard]] std::vector<bool> quietEvents(const Trace& trace);

// `view`, or the whole instead of what is around failures where no event failed: a diagram is of something.
[[nodiscard]] View fittingView(const Happening& happened, View view);

struct PictureRow {
    enum class Kind : std::uint8_t {
        Events,       // `events`: one, or a receipt each on several devices at one moment
        Missing,      // `marks`: what should have come, by one rule, to one device each
        Expectation,  // result `number` of the case, and those behind it where `count` are met alike
        LeftOut       // `count` events are not shown
    };
    Kind kind{};
    std::size_t at = 0;  // the first event; of others the one that follows, or the number of all
    std::size_t number = 0;
    std::size_t count = 1;
    std::vector<std::size_t> events{};
    std::vector<std::size_t> marks{};
};

class Picture {
public:
    Picture(const Happening& happened, const View& view);

    [[nodiscard]] const std::vector<PictureRow>& rows() const { return rows_; }
    [[nodiscard]] const std::vector<PictureMark>& marks() const { return marks_; }
    // Devices that a row is about, or that were asked for by their name, by their number.
    [[nodiscard]] const std::vector<DeviceId>& lanes() const { return lanes_; }
    // The other devices that did something in the run.
    [[nodiscard]] const std::vector<DeviceId>& idle() const { return idle_; }

    [[nodiscard]] const Happening& happened() const { return happened_; }
    [[nodiscard]] const Trace& trace() const { return happened_.trace; }
    [[nodiscard]] const Event& event(std::size_t number) const { return trace().events[number]; }
    [[nodiscard]] const ExpectationResult& expectation(const PictureRow& row) const {
        return happened_.result.expectations[row.number];
    }

    // `:14` for a step of the case's own file or a line of a trace, `cast.json:3` for one of another file; empty: nobody
    // asked for it.
    [[nodiscard]] std::string place(std::uint32_t origin) const;
    // The place of the row's first event, or of its expectation.
    [[nodiscard]] std::string place(const PictureRow& row) const;
    // `✓ alice has 9 web devices online`.
    [[nodiscard]] std::string outcome(const PictureRow& row) const;
    // `web.evict-earliest: alice/tab2 was disconnected; alice/tab1 is older`, a sentence a rule.
    [[nodiscard]] std::vector<std::string> sentences(const PictureRow& row) const;

private:
    [[nodiscard]] std::vector<bool> shownDevices() const;  // by their number

    Happening happened_;
    std::vector<PictureRow> rows_;
    std::vector<PictureMark> marks_;
    std::vector<DeviceId> lanes_;
    std::vector<DeviceId> idle_;
};

}  // namespace mdsync
