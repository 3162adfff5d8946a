// HTML: one page that shows a result to people, and the events of its cases as timelines. The page, its style and its
// scripts are files of their own, in sim/report/html; here they are put together with the data, which a browser reads
// from script elements. What is drawn, and how, the scripts decide.
#include "report/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "mdsync/report.hpp"
#include "mdsync/trace_io.hpp"
#include "report/describe.hpp"
#include "report/picture.hpp"
#include "report/text.hpp"
#include "rules/history/window.hpp"

namespace mdsync {

namespace page {  // other reports have words of the same names

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kSourceShown = 240;  // bytes of a step's text
constexpr std::size_t kTold = 100;         // violations of one case that are told; nobody reads more

std::int64_t number(Instant t) {
    return t.time_since_epoch().count();
}

// `json` so that nothing in it ends the script element that it stands in, and so that scripts of any age read it.
std::string harmless(std::string_view json) {
    constexpr std::string_view kSeparators = "\xe2\x80\xa8";  // U+2028; U+2029 has the next byte as its last
    std::string text;
    text.reserve(json.size());
    for (std::size_t i = 0; i < json.size(); ++i) {
        if (json[i] == '<') {
            text += "\\u003c";
        } else if (json[i] == kSeparators[0] &&
                   (json.substr(i, 3) == kSeparators || json.substr(i, 3) == "\xe2\x80\xa9")) {
            text += json[i + 2] == kSeparators[2] ? "\\u2028" : "\\u2029";
            i += 2;
        } else {
            text += json[i];
        }
    }
    return text;
}

// The letter of an event's kind in a story; story.js has the same.
char letterOf(const Event& event) {
    switch (event.kind) {
        case EventKind::Connect:
            return 'c';
        case EventKind::Online:
            return 'O';
        case EventKind::Refused:
            return 'f';
        case EventKind::Offline:
            return 'x';
        case EventKind::Reinstall:
            return 'i';
        case EventKind::Send:
            return 's';
        case EventKind::Publish:
            return 'p';
        case EventKind::Accept:
            return 'a';
        case EventKind::Reject:
            return 'j';
        case EventKind::Receive:
            return std::string_view("rlqz")[static_cast<std::size_t>(event.via)];
        case EventKind::CaughtUp:
            return 'u';
        case EventKind::Recall:
            return 'e';
        case EventKind::RecallAccept:
            return 'A';
        case EventKind::RecallReject:
            return 'J';
        case EventKind::Recalled:
            return 'd';
        case EventKind::Sync:
            return 'y';
        case EventKind::Set:
            return 'g';
        case EventKind::Join:
            return '+';
        case EventKind::Leave:
            return '-';
        case EventKind::Settled:
            return '.';
        case EventKind::Note:
            return 'n';
        case EventKind::Device:
        case EventKind::Group:
        case EventKind::Room:
            return 'D';
    }
    return 'n';
}

// Whether the kind, the device and the message say all that there is to say of such an event.
bool saysItself(const Event& event) {
    switch (event.kind) {
        case EventKind::Connect:
        case EventKind::Online:
        case EventKind::Reinstall:
        case EventKind::Accept:
        case EventKind::Receive:
        case EventKind::RecallAccept:
        case EventKind::Recalled:
        case EventKind::Settled:
            return true;
        default:
            return false;
    }
}

// A Story is what happened in a case, as JSON: a list for each thing that is known of an event, as that is a third of
// the bytes of a list of events. Numbers that grow are differences to the one before; rare things stand in objects, by
// the number of the event.
class Story {
public:
    explicit Story(const Trace& trace) : trace_(trace), zone_(trace.header.app.timezone) {}

