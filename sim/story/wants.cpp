#include "story/wants.hpp"

#include <fmt/format.h>

#include <array>

#include "story/words.hpp"

namespace mdsync::story {

using rules::MessageSort;
using rules::Receipt;
using rules::Service;

namespace {

// ---- The message ----------------------------------------------------------------------------------------------------

constexpr Want kNormal{[](const View& v) { return v.p.m.kind == MessageSort::Normal && !v.p.m.room; },
                       "a private or group message that is no status message",
                       [](const View& v) {
                           return v.p.m.room ? fmt::format("{} went to {}", v.message, v.k.name(v.p.m.to))
                                             : v.message + " is a status message";
                       }};
constexpr Want kStatus{[](const View& v) { return v.p.m.kind == MessageSort::Status && !v.p.m.room; },
                       "a status message", [](const View& v) { return v.message + " is no status message"; }};
constexpr Want kStatusApi{[](const View& v) { return v.p.m.statusApi; }, "a message through a status endpoint",
                          [](const View& v) { return v.message + " did not go through a status endpoint"; }};
constexpr Want kRoom{[](const View& v) { return v.p.m.room; }, "a chatroom's message",
                     [](const View& v) { return fmt::format("{} went to {}", v.message, v.k.name(v.p.m.to)); }};
constexpr Want kByDevice{[](const View& v) { return !v.p.m.api; }, "a message that a device sends",
                         [](const View& v) { return v.message + " was sent through the API"; }};
constexpr Want kByApi{
    [](const View& v) { return v.p.m.api; }, "a message through the server API",
    [](const View& v) { return fmt::format("{} was sent by {}", v.message, v.k.name(v.p.m.sender)); }};
constexpr Want kIncluding{[](const View& v) { return v.p.m.includeSender; }, "one with includeSender",
                          [](const View& v) { return v.message + " was sent without includeSender"; }};
constexpr Want kExcluding{[](const View& v) { return !v.p.m.includeSender; }, "one without includeSender",
                          [](const View& v) { return v.message + " was sent with includeSender"; }};

std::string serviceThen(const View& v) {
    return fmt::format("the service was {} when {} was accepted", word(v.p.m.regime.service), v.message);
}
constexpr Want kOn{[](const View& v) { return v.p.m.regime.service == Service::On; }, "a service that is on",
                   serviceThen};
constexpr Want kOff{[](const View& v) { return v.p.m.regime.service == Service::Off; }, "a service that is off",
                    serviceThen};

// ---- The device -----------------------------------------------------------------------------------------------------

constexpr Want kAuthors{[](const View& v) { return v.p.isAuthors; }, "a device of who sent it",
                        [](const View& v) { return fmt::format("{} did not send {}", v.user, v.message); }};
constexpr Want kRecipients{[](const View& v) { return !v.p.isAuthors; }, "a recipient's device",
                           [](const View& v) { return fmt::format("{} sent {}", v.user, v.message); }};
constexpr Want kAnother{[](const View& v) { return v.p.m.sender != v.p.device; }, "another device than the sending one",
                        [](const View& v) { return fmt::format("{} sent {} itself", v.device, v.message); }};
constexpr Want kThere{
    [](const View& v) { return v.p.wasOnline(); }, "a device that is online when it is accepted",
    [](const View& v) { return fmt::format("{} was offline when {} was accepted", v.device, v.message); }};
constexpr Want kAway{
    [](const View& v) { return !v.p.wasOnline(); }, "a device that is offline when it is accepted",
    [](const View& v) { return fmt::format("{} was online when {} was accepted", v.device, v.message); }};
constexpr Want kSecondThere{[](const View& v) {
                                int online = 0;
                                for (const auto& [d, r] : v.k.history().sharesOf(v.p.m, v.p.user)) {
                                    online += (r.owed & Receipt::Online) != 0 ? 1 : 0;
                                }
                                return online >= 2;
                            },
                            "two devices of a recipient online",
                            [](const View& v) {
                                return fmt::format("{} was the only device of {} online when {} was accepted", v.device,
                                                   v.user, v.message);
                            }};
constexpr Want kOnlyDevice{
    [](const View& v) { return v.k.history().devicesOf(v.p.user).size() == 1; }, "a recipient with one device in all",
    [](const View& v) { return fmt::format("{} has {} devices", v.user, v.k.history().devicesOf(v.p.user).size()); }};

// ---- A login --------------------------------------------------------------------------------------------------------

constexpr Want kLogin{
    [](const View& v) { return v.p.d.session != 0 && v.p.d.began > v.p.m.until; }, "a login after it was accepted",
    [](const View& v) { return fmt::format("{} did not log in after {} was accepted", v.device, v.message); }};
std::string serviceAtLogin(const View& v) {
    return fmt::format("the service was {} when {} logged in", word(v.p.d.regime.service), v.device);
}
constexpr Want kLoginOn{[](const View& v) { return v.p.d.regime.service == Service::On; },
                        "a login while the service is on", serviceAtLogin};
constexpr Want kLoginOff{[](const View& v) { return v.p.d.regime.service == Service::Off; },
                         "a login while the service is off", serviceAtLogin};
bool isFirstAfterReinstall(const View& v) {
    return v.p.d.reinstalled && v.p.d.firstSession;
}
constexpr Want kReinstalled{isFirstAfterReinstall, "a login after a reinstall", [](const View& v) {
                                return fmt::format("{} was not reinstalled before its login", v.device);
                            }};
constexpr Want kSwitched{[](const View& v) { return !isFirstAfterReinstall(v); }, "a login that follows no reinstall",
                         [](const View& v) { return fmt::format("{} was reinstalled before its login", v.device); }};
constexpr Want kElsewhere{[](const View& v) { return v.k.history().otherHolder(v.p.m, v.p.device, false).exists(); },
                          "a message that another device of the user has",
                          [](const View& v) { return fmt::format("no other device of {} had {}", v.user, v.message); }};
std::string toTheWindow(const View& v) {
    return fmt::format("{} was accepted {}, and the window of {}'s login is from {}", v.message,
                       v.k.moment(v.p.m.untilAt), v.device, v.k.dated(v.k.history().window(v.p.device).demanded));
}
constexpr Want kInWindow{[](const View& v) { return v.p.m.fromAt >= v.k.history().window(v.p.device).demanded; },
                         "a message within the window", toTheWindow};
constexpr Want kOld{[](const View& v) { return v.p.m.untilAt < v.k.history().window(v.p.device).allowed; },
                    "a message before the window", toTheWindow};

// ---- A recall -------------------------------------------------------------------------------------------------------

constexpr Want kRecalled{[](const View& v) { return v.k.history().recallAccepted(v.p.m); }, "a recall that is accepted",
                         [](const View& v) { return "no recall of " + v.message + " was accepted"; }};
std::string serviceAtRecall(const View& v) {
    const rules::RecallFacts* recall = v.k.history().recallOf(v.p.m);
    return fmt::format("the service was {} when the recall of {} was accepted", word(recall->regime.service),
                       v.message);
}
constexpr Want kRecallOn{[](const View& v) { return v.k.history().recallOf(v.p.m)->regime.service == Service::On; },
                         "a recall while the service is on", serviceAtRecall};
constexpr Want kRecallOff{[](const View& v) { return v.k.history().recallOf(v.p.m)->regime.service == Service::Off; },
                          "a recall while the service is off", serviceAtRecall};
constexpr Want kRecallNotOn{[](const View& v) { return v.k.history().recallOf(v.p.m)->regime.service != Service::On; },
                            "a recall while the service is not on", serviceAtRecall};
constexpr Want kHeld{
    [](const View& v) { return (v.p.receipt->owed & Receipt::TooLate) == 0; },
    "a device that has the message when it is recalled",
    [](const View& v) { return fmt::format("{} did not have {} when it was recalled", v.device, v.message); }};
constexpr Want kLacked{
    [](const View& v) { return (v.p.receipt->owed & Receipt::TooLate) != 0; },
    "a device that lacks the message when it is recalled",
    [](const View& v) { return fmt::format("{} had {} when it was recalled", v.device, v.message); }};
constexpr Want kLoginSinceRecall{
    [](const View& v) { return v.p.d.session != 0 && v.p.d.began > v.k.history().recallOf(v.p.m)->until; },
    "a login after the recall",
    [](const View& v) { return fmt::format("{} did not log in after the recall of {}", v.device, v.message); }};
constexpr Want kOnlineAtRecall{[](const View& v) {
                                   return v.p.d.session != 0 && v.p.d.began < v.k.history().recallOf(v.p.m)->until &&
                                          (v.p.d.online || v.p.side.ended > v.k.history().recallOf(v.p.m)->until);
                               },
                               "a device that is online when the recall is accepted",
                               [](const View& v) {
                                   return fmt::format("{} was offline when the recall of {} was accepted", v.device,
                                                      v.message);
                               }};

// ---- The rules ------------------------------------------------------------------------------------------------------

struct Row {
    RuleId rule;
    std::array<const Want*, 8> wants;
    std::size_t count;

