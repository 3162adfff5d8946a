// A case built by hand, and a target that follows a script: for tests of the runner.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "mdsync/run.hpp"

namespace mdsync {

// alice/phone (android), alice/web (web), bob/pixel (android); group team; room lobby.
inline Header people() {
    Header header;
    header.t = Instant{std::chrono::milliseconds{1714525200000}};
    header.addUser("alice");
    header.addDevice("phone", Platform::Android);
    header.addDevice("web", Platform::Web);
    header.addUser("bob");
    header.addDevice("pixel", Platform::Android);
    header.groups.push_back({"team", {UserId{0U}, UserId{1U}}});
    header.rooms.push_back("lobby");
    return header;
}

inline constexpr DeviceId kPhone{0U};
inline constexpr DeviceId kWeb{1U};
inline constexpr DeviceId kPixel{2U};
inline constexpr UserId kAlice{0U};
inline constexpr UserId kBob{1U};

// Builds a case step by step. Steps lie on lines 1, 2, ...
class CaseBuilder {
public:
    CaseBuilder() {
        case_.file = case_.id = "test.json";
        case_.header = people();
        case_.network.latencyLow = case_.network.latencyHigh = Millis{10};
    }

    MessageId message(const std::string& name) { return case_.lexicon.messages.intern(name); }

    CaseBuilder& act(Op op, Refusal refusal = {}) { return step({{op, refusal}}, StepKind::Act); }
    CaseBuilder& login(DeviceId device, Refusal refusal = {}) { return act(ofDevice(OpKind::Login, device), refusal); }
    CaseBuilder& logout(DeviceId device) { return act(ofDevice(OpKind::Logout, device)); }
    CaseBuilder& send(const std::string& name, DeviceId from, Address to, Refusal refusal = {}) {
        return act(sendOp(name, from, to), refusal);
    }
    CaseBuilder& together(std::vector<Op> ops) {
        std::vector<Action> actions;
        for (const Op& op : ops) actions.push_back({op, {}});
        return step(std::move(actions), StepKind::Concurrently);
    }
    CaseBuilder& wait(Millis duration) {
        step({}, StepKind::Wait);
        case_.steps.back().wait = duration;
        return *this;
    }
    CaseBuilder& expect(Expectation expectation) {
        step({}, StepKind::Expect);
        case_.steps.back().expect = std::move(expectation);
        return *this;
    }

    static Op ofDevice(OpKind kind, DeviceId device) {
        Op op;
        op.kind = kind;
        op.device = device;
        return op;
    }
    Op sendOp(const std::string& name, DeviceId from, Address to) {
        Op op = ofDevice(OpKind::Send, from);
        op.message = message(name);
        op.to = to;
        op.type = case_.lexicon.texts.intern("RC:TxtMsg");
        op.text = case_.lexicon.texts.intern("body of " + name);
        return op;
    }

    Case& get() { return case_; }

private:
    CaseBuilder& step(std::vector<Action> actions, StepKind kind) {
        Step step;
        step.kind = kind;
        step.actions = std::move(actions);
        step.span.line = static_cast<std::uint32_t>(case_.steps.size() + 1);
        step.span.column = 1;
        case_.steps.push_back(std::move(step));
        return *this;
    }

    Case case_;
};

// Answers as it was told, and reports the events it was told to, one batch a request (settle and advance count too).
class ScriptedSystem : public System {
public:
    struct Turn {
        Answer answer;
        std::vector<Event> events;
    };
    std::deque<Turn> turns;          // what does not stand here is Ok without events
    std::vector<std::string> asked;  // `login`, `settle`, ...
    Lexicon* lexicon = nullptr;

    Answer hello(Capabilities&) override { return {}; }
    Answer reset(const Header& header, std::uint64_t, Lexicon& words, Annex&) override {
        now_ = header.t;
        lexicon = &words;
        return {};
    }
    Answer start(const Op& op) override { return turn(std::string(spell(op.kind))); }
    void startAll(std::span<const Op> ops, const std::function<void(std::size_t, const Answer&)>& answered) override {
        for (std::size_t i = 0; i < ops.size(); ++i) answered(i, turn(std::string(spell(ops[i].kind))));
    }
    Answer settle() override { return turn("settle"); }
    Answer advance(Millis duration) override {
        now_ += duration;
        return turn("advance");
    }
    [[nodiscard]] Instant now() const override { return now_; }
    void drain(std::vector<Event>& events) override {
        for (Event event : pending_) {
            event.t = now_;
            events.push_back(event);
        }
        pending_.clear();
    }

    static Event ofDevice(EventKind kind, DeviceId device) {
        Event event;
        event.kind = kind;
        event.device = device;
        return event;
    }
    static Event ofMessage(EventKind kind, MessageId message, DeviceId device = {}) {
        Event event = ofDevice(kind, device);
        event.message = message;
        return event;
    }

private:
    Answer turn(const std::string& what) {
        asked.push_back(what);
        if (turns.empty()) return {};
        const Turn next = turns.front();
        turns.pop_front();
        pending_ = next.events;
        return next.answer;
    }

    Instant now_{};
    std::vector<Event> pending_;
};

// The kinds of the events of a trace, in order.
inline std::vector<std::string> kindsOf(const Trace& trace) {
    std::vector<std::string> kinds;
    for (const Event& event : trace.events) kinds.emplace_back(spell(event.kind));
    return kinds;
}

}  // namespace mdsync
