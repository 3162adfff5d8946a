// Requests of the adapter protocol as JSON: an Op's keys, all present (docs/adapters.md).
#include "system/request_writer.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "mdsync/trace_io.hpp"
#include "trace/keys.hpp"

namespace mdsync {

namespace {

class RequestWriter {
public:
    RequestWriter(std::string& out, const Op& op, const Header& header, const Lexicon& lexicon)
        : out_(out), op_(op), header_(header), lexicon_(lexicon) {}

    void write() {
        out_ += fmt::format("\"op\":\"{}\"", spell(op_.kind));
        for (const KeyUse& use : keysOf(op_.kind)) member(use.key);
    }

private:
    // The key with its value, if the operation has one for it.
    void member(Key key) {
        const bool joins = op_.kind == OpKind::Join || op_.kind == OpKind::Leave;
        const bool ofGroup = joins && op_.to.kind == AddressKind::Group;
        switch (key) {
            case Key::Msg:
                return string(key, lexicon_.messages[op_.message]);
            case Key::Dev:
                if (op_.device.exists() && !ofGroup) string(key, header_.path(op_.device));
                return;
            case Key::NoticedAfter:
                return plain(key, op_.noticedAfter.count());
            case Key::From:
                return string(key, userName());
            case Key::To:
                return string(key, spell(header_, op_.to));
            case Key::Type:
                return text(key, op_.type, "RC:TxtMsg");
            case Key::Text:
                return text(key, op_.text, "");
            case Key::Api:
                if (op_.kind == OpKind::Publish) return string(key, api());
                if (!op_.device.exists()) string(key, userName());
                return;
            case Key::IncludeSender:
                return plain(key, op_.includeSender);
            case Key::Enabled:
                return plain(key, op_.enabled);
            case Key::App:
                return settings();
            case Key::Group:
                if (ofGroup) string(key, header_.groups[op_.to.group().index()].name);
                return;
            case Key::User:
                if (ofGroup) string(key, userName());
                return;
            case Key::Chatroom:
                if (!ofGroup) string(key, header_.rooms[op_.to.room().index()]);
                return;
            case Key::Latency:
                return plain(key,
                             fmt::format("[{},{}]", op_.network.latencyLow.count(), op_.network.latencyHigh.count()));
            case Key::Loss:
                return plain(key, share(op_.network.lossPpm));
            case Key::Duplicate:
                return plain(key, share(op_.network.duplicatePpm));
            case Key::On:
                if (!op_.on.empty()) devices(key);  // else all devices, and the app's backend
                return;
            case Key::Do:
                return string(key, "restart");
            default:
                return;  // `op` is there, and the others are no keys of operations
        }
    }

    void string(Key key, std::string_view value) { plain(key, jsonString(value)); }
    void text(Key key, TextId id, std::string_view otherwise) {
        string(key, id.exists() ? std::string_view(lexicon_.texts[id]) : otherwise);
    }
    // A number, `true` or `false`, or JSON that is spelled already.
    template <class Value>
    void plain(Key key, const Value& value) {
        out_ += fmt::format(",\"{}\":{}", spell(key), value);
    }

    [[nodiscard]] const std::string& userName() const { return header_.users[op_.user.index()].name; }

    [[nodiscard]] std::string_view api() const {
        if (op_.api == Api::Path) return lexicon_.texts[op_.path];
        return op_.api == Api::Status ? "status" : "message";
    }

    void settings() {
        const SettingsChange& change = op_.settings;
        std::string app;
        const auto add = [](std::string& to, std::string_view key, const auto& value) {
            if (value) to += fmt::format("{}\"{}\":{}", to.empty() ? "" : ",", key, *value);
        };
        add(app, kSettingNames[0], change.compensationDays);
        add(app, kSettingNames[1], change.offlineDays);
        std::string limits;
        add(limits, kLimitNames[0], change.mobileLimit);
        add(limits, kLimitNames[1], change.miniprogramLimit);
        const std::string object = fmt::format("{{{}}}", limits);
        add(app, kSettingNames[2], limits.empty() ? std::nullopt : std::optional(object));
        add(app, kSettingNames[3], change.prepaid);
        plain(Key::App, fmt::format("{{{}}}", app));
    }

    void devices(Key key) {
        std::string list;
        for (const DeviceId on : op_.on) {
            list += list.empty() ? "" : ",";
            appendJsonString(list, header_.path(on));
        }
        plain(key, fmt::format("[{}]", list));
    }

    // Parts per million as the decimal fraction that stands in scenarios: 50000 is 0.05.
    static std::string share(std::uint32_t ppm) {
        std::string text = fmt::format("{}.{:06}", ppm / 1'000'000, ppm % 1'000'000);
        text.erase(text.find_last_not_of('0') + 1);
        if (text.back() == '.') text.pop_back();
        return text;
    }

    std::string& out_;
    const Op& op_;
    const Header& header_;
    const Lexicon& lexicon_;
};

}  // namespace

void appendRequest(std::string& out, const Op& op, const Header& header, const Lexicon& lexicon) {
    RequestWriter(out, op, header, lexicon).write();
}

}  // namespace mdsync
