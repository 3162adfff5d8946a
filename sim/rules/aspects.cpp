// Aspects: the kinds of case within each rule. Judging does not look at them; they say what a suite left out.
#include <array>

#include "mdsync/rules.hpp"

namespace mdsync {

namespace {

using enum Aspect;

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

template <class... Each>
constexpr Aspects all(Each... aspects) {
    return (bit(aspects) | ...);
}

constexpr Aspects kConversation = all(Private, Group);
constexpr Aspects kAnyConversation = all(Private, Group, Chatroom);
constexpr Aspects kOrigin = all(Device, Api);
constexpr Aspects kSide = all(Recipient, Author);
constexpr Aspects kClass = all(Mobile, Web, Desktop, Miniprogram);
constexpr Aspects kSwitch = all(Unturned, Turned);
constexpr Aspects kLogin = all(FirstLogin, Return, Reinstall);

constexpr Aspects aspectsIn(RuleId id) {
    switch (id) {
        case RuleId::OffSingleDevice:
            return kConversation | kOrigin | kSwitch;
        case RuleId::OffNoSentSync:
            return kConversation | kSwitch;
        case RuleId::OffNoCompensation:
            return kConversation | kOrigin | kSide | kSwitch | kLogin;
        case RuleId::OffRecallStaysLocal:
            return kConversation | kOrigin | kSwitch;
        case RuleId::OffApiOnlineOnly:
            return kConversation | kSwitch;
        case RuleId::OnlineReceived:
            return kConversation | kOrigin | kClass | kSwitch;
        case RuleId::OnlineSent:
            return kConversation | kClass | kSwitch;
        case RuleId::LimitPerClass:
            return kClass | all(Raised);
        case RuleId::LimitClassesIndependent:
            return kClass;
        case RuleId::LimitWithin:
            return kClass | all(Raised, Boundary);
        case RuleId::LimitNewestWins:
            return kClass | all(Replace, Refuse, Raised);
        case RuleId::WebTenTabs:
        case RuleId::WebEvictEarliest:
        case RuleId::WebNewestConnects:
            return kSwitch;
        case RuleId::StatusOnlineOnly:
        case RuleId::StatusApiOnlineOnly:
            return kConversation | kSide;
        case RuleId::StatusOnlineSync:
            return kConversation | kClass | kSwitch;
        case RuleId::ServiceDefaultOff:
            return 0;
        case RuleId::ServiceTakesEffect:
            return all(On, Off, Boundary);
        case RuleId::ServicePrepaid:
            return all(On, Off, Allowed, Forbidden);
        case RuleId::ServiceDaysRange:
            return all(Allowed, Forbidden, Boundary);
        case RuleId::CompensationDeviceSwitch:
            return kConversation | kOrigin | kSide | kSwitch | all(FirstLogin, Return, Boundary);
        case RuleId::CompensationReinstall:
            return kConversation | kOrigin | kSide | kSwitch | all(Boundary);
        case RuleId::CompensationWindow:
            return kConversation | kSide | kSwitch | kLogin | all(Boundary);
        case RuleId::CompensationConversations:
            return kConversation | kSwitch | all(FirstLogin, Reinstall);
        case RuleId::RecallOnlineDevices:
            return kConversation | kOrigin | kSide | kSwitch;
        case RuleId::RecallOfflineDevices:
            return kConversation | kOrigin | kSide | kSwitch | all(Boundary);
        case RuleId::RecallNoReturn:
            return kConversation | kOrigin | kSide | all(Online, FirstLogin, Return, Reinstall);
        case RuleId::RecallBasic:
            return kConversation | kOrigin | all(Off, Changing);
        case RuleId::ApiIncludeSenderOnline:
            return kConversation | all(On, Off);
        case RuleId::ApiIncludeSenderOffline:
            return kConversation | kSwitch | all(Boundary);
        case RuleId::ApiExcludeSender:
            return kConversation | all(Online) | kLogin;
        case RuleId::ChatroomLiveOnly:
            return kLogin | all(Join);
        case RuleId::DeliveryAnswered:
            return all(Connect, Send, Publish, Recall);
        case RuleId::DeliveryNoLoss:
            return kConversation | kOrigin | all(On, Off, Changing, Online, Boundary) | kLogin;
        case RuleId::DeliveryNoPhantom:
        case RuleId::DeliveryIntact:
            return kAnyConversation | kOrigin | all(Live, OfflineStore, Compensation);
        case RuleId::DeliveryNoLeak:
            return kAnyConversation | all(Online) | kLogin;
        case RuleId::DeliveryOnce:
            return all(On, Off, Changing);
        case RuleId::DeliveryOnlyOnline:
            return kConversation | kOrigin | kSide;
        case RuleId::DeliveryOrder:
            return kAnyConversation | all(Live, OfflineStore, Compensation);
    }
    return 0;
}

constexpr std::array<Aspects, kRules> kOfRules = [] {
    std::array<Aspects, kRules> table{};
    for (std::size_t i = 0; i < kRules; ++i) table[i] = aspectsIn(static_cast<RuleId>(i));
    return table;
}();

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
    return kOfRules[static_cast<std::size_t>(id)];
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
