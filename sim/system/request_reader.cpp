// See request_reader.hpp.
#include "system/request_reader.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include "mdsync/diagnostic.hpp"
#include "trace/fields.hpp"
#include "trace/keys.hpp"

namespace mdsync {

namespace {

constexpr std::int64_t kLongest = 8'640'000'000'000;  // milliseconds: 100,000 days

class RequestReader {
public:
    RequestReader(const json::Document& json, Faults& faults, OpKind kind, const RequestContext& context)
        : json_(json), faults_(faults), fields_(json, faults), context_(context) {
        op_.kind = kind;
    }

    Op read() {
        findKeys();
        if (!faults_.empty()) return op_;
        switch (op_.kind) {
            case OpKind::Login:
            case OpKind::Logout:
            case OpKind::Reinstall:
            case OpKind::Hold:
            case OpKind::Release:
                device(Key::Dev);
                break;
            case OpKind::Drop:
                device(Key::Dev);
                op_.noticedAfter = duration(Key::NoticedAfter);
                break;
            case OpKind::Send:
                message();
                device(Key::Dev);
                content();
                break;
            case OpKind::Publish:
                message();
                user(Key::From);
                content();
                publish();
                break;
            case OpKind::Recall:
                message();
                if (has(Key::Dev)) {
                    device(Key::Dev);
                } else {
                    user(Key::Api);
                }
                break;
            case OpKind::Sync:
                op_.enabled = boolean(Key::Enabled);
                break;
            case OpKind::Set:
                settings();
                break;
            case OpKind::Join:
            case OpKind::Leave:
                membership();
                break;
            case OpKind::Network:
                network();
                break;
            case OpKind::ServerRestart:
                if (const auto word = string(Key::Do); word && *word != "restart")
                    wrong(Key::Do, "can only be \"restart\"");
                break;
        }
        return op_;
    }

private:
    void findKeys() {
        std::vector<Key> keys{Key::Id, Key::Op, Key::More};
        for (const KeyUse& use : keysOf(op_.kind)) keys.push_back(use.key);
        std::vector<std::string_view> names;
        for (const Key key : keys) names.push_back(spell(key));
        eachMember(
            json_, fields_, json_.root(), fmt::format("\"{}\"", spell(op_.kind)), names,
            [&](std::size_t i, const json::Node& value) { values_[static_cast<std::size_t>(keys[i])] = &value; });
    }

    [[nodiscard]] bool has(Key key) const { return values_[static_cast<std::size_t>(key)] != nullptr; }
    // REQUIRES: has(key).
    [[nodiscard]] const json::Node& node(Key key) const { return *values_[static_cast<std::size_t>(key)]; }
    void wrong(Key key, std::string_view what) {
        faults_.add("adapter.bad-value", node(key), fmt::format("\"{}\" {}", spell(key), what));
    }
    void lacks(Key key) {
        faults_.add("adapter.missing-key", json_.root(),
                    fmt::format("\"{}\" lacks \"{}\"", spell(op_.kind), spell(key)));
    }

    std::optional<std::string_view> string(Key key) {
        if (has(key)) return fields_.string(node(key), spell(key));
        lacks(key);
        return std::nullopt;
    }
    bool boolean(Key key) {
        if (has(key)) return fields_.boolean(node(key), spell(key)).value_or(false);
        lacks(key);
        return false;
    }
    Millis duration(Key key) {
        if (!has(key)) return Millis{0};
        return Millis{fields_.integer(node(key), spell(key), 0, kLongest).value_or(0)};
    }

    DeviceId deviceAt(const json::Node& value, std::string_view path) {
        const DeviceId found = context_.names.device(path);
        if (!found.exists()) {
            faults_.add("adapter.undeclared", value, fmt::format("no device {} is declared", quoted(path)));
        }
        return found;
    }
    void device(Key key) {
        if (const auto path = string(key)) op_.device = deviceAt(node(key), *path);
    }
    void user(Key key) {
        const auto name = string(key);
        if (!name) return;
        op_.user = context_.names.user(*name);
        if (!op_.user.exists()) wrong(key, fmt::format("names no user: {}", quoted(*name)));
    }
    void message() {
        const auto id = string(Key::Msg);
        if (!id) return;
        if (!isName(*id)) return wrong(Key::Msg, "cannot be the id of a message");
        op_.message = context_.lexicon.messages.intern(*id);
    }

    void content() {
        const auto to = string(Key::To);
        if (to) op_.to = context_.names.target(*to);
        if (to && op_.to.kind == AddressKind::None) wrong(Key::To, fmt::format("names nobody: {}", quoted(*to)));
        op_.type = text(Key::Type, "RC:TxtMsg");
        op_.text = text(Key::Text, "");
    }
    TextId text(Key key, std::string_view otherwise) {
        const std::string_view words = has(key) ? fields_.string(node(key), spell(key)).value_or("") : otherwise;
        return faults_.empty() ? context_.lexicon.texts.intern(words) : TextId{};
    }

