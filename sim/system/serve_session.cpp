// ServeSession: one conversation of the adapter protocol, from the system's side.
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include "mdsync/serve.hpp"
#include "mdsync/trace_io.hpp"
#include "system/adapter_reply.hpp"
#include "system/request_reader.hpp"
#include "trace/fault.hpp"
#include "trace/fields.hpp"
#include "trace/header_reader.hpp"

namespace mdsync {

namespace {

// About what a request takes besides its text, and what it takes for each device that may have to be told.
constexpr std::size_t kOfRequest = 256;
constexpr std::size_t kOfWorld = 16;  // times the bytes of its header: users, devices and groups
constexpr std::size_t kOfDevice = 16;

// Of a request, bytes that are not kept once it is answered; of an answer, until the rest of it is there.
constexpr std::size_t kMuch = std::size_t{1} << 20U;

// What is asked at the last moment may happen a little later, which must still be an instant of a trace.
constexpr Millis kRest = std::chrono::hours{24};

// The last instant of a world with this header.
Instant lastOf(const Header& header) {
    return (header.app.timezone.named() ? kLastOfZones : kLastInstant) - kRest;
}

}  // namespace

class ServeSession::Impl {
public:
    Impl(std::unique_ptr<System> target, std::size_t mostKept) : target_(std::move(target)), mostKept_(mostKept) {}

    bool take(std::string_view request, std::string& out, const Spill& spill) {
        out_ = &out;
        spill_ = &spill;
        isWanted_ = true;
        const bool goesOn = hear(request);
        if (request.size() > kMuch) {  // while nobody says anything, it takes no room
            json_ = {};
            worldJson_ = {};
        }
        return goesOn;
    }

private:
    bool hear(std::string_view request) {
        id_.assign(1, '0');
        faults_.clear();
        if (request.size() > kLongestLine) {
            fail(fmt::format("a request of more than {} MiB", kLongestLine >> 20U));
            return false;
        }
        if (!json_.read(request, kLine)) {
            faults_.addSyntax(json_, false);
            fail(fmt::format("the line is not JSON: {}", faultText()));
            return true;
        }
        const std::optional<std::string_view> op = begin();
        if (!op) return true;
        if (*op == "bye") return false;
        dispatch(*op);
        return true;
    }

    // ---- Requests ---------------------------------------------------------------------------------------------------

    // Finds what every request has. Nothing if it has not; that is answered then.
    std::optional<std::string_view> begin() {
        Fields fields(json_, faults_);
        std::optional<std::string_view> op;
        more_ = false;
        if (fields.object(json_.root(), "a request")) {
            for (const json::Node& value : json_.children(json_.root())) {
                const std::string_view key = json_.key(value);
                if (key == "id" && fields.integer(value, "id")) id_ = json_.bytes(value);
                if (key == "op") op = fields.string(value, "op");
                if (key == "more") more_ = fields.boolean(value, "more").value_or(false);
            }
            if (id_ == "0" && faults_.empty())
                faults_.add("adapter.missing-key", json_.root(), "a request needs an \"id\" above 0");
            if (!op && faults_.empty()) faults_.add("adapter.missing-key", json_.root(), "a request needs an \"op\"");
        }
        if (faults_.empty()) return op;
        fail(faultText());
        return std::nullopt;
    }

    void dispatch(std::string_view op) {
        const std::optional<OpKind> kind = opKindOf(op);
        if (!kind) operateTogether();
        if (op == "hello") return hello();
        if (!greeted_) return fail("the first request must be hello");
        if (op == "reset") return reset();
        const bool known = kind || op == "settle" || op == "advance";
        if (!known) return answer("unsupported", fmt::format("there is no request {}", quoted(op)));
        if (!header_) return fail("there is no world: reset comes first");
        if (!keeps()) {
            return fail(fmt::format("what this world was asked takes more than {} MiB: begin anew with reset",
                                    mostKept_ >> 20U));
        }
        if (kind) return operate(*kind);
        if (op == "settle") return settle();
        advance();
    }

