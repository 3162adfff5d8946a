// Timeline: a ladder of what happened. Time runs down; the server and every device have a column, in which their events
// stand and, while a device is online, its rail.
#include "mdsync/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "mdsync/diagnostic.hpp"
#include "mdsync/presence.hpp"
#include "mdsync/report.hpp"
#include "report/causes.hpp"
#include "report/describe.hpp"
#include "report/picture.hpp"
#include "report/text.hpp"

namespace mdsync {

namespace {

constexpr std::size_t kNarrowest = 12;  // of a column
constexpr std::size_t kNarrowestInGroup = 8;
constexpr std::size_t kRoom = 28;     // that words have from their column to the edge at least, if they are so long
constexpr std::size_t kWords = 44;    // of the words behind rails, if the rails can stand closer
constexpr std::size_t kCrossed = 12;  // of the words around the name of what is missing, with the gap behind them
constexpr std::size_t kServerWidth = 18;
constexpr std::size_t kNarrowestServer = 10;
constexpr std::size_t kPlaceWidth = 3;        // of `:14`
constexpr std::size_t kTimeWidth = 12;        // of `09:00:00.020`
constexpr std::size_t kDeepest = 20000;       // rows; what follows is counted
constexpr std::size_t kLinesOfASentence = 3;  // about
constexpr std::size_t kLinesOfAnOutcome = 2;
constexpr std::string_view kSettled = "----------------";

std::string blanks(std::size_t count) {
    return std::string(count, ' ');
}

// A Line is filled from left to right. What does not fit the terminal is cut.
class Line {
public:
    explicit Line(std::size_t columns) : columns_(columns) {}

    using Brush = std::function<std::string(std::string_view)>;

    // False if something stands there already. Between words there is a blank.
    bool put(std::size_t at, const std::string& text, const Brush& brush = {}) {
        const bool isBare = end_ == 0 || (endsInRail_ && isRail(text));
        if (at < end_ + (isBare ? 0 : 1)) return false;
        if (at >= columns_) return true;
        const std::string shown = clipped(text, columns_ - at);
        text_ += blanks(at - end_);
        text_ += brush ? brush(shown) : shown;
        end_ = at + widthOf(shown);
        endsInRail_ = isRail(text);
        return true;
    }

    [[nodiscard]] const std::string& text() const { return text_; }

private:
    static bool isRail(std::string_view text) { return text == "|" || text == "*" || text == "✗"; }

    std::size_t columns_;
    std::size_t end_ = 0;
    bool endsInRail_ = false;
    std::string text_;
};

class Ladder {
public:
    Ladder(const Picture& picture, const LadderOptions& options)
        : picture_(picture),
          trace_(picture.trace()),
          zone_(trace_.header.app.timezone),
          paint_(options.color, options.columns),
          saysWhoIsLeftOut_(options.view.isAroundFailures && options.view.only.empty()),
          column_(trace_.header.devices.size(), 0),
          crosses_(column_.size(), 0),
          presence_(column_.size()) {
        for (const PictureRow& row : picture.rows()) {
            placeWidth_ = std::max(placeWidth_, widthOf(picture.place(row)));
        }
    }

    std::string draw() {
        choose();
        before_ = event(std::min(picture_.rows().front().at, trace_.events.size() - 1)).t;
        day(before_);
        heading();
        std::size_t rows = 0;
        for (const PictureRow& row : picture_.rows()) {
            if (++rows > kDeepest) break;
            write(row);
        }
        if (rows > kDeepest) {
            for (std::size_t i = kDeepest; i < picture_.rows().size(); ++i)
                leftOut_ += picture_.rows()[i].kind == PictureRow::Kind::LeftOut ? picture_.rows()[i].count
                                                                                 : picture_.rows()[i].events.size();
        }
        pass(before_);
        return std::move(text_);
    }

private:
    // Paths: a column a device, under `alice/phone`. Names: under `alice` and, below, `phone`. Rails: no columns, but
    // rails, and what happened at the right of them. Words: too many even for that.
    enum class Shape { Paths, Names, Rails, Words };

    // ---- columns ----------------------------------------------------------------------------------------------------

    void choose() {
        const std::vector<std::size_t> longest = measure();
        const std::size_t room = paint_.columns() > margin() ? paint_.columns() - margin() : 0;
        for (const Shape shape : {Shape::Paths, Shape::Names}) {
            shape_ = shape;
            if (layOut(longest) <= room) return;
        }
        const std::size_t lanes = picture_.lanes().size();
        const std::size_t wide = lanes * 2 + kWords <= room ? 2 : 1;  // from rail to rail
        shape_ = lanes * wide <= room / 2 ? Shape::Rails : Shape::Words;
        std::size_t at = 0;
        for (const DeviceId device : picture_.lanes()) column_[device.index()] = std::exchange(at, at + wide);
        serverWidth_ = shape_ == Shape::Rails ? at + 1 : 0;  // where the words stand
    }