    std::string write(const CaseResult& result, const Case* scenario, std::string_view text) {
        const Header& header = trace_.header;
        Json users = Json::array();
        for (const UserInfo& user : header.users) users.push_back(user.name);
        Json devices = Json::array();
        for (const DeviceInfo& device : header.devices) {
            devices.push_back({device.name, device.user.index(), std::string(spell(device.platform))});
        }
        days_ = header.app.compensationDays;
        Json story = {{"start", number(header.t)}, {"source", header.source},
                      {"sync", header.app.sync},   {"delay", header.readings.switchDelay.count()},
                      {"users", std::move(users)}, {"devices", std::move(devices)}};
        Instant before = header.t;
        std::uint32_t origin = 0;
        for (std::size_t i = 0; i < trace_.events.size(); ++i) {
            const Event& event = trace_.events[i];
            column(times_, (event.t - before).count());
            column(devices_, event.device.exists() ? static_cast<std::int64_t>(event.device.index()) : -1);
            column(messages_, messageOf(event));
            column(origins_, std::int64_t{event.origin} - std::int64_t{origin});
            kinds_ += letterOf(event);
            before = event.t;
            origin = event.origin;
            addRare(event, std::to_string(i));
        }
        story["zone"] = std::move(offsets_);
        story["words"] = std::move(words_);
        story["by"] = std::move(by_);
        story["api"] = std::move(api_);
        story["windows"] = std::move(windows_);
        story["messages"] = std::move(names_);
        story["missing"] = missing(result);
        if (scenario != nullptr) addSteps(story, *scenario, text);
        if (scenario != nullptr) addUnmet(story, result, *scenario);
        std::string json = lineText(story);
        json.pop_back();
        std::string quiet;
        for (const bool isQuiet : quietEvents(trace_)) quiet += isQuiet ? '1' : '0';
        json += fmt::format(R"(,"kinds":"{}","quiet":"{}","t":[{}],"d":[{}],"m":[{}],"o":[{}]}})", kinds_, quiet,
                            times_, devices_, messages_, origins_);
        return json;
    }

private:
    static void column(std::string& list, std::int64_t value) {
        if (!list.empty()) list += ',';
        fmt::format_to(std::back_inserter(list), "{}", value);
    }

    // Messages are numbered as they are mentioned.
    std::int64_t messageOf(const Event& event) {
        if (!event.message.exists()) return -1;
        const auto [place, isNew] = numbers_.try_emplace(event.message.index(), numbers_.size());
        if (isNew) names_.push_back(trace_.lexicon.messages[event.message]);
        return static_cast<std::int64_t>(place->second);
    }

    void addRare(const Event& event, const std::string& key) {
        const std::int64_t offset = zone_.offsetAt(event.t).count();
        if (offsets_.empty() || offsets_.back()[1] != offset) {
            offsets_.push_back({number(event.t) - number(trace_.header.t), offset});
        }
        if (!saysItself(event)) words_[key] = describe(event, trace_);
        if (event.kind == EventKind::Offline && event.by.exists()) by_[key] = event.by.index();
        if (event.user.exists() && (event.kind == EventKind::Publish || event.kind == EventKind::Recall)) {
            api_[key] = event.user.index();
        }
        if (event.kind == EventKind::Online) {
            const Instant from = rules::windowAt(event.t, days_, trace_.header.readings.window, zone_).demanded;
            windows_[key] = number(from) - number(trace_.header.t);
        }
        if (event.kind == EventKind::Set && !event.refused && event.annex != Event::kNoAnnex) {
            const SettingsChange& change = trace_.annex.settings[event.annex];
            if (change.compensationDays) days_ = static_cast<int>(*change.compensationDays);
        }
    }

    // The text of a step in a line, of which a long one is cut.
    static std::string sourceOf(const Span& span, std::string_view text) {
        if (span.offset >= text.size()) return {};
        std::string source;
        for (const char c : text.substr(span.offset, span.length)) {
            const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
            if (!blank || (!source.empty() && source.back() != ' ')) source += blank ? ' ' : c;
            if (source.size() > kSourceShown) return source + "...";
        }
        return source;
    }

