// Story: what happened to a message on a device, and why, told from a trace and the rules alone: it works for systems
// that are not ours, too.
//
// alice/phone lacks m3: it was accepted before the window of alice/phone's login, so compensation.window forbids it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mdsync/rules.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

// A Doubt is something that somebody did not expect, and asks the reason of.
struct Doubt {
    enum class About : std::uint8_t {
        Lacks,        // the device lacks the message,
        Has,          // has it,
        NotRecalled,  // does not show it recalled,
        Recalled,     // shows it recalled
        Offline,      // the device is offline,
        Online,       // is online
        NotAccepted,  // the message was not accepted,
        Accepted,     // was accepted
        Service,      // the service is as it is
        Answer        // the system answered a request as it did, just now
    };
    About about{};
    DeviceId device{};
    MessageId message{};
    char sign = ' ';        // `-`: it is missing; `+`: it is too much
    bool byDevice = false;  // the reason is told of the device, not of the message: `alice/mac: it was never online`
};

// A MessageStory is what happened to one message on one device.
struct MessageStory {
    std::string headline;            // `alice/phone lacks m3`
    std::vector<Because> events;     // a sentence each, in the order of the trace; no event that does not matter
    std::vector<std::string> rules;  // what each rule that knows the two says: `compensation.window forbids it`
    Because reason;                  // why it ended so
};

// What a device has, lacks and is owed.
struct Belongings {
    std::string headline;  // `alice/phone has been online since 09:00; the window of its login is from 05-01 00:00`
    std::vector<std::string> has;       // `m1, m2: came 09:00:00.060 to 09:00:00.080 live; online.received demands it`
    std::vector<std::string> recalled;  // shown recalled, of all
    std::vector<std::string> lacks;     // of what concerns its user
    std::vector<std::string> owed;      // `m5 by online.received`
};

// Something that is owed to a device: a message or its recall, by this rule, by the next settled moment.
struct Owed {
    RuleId rule{};
    MessageId message;
    DeviceId device;
};

// What one rule said to an event.
struct Saying {
    RuleId rule{};
    std::string about;  // `m1 on alice/mac`; empty: what the event itself is about
    std::string said;   // a ban: `not broken`, `broken`, `undecided`; a duty: `kept`, `lapsed`, `undecided`, `broken`
    std::string why;    // `alice/mac was online when m1 was accepted`; empty: there is nothing to add
};

// What all rules said to an event.
struct Hearing {
    bool isAwaited = false;           // it is a `receive` of what was owed live to this session: no ban is asked
    std::vector<Saying> bans;         // in the order in which they were asked, until one was broken
    std::vector<Saying> duties;       // what was due by the event, and what was asked about connections, in order
    std::vector<Violation> violated;  // all that the event showed
    std::vector<std::pair<RuleId, Counts>> counted;  // what it added to the counts of the rules
};

// An Inquiry reads a trace and answers questions about any moment in it, one after the other.
class Inquiry {
public:
    // `trace` must live as long as the inquiry. `settle`: in time mode with this delay, as CheckerOptions has it.
    // REQUIRES: its header declares everything (declaredAtStart()).
    explicit Inquiry(const Trace& trace, std::optional<Millis> settle = {});
    ~Inquiry();
    Inquiry(const Inquiry&) = delete;
    Inquiry& operator=(const Inquiry&) = delete;

    // Reads on until `events` have been read in all. REQUIRES: not fewer than before.
    void readTo(std::uint64_t events);

    // Reads the next event; what the rules said to it. REQUIRES: there is one.
    [[nodiscard]] Hearing hearNext();

    // Why each of these is so now, one sentence for all that have the same reason:
    // `- m1, m3: accepted 05-02 09:00, before the window of alice/phone's login, from 05-03 00:00 (compensation.window)`.
    [[nodiscard]] std::vector<Because> reasons(std::span<const Doubt> doubts) const;

    // The story of the message on the device so far.
    [[nodiscard]] MessageStory story(DeviceId device, MessageId message) const;

    // What the device has, lacks and is owed now.
    [[nodiscard]] Belongings belongings(DeviceId device) const;

    // All that is owed to anybody now, by device, in the order of the messages.
    [[nodiscard]] std::vector<Owed> owed() const;

    // What came nearest to putting the rule to the test so far, a sentence: `alice/phone was online when m1 was accepted;
    // the rule asks for a device that is offline then`. REQUIRES: nothing did.
    [[nodiscard]] std::string nearest(RuleId rule) const;

private:
    class Mind;
    std::unique_ptr<Mind> mind_;
};

}  // namespace mdsync
