// See event_reader.hpp. Which event has which keys stands in keys.cpp.
#include "trace/event_reader.hpp"

#include <fmt/format.h>

#include <array>

#include "mdsync/diagnostic.hpp"
#include "trace/fields.hpp"
#include "trace/keys.hpp"

namespace mdsync {
namespace {

using Keys = std::uint64_t;  // as bits
static_assert(kKeys <= 64);

constexpr Keys bit(std::size_t key) {
    return Keys{1} << key;
}
constexpr Keys bit(Key key) {
    return bit(static_cast<std::size_t>(key));
}

// The keys of an event.
struct KeySet {
    Keys required = 0;
    Keys allowed = bit(Key::T) | bit(Key::Ev);
};

KeySet keySetOf(EventKind kind) {
    KeySet set;
    for (const KeyUse& use : keysOf(kind)) {
        set.allowed |= bit(use.key);
        if (use.required) set.required |= bit(use.key);
    }
    return set;
}

std::vector<std::string_view> namesOf(Keys keys) {
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < kKeys; ++i) {
        if ((keys & bit(i)) != 0) names.push_back(kKeyNames[i]);
    }
    return names;
}

// The keys of one line: where each value is.
class LineReader {
public:
    LineReader(const json::Document& json, Faults& faults, const ReadContext& context)
        : json_(json), faults_(faults), fields_(json, faults), context_(context) {}

    EventLine read() {
        line_.timeNode = &json_.root();
        if (json_.root().kind != json::Kind::Object) {
            faults_.add("trace.wrong-type", json_.root(), "a line of a trace must be an object");
            return line_;
        }
        findKeys();
        readTime();
        readKind();
        if (!line_.kindKnown) return line_;
        checkKeys();
        readParts();
        return line_;
    }

private:
    [[nodiscard]] bool has(Key key) const { return values_[static_cast<std::size_t>(key)] != nullptr; }
    // REQUIRES: has(key).
    [[nodiscard]] const json::Node& node(Key key) const { return *values_[static_cast<std::size_t>(key)]; }
    Event& event() { return line_.event; }

    void findKeys() {
        for (const json::Node& value : json_.children(json_.root())) {
            const std::string_view word = json_.key(value);
            std::size_t i = 0;
            while (i < kKeys && kKeyNames[i] != word) ++i;
            if (i == kKeys) {
                if (!word.starts_with("x-")) strangers_.push_back(&value);
            } else if (values_[i] != nullptr) {
                fields_.duplicateKey(value.key());
            } else {
                values_[i] = &value;
            }
        }
    }

    void readTime() {
        if (!has(Key::T)) {
            if (context_.timeOptional) return;
            faults_.add("trace.missing-key", json_.root(), "the event lacks \"t\"");
            return;
        }
        line_.timeNode = &node(Key::T);
        const auto t = fields_.instant(node(Key::T));
        if (!t) return;
        event().t = *t;
        line_.timeKnown = true;
        if (context_.header.app.timezone.named() && (*t < kFirstOfZones || *t > kLastOfZones)) {
            faults_.add("trace.beyond-zone", node(Key::T),
                        "with a named timezone every instant must lie in 1970..2037");
        }
    }

    void readKind() {
        if (!has(Key::Ev)) {
            faults_.add("trace.missing-key", json_.root(), "the event lacks \"ev\"");
            return;
        }
        const auto word = fields_.string(node(Key::Ev), "ev");
        if (!word) return;
        const auto kind = eventKindOf(*word);
        if (!kind) {
            std::vector<std::string_view> words;
            for (std::size_t i = 0; i < kEventKinds; ++i) words.push_back(spell(static_cast<EventKind>(i)));
            faults_.add("trace.unknown-event", node(Key::Ev), fmt::format("unknown event {}", quoted(*word)),
                        suggest(*word, words));
            return;
        }
        event().kind = *kind;
        line_.kindKnown = true;
    }