    // Steps that come from one place in the file, as those of a `repeat`, share its text.
    static void addSteps(Json& story, const Case& scenario, std::string_view text) {
        Json steps = Json::array();
        Json sources = Json::array();
        std::map<std::uint64_t, std::size_t> known;
        for (const Step& step : scenario.steps) {
            const auto [place, isNew] = known.try_emplace(step.span.offset, sources.size());
            if (isNew) {
                sources.push_back({step.span.line, std::string("acwen").substr(static_cast<std::size_t>(step.kind), 1),
                                   sourceOf(step.span, text)});
                if (step.base > 0) sources.back().push_back(scenario.bases[step.base - 1]);
            }
            steps.push_back(place->second);
        }
        story["steps"] = std::move(steps);
        story["sources"] = std::move(sources);
    }

    [[nodiscard]] Json namesOf(const std::optional<std::vector<MessageId>>& messages) const {
        Json names = Json::array();
        for (const MessageId id : messages.value_or(std::vector<MessageId>{})) {
            names.push_back(trace_.lexicon.messages[id]);
        }
        return names;
    }

    // By the number of a violation: what should have come by then.
    [[nodiscard]] Json missing(const CaseResult& result) const {
        Json missing = Json::object();
        for (std::size_t i = 0; i < std::min(result.violations.size(), kTold); ++i) {
            const std::string what = missingOf(result.violations[i], trace_);
            // An arrow leads to a device.
            if (!what.empty() && !result.violations[i].device.empty()) missing[std::to_string(i)] = what;
        }
        return missing;
    }

    // Of each expectation that is not met: which devices it is about, and which messages it wants there or not there.
    void addUnmet(Json& story, const CaseResult& result, const Case& scenario) const {
        Json unmet = Json::object();
        for (const ExpectationResult& each : result.expectations) {
            if (each.met || each.step == 0 || each.step > scenario.steps.size()) continue;
            const Step& step = scenario.steps[each.step - 1];
            if (step.kind != StepKind::Expect) continue;
            Json devices = Json::array();
            for (const DeviceId device : step.expect.devices) devices.push_back(device.index());
            Json about = {{"devices", std::move(devices)}};
            if (step.expect.message.exists()) about["message"] = trace_.lexicon.messages[step.expect.message];
            for (const auto* wanted :
                 {&step.expect.has, &step.expect.exactly, &step.expect.visible, &step.expect.order}) {
                if (*wanted) about["has"] = namesOf(*wanted);
            }
            if (step.expect.lacks) about["lacks"] = namesOf(step.expect.lacks);
            if (step.expect.recalled) about["recalled"] = namesOf(step.expect.recalled);
            if (step.expect.hidden) about["hidden"] = namesOf(step.expect.hidden);
            if (step.expect.exactly || step.expect.visible) about["only"] = true;
            unmet[std::to_string(each.step)] = std::move(about);
        }
        story["unmet"] = std::move(unmet);
    }

