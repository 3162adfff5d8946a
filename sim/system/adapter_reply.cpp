// See adapter_reply.hpp.
#include "system/adapter_reply.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "mdsync/diagnostic.hpp"
#include "trace/fields.hpp"

namespace mdsync {

namespace {

constexpr std::int64_t kLongestQuiet = 600'000;  // milliseconds; of a farewell and a tick, too
constexpr Millis kTickOfRealClock{50};

// Requests that are no Op: all adapters know them, except that a real clock cannot `advance`.
constexpr std::array<std::string_view, 5> kPlainOps{"hello", "reset", "advance", "settle", "bye"};

class HelloReader {
public:
    HelloReader(const json::Document& json, Faults& faults) : json_(json), faults_(faults), fields_(json, faults) {}

    Hello read(const json::Node& ok) {
        Capabilities& says = hello_.capabilities;
        says.ops.fill(false);
        says.advances = false;
        const std::vector<std::string_view> keys{"name",     "clock",    "quiet", "ops", "silent", "accept",
                                                 "pipeline", "protocol", "more",  "bye", "tick",   "emulates"};
        std::array<bool, 12> seen{};
        eachMember(json_, fields_, ok, "the answer to hello", keys, [&](std::size_t key, const json::Node& value) {
            seen[key] = true;
            take(key, value, keys[key]);
        });
        if (!seen[1]) faults_.add("adapter.missing-key", ok, "the answer to hello lacks \"clock\"");
        if (!seen[3]) faults_.add("adapter.missing-key", ok, "the answer to hello lacks \"ops\"");
        if (says.name.empty()) says.name = "adapter";
        // On a real clock an adapter learns of an acceptance when the sender does.
        if (!seen[5]) says.acceptSeen = !says.virtualClock;
        if (!seen[10]) says.tick = says.virtualClock ? Millis{0} : kTickOfRealClock;
        return std::move(hello_);
    }

private:
    void take(std::size_t key, const json::Node& value, std::string_view name) {
        Capabilities& says = hello_.capabilities;
        switch (key) {
            case 0:
                says.name = fields_.string(value, name).value_or("");
                break;
            case 1:
                if (const auto clock = fields_.oneOf(value, name, {"virtual", "real"})) says.virtualClock = *clock == 0;
                break;
            case 2:
                says.quiet = Millis{fields_.integer(value, name, 0, kLongestQuiet).value_or(0)};
                break;
            case 3:
                if (!fields_.array(value, name)) break;
                for (const json::Node& item : json_.children(value)) takeOp(item);
                break;
            case 4:
                if (!fields_.array(value, name)) break;
                for (const json::Node& item : json_.children(value)) takeSilent(item);
                break;
            case 5:
                if (const auto when = fields_.oneOf(value, name, {"instant", "seen"})) says.acceptSeen = *when == 1;
                break;
            case 6:
                says.pipeline = fields_.boolean(value, name).value_or(true);
                break;
            case 7:
                if (const auto spoken = fields_.string(value, name); spoken && *spoken != kAdapterProtocol) {
                    faults_.add("adapter.protocol", value,
                                fmt::format("it speaks {}, not {}", quoted(*spoken), quoted(kAdapterProtocol)));
                }
                break;
            case 8:
                hello_.marksMore = fields_.boolean(value, name).value_or(false);
                break;
            case 9:
                hello_.farewell = Millis{fields_.integer(value, name, 0, kLongestQuiet).value_or(0)};
                break;
            case 11:
                if (!fields_.array(value, name)) break;
                for (const json::Node& item : json_.children(value)) takeEmulation(item);
                break;
            default:
                says.tick = Millis{fields_.integer(value, name, 0, kLongestQuiet).value_or(0)};
        }
    }