    void hello() {
        Fields fields(json_, faults_);
        const json::Node* protocol = json_.find(json_.root(), "protocol");
        if (protocol == nullptr || fields.string(*protocol, "protocol") != kAdapterProtocol) {
            return fail(fmt::format("this server speaks \"{}\" only", kAdapterProtocol));
        }
        Capabilities says;
        if (const Answer greeting = target_->hello(says); greeting.kind != Answer::Kind::Ok) return fail(greeting.text);
        greeted_ = true;
        std::string ops = R"("hello","reset","advance","settle","bye")";
        for (std::size_t i = 0; i < kOpKinds; ++i) ops += fmt::format(",\"{}\"", spell(static_cast<OpKind>(i)));
        std::string name;
        appendJsonString(name, says.name);
        ok(fmt::format(R"("protocol":"{}","name":{},"clock":"virtual","quiet":0,"ops":[{}],"silent":[],)"
                       R"("pipeline":true,"more":true{})",
                       kAdapterProtocol, name, ops, says.acceptSeen ? R"(,"accept":"seen")" : ""));
    }

    void reset() {
        const json::Node* world = nullptr;
        std::uint64_t seed = 1;
        Fields fields(json_, faults_);
        const std::vector<std::string_view> keys{"id", "op", "seed", "world", "case", "given"};
        eachMember(json_, fields, json_.root(), "\"reset\"", keys, [&](std::size_t key, const json::Node& value) {
            if (key == 2 && !readSeed(value, seed)) {
                faults_.add("adapter.bad-value", value, "\"seed\" must be a whole number from 0 to 2^64 - 1");
            }
            if (key == 3) world = &value;
        });
        if (world == nullptr && faults_.empty())
            faults_.add("adapter.missing-key", json_.root(), "\"reset\" lacks \"world\"");
        if (!faults_.empty()) return fail(faultText());
        header_.reset();
        kept_ = kOfWorld * json_.bytes(*world).size();
        if (mostKept_ != 0 && kept_ > mostKept_) {
            return fail(fmt::format("a world of more than {} MiB", mostKept_ / kOfWorld >> 20U));
        }
        Header header;
        if (!worldJson_.read(json_.bytes(*world), kLine)) return fail("the world cannot be read");
        readHeader(worldJson_, header, worldFaults_);
        if (!worldFaults_.empty()) {
            const std::string why = worldFaults_.list().front().message;
            worldFaults_.clear();
            return fail(fmt::format("the world is wrong: {}", why));
        }
        begin(std::move(header), seed);
    }

    void begin(Header header, std::uint64_t seed) {
        header_.emplace(std::move(header));
        names_ = NameIndex(*header_);
        lexicon_ = Lexicon{};
        annex_ = Annex{};
        batch_.clear();
        writer_.emplace(*header_, lexicon_, annex_);
        const Answer begun = target_->reset(*header_, seed, lexicon_, annex_);
        reply(begun, id_, true);
    }

    // One operation; those of one moment wait for the last of them.
    void operate(OpKind kind) {
        const RequestContext context{*header_, names_, lexicon_};
        const Op op = readRequest(json_, faults_, kind, context);
        if (!faults_.empty()) return fail(faultText());
        const bool toMany = op.to.kind == AddressKind::Group || op.to.kind == AddressKind::Room;
        if (toMany) kept_ += kOfDevice * header_->devices.size();
        if (!batch_.empty() || more_) {
            batch_.push_back(op);
            batchIds_.push_back(id_);
            return more_ ? void() : operateTogether();
        }
        const Answer given = target_->start(op);
        report();
        reply(given, id_, kind == OpKind::Login);
    }

    void operateTogether() {
        if (batch_.empty()) return;
        target_->startAll(batch_, [&](std::size_t i, const Answer& given) {
            report();
            reply(given, batchIds_[i], batch_[i].kind == OpKind::Login);
        });
        report();
        batch_.clear();
        batchIds_.clear();
    }

    void settle() {
        const Answer given = target_->settle();
        report();
        reply(given, id_, true);
    }

    void advance() {
        Fields fields(json_, faults_);
        std::optional<std::int64_t> ms;
        constexpr std::int64_t kLongest = 8'640'000'000'000;  // 100,000 days
        eachMember(json_, fields, json_.root(), "\"advance\"", {"id", "op", "ms"},
                   [&](std::size_t key, const json::Node& value) {
                       if (key == 2) ms = fields.integer(value, "ms", 0, kLongest);
                   });
        if (!ms && faults_.empty()) faults_.add("adapter.missing-key", json_.root(), "\"advance\" lacks \"ms\"");
        if (!faults_.empty()) return fail(faultText());
        if (target_->now() + Millis{*ms} > lastOf(*header_)) return fail("no clock of a trace goes so far");
        const Answer given = target_->advance(Millis{*ms});
        report();
        reply(given, id_, true);
    }

