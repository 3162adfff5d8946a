// TraceWriter: the layout of docs/trace.md, its keys in the order of the tables in keys.cpp. QuickReader knows it by
// heart.
#include <fmt/format.h>

#include <charconv>

#include "base/text.hpp"
#include "mdsync/trace_io.hpp"
#include "trace/keys.hpp"

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

// What a `set` changes, of the keys in kSettingNames.
void appendSettings(std::string& out, const SettingsChange& change) {
    Members app(out);
    const auto number = [](Members& members, std::string_view key, const std::optional<std::int64_t>& value) {
        if (value) appendNumber(members.key(key), *value);
    };
    number(app, kSettingNames[0], change.compensationDays);
    number(app, kSettingNames[1], change.offlineDays);
    if (change.mobileLimit || change.miniprogramLimit) {
        Members limits(app.key(kSettingNames[2]));
        number(limits, kLimitNames[0], change.mobileLimit);
        number(limits, kLimitNames[1], change.miniprogramLimit);
        limits.close();
    }
    if (change.prepaid) appendBool(app.key(kSettingNames[3]), *change.prepaid);
    app.close();
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
    learnNames();
}

void TraceWriter::learnNames() {
    for (std::size_t i = users_.size(); i < header_.users.size(); ++i) {
        users_.push_back(jsonString(header_.users[i].name));
    }
    for (std::size_t i = devices_.size(); i < header_.devices.size(); ++i) {
        devices_.push_back(jsonString(header_.path(DeviceId{i})));
    }
    for (std::size_t i = groups_.size(); i < header_.groups.size(); ++i) {
        groups_.push_back(jsonString(header_.groups[i].name));
    }
    for (std::size_t i = rooms_.size(); i < header_.rooms.size(); ++i) rooms_.push_back(jsonString(header_.rooms[i]));
}

void TraceWriter::appendHeader(std::string& out, HeaderStyle style) const {
    const bool complete = style == HeaderStyle::Complete;
    Members members(out);
    members.key("mdsync") += "\"trace/1\"";
    appendNumber(members.key("t"), header_.t.time_since_epoch().count());
    if (complete || !header_.source.empty()) appendJsonString(members.key("source"), header_.source);
    appendApp(members.key("app"), header_.app, complete);
    Members users(members.key("users"));
    for (std::size_t u = 0; u + header_.later.users < header_.users.size(); ++u) {
        const UserInfo& user = header_.users[u];
        Members devices(users.key(user.name));
        for (std::uint32_t i = 0; i < user.deviceCount; ++i) {
            const DeviceInfo& device = header_.devices[user.firstDevice.index() + i];
            appendJsonString(devices.key(device.name), spell(device.platform));
        }
        devices.close();
    }
    users.close();
    Members groups(members.key("groups"));
    for (std::size_t g = 0; g + header_.later.groups < header_.groups.size(); ++g) {
        appendMembers(groups.key(header_.groups[g].name), header_.groups[g]);
    }
    groups.close();
    members.key("chatrooms") += fmt::format(
        "[{}]", fmt::join(rooms_.begin(), rooms_.end() - static_cast<std::ptrdiff_t>(header_.later.rooms), ","));
    Members types(members.key("messageTypes"));
    for (const auto& [type, status] : header_.messageTypes) types.key(type) += status ? "\"status\"" : "\"normal\"";
    types.close();
    appendReadings(members, header_.readings, complete);
    appendSilent(members, header_.silent, complete);
    if (complete || header_.acceptSeen) members.key("accept") += header_.acceptSeen ? "\"seen\"" : "\"instant\"";
    members.close();
}

void TraceWriter::appendMembers(std::string& out, const GroupInfo& group) const {
    out += '[';
    for (const UserId member : group.members) {
        if (out.back() != '[') out += ',';
        out += users_[member.index()];
    }
    out += ']';
}

