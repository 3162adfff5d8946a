// See request_reader.hpp.
#include "system/request_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include "mdsync/diagnostic.hpp"
#include "trace/fields.hpp"

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
        eachMember(json_, fields_, json_.root(), fmt::format("\"{}\"", spell(op_.kind)), keys(),
                   [&](std::size_t key, const json::Node& value) { values_[key] = &value; });
        if (!faults_.empty()) return op_;
        switch (op_.kind) {
            case OpKind::Login:
            case OpKind::Logout:
            case OpKind::Reinstall:
            case OpKind::Hold:
            case OpKind::Release:
                device("dev");
                break;
            case OpKind::Drop:
                device("dev");
                op_.noticedAfter = duration("noticedAfter");
                break;
            case OpKind::Send:
                message();
                device("dev");
                content();
                break;
            case OpKind::Publish:
                message();
                user("from");
                content();
                publish();
                break;
            case OpKind::Recall:
                message();
                if (has("dev")) {
                    device("dev");
                } else {
                    user("api");
                }
                break;
            case OpKind::Sync:
                op_.enabled = boolean("enabled");
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
                if (const auto word = string("do"); word && *word != "restart") wrong("do", "can only be \"restart\"");
                break;
        }
        return op_;
    }

private:
    // The keys of a request, `id`, `op` and `more` besides.
    [[nodiscard]] std::vector<std::string_view> keys() const {
        switch (op_.kind) {
            case OpKind::Login:
            case OpKind::Logout:
            case OpKind::Reinstall:
            case OpKind::Hold:
            case OpKind::Release:
                return {"id", "op", "more", "dev"};
            case OpKind::Drop:
                return {"id", "op", "more", "dev", "noticedAfter"};
            case OpKind::Send:
                return {"id", "op", "more", "msg", "dev", "to", "type", "text"};
            case OpKind::Publish:
                return {"id", "op", "more", "msg", "from", "to", "type", "text", "api", "includeSender"};
            case OpKind::Recall:
                return {"id", "op", "more", "msg", "dev", "api"};
            case OpKind::Sync:
                return {"id", "op", "more", "enabled"};
            case OpKind::Set:
                return {"id", "op", "more", "app"};
            case OpKind::Join:
            case OpKind::Leave:
                return {"id", "op", "more", "group", "user", "chatroom", "dev"};
            case OpKind::Network:
                return {"id", "op", "more", "latency", "loss", "duplicate", "on"};
            case OpKind::ServerRestart:
                return {"id", "op", "more", "do"};
        }
        return {};
    }

    [[nodiscard]] const json::Node* find(std::string_view key) const {
        const std::vector<std::string_view> known = keys();
        const auto found = std::find(known.begin(), known.end(), key);
        return found == known.end() ? nullptr : values_[static_cast<std::size_t>(found - known.begin())];
    }
    [[nodiscard]] bool has(std::string_view key) const { return find(key) != nullptr; }
    // REQUIRES: has(key).
    [[nodiscard]] const json::Node& node(std::string_view key) const { return *find(key); }
    void wrong(std::string_view key, std::string_view what) {
        faults_.add("adapter.bad-value", node(key), fmt::format("\"{}\" {}", key, what));
    }
    void lacks(std::string_view key) {
        faults_.add("adapter.missing-key", json_.root(), fmt::format("\"{}\" lacks \"{}\"", spell(op_.kind), key));
    }

    std::optional<std::string_view> string(std::string_view key) {
        if (has(key)) return fields_.string(node(key), key);
        lacks(key);
        return std::nullopt;
    }
    bool boolean(std::string_view key) {
        if (has(key)) return fields_.boolean(node(key), key).value_or(false);
        lacks(key);
        return false;
    }
    Millis duration(std::string_view key) {
        if (!has(key)) return Millis{0};
        return Millis{fields_.integer(node(key), key, 0, kLongest).value_or(0)};
    }

    DeviceId deviceAt(const json::Node& value, std::string_view path) {
        const DeviceId found = context_.names.device(path);
        if (!found.exists()) {
            faults_.add("adapter.undeclared", value, fmt::format("no device {} is declared", quoted(path)));
        }
        return found;
    }
    void device(std::string_view key) {
        if (const auto path = string(key)) op_.device = deviceAt(node(key), *path);
    }
    void user(std::string_view key) {
        const auto name = string(key);
        if (!name) return;
        op_.user = context_.names.user(*name);
        if (!op_.user.exists()) wrong(key, fmt::format("names no user: {}", quoted(*name)));
    }
    void message() {
        const auto id = string("msg");
        if (!id) return;
        if (!isName(*id)) return wrong("msg", "cannot be the id of a message");
        op_.message = context_.lexicon.messages.intern(*id);
    }

    void content() {
        const auto to = string("to");
        if (to) op_.to = context_.names.target(*to);
        if (to && op_.to.kind == AddressKind::None) wrong("to", fmt::format("names nobody: {}", quoted(*to)));
        op_.type = text("type", "RC:TxtMsg");
        op_.text = text("text", "");
    }
    TextId text(std::string_view key, std::string_view otherwise) {
        const std::string_view words = has(key) ? fields_.string(node(key), key).value_or("") : otherwise;
        return faults_.empty() ? context_.lexicon.texts.intern(words) : TextId{};
    }

    void publish() {
        op_.includeSender = has("includeSender") && boolean("includeSender");
        if (!has("api")) return;
        const auto api = string("api");
        if (!api || *api == "message") return;
        op_.api = *api == "status" ? Api::Status : Api::Path;
        if (op_.api == Api::Path) op_.path = text("api", "");
    }

    void settings() {
        if (!has("app")) return lacks("app");
        if (!fields_.object(node("app"), "app")) return;
        const std::vector<std::string_view> known{"compensationDays", "offlineDays", "limits", "prepaid"};
        SettingsChange& change = op_.settings;
        eachMember(json_, fields_, node("app"), "\"app\"", known, [&](std::size_t key, const json::Node& value) {
            if (key == 0) change.compensationDays = fields_.integer(value, known[key]);
            if (key == 1) change.offlineDays = fields_.integer(value, known[key]);
            if (key == 2) limits(value);
            if (key == 3) change.prepaid = fields_.boolean(value, known[key]);
        });
    }
    void limits(const json::Node& object) {
        if (!fields_.object(object, "limits")) return;
        const std::vector<std::string_view> known{"mobile", "miniprogram"};
        eachMember(json_, fields_, object, "\"limits\"", known, [&](std::size_t key, const json::Node& value) {
            (key == 0 ? op_.settings.mobileLimit : op_.settings.miniprogramLimit) = fields_.integer(value, known[key]);
        });
    }

    void membership() {
        if (has("chatroom")) {
            const auto name = string("chatroom");
            const RoomId room = name ? context_.names.room(*name) : RoomId{};
            if (name && !room.exists()) wrong("chatroom", fmt::format("names no room: {}", quoted(*name)));
            op_.to = Address::of(room);
            return device("dev");
        }
        const auto name = string("group");
        const GroupId group = name ? context_.names.group(*name) : GroupId{};
        if (name && !group.exists()) wrong("group", fmt::format("names no group: {}", quoted(*name)));
        op_.to = Address::of(group);
        user("user");
    }

    void network() {
        NetworkConditions& conditions = op_.network;
        if (has("latency")) latency(conditions);
        if (has("loss")) conditions.lossPpm = share("loss");
        if (has("duplicate")) conditions.duplicatePpm = share("duplicate");
        if (!has("on") || !fields_.array(node("on"), "on")) return;
        for (const json::Node& item : json_.children(node("on"))) {
            if (const auto path = fields_.string(item, "on")) op_.on.push_back(deviceAt(item, *path));
        }
    }
    void latency(NetworkConditions& conditions) {
        std::vector<std::int64_t> bounds;
        if (!fields_.array(node("latency"), "latency")) return;
        for (const json::Node& item : json_.children(node("latency"))) {
            bounds.push_back(fields_.integer(item, "latency", 0, kLongest).value_or(0));
        }
        if (bounds.size() != 2 || bounds[0] > bounds[1]) return wrong("latency", "must be [least, most]");
        conditions.latencyLow = Millis{bounds[0]};
        conditions.latencyHigh = Millis{bounds[1]};
    }
    // A fraction, in parts per million.
    std::uint32_t share(std::string_view key) {
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
    std::array<const json::Node*, 10> values_{};
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
