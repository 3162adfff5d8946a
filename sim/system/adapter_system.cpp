// AdapterSystem: a system that is not ours, behind the adapter protocol (docs/adapters.md).
//
// It believes nothing: every line is bounded, every answer has its time, and what does not fit the protocol ends the
// adapter with a reason. What the system did right or wrong is for the rules; this file knows none.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "mdsync/diagnostic.hpp"
#include "mdsync/system.hpp"
#include "mdsync/trace_io.hpp"
#include "system/adapter_reply.hpp"
#include "system/address.hpp"
#include "system/asked.hpp"
#include "system/request_writer.hpp"
#include "system/wall_clock.hpp"
#include "system/wire.hpp"
#include "trace/event_reader.hpp"
#include "trace/names.hpp"

namespace mdsync {

namespace {

constexpr std::size_t kMostEvents = 1'000'000;   // before one answer
constexpr std::size_t kLastLines = 6;            // that are shown when an adapter broke
constexpr std::size_t kShown = 300;              // bytes of each
constexpr std::string_view kProbe = "teleport";  // an op that does not exist

// What an adapter may report; the rest of a trace the tool writes itself.
bool isReport(EventKind kind) {
    switch (kind) {
        case EventKind::Online:
        case EventKind::Offline:
        case EventKind::Refused:
        case EventKind::Accept:
        case EventKind::Reject:
        case EventKind::Receive:
        case EventKind::CaughtUp:
        case EventKind::RecallAccept:
        case EventKind::RecallReject:
        case EventKind::Recalled:
            return true;
        default:
            return false;
    }
}

Answer error(std::string text) {
    return {Answer::Kind::Error, std::move(text), false};
}

Answer unsupported(std::string text) {
    return {Answer::Kind::Unsupported, std::move(text), false};
}

class AdapterSystem final : public System {
public:
    AdapterSystem(AdapterAddress address, const AdapterOptions& options)
        : address_(std::move(address)), options_(options) {}

    // ---- The port ---------------------------------------------------------------------------------------------------

    Answer hello(Capabilities& capabilities) override {
        std::string problem;
        wire_ = address_.command.empty()
                    ? Wire::dial(address_.host, address_.port, options_.timeout, options_.stop, problem)
                    : Wire::start(address_.command, options_.stop, problem);
        if (wire_ == nullptr) return broken(problem);
        if (options_.log) wire_->watchErrors([this](std::string_view line) { log('!', line); });
        ask(fmt::format("\"op\":\"hello\",\"protocol\":\"{}\"", kAdapterProtocol));
        Reply reply = await("hello");
        if (reply.answer.kind == Answer::Kind::Error) return reply.answer;
        if (reply.ok == nullptr)
            return broken(fmt::format("the adapter refuses {}: {}", kAdapterProtocol, reply.answer.text));
        hello_ = readHello(json_, faults_, *reply.ok);
        if (!faults_.empty()) return broken(faultText("the answer to hello is wrong"));
        if (hello_.capabilities.virtualClock) {
            hello_.capabilities.longestWait = Millis::max();
        } else {
            hello_.capabilities.longestWait = options_.maxWait;
            hello_.capabilities.advances = true;  // the tool itself sleeps
        }
        hello_.capabilities.foreign = true;
        capabilities = hello_.capabilities;
        return probe();
    }

    Answer reset(const Header& header, std::uint64_t seed, Lexicon& lexicon, Annex& annex) override {
        if (wire_ == nullptr) return error(reason_);
        std::string request = fmt::format("\"op\":\"reset\",\"seed\":{},\"world\":", seed);
        TraceWriter(header, lexicon, annex).appendHeader(request, HeaderStyle::Complete);
        request += about_;
        header_ = nullptr;  // what still comes is of the world before
        ask(request);
        Reply reply = await("reset");
        if (reply.ok != nullptr) {
            readOk(json_, faults_, Shape::Plain, reply);
            if (!faults_.empty()) return broken(faultText("the answer to reset is wrong"));
        }
        if (reply.answer.kind == Answer::Kind::Refused) return broken("the adapter refused a reset");
        header_ = &header;
        lexicon_ = &lexicon;
        annex_ = &annex;
        names_ = NameIndex(header);
        asked_.clear();
        events_.clear();
        now_ = header.t;
        return reply.answer;
    }

    void announce(std::string_view id, std::span<const std::string> given) override {
        id_ = id;
        about_ = ",\"case\":";
        appendJsonString(about_, id);
        about_ += ",\"given\":[";
        for (const std::string& key : given) {
            if (about_.back() != '[') about_ += ',';
            appendJsonString(about_, key);
        }
        about_ += ']';
    }

