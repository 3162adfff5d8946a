// Connections: a login, a disconnection for the sake of a limit and a refusal, as the rules of limit.cpp and web.cpp see
// them.
//
// alice opens an eleventh tab: a login that makes eleven where ten are allowed, one over; tab1, whose connection began
// first, is the one to go. connections.cpp counts, and finds the login that a disconnection belongs to. What is allowed
// stands in the rows of two families: web.cpp for browser tabs while the service is on, limit.cpp for everything else.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "rules/rule.hpp"

namespace mdsync::rules {

// A login as the limits see it: the numbers are those of its moment.
struct LoginFacts {
    DeviceId device;
    std::uint16_t session = 0;
    DeviceClass deviceClass = DeviceClass::Mobile;
    Regime regime;
    int number = 0;          // allowed connections of the class; web while CHANGING: ten
    int count = 0;           // connections, the newcomer included
    bool undecided = false;  // the class was over its number from before
    bool webRules = false;   // ON, and a web device
    Place place = 0;
    Instant t{};
    std::uint32_t origin = 0;
    std::vector<std::pair<DeviceId, std::uint16_t>> earliest;  // the k that began first, with their sessions

    [[nodiscard]] int over() const { return count - number; }
    [[nodiscard]] bool isAmongEarliest(DeviceId d, std::uint16_t itsSession) const;
};

// How many connections of each class of a user are legal: its number, or more where it shrank under them.
struct LegalFacts {
    std::array<int, 4> number{};
    std::array<bool, 4> isOver{};  // there may be more than that
};

// A device was disconnected because of the limit, and the login it belongs to has not been seen yet.
struct EvictionFacts {
    DeviceId device;
    std::uint16_t session = 0;
    DeviceId by;
    DeviceClass deviceClass = DeviceClass::Mobile;
    Regime regime;
    int number = 0;
    int count = 0;            // connections of the class, this one included
    bool overBefore = false;  // the class was over its number from before: undecided
    bool resolved = false;
    Place place = 0;
    Place began = 0;
    Instant t{};
    std::uint32_t origin = 0;
    std::optional<LoginFacts> earlier;  // a login of `by` that has ended already, for want of a later one
};

// A device was refused because of the limit.
struct RefusalFacts {
    LoginFacts login;               // as if it had been taken
    std::vector<DeviceId> counted;  // the user's devices that were online
};

// ---- What is judged -----------------------------------------------------------------------------------------

// A login at the settled moment after it, when it is known whom it disconnected.
struct AfterLogin {
    const LoginFacts& login;
    int left = 0;        // connections of the class that began with this login at the latest
    bool lasts = false;  // the newcomer is still there
};

// A disconnection, as soon as its login is known. Where it belongs to none, the numbers are those of its own moment.
struct Disconnection {
    const EvictionFacts& eviction;
    const LoginFacts* login = nullptr;
    Regime regime;
    int number = 0;
    int count = 0;

    [[nodiscard]] bool undecided() const { return eviction.overBefore || (login != nullptr && login->undecided); }
    // It is the newcomer itself that went.
    [[nodiscard]] bool ofNewcomer() const {
        return login != nullptr && login->device == eviction.device && login->session == eviction.session;
    }
};

// A refusal at the next settled moment: the login that took the place may have been seen only after it.
struct Refusal {
    const LoginFacts& login;
    int later = 0;  // connections that took a place since

    // Where the class would have been within `number`, nobody had to be refused.
    [[nodiscard]] bool within(int number) const { return login.count + later <= number; }
};

// The aspects of such a case: the class, whether its number was raised, and what the app does with one too many.
[[nodiscard]] Aspects aspectsOf(const History& h, DeviceClass deviceClass, int number);
[[nodiscard]] inline Aspects aspectsOf(const History& h, const LoginFacts& login) {
    return aspectsOf(h, login.deviceClass, login.number);
}

// One rule about one kind of case, with the sentence of its violation. No later event can mend it, unless it says so.
template <class Case>
struct ConnectionRule {
    RuleId rule;
    Found (*look)(const History&, const Case&);
    std::string (*says)(const History&, const Case&) = nullptr;  // null: it is only put to the test here
    AtEnd atEnd = AtEnd::Certain;
};

// What a family says about connections.
struct ConnectionRules {
    std::span<const ConnectionRule<AfterLogin>> afterLogin;        // all of them are asked
    std::span<const ConnectionRule<Disconnection>> disconnection;  // one fault, one violation: the first that answers
    std::span<const ConnectionRule<Refusal>> refusal;              // likewise
};

// limit.cpp: all classes; web while the service is off or changing.
extern const ConnectionRules kLimitConnections;
// How many connections of the class a user may have.
[[nodiscard]] int numberOf(const History& h, DeviceClass deviceClass, Regime regime);
void temptLimit(const History& h, Ledger& ledger, const LoginFacts& login);
// A disconnection by the login `by` of a device of another class.
void judgeAcrossClasses(const History& h, Ledger& ledger, const EvictionFacts& x, const LoginFacts& by);

// web.cpp: browser tabs while the service is on.
extern const ConnectionRules kWebConnections;
extern const int kMostTabs;

}  // namespace mdsync::rules