void TraceWriter::append(std::string& out, const Event& event) const {
    out += "{\"t\":";
    appendNumber(out, event.t.time_since_epoch().count());
    out += ",\"ev\":\"";
    out += spell(event.kind);
    out += '"';
    for (const KeyUse& use : keysOf(event.kind)) appendMember(out, use.key, event);
    out += "}\n";
}

// The key with its value, if the event has one for it.
void TraceWriter::appendMember(std::string& out, Key key, const Event& event) const {
    const auto value = [&]() -> std::string& { return ((out += ",\"") += spell(key)) += "\":"; };
    const auto text = [&](TextId id, std::string_view otherwise = {}) {
        appendJsonString(value(), id.exists() ? std::string_view(lexicon_.texts[id]) : otherwise);
    };
    const auto word = [&](std::string_view spelling) { ((value() += '"') += spelling) += '"'; };
    const bool joins = event.kind == EventKind::Join || event.kind == EventKind::Leave;
    const bool ofGroup = joins && event.to.kind == AddressKind::Group;
    switch (key) {
        case Key::Msg:
            return appendJsonString(value(), lexicon_.messages[event.message]);
        case Key::Dev:
            if (event.device.exists() && !ofGroup) value() += devices_[event.device.index()];
            return;
        case Key::From:
            value() += users_[event.user.index()];
            return;
        case Key::To:
            return appendAddress(value(), event.to);
        case Key::Type:
            return text(event.type, "RC:TxtMsg");
        case Key::Digest:
            if (event.payloadKind == PayloadKind::Unknown) return;
            if (!event.text.exists()) return word(fmt::format("{:016x}", event.payload));
            if (event.payloadKind == PayloadKind::Digest) text(event.text);
            return;
        case Key::Text:
            if (event.kind == EventKind::Note || (event.payloadKind == PayloadKind::Text && event.text.exists())) {
                text(event.text);
            }
            return;
        case Key::Api:
            if (event.kind == EventKind::Publish) {
                if (event.api == Api::Path) return text(event.code);
                return word(event.api == Api::Status ? "status" : "message");
            }
            if (!event.device.exists()) value() += users_[event.user.index()];
            return;
        case Key::IncludeSender:
            return appendBool(value(), event.includeSender);
        case Key::Code:
            return text(event.code);
        case Key::Reason:
            return word(spell(event.reason));
        case Key::By:
            if (event.by.exists()) value() += devices_[event.by.index()];
            return;
        case Key::Via:
            if (event.via != Via::Unknown) word(spell(event.via));
            return;
        case Key::Count:
            if (event.annex == Event::kNoAnnex || !annex_.catchUps[event.annex].count) return;
            return appendNumber(value(), static_cast<std::int64_t>(*annex_.catchUps[event.annex].count));
        case Key::Conversations:
            if (event.annex == Event::kNoAnnex || !annex_.catchUps[event.annex].hasConversations) return;
            return appendConversations(value(), annex_.catchUps[event.annex]);
        case Key::Enabled:
            return appendBool(value(), event.enabled);
        case Key::Refused:
            if (event.refused) text(event.code);
            return;
        case Key::App:
            return appendSettings(value(),
                                  event.annex == Event::kNoAnnex ? SettingsChange{} : annex_.settings[event.annex]);
        case Key::Platform:
            return word(spell(header_.devices[event.device.index()].platform));
        case Key::Members:
            return appendMembers(value(), header_.groups[event.to.group().index()]);
        case Key::Group:
            if (event.to.kind == AddressKind::Group) value() += groups_[event.to.group().index()];
            return;
        case Key::User:
            if (ofGroup) value() += users_[event.user.index()];
            return;
        case Key::Chatroom:
            if (event.to.kind == AddressKind::Room) value() += rooms_[event.to.room().index()];
            return;
        default:
            return;  // `t` and `ev` are there, and the others are no keys of events
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

void TraceWriter::appendConversations(std::string& out, const CatchUp& catchUp) const {
    out += '[';
    for (const Address& address : catchUp.conversations) {
        if (out.back() != '[') out += ',';
        appendAddress(out, address);
    }
    out += ']';
}

}  // namespace mdsync