    Answer start(const Op& op) override {
        if (wire_ == nullptr) return error(reason_);
        request(op, false);
        Answer answer = answerTo(op);
        if (op.kind == OpKind::Login && answer.kind == Answer::Kind::Ok && !cameOnline(op.device)) {
            return broken(
                fmt::format("the adapter answered login with ok, but {} never came online", header_->path(op.device)));
        }
        return answer;
    }

    void startAll(std::span<const Op> ops, const std::function<void(std::size_t, const Answer&)>& answered) override {
        for (std::size_t i = 0; i < ops.size() && wire_ != nullptr; ++i) request(ops[i], i + 1 < ops.size());
        for (std::size_t i = 0; i < ops.size(); ++i) {
            answered(i, wire_ == nullptr ? error(reason_) : answerTo(ops[i]));
        }
    }

    Answer settle() override {
        if (wire_ == nullptr) return error(reason_);
        ask("\"op\":\"settle\"");
        return timed("settle", Shape::Settle);
    }

    Answer advance(Millis duration) override {
        if (wire_ == nullptr) return error(reason_);
        if (!hello_.capabilities.virtualClock) return sleep(duration);
        if (!hello_.capabilities.advances) return unsupported("the target cannot advance");
        const Instant wanted = now_ + duration;
        ask(fmt::format("\"op\":\"advance\",\"ms\":{}", duration.count()));
        Answer answer = timed("advance", Shape::Plain);
        if (answer.kind == Answer::Kind::Ok && now_ != wanted) {
            return broken(
                fmt::format("the adapter advanced its clock to {} instead of {}", count(now_), count(wanted)));
        }
        return answer;
    }

    [[nodiscard]] Instant now() const override {
        return hello_.capabilities.virtualClock ? now_ : std::max(now_, wallClock());
    }

    void drain(std::vector<Event>& events) override {
        events.insert(events.end(), events_.begin(), events_.end());
        events_.clear();
    }

    Answer bye() override {
        if (wire_ == nullptr) return {};
        ask("\"op\":\"bye\"");
        const std::string fate = wire_->close(std::min(options_.timeout, hello_.farewell));
        wire_.reset();
        reason_ = "the adapter was said goodbye to";
        if (fate.empty() || fate == "exited with code 0") return {};
        return error(
            fmt::format("after bye the adapter {}", fate.starts_with("exited") ? fate : "did not exit by itself"));
    }

    [[nodiscard]] std::vector<std::string> lastLines() const override { return lastLines_; }

private:
    // ---- Requests ---------------------------------------------------------------------------------------------------

    void ask(std::string_view body) {
        const std::string line = fmt::format("{{\"id\":{},{}}}", ++lastId_, body);
        remember('>', line);
        wire_->send(line + "\n");
    }

    void request(const Op& op, bool more) {
        std::string body;
        appendRequest(body, op, *header_, *lexicon_);
        if (more && hello_.marksMore) body += ",\"more\":true";
        asked_.note(op, now());
        waiting_.push_back(lastId_ + 1);
        ask(body);
    }

    Answer answerTo(const Op& op) {
        const bool login = op.kind == OpKind::Login;
        const std::int64_t id = waiting_.front();
        waiting_.pop_front();
        Reply reply = await(spell(op.kind), id);
        return understood(reply, spell(op.kind), login ? Shape::Login : Shape::Plain, login);
    }

    // Whether what was not drained yet says so.
    [[nodiscard]] bool cameOnline(DeviceId device) const {
        return std::any_of(events_.begin(), events_.end(), [&](const Event& event) {
            return event.kind == EventKind::Online && event.device == device;
        });
    }

    // The answer to what moves the clock.
    Answer timed(std::string_view op, Shape shape) {
        Reply reply = await(op);
        if (reply.answer.kind == Answer::Kind::Refused) return broken(fmt::format("the adapter refused to {}", op));
        return understood(reply, op, shape, true);
    }

    // What `reply` to `op` says, its clock heeded.
    Answer understood(Reply& reply, std::string_view op, Shape shape, bool movesClock) {
        if (reply.ok != nullptr) {
            readOk(json_, faults_, shape, reply);
            if (!faults_.empty()) return broken(faultText(fmt::format("the answer to {} is wrong", op)));
        }
        if (!hello_.capabilities.virtualClock) return reply.answer;
        if (reply.t && *reply.t < now_) {
            return broken(fmt::format("the adapter's clock runs backwards: the answer to {} says {} after {}", op,
                                      count(*reply.t), count(now_)));
        }
        if (reply.t) now_ = *reply.t;
        if (!reply.t && movesClock && reply.ok != nullptr) {
            return broken(fmt::format("the answer to {} lacks \"t\", the time on the adapter's virtual clock", op));
        }
        return reply.answer;
    }

