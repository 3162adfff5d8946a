// Aspects: their words and texts. Which a rule has stands in its row.
#include <array>

#include "mdsync/rules.hpp"

namespace mdsync {

namespace {

struct AspectText {
    std::string_view word;
    std::string_view text;
};

// A row for every Aspect, in its order.
constexpr std::array<AspectText, kAspects> kTexts{{
    {"private", "a private message"},
    {"group", "a group message"},
    {"chatroom", "a chatroom message"},
    {"device", "sent, or recalled, by a device"},
    {"api", "sent, or recalled, through the server API"},
    {"recipient", "a device of a recipient"},
    {"author", "a device of the author"},
    {"mobile", "a device of class mobile"},
    {"web", "a browser tab"},
    {"desktop", "a device of class desktop"},
    {"miniprogram", "a device of class miniprogram"},
    {"unturned", "the service is as the app was set up"},
    {"turned", "the switch was turned before"},
    {"on", "the service is on, or is turned on"},
    {"off", "the service is off, or is turned off"},
    {"changing", "the switch was turned less than its delay ago"},
    {"online", "a device that was online all the time"},
    {"first-login", "a device that logs in for the first time"},
    {"return", "a device that comes back"},
    {"reinstall", "a device that was reinstalled"},
    {"join", "a device that joins later"},
    {"boundary", "at the boundary: to the millisecond, or the last number on its side"},
    {"live", "delivered live"},
    {"offline-store", "delivered from the offline store"},
    {"compensation", "delivered by compensation"},
    {"replace", "the app replaces the earliest connection"},
    {"refuse", "the app refuses the newcomer"},
    {"raised", "a number that is higher than one"},
    {"connect", "a device asked to connect"},
    {"send", "a device asked to send"},
    {"publish", "the server API was asked to send"},
    {"recall", "a recall was asked for"},
    {"allowed", "what must be taken"},
    {"forbidden", "what must be refused"},
}};

}  // namespace

std::string_view spell(Aspect aspect) {
    return kTexts[static_cast<std::size_t>(aspect)].word;
}

std::string_view explain(Aspect aspect) {
    return kTexts[static_cast<std::size_t>(aspect)].text;
}

std::optional<Aspect> findAspect(std::string_view word) {
    for (std::size_t i = 0; i < kAspects; ++i) {
        if (kTexts[i].word == word) return static_cast<Aspect>(i);
    }
    return std::nullopt;
}

Aspects aspectsOf(RuleId id) {
    return rule(id).aspects;
}

std::vector<Aspect> listed(Aspects aspects) {
    std::vector<Aspect> list;
    for (std::size_t i = 0; i < kAspects; ++i) {
        const auto aspect = static_cast<Aspect>(i);
        if ((aspects & bit(aspect)) != 0) list.push_back(aspect);
    }
    return list;
}

}  // namespace mdsync
