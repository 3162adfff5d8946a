// TraceWriter: the layout of docs/trace.md, its keys in the order of the tables there. QuickReader knows it by heart.
#include <fmt/format.h>

#include <charconv>

#include "base/text.hpp"
#include "mdsync/trace_io.hpp"

namespace mdsync {
namespace {

void appendNumber(std::string& out, std::int64_t number) {
    char digits[24];
    const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
    if (error == std::errc{}) out.append(digits, end);
}

void appendBool(std::string& out, bool value) {
    out += value ? "true" : "false";
}

void appendEscaped(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    }
}

// Characters that a JSON string holds as they are, whatever their encoding.
bool isPlain(char c) {
    return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x80 && c != '"' && c != '\\';
}

// One object of the header, whose members are separated by commas.
class Members {
public:
    explicit Members(std::string& out) : out_(out) { out_ += '{'; }
    std::string& key(std::string_view name) {
        if (!first_) out_ += ',';
        first_ = false;
        appendJsonString(out_, name);
        return out_ += ':';
    }
    void close() { out_ += '}'; }

private:
    std::string& out_;
    bool first_ = true;
};

void appendApp(std::string& out, const App& app, bool complete) {
    const App defaults;
    Members members(out);
    if (complete || app.environment != defaults.environment) {
        members.key("environment") += app.environment == Environment::Production ? "\"production\"" : "\"development\"";
    }
    if (complete || app.prepaid != defaults.prepaid) appendBool(members.key("prepaid"), app.prepaid);
    appendBool(members.key("sync"), app.sync);
    if (complete || app.compensationDays != defaults.compensationDays) {
        appendNumber(members.key("compensationDays"), app.compensationDays);
    }
    if (complete || app.offlineDays != defaults.offlineDays) appendNumber(members.key("offlineDays"), app.offlineDays);
    if (complete || !(app.timezone == defaults.timezone))
        appendJsonString(members.key("timezone"), app.timezone.name());
    const bool mobile = complete || app.mobileLimit != defaults.mobileLimit;
    const bool miniprogram = complete || app.miniprogramLimit != defaults.miniprogramLimit;
    if (mobile || miniprogram) {
        Members limits(members.key("limits"));
        if (mobile) appendNumber(limits.key("mobile"), app.mobileLimit);
        if (miniprogram) appendNumber(limits.key("miniprogram"), app.miniprogramLimit);
        limits.close();
    }
    if (complete || app.onLimit != defaults.onLimit) {
        members.key("onLimit") += app.onLimit == OnLimit::Refuse ? "\"refuse\"" : "\"replace\"";
    }
    members.close();
}

void appendReadings(Members& header, const Readings& readings, bool complete) {
    constexpr std::string_view kWindows[] = {"\"calendar\"", "\"rolling\"", "\"any\""};
    const Readings defaults;
    const bool window = complete || readings.window != defaults.window;
    const bool delay = complete || readings.switchDelay != defaults.switchDelay;
    const bool path = complete || readings.groupStatusPath != defaults.groupStatusPath;
    if (!window && !delay && !path) return;
    Members members(header.key("readings"));
    if (window) members.key("window") += kWindows[static_cast<std::size_t>(readings.window)];
    if (delay) appendJsonString(members.key("switch-delay"), spellDuration(readings.switchDelay));
    if (path) {
        members.key("group-status-path") += readings.groupStatusPath == GroupStatusPath::Seed ? "\"seed\"" : "\"docs\"";
    }
    members.close();
}

void appendSilent(Members& header, const Silent& silent, bool complete) {
    std::string list;
    const auto add = [&](bool is, std::string_view word) {
        if (is) list += fmt::format("{}\"{}\"", list.empty() ? "" : ",", word);
    };
    add(silent.connect, "connect");
    add(silent.accept, "accept");
    add(silent.recallAccept, "recall-accept");
    add(silent.caughtUp, "caught-up");
    add(silent.settled, "settled");
    if (complete || !list.empty()) header.key("silent") += fmt::format("[{}]", list);
}

}  // namespace

void appendJsonString(std::string& out, std::string_view text) {
    out += '"';
    std::size_t plain = 0;  // where the run of characters that need no care began
    std::size_t at = 0;
    while (at < text.size()) {
        if (isPlain(text[at])) {
            ++at;
            continue;
        }
        const std::size_t size = decodeUtf8(text.substr(at)).bytes;
        if (size > 1) {
            at += size;
            continue;
        }
        out += text.substr(plain, at - plain);
        if (size == 1) {
            appendEscaped(out, text[at]);
        } else {
            out += "\xef\xbf\xbd";  // U+FFFD
        }
        plain = ++at;
    }
    out += text.substr(plain);
    out += '"';
}