    // Keys that do not belong here, and keys that are missing.
    void checkKeys() {
        const KeySet keys = keySetOf(event().kind);
        Keys present = 0;
        for (std::size_t i = 0; i < kKeys; ++i) present |= values_[i] == nullptr ? 0U : bit(i);
        if (!strangers_.empty() || (present & ~keys.allowed) != 0) refuseStrangers(keys.allowed);
        for (const std::string_view missing : namesOf(keys.required & ~present)) lacks(quoted(missing));
        checkAlternatives();
    }

    void refuseStrangers(Keys allowed) {
        const std::string what = fmt::format("\"{}\"", spell(event().kind));
        for (const json::Node* stranger : strangers_) fields_.unknownKey(stranger->key(), what, namesOf(allowed));
        for (std::size_t i = 0; i < kKeys; ++i) {
            if (values_[i] == nullptr || (allowed & bit(i)) != 0) continue;
            fields_.unknownKey(values_[i]->key(), what, namesOf(allowed));
            values_[i] = nullptr;
        }
    }

    void lacks(const std::string& what) {
        faults_.add("trace.missing-key", node(Key::Ev), fmt::format("\"{}\" lacks {}", spell(event().kind), what));
    }
    void notBoth(Key one, Key other) {
        if (!has(one) || !has(other)) return;
        faults_.add(
            "trace.unknown-key", node(other).key(),
            fmt::format("\"{}\" cannot have both \"{}\" and \"{}\"", spell(event().kind), spell(one), spell(other)));
    }

    void checkAlternatives() {
        switch (event().kind) {
            case EventKind::Send:
            case EventKind::Publish:
            case EventKind::Receive:
                notBoth(Key::Digest, Key::Text);
                break;
            case EventKind::Recall:
                notBoth(Key::Dev, Key::Api);
                if (!has(Key::Dev) && !has(Key::Api)) lacks("\"dev\" or \"api\"");
                break;
            case EventKind::Join:
            case EventKind::Leave:
                checkMembership();
                break;
            default:
                break;
        }
    }

    // A user joins a group, or a device a chatroom.
    void checkMembership() {
        notBoth(Key::Group, Key::Chatroom);
        if (has(Key::Chatroom)) {
            if (!has(Key::Dev)) lacks("\"dev\"");
            notBoth(Key::Chatroom, Key::User);
        } else if (has(Key::Group)) {
            if (!has(Key::User)) lacks("\"user\"");
            notBoth(Key::Group, Key::Dev);
        } else {
            lacks("\"group\" and \"user\", or \"chatroom\" and \"dev\"");
        }
    }

    void readParts() {
        if (has(Key::Msg)) readMessage();
        if (declares(event().kind)) return readDeclaration();
        if (has(Key::Dev)) event().device = device(Key::Dev);
        if (has(Key::From)) event().user = user(Key::From);
        if (has(Key::User)) event().user = user(Key::User);
        if (has(Key::To)) readTarget();
        if (has(Key::Group)) readGroup();
        if (has(Key::Chatroom)) readRoom();
        if (has(Key::Type)) readType();
        if (has(Key::Digest)) readPayload(Key::Digest, PayloadKind::Digest);
        if (has(Key::Text)) readText();
        if (has(Key::Api)) readApi();
        if (has(Key::IncludeSender))
            event().includeSender =
                fields_.boolean(node(Key::IncludeSender), spell(Key::IncludeSender)).value_or(false);
        if (has(Key::Enabled)) event().enabled = fields_.boolean(node(Key::Enabled), "enabled").value_or(false);
        if (has(Key::Code)) event().code = text(Key::Code);
        if (has(Key::Refused)) {
            event().code = text(Key::Refused);
            event().refused = true;
        }
        if (has(Key::Reason)) readReason();
        if (has(Key::By)) readBy();
        if (has(Key::Via)) readVia();
        if (event().kind == EventKind::CaughtUp) readCatchUp();
        if (has(Key::App)) readSettings();
    }

