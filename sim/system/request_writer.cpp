// Requests of the adapter protocol as JSON: an Op's keys, all present (docs/adapters.md).
#include "system/request_writer.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "mdsync/trace_io.hpp"

namespace mdsync {

namespace {

class RequestWriter {
public:
    RequestWriter(std::string& out, const Op& op, const Header& header, const Lexicon& lexicon)
        : out_(out), op_(op), header_(header), lexicon_(lexicon) {}

    void write() {
        out_ += fmt::format("\"op\":\"{}\"", spell(op_.kind));
        switch (op_.kind) {
            case OpKind::Login:
            case OpKind::Logout:
            case OpKind::Reinstall:
            case OpKind::Hold:
            case OpKind::Release:
                return device();
            case OpKind::Drop:
                device();
                return number("noticedAfter", op_.noticedAfter.count());
            case OpKind::Send:
                message();
                device();
                return content();
            case OpKind::Publish:
                message();
                string("from", userName());
                content();
                string("api", api());
                return boolean("includeSender", op_.includeSender);
            case OpKind::Recall:
                message();
                return op_.device.exists() ? device() : string("api", userName());
            case OpKind::Sync:
                return boolean("enabled", op_.enabled);
            case OpKind::Set:
                return settings();
            case OpKind::Join:
            case OpKind::Leave:
                return membership();
            case OpKind::Network:
                return network();
            case OpKind::ServerRestart:
                return string("do", "restart");
        }
    }

private:
    void string(std::string_view key, std::string_view value) {
        out_ += fmt::format(",\"{}\":", key);
        appendJsonString(out_, value);
    }
    void number(std::string_view key, std::int64_t value) { out_ += fmt::format(",\"{}\":{}", key, value); }
    void boolean(std::string_view key, bool value) { out_ += fmt::format(",\"{}\":{}", key, value); }

    void device() { string("dev", header_.path(op_.device)); }
    void message() { string("msg", lexicon_.messages[op_.message]); }
    [[nodiscard]] const std::string& userName() const { return header_.users[op_.user.index()].name; }

    void content() {
        string("to", spell(header_, op_.to));
        string("type", op_.type.exists() ? std::string_view(lexicon_.texts[op_.type]) : "RC:TxtMsg");
        string("text", op_.text.exists() ? std::string_view(lexicon_.texts[op_.text]) : "");
    }

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
        add(app, "compensationDays", change.compensationDays);
        add(app, "offlineDays", change.offlineDays);
        std::string limits;
        add(limits, "mobile", change.mobileLimit);
        add(limits, "miniprogram", change.miniprogramLimit);
        const std::string object = fmt::format("{{{}}}", limits);
        add(app, "limits", limits.empty() ? std::nullopt : std::optional(object));
        add(app, "prepaid", change.prepaid);
        out_ += fmt::format(",\"app\":{{{}}}", app);
    }

    void membership() {
        if (op_.to.kind == AddressKind::Group) {
            string("group", header_.groups[op_.to.group().index()].name);
            return string("user", userName());
        }
        string("chatroom", header_.rooms[op_.to.room().index()]);
        device();
    }

    void network() {
        const NetworkConditions& c = op_.network;
        out_ += fmt::format(",\"latency\":[{},{}],\"loss\":{},\"duplicate\":{}", c.latencyLow.count(),
                            c.latencyHigh.count(), share(c.lossPpm), share(c.duplicatePpm));
        if (op_.on.empty()) return;  // all devices, and the app's backend
        out_ += ",\"on\":[";
        for (const DeviceId on : op_.on) {
            if (out_.back() != '[') out_ += ',';
            appendJsonString(out_, header_.path(on));
        }
        out_ += ']';
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