    void takeOp(const json::Node& item) {
        const auto word = fields_.string(item, "ops");
        if (!word) return;
        std::vector<std::string_view> known(kPlainOps.begin(), kPlainOps.end());
        for (std::size_t i = 0; i < kOpKinds; ++i) {
            known.push_back(spell(static_cast<OpKind>(i)));
            if (known.back() != *word) continue;
            hello_.capabilities.ops[i] = true;
            return;
        }
        if (*word == "advance") hello_.capabilities.advances = true;
        for (const std::string_view plain : kPlainOps) {
            if (plain == *word) return;
        }
        faults_.add("adapter.bad-value", item, fmt::format("\"ops\" names {}, which is no request", quoted(*word)),
                    suggest(*word, known));
    }

    void takeSilent(const json::Node& item) {
        Silent& silent = hello_.capabilities.silent;
        const auto kind = fields_.oneOf(item, "silent", {"connect", "accept", "recall-accept", "caught-up", "settled"});
        bool* const flags[] = {&silent.connect, &silent.accept, &silent.recallAccept, &silent.caughtUp,
                               &silent.settled};
        if (kind) *flags[*kind] = true;
    }

    void takeEmulation(const json::Node& item) {
        const auto what = fields_.oneOf(item, "emulates", {kEmulationWords.begin(), kEmulationWords.end()});
        if (what) hello_.capabilities.emulates.add(static_cast<Emulation>(*what));
    }

    const json::Document& json_;
    Faults& faults_;
    Fields fields_;
    Hello hello_;
};

// What kind of answer a key announces.
std::optional<Answer::Kind> kindOf(std::size_t key) {
    switch (key) {
        case 1:
            return Answer::Kind::Ok;
        case 2:
            return Answer::Kind::Refused;
        case 3:
            return Answer::Kind::Unsupported;
        case 4:
            return Answer::Kind::Error;
        default:
            return std::nullopt;
    }
}

}  // namespace

Reply readReply(const json::Document& json, Faults& faults) {
    Reply reply;
    Fields fields(json, faults);
    const std::vector<std::string_view> keys{"id", "ok", "refused", "unsupported", "error", "t"};
    std::size_t kinds = 0;
    eachMember(json, fields, json.root(), "an answer", keys, [&](std::size_t key, const json::Node& value) {
        if (key == 0) reply.id = fields.integer(value, "id");
        if (key == 5) reply.t = fields.instant(value);
        const std::optional<Answer::Kind> kind = kindOf(key);
        if (!kind) return;
        ++kinds;
        reply.answer.kind = *kind;
        if (*kind != Answer::Kind::Ok) {
            reply.answer.text = fields.string(value, keys[key]).value_or("");
        } else if (fields.object(value, "ok")) {
            reply.ok = &value;
        }
    });
    if (!reply.id && faults.empty()) faults.add("adapter.missing-key", json.root(), "the answer lacks \"id\"");
    if (kinds != 1 && faults.empty()) {
        faults.add("adapter.missing-key", json.root(),
                   "an answer has exactly one of \"ok\", \"refused\", \"unsupported\" and \"error\"");
    }
    return reply;
}

void readOk(const json::Document& json, Faults& faults, Shape shape, Reply& reply) {
    Fields fields(json, faults);
    const std::vector<std::string_view> keys{"t", "pending", "held"};
    eachMember(json, fields, *reply.ok, "\"ok\"", keys, [&](std::size_t key, const json::Node& value) {
        if (key == 0) {
            reply.t = fields.instant(value);
            return;
        }
        const bool is = fields.boolean(value, keys[key]).value_or(false);
        const bool belongs = shape == (key == 1 ? Shape::Login : Shape::Settle);
        if (is && !belongs) {
            faults.add("adapter.bad-value", value,
                       fmt::format("only the answer to {} can be {}", key == 1 ? "login" : "settle", keys[key]));
        }
        if (key == 1 && is) reply.answer.kind = Answer::Kind::Pending;
        if (key == 2) reply.answer.held = is;
    });
}

Hello readHello(const json::Document& json, Faults& faults, const json::Node& ok) {
    return HelloReader(json, faults).read(ok);
}

}  // namespace mdsync