    // Capabilities are worth nothing if an adapter says yes to everything.
    Answer probe() {
        ask(fmt::format("\"op\":\"{}\"", kProbe));
        const Reply reply = await("a request that does not exist");
        if (wire_ == nullptr || reply.answer.kind == Answer::Kind::Unsupported) {
            return wire_ == nullptr ? reply.answer : Answer{};
        }
        return broken(fmt::format("the adapter did not answer the unknown request \"{}\" with unsupported", kProbe));
    }

    // Real time passes, and what happens meanwhile is stamped as it comes.
    Answer sleep(Millis duration) {
        if (duration > options_.maxWait) {
            return unsupported(fmt::format("a wait of {} is longer than --max-wait {}", spellDuration(duration),
                                           spellDuration(options_.maxWait)));
        }
        const auto end = Wire::Clock::now() + duration;
        std::size_t events = 0;
        std::string_view line;
        for (;;) {
            const Wire::Got got = wire_->receive(line, end);
            if (got == Wire::Got::Timeout) return {};
            if (got != Wire::Got::Line) return lost(got, "a wait");
            if (std::optional<Answer> wrong = takeLine(line); wrong) return *wrong;
            if (!isEvent_) return broken("the adapter answered although nothing was asked");
            if (++events > kMostEvents) return flooded("a wait");
            if (Wire::Clock::now() >= end) return {};
        }
    }

    // ---- Lines ------------------------------------------------------------------------------------------------------

    // Reads events until the answer `id`, or the one to the last request, is there.
    Reply await(std::string_view op, std::int64_t id = 0) {
        if (id == 0) id = lastId_;
        Reply reply;
        const auto deadline = Wire::Clock::now() + options_.timeout + hello_.capabilities.quiet;
        std::size_t events = 0;
        std::string_view line;
        for (;;) {
            Wire::Got got = wire_->receive(line, deadline);
            if (got == Wire::Got::Line && events % 256 == 255 && Wire::Clock::now() >= deadline) {
                got = Wire::Got::Timeout;
            }
            if (got != Wire::Got::Line) {
                reply.answer = lost(got, op);
                return reply;
            }
            if (std::optional<Answer> wrong = takeLine(line); wrong) {
                reply.answer = *wrong;
                return reply;
            }
            if (!isEvent_) return takeAnswer(op, id);
            if (++events > kMostEvents) {
                reply.answer = flooded(op);
                return reply;
            }
        }
    }

    // Parses the line, and keeps it if it is an event. What is wrong with it ends the adapter.
    std::optional<Answer> takeLine(std::string_view line) {
        remember('<', line);
        faults_.clear();
        if (!json_.read(line, kLine)) {
            faults_.addSyntax(json_, false);
            return broken(faultText("the adapter sent a line that is not JSON"));
        }
        if (json_.root().kind != json::Kind::Object) return broken("the adapter sent a line that is no object");
        isEvent_ = json_.find(json_.root(), "ev") != nullptr;
        return isEvent_ && header_ != nullptr ? takeEvent() : std::nullopt;
    }

    std::optional<Answer> takeEvent() {
        const ReadContext context{*header_, names_, *lexicon_, *annex_, true, !hello_.capabilities.virtualClock};
        EventLine read = readEvent(json_, faults_, context);
        if (!faults_.empty()) return broken(faultText("the adapter sent an event that is wrong"));
        Event& event = read.event;
        if (!isReport(event.kind)) {
            return broken(
                fmt::format("the adapter sent the event \"{}\", which the tool writes itself", spell(event.kind)));
        }
        if (read.messageNode != nullptr) event.message = lexicon_->messages.intern(read.message);
        if (!hello_.capabilities.virtualClock) event.t = now();
        if (event.t < now_) {
            return broken(fmt::format("the adapter's clock runs backwards: the event \"{}\" is of {}, after {}",
                                      spell(event.kind), count(event.t), count(now_)));
        }
        now_ = event.t;
        if (!asked_.allows(event)) {
            return broken(fmt::format("the adapter sent \"{}\" of {}, which was not asked for", spell(event.kind),
                                      quoted(read.message)));
        }
        events_.push_back(event);
        return std::nullopt;
    }

