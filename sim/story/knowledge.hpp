// Knowledge: a trace as far as it was read, what the rules know of it, and what they said on the way.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mdsync/rules.hpp"
#include "mdsync/trace.hpp"
#include "rules/counsel.hpp"
#include "rules/witness.hpp"

namespace mdsync::story {

// What a duty said about a message: to a device, or, without one, to any of a user's.
struct Heard {
    RuleId rule{};
    rules::Outcome outcome{};
    bool isOpen = false;  // not kept when the trace ended
    MessageId message;
    DeviceId device;
    UserId user;
    std::uint64_t event = 0;
};

// What a login meant, by the settings of its moment.
struct Login {
    std::uint64_t event = 0;
    rules::Service service{};
    rules::Window window;
};

class Knowledge : public rules::Witness {
public:
    Knowledge(const Trace& trace, std::optional<Millis> settle);

    void readTo(std::uint64_t events);
    [[nodiscard]] std::uint64_t read() const { return read_; }  // events, so far

    // Whom all that the rules say is passed on to, at the moment at which they say it; null: nobody.
    void passOnTo(rules::Witness* listener) { listener_ = listener; }

    [[nodiscard]] const Trace& trace() const { return trace_; }
    [[nodiscard]] const Checker& checker() const { return checker_; }
    [[nodiscard]] const rules::History& history() const { return rules::historyOf(checker_); }
    [[nodiscard]] const std::vector<Heard>& heard() const { return heard_; }
    [[nodiscard]] const Login& loginAt(std::uint64_t event) const;  // REQUIRES: it is an `online`
    // What was heard last of the message on the device that is about `outcome`.
    [[nodiscard]] const Heard* lastHeard(MessageId message, DeviceId device, rules::Outcome outcome) const;

    // The last event read, or of `begin` and later ones the first, that `test` picks; null if there is none.
    template <class Test>
    [[nodiscard]] const Event* last(Test test) const {
        for (std::uint64_t i = read_; i > 0; --i) {
            if (test(trace_.events[i - 1])) return &trace_.events[i - 1];
        }
        return nullptr;
    }
    template <class Test>
    [[nodiscard]] const Event* next(Test test) const {
        for (std::uint64_t i = read_; i < trace_.events.size(); ++i) {
            if (test(trace_.events[i])) return &trace_.events[i];
        }
        return nullptr;
    }
    [[nodiscard]] std::uint64_t numberOf(const Event& event) const {
        return static_cast<std::uint64_t>(&event - trace_.events.data());
    }
    // The event at a place of the rules, which count from 1; the last one read for 0.
    [[nodiscard]] const Event* at(rules::Place place) const;

    // ---- words ----
    [[nodiscard]] std::string name(DeviceId d) const { return trace_.header.path(d); }
    [[nodiscard]] std::string name(UserId u) const { return trace_.header.users[u.index()].name; }
    [[nodiscard]] std::string name(MessageId m) const { return trace_.lexicon.messages[m]; }
    [[nodiscard]] std::string name(const Address& a) const { return spell(trace_.header, a); }
    [[nodiscard]] std::string code(const Event& e) const {
        return e.code.exists() ? trace_.lexicon.texts[e.code] : std::string();
    }
    [[nodiscard]] Instant now() const;
    // `09:00`, `09:00:00.020`; of another day than the last event's `05-02 09:00`. Local, without what is zero.
    [[nodiscard]] std::string moment(Instant t) const;
    [[nodiscard]] std::string moment(const Event& e) const { return moment(e.t); }
    [[nodiscard]] std::string dated(Instant t) const;  // always with its day

private:
    void hear(const rules::Ban& ban, const rules::Arrival& arrival, rules::Tri broken) override;
    void hear(const rules::Duty& duty, const rules::Claim& claim, rules::Outcome outcome, bool atEnd) override;
    void hear(RuleId rule, const std::string& about, rules::Outcome outcome, const std::string& says) override;

    const Trace& trace_;
    Checker checker_;
    rules::Witness* listener_ = nullptr;
    std::uint64_t read_ = 0;
    std::vector<Heard> heard_;
    std::vector<Login> logins_;
};

// `10:05 (logout)`, `10:05 (evicted by alice/tab11)`: how a connection ended.
[[nodiscard]] std::string howItEnded(const Knowledge& k, const Event& offline);

}  // namespace mdsync::story
