#include "scenario/header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "scenario/steps.hpp"

namespace mdsync::scenario {

namespace {

void readLists(Scope& scope, const Fields& file, const std::vector<std::string_view>& knownRules, Case& into) {
    std::set<std::pair<std::string_view, std::string_view>> listed;
    const auto add = [&](const Value& text, std::vector<std::string>& list, std::string_view what) {
        if (!listed.emplace(what, text.text).second) {
            scope.fault(Mistake::DuplicateName, text,
                        fmt::format("the {} {} is listed twice", what, quoted(text.text)));
        } else {
            list.emplace_back(text.text);
        }
    };
    scope.texts(file["rules"], "rules", [&](const Value& text) {
        if (std::find(knownRules.begin(), knownRules.end(), text.text) == knownRules.end()) {
            std::string hint = suggest(text.text, knownRules);
            scope.fault(Mistake::UnknownRule, text, fmt::format("there is no rule {}", quoted(text.text)),
                        hint.empty() ? "mdsync rules lists them" : hint);
            return;
        }
        add(text, into.rules, "rule");
    });
    scope.texts(file["tags"], "tags", [&](const Value& text) {
        if (text.text.empty()) {
            scope.fault(Mistake::BadName, text, "a tag is empty");
        } else {
            add(text, into.tags, "tag");
        }
    });
}

void readTypes(Scope& scope, const Value& types, Header& header) {
    if (!types.usable()) return;
    for (const json::Node& child : scope.children(types)) {
        if (scope.mistakes().full()) return;
        const Value key = scope.key(child);
        const Value word = scope.checked(scope.value(child), Shape::Word, key.text);
        if (!key.usable() || !word.usable()) continue;
        const bool isStatus = word.text == "status";
        if (key.text.empty()) {
            scope.fault(Mistake::BadName, key, "the message type is empty");
        } else if (!isStatus && word.text != "normal") {
            scope.fault(Mistake::UnknownWord, word,
                        fmt::format("a message type is status or normal, not {}", quoted(word.text)),
                        suggest(word.text, {"status", "normal"}));
        } else if (!isStatus && key.text == "RC:TypSts") {
            scope.fault(Mistake::OutOfRange, word,
                        "RC:TypSts is a status message by the seed and can't be declared normal");
        } else {
            header.messageTypes.emplace_back(key.text, isStatus);
        }
    }
    std::sort(header.messageTypes.begin(), header.messageTypes.end());
    const auto twice = std::adjacent_find(header.messageTypes.begin(), header.messageTypes.end(),
                                          [](const auto& a, const auto& b) { return a.first == b.first; });
    if (twice != header.messageTypes.end()) {
        scope.fault(Mistake::DuplicateName, types,
                    fmt::format("the message type {} is declared twice", quoted(twice->first)));
    }
}

// `given` gets the keys that the file sets itself.
void readApp(Scope& scope, const Value& value, App& app, std::vector<std::string>& given) {
    if (!value.usable()) return;
    const Table& table = tableOf(fileTable(), "app");
    const Fields fields = scope.fields(value, table, value.place);
    for (std::size_t i = 0; i < table.fields.size(); ++i) {
        if (fields.at(i).usable()) given.emplace_back(table.fields[i].name);
    }
    if (fields["environment"].text == "production" && fields["environment"].usable())
        app.environment = Environment::Production;
    app.prepaid = fields["prepaid"].truth;
    app.sync = fields["sync"].truth;
    if (fields["compensationDays"].usable()) {
        app.compensationDays = static_cast<int>(Scope::whole(fields["compensationDays"]).value_or(1));
    }
    if (fields["offlineDays"].usable())
        app.offlineDays = static_cast<int>(Scope::whole(fields["offlineDays"]).value_or(7));
    if (const Value& zone = fields["timezone"]; zone.usable()) {
        if (const auto found = Zone::find(zone.text)) {
            app.timezone = *found;
        } else {
            scope.fault(Mistake::UnknownZone, zone, fmt::format("there is no time zone {}", quoted(zone.text)),
                        "write an offset such as +08:00, or a name such as Europe/Berlin");
        }
    }
    const Limits limits = readLimits(scope, fields["limits"]);
    app.mobileLimit = static_cast<int>(limits.mobile.value_or(1));
    app.miniprogramLimit = static_cast<int>(limits.miniprogram.value_or(1));
    if (fields["onLimit"].usable() && fields["onLimit"].text == "refuse") app.onLimit = OnLimit::Refuse;
    const bool isReadable = fields["prepaid"].kind != ValueKind::Broken;
    if (app.environment == Environment::Production && app.sync && !app.prepaid && isReadable) {
        scope.fault(Mistake::MalformedApp, fields["sync"], "the service can't be on in production unless it is prepaid",
                    "add \"prepaid\": true, or turn it on in a step");
    }
}

void readReadings(Scope& scope, const Value& value, Readings& readings) {
    if (!value.usable()) return;
    const Fields fields = scope.fields(value, tableOf(fileTable(), "readings"), value.place);
    if (const Value& window = fields["window"]; window.usable()) {
        if (window.text == "rolling") readings.window = WindowReading::Rolling;
        if (window.text == "any") readings.window = WindowReading::Any;
    }
    if (fields["switch-delay"].usable()) {
        readings.switchDelay = scope.duration(fields["switch-delay"]).value_or(readings.switchDelay);
    }
    const Value& path = fields["group-status-path"];
    if (path.usable() && path.text == "seed") readings.groupStatusPath = GroupStatusPath::Seed;
}

void readSeed(Scope& scope, const Value& value, Case& into) {
    if (!value.usable()) return;
    if (const auto seed = Scope::wholeUnsigned(value)) {
        into.seed = *seed;
    } else if (value.text.find_first_of(".eE") != std::string_view::npos) {
        scope.fault(Mistake::WrongType, value,
                    fmt::format("\"seed\" takes a whole number, not {}", value.text.substr(0, 40)));
    } else {
        scope.fault(Mistake::OutOfRange, value,
                    fmt::format("\"seed\" is 0..18446744073709551615, not {}", value.text.substr(0, 40)));
    }
}

void readStart(Scope& scope, const Value& value, Header& header) {
    header.t = kDefaultStart;
    if (!value.usable()) return;
    const auto start = scope.date(value);
    if (!start) return;
    header.t = *start;
    if (isTrusted(header.app.timezone, *start)) return;
    scope.fault(Mistake::OutOfRange, value,
                fmt::format("with the time zone {} a run lies in 1970..2037", header.app.timezone.name()));
}

}  // namespace

void readHeader(Scope& scope, Names& names, const Fields& file, const std::vector<std::string_view>& knownRules,
                Case& into) {
    if (file["name"].usable()) {
        into.name = file["name"].text;
        if (into.name.empty()) scope.fault(Mistake::BadName, file["name"], "the scenario's name is empty");
    }
    if (file["description"].usable()) into.description = file["description"].text;
    readLists(scope, file, knownRules, into);
    readApp(scope, file["app"], into.header.app, into.given);
    readReadings(scope, file["readings"], into.header.readings);
    readStart(scope, file["start"], into.header);
    into.networkGiven = file["network"].usable();
    into.network = readConditions(scope, file["network"]);
    readSeed(scope, file["seed"], into);
    readTypes(scope, file["messageTypes"], into.header);
    names.declareUsers(file["users"]);
    names.declareGroups(file["groups"]);
    names.declareRooms(file["chatrooms"]);
}

}  // namespace mdsync::scenario