    // Sets the width of the server's column. Returns that of the longest words of each device.
    std::vector<std::size_t> measure() {
        std::vector<std::size_t> longest(column_.size(), 0);
        serverWidth_ = kNarrowestServer;
        for (const PictureRow& row : picture_.rows()) {
            for (const std::size_t i : row.events) {
                std::size_t& width = event(i).device.exists() ? longest[event(i).device.index()] : serverWidth_;
                width = std::max(width, widthOf(words(i)) + 2);
            }
            if (row.kind != PictureRow::Kind::Missing) continue;
            for (const std::size_t i : row.marks) {
                const std::size_t device = picture_.marks()[i].device.index();
                const std::size_t width = widthOf(picture_.marks()[i].missing) + kCrossed;
                longest[device] = std::max(longest[device], width);
                if (row.marks.size() > 1) crosses_[device] = std::max(crosses_[device], width);
            }
        }
        serverWidth_ = std::min(serverWidth_, kServerWidth);
        return longest;
    }

    // Gives every lane its column. Returns what all need, with their `longest` words.
    std::size_t layOut(const std::vector<std::size_t>& longest) {
        std::size_t at = serverWidth_;
        std::size_t all = serverWidth_;
        UserId user;
        std::size_t userEnd = 0;  // of the name of the user before, where names stand in a row of their own
        for (const DeviceId device : picture_.lanes()) {
            const DeviceInfo& info = trace_.header.devices[device.index()];
            if (shape_ == Shape::Names && info.user != user) {
                at = std::max(at, userEnd);
                user = info.user;
                userEnd = at + widthOf(trace_.header.users[user.index()].name) + 2;
            }
            column_[device.index()] = at;
            all = std::max(all, at + std::min(longest[device.index()], kRoom));
            at += shape_ == Shape::Names
                      ? std::max(widthOf(info.name) + 2, kNarrowestInGroup)
                      : std::max({widthOf(trace_.header.path(device)) + 2, kNarrowest, crosses_[device.index()]});
        }
        return std::max(all, at - std::min<std::size_t>(at, 2));
    }

    void heading() {
        if (hasColumns()) names();
        if (!saysWhoIsLeftOut_ || picture_.idle().empty()) return;
        std::vector<std::string> paths;
        for (const DeviceId device : picture_.idle()) paths.push_back(pathOf(device));
        const std::string rest = fmt::format("{}not shown: {}", blanks(placeWidth_ + 4), fmt::join(paths, ", "));
        text_ += paint_.faint(clipped(rest, paint_.columns())) + "\n";
    }

    void names() {
        Line users = line();
        Line devices = line();
        devices.put(margin(), "server");
        UserId user;
        for (const DeviceId device : picture_.lanes()) {
            const DeviceInfo& info = trace_.header.devices[device.index()];
            const std::size_t at = margin() + column_[device.index()];
            devices.put(at, printable(shape_ == Shape::Names ? info.name : trace_.header.path(device)),
                        brushOf(device));
            if (info.user == user) continue;
            user = info.user;
            users.put(at, printable(trace_.header.users[user.index()].name));
        }
        if (shape_ == Shape::Names) text_ += users.text() + "\n";
        text_ += devices.text() + "\n";
    }

    // ---- rows -------------------------------------------------------------------------------------------------------

    void write(const PictureRow& row) {
        if (row.kind == PictureRow::Kind::LeftOut) {
            leftOut_ += row.count;
            return;
        }
        pass(timeOf(row));
        const std::size_t seen = row.kind == PictureRow::Kind::Missing ? row.at + 1 : row.at;
        for (; seen_ < seen; ++seen_) presence_.see(event(seen_));
        switch (row.kind) {
            case PictureRow::Kind::Events:
                return writeEvents(row);
            case PictureRow::Kind::Missing:
                return writeMissing(row);
            case PictureRow::Kind::Expectation:
                return writeOutcome(row);
            case PictureRow::Kind::LeftOut:
                break;
        }
    }

    void writeEvents(const PictureRow& row) {
        const std::size_t first = row.events.front();
        Pieces pieces{.behind = sentence(row.events), .glyph = "*", .isMarked = !row.marks.empty()};
        for (const std::size_t i : row.events) {
            if (event(i).device.exists()) pieces.inLanes.emplace_back(event(i).device, words(i));
        }
        if (pieces.inLanes.empty()) pieces.ofServer = words(first);
        writePieces(row, std::move(pieces));
        writeSentences(row);
    }