    // Whether there is room for what the request at hand asks to be remembered.
    bool keeps() {
        if (mostKept_ == 0) return true;
        kept_ += json_.bytes(json_.root()).size() + kOfRequest;
        return kept_ <= mostKept_;
    }

    // ---- Answers ----------------------------------------------------------------------------------------------------

    // What happened.
    void report() {
        target_->drain(events_);
        for (const Event& event : events_) {
            if (!isWanted_) break;
            writer_->append(*out_, event);
            if (out_->size() > kMuch && *spill_) isWanted_ = (*spill_)(*out_);
        }
        events_.clear();
        annex_ = Annex{};
    }

    void reply(const Answer& given, std::string_view id, bool withTime) {
        const std::string time =
            withTime ? fmt::format("\"t\":{}", target_->now().time_since_epoch().count()) : std::string();
        switch (given.kind) {
            case Answer::Kind::Ok:
                return line(id, fmt::format("\"ok\":{{{}{}}}", time, given.held ? ",\"held\":true" : ""));
            case Answer::Kind::Pending:
                return line(id, fmt::format("\"ok\":{{{},\"pending\":true}}", time));
            case Answer::Kind::Refused:
                return answer("refused", given.text, id, time);
            case Answer::Kind::Unsupported:
                return answer("unsupported", given.text, id);
            case Answer::Kind::Error:
                return answer("error", given.text, id);
        }
    }

    void answer(std::string_view key, std::string_view text, std::string_view id, std::string_view time = {}) {
        std::string body = fmt::format("\"{}\":", key);
        appendJsonString(body, text);
        if (!time.empty()) body += fmt::format(",{}", time);
        line(id, body);
    }
    // Answers come in the order of the requests: those that wait for the last of their moment go first.
    void answer(std::string_view key, std::string_view text) {
        operateTogether();
        answer(key, text, id_);
    }
    void ok(std::string_view members) { line(id_, fmt::format("\"ok\":{{{}}}", members)); }
    void fail(std::string_view why) { answer("error", why); }
    void line(std::string_view id, std::string_view body) { *out_ += fmt::format("{{\"id\":{},{}}}\n", id, body); }

    // ---- JSON -------------------------------------------------------------------------------------------------------

    bool readSeed(const json::Node& node, std::uint64_t& seed) const {
        if (!node.isWhole) return false;
        const std::string_view digits = json_.bytes(node);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seed);
        return error == std::errc{} && end == digits.data() + digits.size();
    }

    [[nodiscard]] std::string faultText() const {
        const Fault& first = faults_.list().front();
        return fmt::format("{} (column {})", first.message, first.at + 1);
    }

    std::unique_ptr<System> target_;
    std::size_t mostKept_;  // 0: no limit
    std::size_t kept_ = 0;  // of the world, and what was asked since it began
    std::string* out_ = nullptr;
    const Spill* spill_ = nullptr;
    bool isWanted_ = true;  // the answer to this request: somebody takes it
    bool greeted_ = false;
    std::optional<Header> header_;  // of the world; nothing before the first reset
    NameIndex names_;
    Lexicon lexicon_;
    Annex annex_;
    std::optional<TraceWriter> writer_;
    std::vector<Event> events_;
    std::vector<Op> batch_;  // requests of one moment, until the last of them is there
    std::vector<std::string> batchIds_;
    json::Document json_;
    Faults faults_;
    json::Document worldJson_;
    Faults worldFaults_;
    std::string id_;  // of the request at hand, as it stands there
    bool more_ = false;
};

ServeSession::ServeSession(std::unique_ptr<System> target, std::size_t mostKept)
    : impl_(std::make_unique<Impl>(std::move(target), mostKept)) {}
ServeSession::~ServeSession() = default;

bool ServeSession::take(std::string_view request, std::string& out, const Spill& spill) {
    return impl_->take(request, out, spill);
}

}  // namespace mdsync
