// Hearing: what each rule said to an event, for people and as the document `event/1`.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "mdsync/diagnostic.hpp"
#include "mdsync/report.hpp"
#include "report/describe.hpp"
#include "report/text.hpp"

namespace mdsync {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMost = 60;       // sayings that are shown of a kind
constexpr std::size_t kSaidWidth = 10;  // `not broken`

std::string sayingsText(const std::vector<Saying>& sayings, const ConsoleOptions& options) {
    const Paint paint(options.color, options.width);
    std::size_t widest = 0;
    for (const Saying& each : sayings) widest = std::max(widest, rule(each.rule).name.size());
    const std::size_t shown = options.verbosity > 0 ? sayings.size() : std::min(sayings.size(), kMost);
    std::string text;
    for (std::size_t i = 0; i < shown; ++i) {
        const Saying& each = sayings[i];
        const std::string said = fmt::format("{:<{}}", each.said, kSaidWidth);
        const std::string begin = fmt::format("  {:<{}}  ", rule(each.rule).name, widest);
        std::string rest = each.about;
        if (!each.why.empty()) rest += (rest.empty() ? "" : ": ") + each.why;
        const std::string indent(begin.size() + kSaidWidth + 2, ' ');
        const std::size_t width = std::max<std::size_t>(options.width, indent.size() + 40) - indent.size();
        const std::string lines = wrapped(printable(rest), indent, width);
        text += begin + (each.said == "broken" ? paint.red(said) : said);
        text += rest.empty() ? "\n" : "  " + lines.substr(indent.size());
    }
    if (shown < sayings.size()) text += fmt::format("  and {} more (-v)\n", sayings.size() - shown);
    return text;
}

std::string countsOf(const Counts& counts) {
    std::vector<std::string> parts;
    const auto add = [&parts](std::uint64_t count, std::string_view what) {
        if (count == 1) parts.emplace_back(what);
        if (count > 1) parts.push_back(fmt::format("{} {} times", what, count));
    };
    add(counts.checked, "checked");
    add(counts.violated, "violated");
    add(counts.undecided, "undecided");
    add(counts.lapsed, "lapsed");
    return fmt::format("{}", fmt::join(parts, ", "));
}

Json sayingsJson(const std::vector<Saying>& sayings) {
    Json all = Json::array();
    for (const Saying& each : sayings) {
        all.push_back({{"rule", rule(each.rule).name}, {"said", each.said}, {"about", each.about}, {"why", each.why}});
    }
    return all;
}

bool isTold(const Hearing& hearing, const Violation& v) {
    const auto tells = [&v](const Saying& each) { return each.rule == v.rule && each.said == "broken"; };
    return std::any_of(hearing.bans.begin(), hearing.bans.end(), tells) ||
           std::any_of(hearing.duties.begin(), hearing.duties.end(), tells);
}

}  // namespace

std::string eventLine(const Recording& recording, std::uint64_t event) {
    const Event& e = recording.trace.events[event];
    const std::uint32_t line = recording.lineOf(e.origin);
    const std::string where = line == 0 ? "" : fmt::format(":{}", line);
    const std::string who = e.device.exists() ? printable(recording.trace.header.path(e.device)) : "server";
    const bool isTheirs = e.kind != EventKind::Settled && e.kind != EventKind::Note;
    return fmt::format("#{:<4} {:>5}  {}  {}{}", event + 1, where, localTime(e.t, recording.trace.header.app.timezone),
                       isTheirs ? who + "  " : "", describe(e, recording.trace));
}

std::string hearingText(const Hearing& hearing, const ConsoleOptions& options) {
    const Paint paint(options.color, options.width);
    std::string text;
    if (hearing.isAwaited) text += "  this session was owed it live, and it had not come yet: no ban is asked\n";
    if (!hearing.bans.empty())
        text += paint.bold("What must not arrive, asked in this order until one is broken") + "\n" +
                sayingsText(hearing.bans, options);
    if (!hearing.duties.empty())
        text += paint.bold("What was owed, or asked about connections") + "\n" + sayingsText(hearing.duties, options);
    for (const Violation& v : hearing.violated) {
        if (isTold(hearing, v)) continue;
        text += paint.red(
            wrapped(printable(fmt::format("{} is violated: {}", rule(v.rule).name, v.text)), "  ", options.width - 2));
    }
    if (hearing.counted.empty()) return text + "  no rule is put to the test by it\n";
    text += paint.bold("What it counts as") + "\n";
    for (const auto& [id, counts] : hearing.counted)
        text += fmt::format("  {:<28} {}\n", rule(id).name, countsOf(counts));
    return text;
}

std::string hearingJson(const Hearing& hearing, const Told& told) {
    Json document{{"mdsync", "event/1"},
                  {"file", printable(told.file)},
                  {"event", told.events - 1},
                  {"t", told.until.time_since_epoch().count()},
                  {"awaited", hearing.isAwaited},
                  {"bans", sayingsJson(hearing.bans)},
                  {"duties", sayingsJson(hearing.duties)}};
    document["violated"] = Json::array();
    for (const Violation& v : hearing.violated)
        document["violated"].push_back({{"rule", rule(v.rule).name}, {"text", v.text}});
    document["counts"] = Json::object();
    for (const auto& [id, counts] : hearing.counted) {
        document["counts"][rule(id).name] = {{"checked", counts.checked},
                                             {"violated", counts.violated},
                                             {"undecided", counts.undecided},
                                             {"lapsed", counts.lapsed}};
    }
    return documentText(document);
}

}  // namespace mdsync
