// Mermaid: the rows of a picture as a sequence diagram, which code hosts and wikis draw from its text.
#include <fmt/format.h>

#include <algorithm>

#include "mdsync/diagnostic.hpp"
#include "report/describe.hpp"
#include "report/picture.hpp"
#include "report/text.hpp"

namespace mdsync {

namespace {

// Mermaid refuses texts of more than 50,000 characters, and nobody reads that much of a diagram.
constexpr std::size_t kMostOfADiagram = 40'000;
constexpr std::size_t kMostOfALabel = 200;  // columns
constexpr std::size_t kMostOfALine = 70;    // of a label over all lanes

// `text` as a label: what Mermaid could take for its own is written as its number, `#35;`.
std::string label(std::string_view text) {
    constexpr std::string_view kPlain = " .,/_-()+=!?'@:";
    std::string safe;
    for (const char c : withoutMiddle(printable(text), kMostOfALabel)) {
        const bool isWord = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        const bool isAscii = static_cast<unsigned char>(c) < 0x80;
        if (!isAscii || isWord || kPlain.find(c) != std::string_view::npos) {
            safe += c;
        } else {
            safe += fmt::format("#{};", static_cast<int>(c));
        }
    }
    return safe;
}

class Diagram {
public:
    explicit Diagram(const Picture& picture)
        : picture_(picture), isOnline_(picture.trace().header.devices.size(), false) {}

    std::string draw() {
        text_ = "sequenceDiagram\n  participant server\n";
        participants();
        if (text_.size() > kMostOfADiagram / 2)
            return "sequenceDiagram\n  participant server\n  note over server: too many devices for a diagram: --only names a few\n";
        const std::vector<bool> quiet = quietEvents(picture_.trace());
        std::size_t left = 0;
        for (const PictureRow& row : picture_.rows()) {
            if (row.kind == PictureRow::Kind::Events && row.marks.empty() && quiet[row.at]) continue;
            if (text_.size() > kMostOfADiagram) {
                left += row.kind == PictureRow::Kind::LeftOut ? row.count : row.events.size();
            } else {
                write(row);
            }
        }
        if (left > 0) over(fmt::format("and {} more", counted(left, "event")));
        for (const DeviceId device : picture_.lanes()) turn(device, false);
        return std::move(text_);
    }

private:
    // Those of a user stand together.
    void participants() {
        const Header& header = picture_.trace().header;
        UserId user;
        for (const DeviceId device : picture_.lanes()) {
            const DeviceInfo& info = header.devices[device.index()];
            if (info.user != user) {
                if (user.exists()) text_ += "  end\n";
                user = info.user;
                text_ += fmt::format("  box transparent {}\n", label(header.users[user.index()].name));
            }
            text_ += fmt::format("    participant {} as {}\n", id(device), label(info.name));
        }
        if (user.exists()) text_ += "  end\n";
    }

    void write(const PictureRow& row) {
        switch (row.kind) {
            case PictureRow::Kind::Events:
                catchUp(row.at);
                pass(row);
                writeEvents(row);
                break;
            case PictureRow::Kind::Missing:
                catchUp(row.at + 1);
                wrong([&] { writeMissing(row); });
                break;
            case PictureRow::Kind::Expectation:
                writeOutcome(row);
                break;
            case PictureRow::Kind::LeftOut:
                over(fmt::format("... {}", counted(row.count, "event")));
                break;
        }
    }

    void writeMissing(const PictureRow& row) {
        for (const std::size_t i : row.marks) {
            const PictureMark& mark = picture_.marks()[i];
            add(fmt::format("server--x{}: {} missing", id(mark.device), label(mark.missing)));
        }
        say(row);
    }

    void writeOutcome(const PictureRow& row) {
        const std::string what = fmt::format("{} {}", picture_.place(row), picture_.outcome(row));
        if (picture_.expectation(row).met) {
            over(what);
        } else {
            wrong([&] { over(what); });
        }
        place_.clear();
    }

