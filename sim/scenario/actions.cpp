// The actions of a step: one Action for each device and message it names.
#include <fmt/format.h>

#include <algorithm>

#include "scenario/steps.hpp"

namespace mdsync::scenario {

namespace {

struct SessionVerb {
    std::string_view name;
    OpKind kind;
};
constexpr SessionVerb kSessionVerbs[] = {
    {"login", OpKind::Login},         {"logout", OpKind::Logout}, {"drop", OpKind::Drop},
    {"reinstall", OpKind::Reinstall}, {"hold", OpKind::Hold},     {"release", OpKind::Release},
};

// The types that the vendor's own SDKs bring along.
constexpr std::string_view kVendorTypes[] = {
    "RC:TxtMsg",           "RC:ImgMsg",        "RC:VcMsg",       "RC:HQVCMsg",    "RC:ImgTextMsg",
    "RC:FileMsg",          "RC:LBSMsg",        "RC:SightMsg",    "RC:GIFMsg",     "RC:CombineMsg",
    "RC:CombineV2Msg",     "RC:ReferenceMsg",  "RC:StreamMsg",   "RC:StkMsg",     "RC:PSImgTxtMsg",
    "RC:PSMultiImgTxtMsg", "RC:InfoNtf",       "RC:ContactNtf",  "RC:ProfileNtf", "RC:CmdNtf",
    "RC:GrpNtf",           "RC:RcNtf",         "RC:RcCmd",       "RC:CmdMsg",     "RC:SRSMsg",
    "RC:ReadNtf",          "RC:RRReqMsg",      "RC:RRRspMsg",    "RC:RRMsg",      "RC:MsgExMsg",
    "RC:LogCmdMsg",        "RC:chrmKVNotiMsg", "RC:PSCmd",       "RC:TypSts",     "RC:IWNormalMsg",
    "RC:IWStorageMsg",     "RC:IWCmdMsg",      "RC:IWStatusMsg",
};

Op opOf(OpKind kind) {
    Op op;
    op.kind = kind;
    return op;
}

Refusal refusalOf(const Value& value) {
    Refusal refusal;
    refusal.wanted = value.usable() && (value.kind == ValueKind::Text || value.truth);
    if (value.kind == ValueKind::Text) refusal.code = value.text;
    return refusal;
}

}  // namespace

const Table& tableOf(const Table& table, std::string_view name) {
    const auto field = std::find_if(table.fields.begin(), table.fields.end(),
                                    [name](const Field& candidate) { return candidate.name == name; });
    return *field->table;
}

void StepReader::readActions(const Fields& fields, std::vector<Action>& out) {
    const std::size_t first = out.size();
    const Field& verb = fields.table().fields.front();
    const Value& refused = fields["refused"];
    if (refused.kind == ValueKind::Text && refused.text.empty()) {
        scope_.fault(Mistake::OutOfRange, refused, "the code of a refusal is empty",
                     "\"refused\": true takes any code");
    }
    for (const SessionVerb& session : kSessionVerbs) {
        if (session.name == verb.name) readSessions(fields, session.kind, out);
    }
    if (verb.name == "send") readSend(fields, out);
    if (verb.name == "publish") readPublish(fields, out);
    if (verb.name == "recall") readRecall(fields, out);
    if (verb.name == "set") readSet(fields, out);
    if (verb.name == "join") readMembership(fields, OpKind::Join, out);
    if (verb.name == "leave") readMembership(fields, OpKind::Leave, out);
    if (verb.name == "network") readNetwork(fields, out);
    if (verb.name == "server") out.push_back({opOf(OpKind::ServerRestart), {}});
    if (verb.name == "sync") {
        Op op = opOf(OpKind::Sync);
        op.enabled = fields.at(0).text == "enable";
        out.push_back({op, {}});
    }
    for (std::size_t i = first; i < out.size(); ++i) out[i].refusal = refusalOf(refused);
    places_.resize(out.size(), fields.at(0));
    if (!budget_.take(out.size() - first, fields.at(0).place)) out.resize(first);
}

void StepReader::readSessions(const Fields& fields, OpKind kind, std::vector<Action>& out) {
    const Field& verb = fields.table().fields.front();
    Op op = opOf(kind);
    if (kind == OpKind::Drop && fields["noticedAfter"].usable()) {
        op.noticedAfter = scope_.duration(fields["noticedAfter"]).value_or(Millis{0});
    }
    for (const DeviceId device : names_.someDevices(fields.at(0), verb.name)) {
        op.device = device;
        out.push_back({op, {}});
    }
}

TextId StepReader::textOr(const Value& value, std::string_view otherwise) {
    return case_.lexicon.texts.intern(value.usable() ? value.text : otherwise);
}

// A type that looks like one of the vendor's, or like one that the file declares, and is none of them.
void StepReader::checkType(const Value& type) {
    if (!type.usable()) return;
    if (type.text.empty()) return scope_.fault(Mistake::OutOfRange, type, "the message type is empty");
    std::vector<std::string_view> known;
    for (const auto& [name, isStatus] : case_.header.messageTypes) known.push_back(name);
    if (std::find(known.begin(), known.end(), type.text) != known.end()) return;
    const bool looksBuiltIn =
        type.text.size() >= 3 && (type.text[0] | 0x20) == 'r' && (type.text[1] | 0x20) == 'c' && type.text[2] == ':';
    if (looksBuiltIn) known.insert(known.end(), std::begin(kVendorTypes), std::end(kVendorTypes));
    if (std::find(known.begin(), known.end(), type.text) != known.end()) return;
    const std::string near = suggest(type.text, known);
    if (looksBuiltIn || !near.empty()) {
        scope_.fault(Mistake::UnknownType, type, fmt::format("nobody knows the message type {}", quoted(type.text)),
                     near.empty() ? "declare it in \"messageTypes\"" : near);
    }
}

void StepReader::readSend(const Fields& fields, std::vector<Action>& out) {
    Op op = opOf(OpKind::Send);
    const std::vector<DeviceId> from = names_.someDevices(fields["from"], "from");
    if (from.size() > 1) {
        scope_.fault(Mistake::OutOfRange, fields["from"], fmt::format("a message has one sender, not {}", from.size()));
    }
    const auto to = names_.target(fields["to"], "to");
    checkType(fields["type"]);
    const std::vector<MessageId> messages = names_.newMessages(fields.at(0), "send");
    if (from.size() != 1 || !to) return;
    op.device = from.front();
    op.to = *to;
    op.type = textOr(fields["type"], "RC:TxtMsg");
    op.text = textOr(fields["text"], "");
    for (const MessageId message : messages) {
        op.message = message;
        out.push_back({op, {}});
    }
}

void StepReader::readPublish(const Fields& fields, std::vector<Action>& out) {
    Op op = opOf(OpKind::Publish);
    const auto from = names_.user(fields["from"], "from");
    const auto to = names_.target(fields["to"], "to");
    checkType(fields["type"]);
    const std::vector<MessageId> messages = names_.newMessages(fields.at(0), "publish");
    if (to) op.to = *to;
    if (fields["api"].usable()) readApi(fields["api"], fields["to"], op);
    if (!from || !to) return;
    op.user = *from;
    op.type = textOr(fields["type"], "RC:TxtMsg");
    op.text = textOr(fields["text"], "");
    op.includeSender = fields["includeSender"].truth;
    for (const MessageId message : messages) {
        op.message = message;
        out.push_back({op, {}});
    }
}

// `message`, `status`, or the path of an endpoint, which must be the one for the kind of target.
void StepReader::readApi(const Value& api, const Value& to, Op& op) {
    static constexpr std::string_view kKinds[] = {"private", "group", "chatroom"};
    if (api.text == "message") return;
    if (api.text == "status") {
        op.api = Api::Status;
        return;
    }
    std::vector<std::string> known{"message", "status"};
    for (const std::string_view family : {"/message/", "/statusmessage/"}) {
        for (const std::string_view kind : kKinds) known.push_back(fmt::format("{}{}/publish.json", family, kind));
    }
    if (std::find(known.begin(), known.end(), api.text) == known.end()) {
        std::string hint = suggest(api.text, {known.begin(), known.end()});
        if (hint.empty()) hint = "\"message\", \"status\", or a path such as /statusmessage/group/publish.json";
        scope_.fault(Mistake::UnknownWord, api, fmt::format("there is no endpoint {}", quoted(api.text)), hint);
        return;
    }
    op.api = Api::Path;
    op.path = case_.lexicon.texts.intern(api.text);
    if (op.to.kind == AddressKind::None) return;
    const std::string_view fits = kKinds[op.to.kind == AddressKind::User    ? 0
                                         : op.to.kind == AddressKind::Group ? 1
                                                                            : 2];
    const std::string_view family = api.text.substr(0, api.text.find('/', 1) + 1);
    const std::string right = fmt::format("{}{}/publish.json", family, fits);
    if (api.text != right) {
        scope_.fault(Mistake::WrongTarget, api,
                     fmt::format("the path {} does not fit the target {}", api.text, to.text),
                     fmt::format("did you mean \"{}\"?", right));
    } else if (api.text == "/message/group/publish.json") {
        const bool isSeed = case_.header.readings.groupStatusPath == GroupStatusPath::Seed;
        scope_.fault(
            Mistake::GroupStatusPath, api,
            fmt::format("the seed calls this path a status endpoint, the vendor's API page an ordinary one; here "
                        "it is {}",
                        isSeed ? "a status endpoint" : "an ordinary one"),
            "the reading group-status-path decides");
    }
}

void StepReader::readRecall(const Fields& fields, std::vector<Action>& out) {
    const Value& by = fields["by"];
    const Value& api = fields["api"];
    if (by.absent() && api.absent()) {
        scope_.mistakes().add(Mistake::MissingKey, fields.at(0).keyPlace, "\"recall\" needs the key \"by\" or \"api\"",
                              "\"by\" a device, or \"api\" a user");
    } else if (!by.absent() && !api.absent()) {
        scope_.mistakes().add(Mistake::ConflictingKeys, api.keyPlace,
                              "a recall is \"by\" a device or \"api\" of a user, not both");
        return;
    }
    const bool isMeant = refusalOf(fields["refused"]).wanted;
    const std::vector<MessageId> messages =
        isMeant ? names_.anyMessages(fields.at(0), "recall") : names_.recalledMessages(fields.at(0), "recall");
    const std::vector<DeviceId> devices = names_.someDevices(by, "by");
    const auto user = names_.user(api, "api");
    for (const MessageId message : messages) {
        Op op = opOf(OpKind::Recall);
        op.message = message;
        if (user) {
            op.user = *user;
            out.push_back({op, {}});
        }
        for (const DeviceId device : devices) {
            op.device = device;
            out.push_back({op, {}});
        }
        if (!budget_.take(devices.size(), fields.at(0).place)) return;
    }
}

Limits readLimits(Scope& scope, const Value& limits) {
    if (!limits.usable()) return {};
    const Fields fields = scope.fields(limits, tableOf(tableOf(fileTable(), "app"), "limits"), limits.place);
    Limits out;
    if (fields["mobile"].usable()) out.mobile = Scope::whole(fields["mobile"]);
    if (fields["miniprogram"].usable()) out.miniprogram = Scope::whole(fields["miniprogram"]);
    return out;
}

void StepReader::readSet(const Fields& fields, std::vector<Action>& out) {
    const Value& settings = fields.at(0);
    if (!settings.usable()) return;
    const std::uint64_t before = scope_.mistakes().count();
    const Fields changes = scope_.fields(settings, tableOf(fields.table(), "set"), settings.place);
    const Limits limits = readLimits(scope_, changes["limits"]);
    Op op = opOf(OpKind::Set);
    SettingsChange& change = op.settings;
    if (changes["compensationDays"].usable()) change.compensationDays = Scope::whole(changes["compensationDays"]);
    if (changes["offlineDays"].usable()) change.offlineDays = Scope::whole(changes["offlineDays"]);
    if (changes["prepaid"].usable()) change.prepaid = changes["prepaid"].truth;
    change.mobileLimit = limits.mobile;
    change.miniprogramLimit = limits.miniprogram;
    const bool changesSomething = change.compensationDays || change.offlineDays || change.prepaid ||
                                  change.mobileLimit || change.miniprogramLimit;
    if (!changesSomething && before == scope_.mistakes().count()) {
        scope_.fault(Mistake::MissingKey, settings, "\"set\" changes nothing",
                     "{ \"compensationDays\": 3 }, offlineDays, limits or prepaid");
    }
    out.push_back({op, {}});
}

void StepReader::readMembership(const Fields& fields, OpKind kind, std::vector<Action>& out) {
    const Value& where = fields.at(0);
    const std::string_view verb = fields.table().fields.front().name;
    const auto target = names_.target(where, verb);
    const bool isRoom = where.kind == ValueKind::Text && where.text.starts_with("chatroom:");
    if (target && target->kind == AddressKind::User) {
        scope_.fault(Mistake::WrongTarget, where,
                     fmt::format("\"{}\" takes a group or chatroom, not the user {}", verb, where.text),
                     "group:... with \"user\", or chatroom:... with \"by\"");
        return;
    }
    if (!where.usable() || (!target && !isRoom && !where.text.starts_with("group:"))) return;
    const std::string_view needed = isRoom ? "by" : "user";
    const std::string_view other = isRoom ? "user" : "by";
    if (!fields[other].absent()) {
        scope_.mistakes().add(Mistake::ConflictingKeys, fields[other].keyPlace,
                              isRoom ? fmt::format("a device {}s a chatroom, not a user", verb)
                                     : fmt::format("a user {}s a group, not a device", verb),
                              fmt::format("\"{}\": {}", needed, isRoom ? "\"alice/phone\"" : "\"alice\""));
        return;
    }
    if (fields[needed].absent()) {
        scope_.mistakes().add(
            Mistake::MissingKey, where.keyPlace,
            fmt::format("\"{}\" of a {} needs the key \"{}\"", verb, isRoom ? "chatroom" : "group", needed));
        return;
    }
    Op op = opOf(kind);
    if (target) op.to = *target;
    if (isRoom) {
        for (const DeviceId device : names_.someDevices(fields["by"], "by")) {
            op.device = device;
            out.push_back({op, {}});
        }
        return;
    }
    const std::uint64_t before = scope_.mistakes().count();
    for (const UserId user : names_.users(fields["user"], "user")) {
        op.user = user;
        out.push_back({op, {}});
    }
    if (out.empty() && fields["user"].kind == ValueKind::List && before == scope_.mistakes().count()) {
        scope_.fault(Mistake::OutOfRange, fields["user"], "\"user\" names nobody");
    }
}

NetworkConditions readConditions(Scope& scope, const Value& network) {
    NetworkConditions out;
    if (!network.usable()) return out;
    const Fields fields = scope.fields(network, tableOf(fileTable(), "network"), network.place);
    if (fields["latency"].usable()) {
        if (const auto latency = scope.latency(fields["latency"])) {
            out.latencyLow = latency->first;
            out.latencyHigh = latency->second;
        }
    }
    if (fields["loss"].usable()) out.lossPpm = scope.partsPerMillion(fields["loss"], "loss").value_or(0);
    if (fields["duplicate"].usable())
        out.duplicatePpm = scope.partsPerMillion(fields["duplicate"], "duplicate").value_or(0);
    return out;
}

void StepReader::readNetwork(const Fields& fields, std::vector<Action>& out) {
    Op op = opOf(OpKind::Network);
    op.network = readConditions(scope_, fields.at(0));
    op.on = names_.someDevices(fields["on"], "on");  // names nobody only where `on` is absent: all
    out.push_back({op, {}});
}

void StepReader::readConcurrently(const Value& list, std::vector<Action>& out) {
    if (list.kind == ValueKind::List && scope_.children(list).empty()) {
        scope_.fault(Mistake::OutOfRange, list, "\"concurrently\" has no actions");
    }
    for (const json::Node& child : scope_.children(list)) {
        if (budget_.exhausted() || scope_.mistakes().full()) return;
        const Value action = scope_.value(child);
        if (action.usable() && action.kind != ValueKind::Object) {
            scope_.fault(Mistake::WrongType, action, fmt::format("an action is an object, not {}", describe(action)));
        }
        if (action.kind != ValueKind::Object) continue;
        const Verb* verb = verbOf(action);
        if (verb == nullptr) continue;
        Place anchor = action.place;
        for (const json::Node& key : scope_.children(action)) {
            if (scope_.rawKey(key) == verb->name()) anchor = key.keyPlace();
        }
        if (!verb->inConcurrently) {
            scope_.mistakes().add(Mistake::NotAllowedHere, anchor,
                                  fmt::format("\"{}\" can't stand inside \"concurrently\"", verb->name()),
                                  "make a step of its own of it");
            continue;
        }
        const Table table{verb->table.what,
                          verb->table.fields.first(verb->table.fields.size() - 1)};  // without `settle`
        readActions(scope_.fields(action, table, anchor), out);
    }
}

}  // namespace mdsync::scenario
