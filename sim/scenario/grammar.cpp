#include "scenario/grammar.hpp"

#include <algorithm>
#include <array>

namespace mdsync::scenario {

namespace {

using Text = std::string_view;

// ---- Shapes ---------------------------------------------------------------------------------------------------------

constexpr std::string_view kTextOrList = R"({"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]})";
constexpr std::string_view kString = R"({"type":"string"})";
constexpr std::string_view kStrings =
    R"({"anyOf":[{"type":"array","items":{"type":"string"}},{"$ref":"#/definitions/substitution"}]})";

constexpr std::array<ShapeInfo, kShapes> kShapeTable{{
    {kText, "a text", kString},
    {kTruth, "true or false", R"({"anyOf":[{"type":"boolean"},{"$ref":"#/definitions/substitution"}]})"},
    {kNumber, "a whole number", ""},
    {kNumber, "a whole number", R"({"anyOf":[{"type":"integer","minimum":0},{"$ref":"#/definitions/substitution"}]})"},
    {kNumber, "a whole number",
     R"({"anyOf":[{"type":"integer","minimum":0,"maximum":100000},{"$ref":"#/definitions/substitution"}]})"},
    {kNumber, "a number from 0 to 1",
     R"({"anyOf":[{"type":"number","minimum":0,"maximum":1},{"$ref":"#/definitions/substitution"}]})"},
    {kText, "a word", ""},
    {kText, "a duration such as \"10m\"", R"({"$ref":"#/definitions/duration"})"},
    {kText, "a latency such as \"20ms\" or \"5ms..80ms\"",
     R"({"type":"string","pattern":"^([0-9]+(d|h|m|s|ms))+(\\.\\.([0-9]+(d|h|m|s|ms))+)?$|\\$\\{","examples":["20ms","5ms..80ms"]})"},
    {kText, "a date such as \"2024-05-01T09:00:00+08:00\"", R"({"$ref":"#/definitions/date"})"},
    {kText, "an offset or the name of a time zone", R"({"type":"string","examples":["+08:00","Europe/Berlin"]})"},
    {kText | kList, "a device such as \"alice/phone\" or a list of them", kTextOrList},
    {kText | kList, "a message id or a list of them", kTextOrList},
    {kText | kList, "a user or a list of them", kTextOrList},
    {kText, "a user", kString},
    {kText, "a user, \"group:...\" or \"chatroom:...\"", kString},
    {kText | kList, "a list of users and groups", kTextOrList},
    {kList, "a list of texts", kStrings},
    {kList, "a list of rules",
     R"({"if":{"type":"string"},"then":{"$ref":"#/definitions/substitution"},"else":{"type":"array","items":{"$ref":"#/definitions/rule"}}})"},
    {kTruth | kText, "true or a code", R"({"anyOf":[{"type":"boolean"},{"type":"string"}]})"},
    {kText | kObject, "a duration such as \"10m\", or {\"until\": date}",
     R"({"if":{"type":"object"},"then":{"required":["until"],"additionalProperties":false,"properties":{"until":{"$ref":"#/definitions/date"}}},"else":{"$ref":"#/definitions/duration"}})"},
    {kObject, "an object of message ids and ways",
     R"({"anyOf":[{"type":"object","additionalProperties":{"anyOf":[{"enum":["live","offline","compensation"]},{"$ref":"#/definitions/substitution"}]}},{"$ref":"#/definitions/substitution"}]})"},
    {kObject, "an object of users, each with its devices",
     R"({"type":"object","additionalProperties":{"type":"object","additionalProperties":{"anyOf":[{"enum":["android","ios","harmony","web","windows","macos","linux","electron","miniprogram"]},{"$ref":"#/definitions/substitution"}]}}})"},
    {kObject, "an object of groups, each with a list of users",
     R"({"type":"object","additionalProperties":{"anyOf":[{"type":"array","items":{"type":"string"}},{"$ref":"#/definitions/substitution"}]}})"},
    {kObject, "an object of message types, each \"status\" or \"normal\"",
     R"({"type":"object","additionalProperties":{"anyOf":[{"enum":["status","normal"]},{"$ref":"#/definitions/substitution"}]}})"},
    {kObject | kList, "an object of lists or a list of objects",
     R"({"anyOf":[{"type":"object","minProperties":1,"additionalProperties":{"type":"array","minItems":1}},{"type":"array","minItems":1,"items":{"type":"object","minProperties":1}}]})"},
    {kObject, "an object", ""},
    {kObject, "an object with a subject and its checks", ""},
    {kList, "a list of steps",
     R"({"if":{"type":"string"},"then":{"$ref":"#/definitions/substitution"},"else":{"type":"array","items":{"$ref":"#/definitions/step"}}})"},
    {kList, "a list of actions",
     R"({"if":{"type":"string"},"then":{"$ref":"#/definitions/substitution"},"else":{"type":"array","minItems":1,"items":{"$ref":"#/definitions/action"}}})"},
}};

// ---- Objects --------------------------------------------------------------------------------------------------------

constexpr Text kEnvironments[] = {"development", "production"};
constexpr Text kOnLimits[] = {"replace", "refuse"};
constexpr Text kWindows[] = {"calendar", "rolling", "any"};
constexpr Text kPaths[] = {"docs", "seed"};
constexpr Text kVersions[] = {"scenario/1"};
constexpr Text kSwitches[] = {"enable", "disable"};
constexpr Text kServerDoings[] = {"restart"};
constexpr Text kReasons[] = {"logout", "drop", "replaced", "evicted", "uninstall", "server"};
constexpr Text kClasses[] = {"mobile", "web", "desktop", "miniprogram"};
constexpr Text kStates[] = {"on", "off", "changing"};
constexpr Text kServices[] = {"sync"};

constexpr std::int64_t kMostConnections = 1'000'000;

constexpr Field kLimits[] = {
    {"mobile", Shape::Whole, "mobile devices of one user online together (a ticket raises it)", false, 1,
     kMostConnections},
    {"miniprogram", Shape::Whole, "mini-programs of one user online together (a ticket raises it)", false, 1,
     kMostConnections},
};
constexpr Table kLimitsTable{"\"limits\"", kLimits};

constexpr Field kApp[] = {
    {"environment", Shape::Word, "in production the service must be prepaid (default development)", false, 0, 0,
     kEnvironments},
    {"prepaid", Shape::Truth, "whether the service is paid for (default false)"},
    {"sync", Shape::Truth, "whether the service is on at the start (default false)"},
    {"compensationDays", Shape::Whole, "how many days compensation reaches back (default 1)", false, 1, 7},
    {"offlineDays", Shape::Whole, "how long undelivered messages are kept (default 7)", false, 1, 7},
    {"timezone", Shape::Zone, "whose midnight counts (default +08:00)"},
    {"limits", Shape::Object, "how many devices of a class one user may have online", false, 0, 0, {}, &kLimitsTable},
    {"onLimit", Shape::Word, "what a login over the limit does (default replace)", false, 0, 0, kOnLimits},
};
constexpr Table kAppTable{"\"app\"", kApp};

constexpr Field kReadings[] = {
    {"window", Shape::Word, "how the days of compensation are counted (default calendar)", false, 0, 0, kWindows},
    {"switch-delay", Shape::Duration, "how long the switch takes to work (default 30m)"},
    {"group-status-path", Shape::Word, "what /message/group/publish.json is (default docs: an ordinary path)", false, 0,
     0, kPaths},
};
constexpr Table kReadingsTable{"\"readings\"", kReadings};

constexpr Field kNetwork[] = {
    {"latency", Shape::Latency, "how long a packet takes (default 20ms)"},
    {"loss", Shape::Probability, "how many packets are lost and sent again (default 0)"},
    {"duplicate", Shape::Probability, "how many packets come twice (default 0)"},
};
constexpr Table kNetworkTable{"\"network\"", kNetwork};

constexpr Field kSettings[] = {
    {"compensationDays", Shape::Whole, "1..7; anything else the server must refuse", false,
     std::numeric_limits<std::int64_t>::min()},
    {"offlineDays", Shape::Whole, "1..7; anything else is refused", false, std::numeric_limits<std::int64_t>::min()},
    {"limits", Shape::Object, "merged with the limits so far", false, 0, 0, {}, &kLimitsTable},
    {"prepaid", Shape::Truth, "whether the service is paid for"},
};
constexpr Table kSettingsTable{"\"set\"", kSettings};

constexpr Field kFile[] = {
    {"$schema", Shape::Text, "where editors find this schema; ignored"},
    {"mdsync", Shape::Word, "the version of the format", false, 0, 0, kVersions},
    {"extends", Shape::Text, "a file beside this one from which it takes what it lacks: users, settings, first steps"},
    {"name", Shape::Text, "one sentence: what happens here", true},
    {"description", Shape::Text, "free text: which bug this would catch"},
    {"rules", Shape::RuleList, "rules that this scenario exists to exercise"},
    {"tags", Shape::TextList, "words to select it by"},
    {"app", Shape::Object, "the console settings of the app", false, 0, 0, {}, &kAppTable},
    {"readings",
     Shape::Object,
     "how questions that the seed leaves open are answered",
     false,
     0,
     0,
     {},
     &kReadingsTable},
    {"start", Shape::Date, "when the run begins (default 2024-05-01T09:00:00+08:00)"},
    {"network", Shape::Object, "link conditions at the start", false, 0, 0, {}, &kNetworkTable},
    {"seed", Shape::Seed, "what chance is computed from (default 1)"},
    {"messageTypes", Shape::TypeMap, "custom message types: \"status\" or \"normal\""},
    {"users", Shape::UserMap, "users, their devices and the devices' platforms; tab{1..11} declares eleven", true},
    {"groups", Shape::GroupMap, "groups and who is in them at the start"},
    {"chatrooms", Shape::TextList, "chatrooms"},
    {"matrix", Shape::Matrix, "runs the file once per combination (object of lists) or per entry (list of objects)"},
    {"steps", Shape::Steps, "what happens", true},
};

// ---- Steps ----------------------------------------------------------------------------------------------------------

constexpr Field kRefused{"refused", Shape::Refusal, "the action must be refused (with this code)"};
constexpr Field kSettle{"settle", Shape::Truth, "false: the next step does not wait until nothing is in flight"};

constexpr Field kLogin[] = {{"login", Shape::Devices, "devices connect, one after the other", true}, kRefused, kSettle};
constexpr Field kLogout[] = {{"logout", Shape::Devices, "devices leave cleanly", true}, kRefused, kSettle};
constexpr Field kDrop[] = {
    {"drop", Shape::Devices, "the network goes: what is in flight is lost", true},
    {"noticedAfter", Shape::Duration, "when the server notices (default 0s)"},
    kRefused,
    kSettle,
};
constexpr Field kReinstall[] = {
    {"reinstall", Shape::Devices, "uninstall and install: offline, the local store is empty", true}, kRefused, kSettle};
constexpr Field kSend[] = {
    {"send", Shape::Messages, "ids of the messages that a client sends", true},
    {"from", Shape::Devices, "the sending device", true},
    {"to", Shape::Target, "the user, group or chatroom", true},
    {"type", Shape::Text, "the message type (default RC:TxtMsg)"},
    {"text", Shape::Text, "the body"},
    kRefused,
    kSettle,
};
constexpr Field kPublish[] = {
    {"publish", Shape::Messages, "ids of the messages that the app's backend sends", true},
    {"from", Shape::User, "the sending user", true},
    {"to", Shape::Target, "the user, group or chatroom", true},
    {"type", Shape::Text, "the message type (default RC:TxtMsg)"},
    {"text", Shape::Text, "the body"},
    {"api", Shape::Text, "message (default), status, or a path such as /statusmessage/group/publish.json"},
    {"includeSender", Shape::Truth, "isIncludeSender of the server API (default false)"},
    kRefused,
    kSettle,
};
constexpr Field kRecall[] = {
    {"recall", Shape::Messages, "ids of the messages to take back", true},
    {"by", Shape::Devices, "the recalling device"},
    {"api", Shape::User, "the user in whose name the server API recalls"},
    kRefused,
    kSettle,
};
constexpr Field kSync[] = {{"sync", Shape::Word, "turns the console switch", true, 0, 0, kSwitches}, kRefused, kSettle};
constexpr Field kSet[] = {
    {"set", Shape::Object, "what a ticket or the console changes, at once", true, 0, 0, {}, &kSettingsTable},
    kRefused,
    kSettle,
};
constexpr Field kJoin[] = {
    {"join", Shape::Target, "group:... with \"user\", or chatroom:... with \"by\"", true},
    {"user", Shape::Users, "who joins the group"},
    {"by", Shape::Devices, "the device that joins the chatroom"},
    kRefused,
    kSettle,
};
constexpr Field kLeave[] = {
    {"leave", Shape::Target, "group:... with \"user\", or chatroom:... with \"by\"", true},
    {"user", Shape::Users, "who leaves the group"},
    {"by", Shape::Devices, "the device that leaves the chatroom"},
    kRefused,
    kSettle,
};
constexpr Field kNetworkStep[] = {
    {"network",
     Shape::Object,
     "link conditions from now on; what is absent is its default again",
     true,
     0,
     0,
     {},
     &kNetworkTable},
    {"on", Shape::Devices, "whose links (default all)"},
    kRefused,
    kSettle,
};
constexpr Field kHold[] = {
    {"hold", Shape::Devices, "what the server sends to these devices waits", true}, kRefused, kSettle};
constexpr Field kRelease[] = {{"release", Shape::Devices, "what waited arrives", true}, kRefused, kSettle};
constexpr Field kServer[] = {
    {"server", Shape::Word, "the process dies and comes back; every session ends", true, 0, 0, kServerDoings},
    kRefused,
    kSettle,
};
constexpr Field kWait[] = {{"wait", Shape::WaitFor, "virtual time passes", true}, kSettle};
constexpr Field kConcurrently[] = {{"concurrently", Shape::Actions, "actions that all begin at the same instant", true},
                                   kSettle};
constexpr Field kRepeat[] = {
    {"repeat", Shape::Count, "how often", true},
    {"as", Shape::Text, "the name of the count, for \"${i}\" (default i)"},
    {"steps", Shape::Steps, "what is repeated", true},
};
constexpr Field kExpect[] = {{"expect", Shape::Expectation, "what must be so at this moment", true}};
constexpr Field kNote[] = {{"note", Shape::Text, "shown in the timeline", true}};

constexpr Text kRecallers[] = {"by", "api"};
constexpr Text kMembers[] = {"user", "by"};

constexpr Verb kVerbs[] = {
    {{"\"login\"", kLogin}},
    {{"\"logout\"", kLogout}},
    {{"\"drop\"", kDrop}},
    {{"\"reinstall\"", kReinstall}},
    {{"\"send\"", kSend}},
    {{"\"publish\"", kPublish}},
    {{"\"recall\"", kRecall, kRecallers}},
    {{"\"sync\"", kSync}},
    {{"\"set\"", kSet}},
    {{"\"join\"", kJoin, kMembers}},
    {{"\"leave\"", kLeave, kMembers}},
    {{"\"network\"", kNetworkStep}},
    {{"\"hold\"", kHold}},
    {{"\"release\"", kRelease}},
    {{"\"server\"", kServer}, true, false},
    {{"\"wait\"", kWait}, false, false},
    {{"\"concurrently\"", kConcurrently}, false, false},
    {{"\"repeat\"", kRepeat}, false, false},
    {{"\"expect\"", kExpect}, false, false},
    {{"\"note\"", kNote}, false, false},
};

// ---- Expectations ---------------------------------------------------------------------------------------------------

// Which checks `within` fits: what comes about, at a moment that can be told.
constexpr Text kDeviceMoments[] = {"has", "exactly", "recalled", "online"};
constexpr Text kUserMoments[] = {"online"};
constexpr Text kMessageMoments[] = {"receivedBy"};
constexpr Text kCounted[] = {"onlineCount"};

constexpr Field withinBeside(std::span<const Text> moments) {
    return {.name = "within",
            .shape = Shape::Duration,
            .says = "at most how long after the last step began it became so",
            .beside = moments};
}

constexpr Field kDeviceChecks[] = {
    {"device", Shape::Devices, "the devices that this is about", true},
    {"online", Shape::Truth, "is online, or is not"},
    {"offlineReason", Shape::Word, "why it is offline", false, 0, 0, kReasons},
    {"has", Shape::Messages, "received or sent each of these"},
    {"lacks", Shape::Messages, "has none of these"},
    {"exactly", Shape::Messages, "has these and no others"},
    {"visible", Shape::Messages, "the unrecalled ones that it has are exactly these"},
    {"hidden", Shape::Messages, "each is lacked or recalled"},
    {"recalled", Shape::Messages, "each is shown recalled"},
    {"order", Shape::Messages, "received all of these, in this relative order"},
    {"via", Shape::ViaMap, "the way on which each came"},
    {"count", Shape::Whole, "how many it has"},
    {"conversations", Shape::Conversations, "exactly these users and groups"},
    withinBeside(kDeviceMoments),
};
constexpr Field kUserChecks[] = {
    {"user", Shape::User, "the user that this is about", true},
    {"onlineCount", Shape::Whole, "how many of its devices are online"},
    {"class", Shape::Word, "counts only devices of this class", false, 0, 0, kClasses, nullptr, kCounted},
    {"online", Shape::Devices, "exactly these of its devices are online"},
    withinBeside(kUserMoments),
};
constexpr Field kMessageChecks[] = {
    {"message", Shape::Messages, "the messages that this is about", true},
    {"receivedBy", Shape::Devices, "exactly these devices received it"},
    {"oneOf", Shape::Devices, "exactly one of these devices received it"},
    {"accepted", Shape::Truth, "the server took it, or did not"},
    withinBeside(kMessageMoments),
};
constexpr Field kServiceChecks[] = {
    {"service", Shape::Word, "the service that this is about", true, 0, 0, kServices},
    {"state", Shape::Word, "how it works at this moment", true, 0, 0, kStates},
};
constexpr Table kSubjects[] = {
    {"an expectation of a device", kDeviceChecks},
    {"an expectation of a user", kUserChecks},
    {"an expectation of a message", kMessageChecks},
    {"an expectation of the service", kServiceChecks},
};

constexpr Table kFileTable{"a scenario", kFile};
constexpr std::array<Field, std::size(kFile)> kCast = [] {
    std::array<Field, std::size(kFile)> fields{};
    std::copy(std::begin(kFile), std::end(kFile), fields.begin());
    for (Field& field : fields) field.required = false;
    return fields;
}();
constexpr Table kCastTable{"a scenario", kCast};
static_assert(std::size(kFile) <= kMostFields && std::size(kDeviceChecks) <= kMostFields);

}  // namespace

const ShapeInfo& about(Shape shape) {
    return kShapeTable[static_cast<std::size_t>(shape)];
}
const Table& fileTable() {
    return kFileTable;
}
const Table& castTable() {
    return kCastTable;
}
std::span<const Verb> verbs() {
    return kVerbs;
}
std::span<const Table> subjects() {
    return kSubjects;
}

}  // namespace mdsync::scenario