    void writeEvents(const PictureRow& row) {
        const auto all = [&] {
            std::string place = picture_.place(row);
            if (place == std::exchange(place_, place)) place.clear();
            for (const std::size_t i : row.events) {
                writeEvent(picture_.event(i), place.empty()
                                                  ? describe(picture_.event(i), picture_.trace())
                                                  : place + " " + describe(picture_.event(i), picture_.trace()));
                place.clear();
            }
            say(row);
        };
        if (row.marks.empty()) {
            all();
        } else {
            wrong(all);
        }
    }

    void writeEvent(const Event& event, const std::string& what) {
        const std::string device = event.device.exists() ? id(event.device) : "server";
        switch (event.kind) {
            case EventKind::Send:
            case EventKind::Recall:
            case EventKind::Connect:
                if (event.device.exists()) return add(fmt::format("{}->>server: {}", device, label(what)));
                return add(fmt::format("Note over server: {}", label(what)));
            case EventKind::Receive:
            case EventKind::Recalled:
                return add(fmt::format("server->>{}: {}", device, label(what)));
            case EventKind::Online:
                add(fmt::format("Note over {}: {}", device, label(what)));
                return turn(event.device, true);
            case EventKind::Offline:
            case EventKind::Reinstall:
                turn(event.device, false);
                return add(fmt::format("Note over {}: {}", device, label(what)));
            case EventKind::Settled:
                return;
            default:
                return add(fmt::format("Note over {}: {}", device, label(what)));
        }
    }

    // Who went online or offline in events that are not shown.
    void catchUp(std::size_t until) {
        for (; seen_ < until; ++seen_) {
            const Event& event = picture_.event(seen_);
            if (event.kind == EventKind::Online) turn(event.device, true);
            if (event.kind == EventKind::Offline || event.kind == EventKind::Reinstall) turn(event.device, false);
        }
    }

    void turn(DeviceId device, bool isOn) {
        const auto& lanes = picture_.lanes();
        if (isOnline_[device.index()] == isOn || std::find(lanes.begin(), lanes.end(), device) == lanes.end()) return;
        isOnline_[device.index()] = isOn;
        add(fmt::format("{} {}", isOn ? "activate" : "deactivate", id(device)));
    }

    void pass(const PictureRow& row) {
        const Instant t = picture_.event(row.at).t;
        const Zone& zone = picture_.trace().header.app.timezone;
        if (!isBegun_) {
            over(fmt::format("{} {}", localDate(t, zone), localTime(t, zone)));
        } else if (t - before_ >= kWorthSaying) {
            over(fmt::format("{} later: {} {}", spellDuration(t - before_), localDate(t, zone), localTime(t, zone)));
        }
        isBegun_ = true;
        before_ = t;
    }

    void say(const PictureRow& row) {
        for (const std::string& sentence : picture_.sentences(row)) over("✗ " + sentence);
    }

    // A note over everybody.
    void over(const std::string& what) {
        const std::string last = picture_.lanes().empty() ? "" : "," + id(picture_.lanes().back());
        std::vector<std::string> lines;
        const std::string whole = wrapped(withoutMiddle(printable(what), kMostOfALabel), "", kMostOfALine);
        for (std::size_t at = 0; at < whole.size(); at = whole.find('\n', at) + 1) {
            lines.push_back(label(whole.substr(at, whole.find('\n', at) - at)));
        }
        add(fmt::format("Note over server{}: {}", last, fmt::join(lines, "<br/>")));
    }

    // On a ground that is seen at once.
    template <class Draw>
    void wrong(const Draw& draw) {
        add("rect rgba(220, 40, 40, 0.18)");
        indent_ = "    ";
        draw();
        indent_ = "  ";
        add("end");
    }

    void add(const std::string& line) { text_ += indent_ + line + "\n"; }

    static std::string id(DeviceId device) { return fmt::format("d{}", device.index()); }

    const Picture& picture_;
    std::vector<bool> isOnline_;  // by device
    std::size_t seen_ = 0;
    bool isBegun_ = false;
    Instant before_{};
    std::string place_;
    std::string indent_ = "  ";
    std::string text_;
};

}  // namespace

std::string drawMermaid(const Happening& happened, const View& view) {
    const Picture picture(happened, fittingView(happened, view));
    return Diagram(picture).draw();
}

}  // namespace mdsync