    template <class... W>
    constexpr explicit Row(RuleId id, const W&... w) : rule(id), wants{&w...}, count(sizeof...(w)) {}
};

constexpr std::array kRows{
    Row(RuleId::OffSingleDevice, kNormal, kRecipients, kOff, kThere, kSecondThere),
    Row(RuleId::OffNoSentSync, kNormal, kByDevice, kAuthors, kAnother, kOff, kThere),
    Row(RuleId::OffNoCompensation, kNormal, kLogin, kLoginOff, kElsewhere),
    Row(RuleId::OffRecallStaysLocal, kNormal, kRecalled, kRecallOff, kHeld, kOnlineAtRecall),
    Row(RuleId::OffApiOnlineOnly, kNormal, kByApi, kIncluding, kAuthors, kOff, kAway, kLogin),
    Row(RuleId::OnlineReceived, kNormal, kRecipients, kOn, kThere),
    Row(RuleId::OnlineSent, kNormal, kByDevice, kAuthors, kAnother, kOn, kThere),
    Row(RuleId::StatusOnlineOnly, kStatus, kAnother, kAway, kLogin),
    Row(RuleId::StatusOnlineSync, kStatus, kByDevice, kRecipients, kOn, kThere),
    Row(RuleId::StatusApiOnlineOnly, kStatusApi, kAway, kLogin),
    Row(RuleId::CompensationDeviceSwitch, kNormal, kAnother, kLogin, kSwitched, kOn, kLoginOn, kElsewhere, kInWindow),
    Row(RuleId::CompensationReinstall, kNormal, kLogin, kReinstalled, kOn, kLoginOn, kElsewhere, kInWindow),
    Row(RuleId::CompensationWindow, kNormal, kLogin, kOn, kLoginOn, kElsewhere, kOld),
    Row(RuleId::RecallOnlineDevices, kNormal, kRecalled, kRecallOn, kHeld, kOnlineAtRecall),
    Row(RuleId::RecallOfflineDevices, kNormal, kRecalled, kRecallOn, kHeld, kLoginSinceRecall, kLoginOn),
    Row(RuleId::RecallNoReturn, kNormal, kRecalled, kRecallOn, kLacked, kLoginSinceRecall),
    Row(RuleId::RecallBasic, kNormal, kRecalled, kRecallNotOn, kRecipients, kOnlyDevice, kHeld, kOnlineAtRecall),
    Row(RuleId::ApiIncludeSenderOnline, kNormal, kByApi, kIncluding, kAuthors, kThere),
    Row(RuleId::ApiIncludeSenderOffline, kNormal, kByApi, kIncluding, kAuthors, kOn, kAway, kLogin, kLoginOn),
    Row(RuleId::ApiExcludeSender, kByApi, kExcluding, kAuthors, kThere),
    Row(RuleId::ChatroomLiveOnly, kRoom, kLogin),
    Row(RuleId::DeliveryNoLoss, kNormal, kRecipients, kThere),
    Row(RuleId::DeliveryOnlyOnline, kNormal, kAway),
};

}  // namespace

std::span<const Want* const> wantsOf(RuleId rule) {
    for (const Row& row : kRows) {
        if (row.rule == rule) return std::span(row.wants).first(row.count);
    }
    return {};
}

}  // namespace mdsync::story
