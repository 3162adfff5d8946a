// Story: what `mdsync why` tells, for people and as the document `why/1`.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "mdsync/report.hpp"
#include "report/failure_text.hpp"
#include "report/text.hpp"

namespace mdsync {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostEvents = 24;  // that are shown
constexpr std::size_t kStoryWidth = 98;  // of a line

// `09:00:00.060  :14  `, with the day where they are of several.
class Margin {
public:
    Margin(const std::vector<Because>& events, const Zone& zone) : zone_(zone) {
        for (const Because& e : events) {
            isOneDay_ = isOneDay_ && localDate(e.t, zone) == localDate(events.front().t, zone);
            lineWidth_ = std::max(lineWidth_, lineOf(e).size());
        }
    }

    [[nodiscard]] std::string of(const Because& e) const {
        const std::string day = isOneDay_ ? "" : localDate(e.t, zone_) + " ";
        return fmt::format("  {}{}  {:<{}}  ", day, localTime(e.t, zone_), lineOf(e), lineWidth_);
    }

private:
    static std::string lineOf(const Because& e) { return e.origin == 0 ? "" : fmt::format(":{}", e.origin); }

    const Zone& zone_;
    bool isOneDay_ = true;
    std::size_t lineWidth_ = 0;
};

// `text` behind `begin`, further lines beneath its beginning.
std::string hanging(const std::string& begin, std::string_view text) {
    const std::string indent(begin.size(), ' ');
    const std::string lines = wrapped(printable(text), indent, std::max<std::size_t>(kStoryWidth, begin.size() + 40));
    return begin + lines.substr(std::min(begin.size(), lines.size()));
}

std::string eventsText(const MessageStory& story, const Told& told, bool whole) {
    const Margin margin(story.events, told.timezone);
    const std::size_t all = story.events.size();
    const std::size_t shown = whole ? all : std::min(all, kMostEvents);
    std::string text;
    for (std::size_t i = 0; i < all; ++i) {
        // Of a long story the middle is left out.
        if (i >= shown / 2 && i < shown / 2 + (all - shown)) {
            if (i == shown / 2) text += fmt::format("  ({} more: -v)\n", all - shown);
            continue;
        }
        text += hanging(margin.of(story.events[i]), story.events[i].text);
    }
    return text.empty() ? text : text + "\n";
}

std::string listText(std::string_view name, const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& each : lines) {
        text += hanging(fmt::format("  {:<10}", text.empty() ? name : ""), each);
    }
    return text;
}

Json head(const Told& told) {
    return {{"mdsync", "why/1"},
            {"file", printable(told.file)},
            {"device", printable(told.device)},
            {"message", told.message.empty() ? Json(nullptr) : Json(printable(told.message))},
            {"events", told.events},
            {"t", told.until.time_since_epoch().count()}};
}

Json eventOf(const Because& e) {
    return {{"event", e.event},
            {"t", e.t.time_since_epoch().count()},
            {"line", e.origin == 0 ? Json(nullptr) : Json(e.origin)},
            {"text", e.text}};
}

std::string dumped(const Json& document) {
    return documentText(document);
}

}  // namespace

std::string storyText(const MessageStory& story, const Told& told, const ConsoleOptions& options) {
    const Paint paint(options.color);
    std::string text = paint.bold(printable(story.headline)) + "\n\n";
    text += eventsText(story, told, options.verbosity > 0);
    for (const std::string& saying : story.rules) text += hanging("  ", saying);
    if (story.rules.empty()) text += "  no rule demands it, and none forbids it\n";
    return text + "\n" + hanging("  why:  ", story.reason.text);
}

std::string storyJson(const MessageStory& story, const Told& told) {
    Json document = head(told);
    document["text"] = story.headline;
    document["story"] = Json::array();
    for (const Because& e : story.events) document["story"].push_back(eventOf(e));
    document["rules"] = story.rules;
    document["because"] = eventOf(story.reason);
    return dumped(document);
}

std::string belongingsText(const Belongings& belongings, const ConsoleOptions& options) {
    const Paint paint(options.color);
    std::string text = paint.bold(printable(belongings.headline)) + "\n\n";
    text += belongings.has.empty() ? "  has       nothing\n" : listText("has", belongings.has);
    text += listText("recalled", belongings.recalled);
    text += listText("lacks", belongings.lacks);
    return text + listText("is owed", belongings.owed);
}

std::string belongingsJson(const Belongings& belongings, const Told& told) {
    Json document = head(told);
    document["text"] = belongings.headline;
    document["has"] = belongings.has;
    document["recalled"] = belongings.recalled;
    document["lacks"] = belongings.lacks;
    document["owed"] = belongings.owed;
    return dumped(document);
}

}  // namespace mdsync
