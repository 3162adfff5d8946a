#include "story/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "story/wants.hpp"

namespace mdsync::story {

namespace {

// ---- Messages and devices -------------------------------------------------------------------------------------------

// How far a message on a device came on the way to putting the rule to the test.
struct Reached {
    std::size_t conditions = 0;
    std::string sentence;
};

Reached reached(const Knowledge& k, const Pair& p, std::span<const Want* const> wants) {
    const View view{k, p, k.name(p.message), k.name(p.device), k.name(p.user)};
    for (std::size_t i = 0; i < wants.size(); ++i) {
        if (wants[i]->isMet(view)) continue;
        return {i, fmt::format("{}; the rule asks for {}", wants[i]->instead(view), wants[i]->asks)};
    }
    return {};  // it had all that is asked for here: what was missing can't be said
}

std::string nearestPair(const Knowledge& k, std::span<const Want* const> wants) {
    std::optional<Reached> best;
    const rules::History& h = k.history();
    for (std::size_t m = 0; m < h.messages.size(); ++m) {
        const rules::MessageFacts& facts = h.message(MessageId{m});
        if (facts.state != rules::MessageState::Accepted) continue;
        for (const rules::Party& party : h.concerned(facts)) {
            for (const DeviceId d : h.devicesOf(party.user)) {
                const Pair p = pairOf(k, MessageId{m}, d);
                if (p.receipt == nullptr) continue;
                Reached one = reached(k, p, wants);
                if (!one.sentence.empty() && (!best || one.conditions > best->conditions)) best = std::move(one);
            }
        }
    }
    return best ? best->sentence : "no message was accepted";
}

// ---- Connections ----------------------------------------------------------------------------------------------------

// How many devices of one user were online at once, at most: of one class, of the web, in all.
struct Crowd {
    std::size_t ofClass = 0, ofWeb = 0, inAll = 0;
};

Crowd crowdOf(const Knowledge& k) {
    const Header& header = k.trace().header;
    std::vector<bool> online(header.devices.size());
    Crowd most;
    const auto count = [&](DeviceId device) {
        std::array<std::size_t, 4> classes{};
        std::size_t all = 0;
        for (const DeviceId d : header.devicesOf(header.devices[device.index()].user)) {
            if (!online[d.index()]) continue;
            ++all;
            ++classes[static_cast<std::size_t>(rules::classOf(header.devices[d.index()].platform))];
        }
        most.inAll = std::max(most.inAll, all);
        most.ofClass = std::max(most.ofClass, *std::max_element(classes.begin(), classes.end()));
        most.ofWeb = std::max(most.ofWeb, classes[static_cast<std::size_t>(rules::DeviceClass::Web)]);
    };
    for (const Event& e : k.trace().events) {
        const bool isEnd = e.kind == EventKind::Offline || e.kind == EventKind::Reinstall;
        if (isEnd) online[e.device.index()] = false;
        if (e.kind != EventKind::Online) continue;
        online[e.device.index()] = true;
        count(e.device);
    }
    return most;
}

std::string ofConnections(const Knowledge& k, RuleId id) {
    const Crowd most = crowdOf(k);
    switch (id) {
        case RuleId::LimitPerClass:
        case RuleId::LimitNewestWins:
            return fmt::format(
                "at most {} of one class were online at once for one user; the rule asks for a login that "
                "makes one more than are allowed",
                most.ofClass);
        case RuleId::LimitClassesIndependent:
            return fmt::format(
                "at most {} of one user were online at once; the rule asks for a login while a device of "
                "another class is online",
                most.inAll);
        case RuleId::LimitWithin:
            return fmt::format(
                "at most {} of one class were online at once for one user; the rule asks for a login that "
                "stays within the number",
                most.ofClass);
        case RuleId::WebTenTabs:
        case RuleId::WebEvictEarliest:
        case RuleId::WebNewestConnects:
            return fmt::format(
                "at most {} web connections of one user were online at once; the rule asks for {}, while "
                "the service is on",
                most.ofWeb, id == RuleId::WebTenTabs ? "ten" : "an eleventh login");
        default:
            return {};
    }
}

// ---- The rest -------------------------------------------------------------------------------------------------------

bool wasTurned(const Knowledge& k) {
    return k.last([](const Event& e) { return e.kind == EventKind::Sync && !e.refused; }) != nullptr;
}

std::string ofService(const Knowledge& k, RuleId id) {
    switch (id) {
        case RuleId::ServiceDefaultOff:
            if (k.trace().header.app.sync)
                return "the app was set up with the service on; the rule asks for one that is off";
            return wasTurned(k) ? "the switch was turned before anything put an off rule to the test"
                                : "no off rule was put to the test";
        case RuleId::ServiceTakesEffect:
            return wasTurned(k) ? "after the switch was turned, no rule that names on or off was put to the test"
                                : "nobody turned the switch";
        case RuleId::ServicePrepaid:
            return "nobody turned the switch";
        case RuleId::ServiceDaysRange:
            return "nobody set compensationDays";
        case RuleId::CompensationConversations:
            return "no catch-up told its list of conversations while the service was on";
        default:
            return {};
    }
}

std::string ofDelivery(RuleId id) {
    switch (id) {
        case RuleId::DeliveryAnswered:
            return "nothing was asked whose answer was due";
        case RuleId::DeliveryNoPhantom:
            return "nothing was received";
        case RuleId::DeliveryNoLeak:
            return "nobody outside the audience of a message was online when it was accepted, or logged in later";
        case RuleId::DeliveryOnce:
            return "no device logged in that had something; the rule asks for a login that may bring it again";
        case RuleId::DeliveryOrder:
            return "no device received two messages of one conversation by the same way in one session";
        case RuleId::DeliveryIntact:
            return "nothing was received of which the content is known, as sent and as received";
        default:
            return {};
    }
}

// It came up, and was neither kept nor violated.
std::string nearly(const Knowledge& k, RuleId id) {
    const Counts& counts = k.checker().counts()[static_cast<std::size_t>(id)];
    for (const Heard& heard : k.heard()) {
        const bool isLapsed = heard.outcome == rules::Outcome::Lapsed;
        if (heard.rule != id || (!isLapsed && heard.outcome != rules::Outcome::Undecided)) continue;
        const std::string whom = heard.device.exists() ? k.name(heard.device) : k.name(heard.user);
        return fmt::format("{} demanded {} of {}, and {}", rule(id).name, k.name(heard.message), whom,
                           isLapsed ? "lapsed before it was due" : "was undecided: the page allows both");
    }
    if (counts.undecided > 0) return "it came up, and was undecided: the page allows both";
    return counts.lapsed > 0 ? "it came up, and lapsed before it was due" : "";
}

}  // namespace

std::string nearestTo(const Knowledge& k, RuleId id) {
    if (std::string sentence = nearly(k, id); !sentence.empty()) return sentence;
    const std::span<const Want* const> wants = wantsOf(id);
    if (!wants.empty()) return nearestPair(k, wants);
    for (std::string sentence : {ofConnections(k, id), ofService(k, id), ofDelivery(id)}) {
        if (!sentence.empty()) return sentence;
    }
    return {};
}

}  // namespace mdsync::story