    // `alice/phone m1 live`, or `m1 live on alice/phone, alice/web`.
    [[nodiscard]] std::string sentence(const std::vector<std::size_t>& events) const {
        const Event& first = event(events.front());
        const std::string what = words(events.front());
        if (!first.device.exists()) return first.kind == EventKind::Settled ? what : "server " + what;
        if (events.size() == 1) return fmt::format("{} {}", pathOf(first.device), what);
        std::vector<std::string> paths;
        for (const std::size_t i : events) paths.push_back(pathOf(event(i).device));
        return fmt::format("{} on {}", what, fmt::join(paths, ", "));
    }

    void writeMissing(const PictureRow& row) {
        const std::string what = printable(picture_.marks()[row.marks.front()].missing);
        // Where names stand close, that it is missing is what the cross says.
        const bool isShort = shape_ == Shape::Names && row.marks.size() > 1;
        Pieces pieces{.glyph = "✗", .isMarked = true, .isWrong = true};
        std::vector<std::string> paths;
        for (const std::size_t i : row.marks) {
            const DeviceId device = picture_.marks()[i].device;
            pieces.inLanes.emplace_back(device, fmt::format("✗ {}{}", what, isShort ? "" : " missing"));
            paths.push_back(pathOf(device));
        }
        pieces.behind = fmt::format("{} missing on {}", what, fmt::join(paths, ", "));
        writePieces(row, std::move(pieces));
        writeSentences(row);
    }

    // What a row says: in the columns of the server and of devices, or, of rails, behind them.
    struct Pieces {
        std::string ofServer{};
        std::vector<std::pair<DeviceId, std::string>> inLanes{};
        std::string behind{};
        std::string_view glyph{};
        bool isMarked = false;
        bool isWrong = false;
    };