std::string jsonString(std::string_view text) {
    std::string json;
    appendJsonString(json, text);
    return json;
}

TraceWriter::TraceWriter(const Header& header, const Lexicon& lexicon, const Annex& annex)
    : header_(header), lexicon_(lexicon), annex_(annex) {
    for (const UserInfo& user : header.users) users_.push_back(jsonString(user.name));
    for (std::size_t i = 0; i < header.devices.size(); ++i) devices_.push_back(jsonString(header.path(DeviceId{i})));
    for (const GroupInfo& group : header.groups) groups_.push_back(jsonString(group.name));
    for (const std::string& room : header.rooms) rooms_.push_back(jsonString(room));
}

void TraceWriter::appendHeader(std::string& out, HeaderStyle style) const {
    const bool complete = style == HeaderStyle::Complete;
    Members members(out);
    members.key("mdsync") += "\"trace/1\"";
    appendNumber(members.key("t"), header_.t.time_since_epoch().count());
    if (complete || !header_.source.empty()) appendJsonString(members.key("source"), header_.source);
    appendApp(members.key("app"), header_.app, complete);
    Members users(members.key("users"));
    for (const UserInfo& user : header_.users) {
        Members devices(users.key(user.name));
        for (std::uint32_t i = 0; i < user.deviceCount; ++i) {
            const DeviceInfo& device = header_.devices[user.firstDevice.index() + i];
            appendJsonString(devices.key(device.name), spell(device.platform));
        }
        devices.close();
    }
    users.close();
    Members groups(members.key("groups"));
    for (const GroupInfo& group : header_.groups) {
        groups.key(group.name) += '[';
        for (const UserId member : group.members) {
            if (out.back() != '[') out += ',';
            out += users_[member.index()];
        }
        out += ']';
    }
    groups.close();
    members.key("chatrooms") += fmt::format("[{}]", fmt::join(rooms_, ","));
    Members types(members.key("messageTypes"));
    for (const auto& [type, status] : header_.messageTypes) types.key(type) += status ? "\"status\"" : "\"normal\"";
    types.close();
    appendReadings(members, header_.readings, complete);
    appendSilent(members, header_.silent, complete);
    members.close();
}

void TraceWriter::append(std::string& out, const Event& event) const {
    out += "{\"t\":";
    appendNumber(out, event.t.time_since_epoch().count());
    out += ",\"ev\":\"";
    out += spell(event.kind);
    out += '"';
    appendBody(out, event);
    out += "}\n";
}

void TraceWriter::appendBody(std::string& out, const Event& event) const {
    const auto message = [&] { appendJsonString(out += ",\"msg\":", lexicon_.messages[event.message]); };
    const auto device = [&] { (out += ",\"dev\":") += devices_[event.device.index()]; };
    const auto code = [&] {
        appendJsonString(out += ",\"code\":", event.code.exists() ? std::string_view(lexicon_.texts[event.code]) : "");
    };
    switch (event.kind) {
        case EventKind::Connect:
        case EventKind::Online:
        case EventKind::Reinstall:
            device();
            break;
        case EventKind::Refused:
            device(), code();
            break;
        case EventKind::Offline:
            device();
            ((out += ",\"reason\":\"") += spell(event.reason)) += '"';
            if (event.by.exists()) (out += ",\"by\":") += devices_[event.by.index()];
            break;
        case EventKind::Send:
        case EventKind::Publish:
            message(), appendMessage(out, event), appendPayload(out, event);
            break;
        case EventKind::Accept:
        case EventKind::RecallAccept:
            message();
            break;
        case EventKind::Reject:
        case EventKind::RecallReject:
            message(), code();
            break;
        case EventKind::Receive:
            message(), device();
            if (event.via != Via::Unknown) ((out += ",\"via\":\"") += spell(event.via)) += '"';
            appendPayload(out, event);
            break;
        case EventKind::CaughtUp:
            device(), appendCatchUp(out, event);
            break;
        case EventKind::Recall:
            message();
            if (event.device.exists()) {
                device();
            } else {
                (out += ",\"api\":") += users_[event.user.index()];
            }
            break;
        case EventKind::Recalled:
            message(), device();
            break;
        case EventKind::Sync:
            appendBool(out += ",\"enabled\":", event.enabled);
            appendRefusal(out, event);
            break;
        case EventKind::Set:
            appendSettings(out, event), appendRefusal(out, event);
            break;
        case EventKind::Join:
        case EventKind::Leave:
            appendMembership(out, event), appendRefusal(out, event);
            break;
        case EventKind::Settled:
            break;
        case EventKind::Note:
            appendJsonString(out += ",\"text\":",
                             event.text.exists() ? std::string_view(lexicon_.texts[event.text]) : "");
            break;
    }
}

