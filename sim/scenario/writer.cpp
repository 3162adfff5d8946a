// Writer: a Case as the text of a scenario file, in the layout of the house.
//
// The reader's counterpart. One step a line; what is the default is not written; names are written in ranges.
#include <fmt/format.h>

#include "mdsync/scenario.hpp"
#include "scenario/header.hpp"
#include "scenario/spelling.hpp"
#include "scenario/step_writer.hpp"

namespace mdsync {

using namespace scenario;

namespace {

std::string spellApp(const App& app) {
    const App plain;
    Inline out;
    if (app.environment == Environment::Production) out.text("environment", "production");
    if (app.prepaid) out.truth("prepaid", true);
    if (app.sync) out.truth("sync", true);
    if (app.compensationDays != plain.compensationDays)
        out.add("compensationDays", std::to_string(app.compensationDays));
    if (app.offlineDays != plain.offlineDays) out.add("offlineDays", std::to_string(app.offlineDays));
    if (!(app.timezone == plain.timezone)) out.text("timezone", app.timezone.name());
    Inline limits;
    if (app.mobileLimit != plain.mobileLimit) limits.add("mobile", std::to_string(app.mobileLimit));
    if (app.miniprogramLimit != plain.miniprogramLimit) limits.add("miniprogram", std::to_string(app.miniprogramLimit));
    if (!limits.empty()) out.add("limits", limits.str());
    if (app.onLimit == OnLimit::Refuse) out.text("onLimit", "refuse");
    return out.str();
}

std::string spellReadings(const Readings& readings) {
    const Readings plain;
    Inline out;
    if (readings.window == WindowReading::Rolling) out.text("window", "rolling");
    if (readings.window == WindowReading::Any) out.text("window", "any");
    if (readings.switchDelay != plain.switchDelay) out.text("switch-delay", spellDuration(readings.switchDelay));
    if (readings.groupStatusPath == GroupStatusPath::Seed) out.text("group-status-path", "seed");
    return out.str();
}

std::string spellTypes(const Header& header) {
    Inline out;
    for (const auto& [type, isStatus] : header.messageTypes) out.text(type, isStatus ? "status" : "normal");
    return out.str();
}

// A user's devices; neighbours of one platform in ranges.
std::string spellDevices(const Header& header, const UserInfo& user) {
    Inline out;
    for (std::uint32_t i = 0; i < user.deviceCount;) {
        std::vector<std::string> together;
        const Platform platform = header.devices[user.firstDevice.index() + i].platform;
        while (i < user.deviceCount && header.devices[user.firstDevice.index() + i].platform == platform) {
            together.push_back(header.devices[user.firstDevice.index() + i++].name);
        }
        for (const std::string& key : inRanges(together)) out.text(key, spell(platform));
    }
    return out.str();
}

std::string membersOf(const Header& header, const GroupInfo& group) {
    std::vector<std::string> names;
    for (const UserId user : group.members) names.push_back(header.users[user.index()].name);
    return listOf(names);
}

// Objects of which each member has a line of its own where they do not fit one.
using Members = std::vector<std::pair<std::string, std::string>>;

std::string spread(std::string_view key, const Members& members) {
    Inline line;
    for (const auto& [name, json] : members) line.add(name, json);
    std::string inOne = line.str();
    if (key.size() + inOne.size() + 6 <= kWidth) return inOne;
    std::string out;
    for (const auto& [name, json] : members) {
        out += fmt::format("{}\n    {}: {}", out.empty() ? "" : ",", quotedText(name), json);
    }
    return fmt::format("{{{}\n  }}", out);
}

class Writer {
public:
    explicit Writer(const Case& scenario) : case_(scenario), header_(scenario.header) {}

    std::string write() {
        writeAbout();
        writeSettings();
        writePeople();
        const std::string steps = stepLines();
        const std::string dollar = fmt::format("${{{}}}", kDollar);
        if ((out_ + steps).find(dollar) != std::string::npos) {
            add("matrix", fmt::format(R"([{{ "{}": "$" }}])", kDollar));
        }
        add("steps", steps);
        return "{" + out_ + "\n}\n";
    }

private:
    void add(std::string_view key, std::string_view json) {
        out_ += fmt::format("{}\n  {}: {}", out_.empty() ? "" : ",", quotedText(key), json);
    }
    void addUnlessEmpty(std::string_view key, const std::string& object) {
        if (object != "{}") add(key, object);
    }
    void addList(std::string_view key, const std::vector<std::string>& texts) {
        std::string list;
        for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + quotedText(text);
        if (!list.empty()) add(key, "[" + list + "]");
    }

    void writeAbout() {
        add("mdsync", quotedText("scenario/1"));
        add("name", quotedText(case_.name));
        if (!case_.description.empty()) add("description", quotedText(case_.description));
        addList("rules", case_.rules);
        addList("tags", case_.tags);
    }

    void writeSettings() {
        addUnlessEmpty("app", spellApp(header_.app));
        addUnlessEmpty("readings", spellReadings(header_.readings));
        if (header_.t != kDefaultStart) add("start", quotedText(spellDate(header_.t, header_.app.timezone)));
        if (case_.networkGiven) add("network", spellNetwork(case_.network));
        if (case_.seed != 1) add("seed", std::to_string(case_.seed));
        addUnlessEmpty("messageTypes", spellTypes(header_));
    }

    void writePeople() {
        Members users;
        for (const UserInfo& user : header_.users) users.emplace_back(user.name, spellDevices(header_, user));
        add("users", spread("users", users));
        Members groups;
        for (const GroupInfo& group : header_.groups) groups.emplace_back(group.name, membersOf(header_, group));
        if (!groups.empty()) add("groups", spread("groups", groups));
        if (!header_.rooms.empty()) add("chatrooms", listOf(header_.rooms));
    }

    std::string stepLines() const {
        std::string steps;
        for (const std::string& step : spellSteps(case_)) {
            steps += fmt::format("{}\n    {}", steps.empty() ? "" : ",", step);
        }
        return steps.empty() ? "[]" : fmt::format("[{}\n  ]", steps);
    }

    const Case& case_;
    const Header& header_;
    std::string out_;
};

}  // namespace

std::string writeScenario(const Case& scenario) {
    return Writer{scenario}.write();
}

}  // namespace mdsync