    // In a line, and in further ones where the words of two devices would run into each other.
    void writePieces(const PictureRow& row, Pieces pieces) {
        std::stable_sort(pieces.inLanes.begin(), pieces.inLanes.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        Line next = line(pieces.isMarked, newPlace(row), clock(row));
        if (hasColumns() && !pieces.ofServer.empty()) next.put(margin(), pieces.ofServer);
        fill(next, pieces);
        if (!hasColumns()) {
            const DeviceId device = pieces.inLanes.empty() ? DeviceId{} : pieces.inLanes.front().first;
            next.put(margin() + serverWidth_, pieces.behind, pieces.isWrong ? red() : brushOf(device));
            pieces.inLanes.clear();
        }
        text_ += next.text() + "\n";
        while (!pieces.inLanes.empty()) {
            Line more = line(pieces.isWrong);
            fill(more, pieces);
            text_ += more.text() + "\n";
        }
    }

    // Rails, and what fits of the pieces; of them the rest is left.
    void fill(Line& next, Pieces& pieces) const {
        if (shape_ == Shape::Words) return;
        std::vector<std::pair<DeviceId, std::string>> left;
        auto own = pieces.inLanes.begin();
        for (const DeviceId device : picture_.lanes()) {
            const std::size_t at = margin() + column_[device.index()];
            if (own == pieces.inLanes.end() || own->first != device) {
                if (presence_.online(device)) next.put(at, "|", brushOf(device));
                continue;
            }
            const std::string shown = hasColumns() ? own->second : std::string(pieces.glyph);
            if (!next.put(at, shown, pieces.isWrong ? red() : brushOf(device))) left.push_back(*own);
            ++own;
        }
        if (hasColumns()) pieces.inLanes = std::move(left);
    }

    [[nodiscard]] bool hasColumns() const { return shape_ == Shape::Paths || shape_ == Shape::Names; }

    [[nodiscard]] std::string pathOf(DeviceId device) const { return printable(trace_.header.path(device)); }

    [[nodiscard]] Line::Brush red() const {
        return [this](std::string_view text) { return paint_.red(text); };
    }

    // The rule in the margin.
    void writeSentences(const PictureRow& row) {
        for (const std::string& sentence : picture_.sentences(row)) {
            const std::string all = clipped(sentence, kLinesOfASentence * paint_.width());
            writeWrapped(wrapped(all, "  ", paint_.width()), 0, "! ", red());
        }
    }

    void writeOutcome(const PictureRow& row) {
        const bool isMet = picture_.expectation(row).met;
        const std::size_t at = placeWidth_ + 2;
        const std::size_t width = paint_.columns() > at + 2 ? paint_.columns() - at - 2 : 1;
        const std::string all = isMet ? clipped(picture_.outcome(row), width)
                                      : withoutMiddle(picture_.outcome(row), kLinesOfAnOutcome * width);
        const std::string head = fmt::format("{} {}{}  ", isMet ? " " : "!",
                                             blanks(placeWidth_ - widthOf(picture_.place(row))), picture_.place(row));
        writeWrapped(wrapped(all, "  ", width), at, head,
                     [this, isMet](std::string_view text) { return isMet ? paint_.green(text) : paint_.red(text); });
        place_.clear();
    }

    // `lines`, each of which begins with two blanks: the first behind `head` instead, the others below it.
    void writeWrapped(const std::string& lines, std::size_t at, const std::string& head, const Line::Brush& brush) {
        bool isFirst = true;
        for (std::size_t begin = 0; begin < lines.size();) {
            const std::size_t end = lines.find('\n', begin);
            const std::string shown = lines.substr(begin + 2, end - begin - 2);
            // The mark belongs to the sentence where nothing stands between them.
            if (isFirst && at == 0) {
                text_ += brush(head + shown);
            } else {
                text_ += (isFirst ? brush(head.substr(0, 1)) + head.substr(1) : blanks(at + 2)) + brush(shown);
            }
            text_ += "\n";
            isFirst = false;
            begin = end + 1;
        }
    }

    // ---- time and place ---------------------------------------------------------------------------------------------

    [[nodiscard]] Instant timeOf(const PictureRow& row) const {
        if (row.kind == PictureRow::Kind::Expectation) return before_;
        return event(std::min(row.at, trace_.events.size() - 1)).t;
    }

    void day(Instant t) { text_ += fmt::format("{} ({})\n", localDate(t, zone_), zone_.name()); }

    // What lies between the last row and `to`.
    void pass(Instant to) {
        std::vector<std::string> parts;
        if (leftOut_ > 0) parts.push_back(counted(leftOut_, "event"));
        if (to - before_ >= kWorthSaying) parts.push_back(spellDuration(to - before_) + " later");
        if (!parts.empty()) {
            text_ += blanks(margin()) + paint_.faint(fmt::format("... {}", fmt::join(parts, ", "))) + "\n";
        }
        if (localDate(before_, zone_) != localDate(to, zone_)) day(to);
        before_ = to;
        leftOut_ = 0;
    }

    // Empty where it is that of the row before.
    std::string newPlace(const PictureRow& row) {
        const std::string place = picture_.place(row);
        return place == std::exchange(place_, place) ? "" : place;
    }

    [[nodiscard]] std::string clock(const PictureRow& row) const { return localTime(timeOf(row), zone_); }

    // Where the columns begin: behind the mark, the place and the time.
    [[nodiscard]] std::size_t margin() const { return 2 + placeWidth_ + 2 + kTimeWidth + 2; }

    // A line begins with the step it belongs to, where it is a new one, and the time.
    [[nodiscard]] Line line(bool isMarked = false, const std::string& place = {}, const std::string& time = {}) const {
        Line next(paint_.columns());
        if (isMarked) next.put(0, "!", red());
        if (!place.empty()) next.put(2 + placeWidth_ - widthOf(place), place);
        if (!time.empty()) next.put(margin() - 2 - kTimeWidth, time);
        return next;
    }

    [[nodiscard]] Line::Brush brushOf(DeviceId device) const {
        if (!device.exists()) return {};
        return [this, device](std::string_view text) { return paint_.lane(device.index(), text); };
    }

    [[nodiscard]] const Event& event(std::size_t i) const { return trace_.events[i]; }

    [[nodiscard]] std::string words(std::size_t i) const {
        return event(i).kind == EventKind::Settled ? std::string(kSettled) : describe(event(i), trace_);
    }

    const Picture& picture_;
    const Trace& trace_;
    const Zone& zone_;
    Paint paint_;
    bool saysWhoIsLeftOut_;
    Shape shape_ = Shape::Words;
    std::size_t placeWidth_ = kPlaceWidth;
    std::size_t serverWidth_ = kServerWidth;
    std::vector<std::size_t> column_;  // by device: where its column begins, behind the margin
    std::vector<std::size_t>
        crosses_;  // by device: the width of what says that something is missing there and on others
    Presence presence_;
    std::size_t seen_ = 0;  // events that presence_ knows
    std::size_t leftOut_ = 0;
    Instant before_{};
    std::string place_;
    std::string text_;
};

}  // namespace

std::string drawLadder(const Happening& happened, const LadderOptions& options) {
    if (happened.trace.events.empty()) return "nothing happened\n";
    const Picture picture(happened, options.view);
    if (!picture.rows().empty()) return Ladder(picture, options).draw();
    if (!options.view.isAroundFailures) return "nothing of that happened\n";
    return failuresOf(happened.result).empty() ? "" : "no event failed here: --timeline shows all that happened\n";
}

std::string timelineReport(const Result& result) {
    std::string text;
    for (const CaseResult& c : result.cases) {
        if (!c.timeline.empty()) text += fmt::format("{}\n\n{}\n", printable(c.id), unpainted(c.timeline));
    }
    return text;
}

}  // namespace mdsync