void TraceWriter::appendAddress(std::string& out, const Address& address) const {
    switch (address.kind) {
        case AddressKind::None:
            out += "\"\"";
            break;
        case AddressKind::User:
            out += users_[address.user().index()];
            break;
        case AddressKind::Group:
            out += "\"group:", out += std::string_view(groups_[address.group().index()]).substr(1);
            break;
        case AddressKind::Room:
            out += "\"chatroom:", out += std::string_view(rooms_[address.room().index()]).substr(1);
            break;
    }
}

// Who sends what to whom: what `send` and `publish` have besides the id and the payload.
void TraceWriter::appendMessage(std::string& out, const Event& event) const {
    if (event.kind == EventKind::Send) {
        (out += ",\"dev\":") += devices_[event.device.index()];
    } else {
        (out += ",\"from\":") += users_[event.user.index()];
    }
    appendAddress(out += ",\"to\":", event.to);
    if (event.type.exists()) {
        appendJsonString(out += ",\"type\":", lexicon_.texts[event.type]);
    } else {
        out += ",\"type\":\"RC:TxtMsg\"";
    }
    if (event.kind == EventKind::Send) return;
    const std::string_view path = event.api == Api::Path     ? std::string_view(lexicon_.texts[event.code])
                                  : event.api == Api::Status ? "status"
                                                             : "message";
    appendJsonString(out += ",\"api\":", path);
    appendBool(out += ",\"includeSender\":", event.includeSender);
}

void TraceWriter::appendPayload(std::string& out, const Event& event) const {
    if (event.payloadKind == PayloadKind::Unknown) return;
    if (!event.text.exists()) {
        out += fmt::format(",\"digest\":\"{:016x}\"", event.payload);
        return;
    }
    out += event.payloadKind == PayloadKind::Text ? ",\"text\":" : ",\"digest\":";
    appendJsonString(out, lexicon_.texts[event.text]);
}

void TraceWriter::appendRefusal(std::string& out, const Event& event) const {
    if (!event.refused) return;
    appendJsonString(out += ",\"refused\":", event.code.exists() ? std::string_view(lexicon_.texts[event.code]) : "");
}

void TraceWriter::appendCatchUp(std::string& out, const Event& event) const {
    if (event.annex == Event::kNoAnnex) return;
    const CatchUp& catchUp = annex_.catchUps[event.annex];
    if (catchUp.count) appendNumber(out += ",\"count\":", static_cast<std::int64_t>(*catchUp.count));
    if (!catchUp.hasConversations) return;
    out += ",\"conversations\":[";
    for (const Address& address : catchUp.conversations) {
        if (out.back() != '[') out += ',';
        appendAddress(out, address);
    }
    out += ']';
}

void TraceWriter::appendSettings(std::string& out, const Event& event) const {
    const SettingsChange change = event.annex == Event::kNoAnnex ? SettingsChange{} : annex_.settings[event.annex];
    Members app(out += ",\"app\":");
    if (change.compensationDays) appendNumber(app.key("compensationDays"), *change.compensationDays);
    if (change.offlineDays) appendNumber(app.key("offlineDays"), *change.offlineDays);
    if (change.mobileLimit || change.miniprogramLimit) {
        Members limits(app.key("limits"));
        if (change.mobileLimit) appendNumber(limits.key("mobile"), *change.mobileLimit);
        if (change.miniprogramLimit) appendNumber(limits.key("miniprogram"), *change.miniprogramLimit);
        limits.close();
    }
    if (change.prepaid) appendBool(app.key("prepaid"), *change.prepaid);
    app.close();
}

void TraceWriter::appendMembership(std::string& out, const Event& event) const {
    if (event.to.kind == AddressKind::Group) {
        (out += ",\"group\":") += groups_[event.to.group().index()];
        (out += ",\"user\":") += users_[event.user.index()];
    } else {
        (out += ",\"chatroom\":") += rooms_[event.to.room().index()];
        (out += ",\"dev\":") += devices_[event.device.index()];
    }
}

}  // namespace mdsync