    void readMessage() {
        const auto id = fields_.string(node(Key::Msg), "msg");
        if (!id) return;
        line_.messageNode = &node(Key::Msg);
        line_.message = *id;
        if (isName(*id)) return;
        faults_.add("trace.bad-name", node(Key::Msg), fmt::format("{} cannot be the id of a message", quoted(*id)),
                    std::string(kNameHint));
    }

    // ---- What did not exist before this line

    void readDeclaration() {
        if (event().kind == EventKind::Device && has(Key::Dev)) readNewDevice();
        if (has(Key::Platform)) {
            if (const auto platform = fields_.oneOf(node(Key::Platform), "platform", platformWords()))
                line_.declaration.platform = static_cast<Platform>(*platform);
        }
        if (has(Key::Group)) readNewPlace(Key::Group);
        if (has(Key::Members)) {
            line_.declaration.members = readMembers(
                json_, faults_, node(Key::Members), [this](std::string_view word) { return context_.names.user(word); },
                [this] { return context_.names.targetSpellings(AddressKind::User); });
        }
        if (has(Key::Chatroom)) readNewPlace(Key::Chatroom);
    }
    void readNewDevice() {
        const auto path = fields_.string(node(Key::Dev), "dev");
        if (!path) return;
        const std::size_t slash = path->find('/');
        if (slash == std::string_view::npos || !isName(path->substr(0, slash)) || !isName(path->substr(slash + 1))) {
            faults_.add("trace.bad-name", node(Key::Dev), fmt::format("{} cannot be a device", quoted(*path)),
                        fmt::format("expected USER/DEVICE; {}", kNameHint));
            return;
        }
        line_.declaration.user = path->substr(0, slash);
        line_.declaration.name = path->substr(slash + 1);
        event().user = context_.names.user(line_.declaration.user);
        if (!event().user.exists()) event().user = UserId{context_.header.users.size()};
        event().device = DeviceId{context_.header.devices.size()};
        if (context_.names.device(*path).exists()) declaredTwice(Key::Dev, "device", *path);
    }
    void readNewPlace(Key key) {
        const std::string_view what = key == Key::Group ? "group" : "chatroom";
        const auto word = fields_.string(node(key), what);
        if (!word) return;
        if (!isName(*word)) {
            faults_.add("trace.bad-name", node(key), fmt::format("{} cannot be the name of a {}", quoted(*word), what),
                        std::string(kNameHint));
            return;
        }
        line_.declaration.name = *word;
        const bool isGroup = key == Key::Group;
        if (isGroup ? context_.names.group(*word).exists() : context_.names.room(*word).exists())
            declaredTwice(key, what, *word);
        event().to = isGroup ? Address::of(GroupId{context_.header.groups.size()})
                             : Address::of(RoomId{context_.header.rooms.size()});
    }
    void declaredTwice(Key key, std::string_view what, std::string_view word) {
        faults_.add("trace.declared-twice", node(key),
                    fmt::format("the {} {} is declared already", what, quoted(word)));
    }

    DeviceId device(Key key) {
        const auto path = fields_.string(node(key), spell(key));
        if (!path) return {};
        const DeviceId found = context_.names.device(*path);
        if (!found.exists()) {
            undeclared(node(key), "device", *path, "trace.undeclared-device",
                       [&] { return context_.names.devicePaths(); });
        }
        return found;
    }
    UserId user(Key key) {
        const auto word = fields_.string(node(key), spell(key));
        if (!word) return {};
        const UserId found = context_.names.user(*word);
        if (!found.exists()) {
            undeclared(node(key), "user", *word, "trace.undeclared-user",
                       [&] { return context_.names.targetSpellings(AddressKind::User); });
        }
        return found;
    }
    // `spelling` is the word as it stands in the file, known() what could stand there.
    template <class Known>
    void undeclared(const json::Node& at, std::string_view what, std::string_view spelling, std::string_view code,
                    Known known) {
        if (context_.declaredLater) return;
        faults_.add(code, at, fmt::format("no {} {} is declared", what, quoted(spelling)),
                    faults_.wantsHints() ? suggest(spelling, known()) : std::string());
    }

