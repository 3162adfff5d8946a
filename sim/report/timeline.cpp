// Timeline: a ladder of what happened. Time runs down; the server and every device have a column, in which their events
// stand and, while a device is online, its rail.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "mdsync/diagnostic.hpp"
#include "mdsync/presence.hpp"
#include "mdsync/report.hpp"
#include "report/describe.hpp"
#include "report/text.hpp"

namespace mdsync {

namespace {

constexpr std::size_t kMargin = 21;     // before the ladder: step and time
constexpr std::size_t kNarrowest = 12;  // of a column
constexpr std::size_t kNarrowestInGroup = 8;
constexpr std::size_t kServerWidth = 18;
constexpr std::size_t kDeepest = 20000;                   // lines; what follows is counted
constexpr Millis kWorthSaying = std::chrono::minutes{1};  // pauses from here on are named

class Ladder {
public:
    // A ladder of more than so many columns is written as plain lines instead.
    Ladder(const Trace& trace, std::size_t columns, bool color)
        : color_(color),
          widest_(columns > kMargin ? columns - kMargin : 0),
          trace_(trace),
          zone_(trace.header.app.timezone),
          column_(trace.header.devices.size(), 0),
          presence_(column_.size()) {}

    std::string draw() {
        chooseColumns();
        if (trace_.events.empty()) return "nothing happened\n";
        day(trace_.header.t);
        if (!plain_) heading();
        Instant before = trace_.events.front().t;
        std::size_t lines = 0;
        for (const Event& event : trace_.events) {
            if (++lines > kDeepest) {
                text_ += fmt::format("({} more events)\n", trace_.events.size() - kDeepest);
                break;
            }
            pass(before, event.t);
            before = event.t;
            write(event);
        }
        return std::move(text_);
    }

private:
    // Devices that take part get a column each, in the order of the header: under their full name, or, where that is
    // too wide, under their user's and their own.
    void chooseColumns() {
        std::vector<bool> used(column_.size(), false);
        for (const Event& event : trace_.events) {
            if (event.device.exists()) used[event.device.index()] = true;
        }
        for (std::size_t i = 0; i < column_.size(); ++i) {
            if (used[i]) shown_.push_back(DeviceId{i});
        }
        if (layOut(false) <= widest_) return;
        grouped_ = true;
        plain_ = layOut(true) > widest_;
    }

    // Gives every shown device its column. Returns the width of all.
    std::size_t layOut(bool grouped) {
        std::size_t at = kServerWidth;
        UserId user;
        std::size_t userEnd = 0;  // of the name of the user before, where names stand in a row of their own
        for (const DeviceId device : shown_) {
            const DeviceInfo& info = trace_.header.devices[device.index()];
            if (grouped && info.user != user) {
                at = std::max(at, userEnd);
                user = info.user;
                userEnd = at + trace_.header.users[user.index()].name.size() + 2;
            }
            column_[device.index()] = at;
            at += grouped ? std::max(info.name.size() + 2, kNarrowestInGroup)
                          : std::max(trace_.header.path(device).size() + 2, kNarrowest);
        }
        return at;
    }

    void heading() {
        Line users;
        Line line{"server"};
        UserId user;
        for (const DeviceId device : shown_) {
            const DeviceInfo& info = trace_.header.devices[device.index()];
            const std::size_t at = column_[device.index()];
            put(line, at, printable(grouped_ ? info.name : trace_.header.path(device)), device);
            if (info.user == user) continue;
            user = info.user;
            put(users, at, printable(trace_.header.users[user.index()].name), {});
        }
        if (grouped_) text_ += margin("", "") + users.text + "\n";
        text_ += margin("", "") + line.text + "\n";
    }

    // A line begins with the step it belongs to, where it is a new one, and the time.
    static std::string margin(const std::string& step, const std::string& time) {
        return fmt::format("{:>5}  {:<12}  ", step, time);
    }

    // A line that is being written, and how wide it is without its colours.
    struct Line {
        std::string text{};
        std::size_t width = text.size();
    };

    // REQUIRES: the line does not reach `at`.
    void put(Line& line, std::size_t at, const std::string& text, DeviceId of) const {
        line.text.append(at - line.width, ' ');
        line.text += painted(text, of);
        line.width = at + text.size();
    }

    // Neighbours differ; so do the devices of one user, as far as there are colours.
    [[nodiscard]] std::string painted(const std::string& text, DeviceId of) const {
        constexpr std::array<std::string_view, 6> kColors{"36", "33", "32", "35", "34", "91"};
        if (!color_ || !of.exists() || text.empty()) return text;
        return fmt::format("\x1b[{}m{}\x1b[0m", kColors[of.index() % kColors.size()], text);
    }

    void day(Instant t) { text_ += fmt::format("{} ({})\n", localDate(t, zone_), zone_.name()); }

    void pass(Instant from, Instant to) {
        if (to - from >= kWorthSaying)
            text_ += margin("", "") + fmt::format("... {} later\n", spellDuration(to - from));
        if (localDate(from, zone_) != localDate(to, zone_)) day(to);
    }

    void write(const Event& event) {
        const std::string step = event.origin != 0 && event.origin != origin_ ? fmt::format("#{}", event.origin) : "";
        origin_ = event.origin;
        std::string line = plain_ ? plainLine(event) : ladderLine(event);
        while (!line.empty() && line.back() == ' ') line.pop_back();
        text_ += margin(step, localTime(event.t, zone_)) + line + "\n";
        presence_.see(event);
    }

    std::string plainLine(const Event& event) const {
        if (event.kind == EventKind::Settled) return std::string(kServerWidth - 2, '-');
        const std::string who = event.device.exists() ? trace_.header.path(event.device) : "server";
        return painted(fmt::format("{:<24}  {}", who, describe(event, trace_)), event.device);
    }

    std::string ladderLine(const Event& event) const {
        if (event.kind == EventKind::Settled) return rails(std::string(kServerWidth - 2, '-'), {});
        return event.device.exists() ? rails("", event.device, describe(event, trace_))
                                     : rails(describe(event, trace_), {});
    }

    // The rails of who is online, with the text of one column over them.
    std::string rails(const std::string& server, DeviceId speaker, const std::string& text = {}) const {
        Line line{server};
        for (const DeviceId device : shown_) {
            const std::size_t at = column_[device.index()];
            if (at < line.width + 1 && line.width > 0) continue;  // hidden behind a long text
            if (device == speaker) {
                put(line, at, text, device);
            } else if (presence_.online(device)) {
                put(line, at, "|", device);
            }
        }
        return line.text;
    }

    bool color_;
    std::size_t widest_;
    const Trace& trace_;
    const Zone& zone_;
    std::vector<std::size_t> column_;  // by device: where its column begins
    Presence presence_;
    std::vector<DeviceId> shown_;
    bool grouped_ = false;
    bool plain_ = false;
    std::uint32_t origin_ = 0;
    std::string text_;
};

}  // namespace

std::string drawTimeline(const Trace& trace, std::size_t columns, bool color) {
    return Ladder(trace, columns, color).draw();
}

std::string timelineReport(const Result& result) {
    std::string text;
    for (const CaseResult& c : result.cases) {
        if (!c.timeline.empty()) text += fmt::format("{}\n\n{}\n", printable(c.id), c.timeline);
    }
    return text;
}

}  // namespace mdsync