    const Trace& trace_;
    const Zone& zone_;
    int days_ = 1;
    std::string kinds_, times_, devices_, messages_, origins_;
    std::map<std::size_t, std::size_t> numbers_;
    Json names_ = Json::array();
    Json offsets_ = Json::array();   // [t, minutes]: what is added from then on
    Json words_ = Json::object();    // what happened, in words
    Json by_ = Json::object();       // offline: the device whose login did it
    Json api_ = Json::object();      // publish, recall: the user in whose name the backend asked
    Json windows_ = Json::object();  // online: where the window of this login begins
};

std::size_t index(RuleId id) {
    return static_cast<std::size_t>(id);
}

Json countsOf(const Counts& c) {
    return {c.checked, c.violated, c.undecided, c.lapsed};
}

Json catalogueOf(const RuleCounts& totals, const RuleCounts& emulated) {
    Json rules = Json::array();
    for (const Rule& row : catalogue()) {
        const Counts& counts = totals[index(row.id)];
        Json never = Json::array();
        for (const Aspect aspect : listed(row.aspects & ~counts.aspects)) never.push_back(std::string(explain(aspect)));
        rules.push_back({{"name", std::string(row.name)},
                         {"source", std::string(row.source)},
                         {"quote", std::string(row.quote)},
                         {"statement", std::string(row.statement)},
                         {"reading", std::string(row.reading)},
                         {"tempted", std::string(row.tempted)},
                         {"counts", countsOf(counts)},
                         {"adapters", emulated[index(row.id)].checked},
                         {"never", std::move(never)}});
    }
    return rules;
}

Json violationOf(const CaseResult& c, std::size_t i) {
    const ReportedViolation& v = c.violations[i];
    Json because = Json::array();
    for (const Because& link : v.because) {
        because.push_back({link.event, localTime(link.t, c.timezone), link.text});
    }
    Json json = {{"rule", index(v.rule)},
                 {"event", v.event},
                 {"time", localTime(v.t, c.timezone)},
                 {"line", v.span.line},
                 {"step", v.step},
                 {"device", v.device},
                 {"user", v.user},
                 {"message", v.message},
                 {"text", v.text},
                 {"excerpt", v.excerpt},
                 {"because", std::move(because)}};
    if (!v.file.empty()) json["file"] = v.file;
    if (!v.expected.empty()) json["expected"] = v.expected;
    if (const auto cause = accompaniedBy(c.violations, i)) json["with"] = *cause;
    return json;
}

Json linesOf(const std::vector<Diagnostic>& diagnostics) {
    Json lines = Json::array();
    for (const Diagnostic& diagnostic : diagnostics) lines.push_back(render(diagnostic));
    return lines;
}

// `whole`: its expectations that were met are told, too.
Json expectationsOf(const CaseResult& c, bool whole) {
    Json list = Json::array();
    for (const ExpectationResult& e : c.expectations) {
        if (e.met && !whole) continue;
        Json json = {{"step", e.step}, {"line", e.span.line}, {"met", e.met}, {"text", e.text}};
        if (!e.met) json["excerpt"] = e.excerpt;
        if (!e.file.empty()) json["file"] = e.file;
        for (const Because& reason : e.because) json["because"].push_back({reason.event, reason.text});
        if (!e.expected.empty()) json["expected"] = e.expected;
        list.push_back(std::move(json));
    }
    return list;
}

Json caseOf(const CaseResult& c, bool hasStory) {
    Json rules = Json::array();
    Json notExercised = Json::array();
    Json violations = Json::array();
    for (std::size_t i = 0; i < c.counts.size(); ++i) {
        if (c.counts[i] == Counts{}) continue;
        rules.push_back(countsOf(c.counts[i]));
        rules.back().insert(rules.back().begin(), i);
    }
    for (const RuleId id : c.notExercised) notExercised.push_back(index(id));
    const std::size_t told = std::min(c.violations.size(), kTold);
    for (std::size_t i = 0; i < told; ++i) violations.push_back(violationOf(c, i));
    Json json = {{"id", c.id},
                 {"file", c.file},
                 {"name", c.name},
                 {"verdict", std::string(spell(c.verdict))},
                 {"events", c.events},
                 {"met", c.expectations.size()},
                 {"rules", std::move(rules)}};
    const auto add = [&json](const char* key, Json value) {
        const bool says = value.is_string()   ? !value.get_ref<const std::string&>().empty()
                          : value.is_number() ? value.get<std::uint64_t>() > 0
                                              : !value.empty();
        if (says) json[key] = std::move(value);
    };
    add("about", c.description);
    add("tags", c.tags);
    add("seed", c.seed);
    add("hash", c.runHash);
    add("reason", c.reason);
    add("violations", std::move(violations));
    add("beyond", c.violationsBeyond + c.violations.size() - told);
    add("expectations", expectationsOf(c, hasStory));
    add("notExercised", std::move(notExercised));
    add("open", c.openDuties);
    add("lost", c.linesLost);
    add("diagnostics", linesOf(c.diagnostics));
    add("last", c.lastLines);
    add("again", c.again);
    if (c.expectedFailure) json["expected"] = true;
    if (hasStory) json["story"] = true;
    return json;
}

Json summaryOf(const Result& result) {
    const Summary s = summarize(result);
    return {{"cases", s.scenarios},
            {"passed", s.passed},
            {"failed", s.failed},
            {"inconclusive", s.inconclusive},
            {"notApplicable", s.notApplicable},
            {"errors", s.errors},
            {"checks", s.checks},
            {"violations", s.violations},
            {"expectations", s.expectations},
            {"unmet", s.unmet},
            {"notExercised", s.notExercised},
            {"events", s.events},
            {"expectedFailures", s.expectedFailures}};
}

// What would let how many cases be judged.
std::vector<std::string> lackLines(const Result& result) {
    std::vector<std::string> lines;
    for (const Lack& lack : lacksOf(result)) lines.push_back(fmt::format("{:<30}  {}", costOf(lack), lack.what));
    return lines;
}

std::string file(std::string_view name) {
    return std::string(textOf(htmlFiles(), name).value_or(""));
}

std::string element(std::string_view id, std::string_view json) {
    return fmt::format("<script type=\"application/json\" id=\"{}\">{}</script>\n", id, harmless(json));
}

// The data: what is known of the run and of every case in one element, each story in one of its own, which is not read
// before somebody wants to see it.
std::string dataOf(const Result& result, std::string_view version, bool full) {
    Json missing = Json::array();
    for (const RuleId id : missingOf(result)) missing.push_back(index(id));
    Json cases = Json::array();
    std::string stories;
    for (std::size_t i = 0; i < result.cases.size(); ++i) {
        const CaseResult& c = result.cases[i];
        const bool hasStory = !c.story.empty() && (full || c.verdict != Verdict::Pass);
        cases.push_back(caseOf(c, hasStory));
        if (hasStory) stories += element(fmt::format("story{}", i), c.story);
    }
    Json data = {{"mdsync", "page/1"},
                 {"version", std::string(version)},
                 {"verdict", std::string(spell(verdictOf(result)))},
                 {"summary", summaryOf(result)},
                 {"interrupted", result.interrupted},
                 {"rules", catalogueOf(totalCounts(result), emulatedCounts(result))},
                 {"missing", std::move(missing)},
                 {"diagnostics", linesOf(result.diagnostics)},
                 {"latency", latencyTable(result)},
                 {"exceeded", exceededOf(result)},
                 {"lacks", lackLines(result)},
                 {"baseline", result.baseline ? linesOf(result.baseline->wrong) : Json::array()},
                 {"cases", std::move(cases)}};
    return element("data", lineText(data)) + stories;
}

}  // namespace

}  // namespace page

void addStory(CaseResult& result, const Trace& trace, const Case* scenario, std::string_view text, bool full) {
    if (scenario != nullptr) {
        result.description = scenario->description;
        result.tags = scenario->tags;
    }
    if (full || result.verdict != Verdict::Pass) result.story = page::Story(trace).write(result, scenario, text);
}

std::string htmlReport(const Result& result, std::string_view version, bool full) {
    std::string text = page::file("page.html");
    const auto put = [&text](std::string_view mark, const std::string& part) {
        const std::size_t at = text.find(mark);
        if (at != std::string::npos) text.replace(at, mark.size(), part);
    };
    std::string scripts;
    for (const EmbeddedFile& each : htmlFiles()) {
        if (each.name.ends_with(".js")) scripts += std::string(each.text) + "\n";
    }
    // The data go in last: nothing is looked for in them.
    put("/* style.css */", page::file("style.css"));
    put("/* scripts */", scripts);
    put("<!-- data -->\n", page::dataOf(result, version, full));
    return text;
}

}  // namespace mdsync