    // A target spelled as in `to`.
    Address target(const json::Node& at, std::string_view key) {
        const auto word = fields_.string(at, key);
        if (!word) return {};
        const Address found = context_.names.target(*word);
        if (found.kind != AddressKind::None) return found;
        const auto known = [&] { return context_.names.targetSpellings(AddressKind::None); };
        if (word->starts_with("group:")) {
            undeclared(at, "group", *word, "trace.undeclared-group", known);
        } else if (word->starts_with("chatroom:")) {
            undeclared(at, "chatroom", *word, "trace.undeclared-room", known);
        } else {
            undeclared(at, "user", *word, "trace.undeclared-user", known);
        }
        return {};
    }
    void readTarget() { event().to = target(node(Key::To), "to"); }

    // `join` and `leave` have bare names.
    void readGroup() {
        const auto word = fields_.string(node(Key::Group), "group");
        if (!word) return;
        const GroupId group = context_.names.group(*word);
        event().to = Address::of(group);
        if (group.exists()) return;
        undeclared(node(Key::Group), "group", *word, "trace.undeclared-group", [&] {
            std::vector<std::string_view> known;
            for (const GroupInfo& info : context_.header.groups) known.emplace_back(info.name);
            return known;
        });
    }
    void readRoom() {
        const auto word = fields_.string(node(Key::Chatroom), "chatroom");
        if (!word) return;
        const RoomId room = context_.names.room(*word);
        event().to = Address::of(room);
        if (room.exists()) return;
        undeclared(node(Key::Chatroom), "chatroom", *word, "trace.undeclared-room", [&] {
            return std::vector<std::string_view>{context_.header.rooms.begin(), context_.header.rooms.end()};
        });
    }

    TextId text(Key key) {
        const auto word = fields_.string(node(key), spell(key));
        return word && faults_.empty() ? context_.lexicon.texts.intern(*word) : TextId{};
    }
    void readType() {
        const auto word = fields_.string(node(Key::Type), "type");
        if (word && *word != "RC:TxtMsg") event().type = text(Key::Type);
    }
    void readText() {
        if (event().kind != EventKind::Note) return readPayload(Key::Text, PayloadKind::Text);
        if (fields_.string(node(Key::Text), "text") && context_.keepTexts) event().text = text(Key::Text);
    }
    void readPayload(Key key, PayloadKind kind) {
        const auto bytes = fields_.string(node(key), spell(key));
        if (!bytes) return;
        if (kind == PayloadKind::Digest && bytes->size() > 64) {
            faults_.add("trace.bad-value", node(key), "a digest has at most 64 bytes");
        }
        event().payloadKind = kind;
        event().payload = fingerprint(*bytes);
        if (context_.keepTexts) event().text = text(key);
    }

    void readApi() {
        if (event().kind == EventKind::Recall) {
            event().user = user(Key::Api);
            return;
        }
        const auto word = fields_.string(node(Key::Api), "api");
        if (!word) return;
        if (*word == "message") return;
        event().api = *word == "status" ? Api::Status : Api::Path;
        if (event().api == Api::Status) return;
        event().code = text(Key::Api);
        checkPath(*word);
    }
    // A literal path of the server API must be that of the target's kind.
    void checkPath(std::string_view path) {
        constexpr std::array<std::string_view, 4> kKinds{"", "private", "group", "chatroom"};
        const auto kind = static_cast<std::size_t>(event().to.kind);
        std::vector<std::string> paths;
        for (std::size_t i = 1; i < kKinds.size(); ++i) {
            if (kind != 0 && kind != i) continue;
            for (const std::string_view family : {"message", "statusmessage"}) {
                paths.push_back(fmt::format("/{}/{}/publish.json", family, kKinds[i]));
                if (paths.back() == path) return;
            }
        }
        std::vector<std::string_view> known{"message", "status"};
        known.insert(known.end(), paths.begin(), paths.end());
        std::string hint = suggest(path, known);
        if (hint.empty()) hint = fmt::format("expected {}", alternatives(known));
        faults_.add("trace.bad-value", node(Key::Api), fmt::format("no endpoint {} for this target", quoted(path)),
                    hint);
    }