    Reply takeAnswer(std::string_view op, std::int64_t id) {
        Reply reply = readReply(json_, faults_);
        if (!faults_.empty()) {
            reply.answer = broken(faultText(fmt::format("the answer to {} is wrong", op)));
        } else if (*reply.id != id) {
            reply.answer = broken(
                fmt::format("the adapter answered request {} while {} ({}) was to be answered", *reply.id, id, op));
        } else if (reply.answer.kind == Answer::Kind::Error) {
            reply.answer = broken(fmt::format("the adapter reports an error: {}", reply.answer.text));
        }
        if (reply.answer.kind == Answer::Kind::Error) reply.ok = nullptr;
        return reply;
    }

    // ---- The end ----------------------------------------------------------------------------------------------------

    Answer lost(Wire::Got got, std::string_view op) {
        switch (got) {
            case Wire::Got::Timeout:
                return broken(fmt::format("the adapter did not answer {} within {}", op,
                                          spellDuration(options_.timeout + hello_.capabilities.quiet)));
            case Wire::Got::TooLong:
                return broken(fmt::format("the adapter sent a line of more than {} MiB", Wire::kLongestLine >> 20U));
            case Wire::Got::Interrupted:
                return broken("interrupted");
            case Wire::Got::Closed:
            case Wire::Got::Deaf:
            case Wire::Got::Line:
                break;
        }
        const std::string fate = wire_->fate();
        if (fate.empty()) return broken(fmt::format("the adapter closed the connection before it answered {}", op));
        if (got == Wire::Got::Deaf) {
            return broken(fmt::format("the adapter closed its input before it was asked to {}: {}", op, fate));
        }
        return broken(fmt::format("the adapter closed its output before it answered {}: {}", op, fate));
    }

    Answer flooded(std::string_view op) {
        return broken(fmt::format("the adapter sent more than {} events before it answered {}", kMostEvents, op));
    }

    // Ends the adapter: nothing that it says can be trusted any more.
    Answer broken(std::string why) {
        reason_ = std::move(why);
        for (auto& [mark, line] : talk_) lastLines_.push_back(fmt::format("{} {}", mark, line));
        talk_.clear();
        waiting_.clear();
        if (wire_ != nullptr) {
            (void)wire_->close(Millis{0});
            for (const std::string& line : wire_->errors()) lastLines_.push_back("! " + line.substr(0, kShown));
        }
        wire_.reset();
        return error(reason_);
    }

    [[nodiscard]] std::string faultText(std::string_view what) const {
        const Fault& first = faults_.list().front();
        const std::string hint = first.hint.empty() ? "" : fmt::format("; {}", first.hint);
        return fmt::format("{}: {}{} (column {})", what, first.message, hint, first.at + 1);
    }

    void log(char mark, std::string_view line) { options_.log(id_, fmt::format("{} {}", mark, line)); }

    void remember(char mark, std::string_view line) {
        if (options_.log) log(mark, line);
        if (talk_.size() == kLastLines) {
            talk_.push_back(std::move(talk_.front()));
            talk_.pop_front();
        } else {
            talk_.emplace_back();
        }
        talk_.back().first = mark;
        talk_.back().second = line.substr(0, kShown);
        if (line.size() > kShown) talk_.back().second += "...";
    }

    static std::int64_t count(Instant t) { return t.time_since_epoch().count(); }

    AdapterAddress address_;
    AdapterOptions options_;
    std::unique_ptr<Wire> wire_;  // null: not begun, or broken
    Hello hello_;
    std::string id_;     // of the case at hand
    std::string about_;  // the case that the next reset is for, as members of the request
    std::int64_t lastId_ = 0;
    std::deque<std::int64_t> waiting_;  // requests without their answer, oldest first
    const Header* header_ = nullptr;    // null: no world
    Lexicon* lexicon_ = nullptr;
    Annex* annex_ = nullptr;
    NameIndex names_;
    Asked asked_;
    json::Document json_;
    Faults faults_;
    bool isEvent_ = false;  // of the line at hand
    Instant now_{};
    std::vector<Event> events_;
    std::deque<std::pair<char, std::string>> talk_;  // the last lines, `>` ours, `<` theirs
    std::string reason_ = "the adapter was never greeted";
    std::vector<std::string> lastLines_;
};

}  // namespace

std::string wrongTarget(std::string_view where) {
    return parseAdapterAddress(where).problem;
}

std::unique_ptr<System> makeAdapterSystem(std::string_view where, const AdapterOptions& options) {
    AdapterAddress address = parseAdapterAddress(where);
    if (!address.problem.empty()) return nullptr;
    return std::make_unique<AdapterSystem>(std::move(address), options);
}

}  // namespace mdsync