    void publish() {
        op_.includeSender = has(Key::IncludeSender) && boolean(Key::IncludeSender);
        if (!has(Key::Api)) return;
        const auto api = string(Key::Api);
        if (!api || *api == "message") return;
        op_.api = *api == "status" ? Api::Status : Api::Path;
        if (op_.api == Api::Path) op_.path = text(Key::Api, "");
    }

    void settings() {
        if (!has(Key::App)) return lacks(Key::App);
        if (!fields_.object(node(Key::App), "app")) return;
        const std::vector<std::string_view> known(kSettingNames.begin(), kSettingNames.end());
        SettingsChange& change = op_.settings;
        eachMember(json_, fields_, node(Key::App), "\"app\"", known, [&](std::size_t key, const json::Node& value) {
            if (key == 0) change.compensationDays = fields_.integer(value, known[key]);
            if (key == 1) change.offlineDays = fields_.integer(value, known[key]);
            if (key == 2) limits(value);
            if (key == 3) change.prepaid = fields_.boolean(value, known[key]);
        });
    }
    void limits(const json::Node& object) {
        if (!fields_.object(object, "limits")) return;
        const std::vector<std::string_view> known(kLimitNames.begin(), kLimitNames.end());
        eachMember(json_, fields_, object, "\"limits\"", known, [&](std::size_t key, const json::Node& value) {
            (key == 0 ? op_.settings.mobileLimit : op_.settings.miniprogramLimit) = fields_.integer(value, known[key]);
        });
    }

    void membership() {
        if (has(Key::Chatroom)) {
            const auto name = string(Key::Chatroom);
            const RoomId room = name ? context_.names.room(*name) : RoomId{};
            if (name && !room.exists()) wrong(Key::Chatroom, fmt::format("names no room: {}", quoted(*name)));
            op_.to = Address::of(room);
            return device(Key::Dev);
        }
        const auto name = string(Key::Group);
        const GroupId group = name ? context_.names.group(*name) : GroupId{};
        if (name && !group.exists()) wrong(Key::Group, fmt::format("names no group: {}", quoted(*name)));
        op_.to = Address::of(group);
        user(Key::User);
    }

    void network() {
        NetworkConditions& conditions = op_.network;
        if (has(Key::Latency)) latency(conditions);
        if (has(Key::Loss)) conditions.lossPpm = share(Key::Loss);
        if (has(Key::Duplicate)) conditions.duplicatePpm = share(Key::Duplicate);
        if (!has(Key::On) || !fields_.array(node(Key::On), "on")) return;
        for (const json::Node& item : json_.children(node(Key::On))) {
            if (const auto path = fields_.string(item, "on")) op_.on.push_back(deviceAt(item, *path));
        }
    }
    void latency(NetworkConditions& conditions) {
        std::vector<std::int64_t> bounds;
        if (!fields_.array(node(Key::Latency), "latency")) return;
        for (const json::Node& item : json_.children(node(Key::Latency))) {
            bounds.push_back(fields_.integer(item, "latency", 0, kLongest).value_or(0));
        }
        if (bounds.size() != 2 || bounds[0] > bounds[1]) return wrong(Key::Latency, "must be [least, most]");
        conditions.latencyLow = Millis{bounds[0]};
        conditions.latencyHigh = Millis{bounds[1]};
    }
    // A fraction, in parts per million.
    std::uint32_t share(Key key) {
        const std::string_view digits = json_.bytes(node(key));
        double fraction = -1;
        if (node(key).kind == json::Kind::Number) {
            std::from_chars(digits.data(), digits.data() + digits.size(), fraction);
        }
        if (!(fraction >= 0 && fraction <= 1)) {
            wrong(key, "must lie within 0..1");
            return 0;
        }
        return static_cast<std::uint32_t>(std::lround(fraction * 1e6));
    }

    const json::Document& json_;
    Faults& faults_;
    Fields fields_;
    const RequestContext& context_;
    std::array<const json::Node*, kKeys> values_{};
    Op op_;
};

}  // namespace

std::optional<OpKind> opKindOf(std::string_view word) {
    for (std::size_t i = 0; i < kOpKinds; ++i) {
        if (spell(static_cast<OpKind>(i)) == word) return static_cast<OpKind>(i);
    }
    return std::nullopt;
}

Op readRequest(const json::Document& json, Faults& faults, OpKind kind, const RequestContext& context) {
    return RequestReader(json, faults, kind, context).read();
}

}  // namespace mdsync