    void readReason() {
        const auto reason = fields_.oneOf(node(Key::Reason), "reason",
                                          {"logout", "drop", "replaced", "evicted", "uninstall", "server"});
        if (reason) event().reason = static_cast<OfflineReason>(*reason);
    }
    void readVia() {
        const auto via = fields_.oneOf(node(Key::Via), "via", {"live", "offline", "compensation"});
        if (via) event().via = static_cast<Via>(*via + 1);
    }
    void readBy() {
        event().by = device(Key::By);
        if (!event().by.exists() || !event().device.exists()) return;
        const std::vector<DeviceInfo>& devices = context_.header.devices;
        if (devices[event().by.index()].user != devices[event().device.index()].user) {
            faults_.add("trace.foreign-by", node(Key::By), "\"by\" must be a device of the same user");
        }
    }

    void readCatchUp() {
        CatchUp catchUp;
        if (has(Key::Count)) {
            const auto count = fields_.integer(node(Key::Count), "count", 0);
            if (count) catchUp.count = static_cast<std::uint64_t>(*count);
        }
        if (has(Key::Conversations) && fields_.array(node(Key::Conversations), "conversations")) {
            catchUp.hasConversations = true;
            for (const json::Node& item : json_.children(node(Key::Conversations))) {
                const Address address = target(item, "a conversation");
                if (address.kind != AddressKind::None) catchUp.conversations.push_back(address);
            }
        }
        if (!faults_.empty()) return;
        event().annex = static_cast<std::uint32_t>(context_.annex.catchUps.size());
        context_.annex.catchUps.push_back(std::move(catchUp));
    }

    void readSettings() {
        if (!fields_.object(node(Key::App), "app")) return;
        SettingsChange change;
        const std::vector<std::string_view> keys(kSettingNames.begin(), kSettingNames.end());
        eachMember(json_, fields_, node(Key::App), "\"app\" of \"set\"", keys,
                   [&](std::size_t key, const json::Node& value) {
                       if (key == 0) change.compensationDays = fields_.integer(value, keys[key]);
                       if (key == 1) change.offlineDays = fields_.integer(value, keys[key]);
                       if (key == 2) readLimits(value, change);
                       if (key == 3) change.prepaid = fields_.boolean(value, keys[key]);
                   });
        if (!faults_.empty()) return;
        event().annex = static_cast<std::uint32_t>(context_.annex.settings.size());
        context_.annex.settings.push_back(change);
    }
    void readLimits(const json::Node& object, SettingsChange& change) {
        if (!fields_.object(object, "limits")) return;
        const std::vector<std::string_view> keys(kLimitNames.begin(), kLimitNames.end());
        eachMember(json_, fields_, object, "\"limits\"", keys, [&](std::size_t key, const json::Node& value) {
            (key == 0 ? change.mobileLimit : change.miniprogramLimit) = fields_.integer(value, keys[key]);
        });
    }

    const json::Document& json_;
    Faults& faults_;
    Fields fields_;
    const ReadContext& context_;
    EventLine line_;
    std::array<const json::Node*, kKeys> values_{};
    std::vector<const json::Node*> strangers_;
};

}  // namespace

EventLine readEvent(const json::Document& json, Faults& faults, const ReadContext& context) {
    return LineReader(json, faults, context).read();
}

}  // namespace mdsync
