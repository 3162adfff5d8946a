#include "rules/counsel.hpp"

#include <algorithm>

#include "rules/judge.hpp"

namespace mdsync::rules {

namespace {

void add(std::vector<RuleId>& rules, RuleId rule) {
    if (std::find(rules.begin(), rules.end(), rule) == rules.end()) rules.push_back(rule);
}

void addIfBroken(std::vector<RuleId>& rules, const Checker::State& s, const Duty& duty, const Claim& c) {
    if (duty.look(s, c).outcome == Outcome::Broken) add(rules, duty.rule);
}

// Since its acceptance, which nobody has looked at yet.
void addLive(std::vector<RuleId>& rules, const Checker::State& s, const MessageFacts& m, Claim c, const Receipt& r) {
    if (!m.expected) return;
    Live live{m};
    live.maybeRecalled = s.maybeRecalled(m);
    live.maybeLeft = !m.exact && s.leftBetween(m, c.user);
    live.offTheHook = s.recallAccepted(m) || s.leftAfter(m, c.user);
    live.anyReceived = s.anyEver(m, c.user);
    const bool isAuthor = c.user == m.author;
    if (owedLive(live, c.device, r, s.device(c.device), 0).outcome == Outcome::Broken) {
        return add(rules, Checker::State::dutyToEach(m, isAuthor).rule);
    }
    if (!m.synchronizable() || !onlineSince(m, r, s.device(c.device))) return;
    addIfBroken(rules, s, isAuthor ? kApiIncludeSenderOnlineAny : kDeliveryNoLossOnline, c);
}

// Since the login of a session that nobody has looked at yet.
void addAtLogin(std::vector<RuleId>& rules, const Checker::State& s, const MessageFacts& m, const Claim& c) {
    if (!s.isBeforeItsS(c.device) || !s.isOlder(c.message, c.device) || m.toSelf) return;
    addIfBroken(rules, s, Checker::State::compensationDuty(s.device(c.device)), c);
    addIfBroken(rules, s, kRecallOfflineDevices, c);
    addIfBroken(rules, s, kDeliveryNoLossLogin, c);
    const std::vector<MessageId>& included = s.owedToSender[c.device.index()];
    if (std::find(included.begin(), included.end(), c.message) == included.end()) return;
    addIfBroken(rules, s, kApiIncludeSenderOffline, c);
}

// Since the acceptance of its recall.
void addOfRecall(std::vector<RuleId>& rules, const Checker::State& s, const MessageFacts& m, Claim c) {
    const RecallFacts* recall = s.recallOf(m);
    if (recall == nullptr) return;
    for (const auto& [device, session] : recall->owed) {
        if (device != c.device) continue;
        c.lasts = s.lasts(device, session);
        addIfBroken(rules, s, recall->regime.service == Service::On ? kRecallOnlineDevices : kRecallBasic, c);
    }
}

}  // namespace

const History& historyOf(const Checker& checker) {
    return checker.state();
}

std::optional<Forbidding> ifItCame(const Checker& checker, MessageId message, DeviceId device) {
    const Checker::State& s = checker.state();
    if (message.index() >= s.messages.size()) return Forbidding{kDeliveryNoPhantom.rule, Tri::Yes};
    const auto [ban, broken] = s.wouldBreak(message, device);
    if (ban == nullptr) return std::nullopt;
    return Forbidding{ban->rule, broken};
}

std::vector<RuleId> owedNow(const Checker& checker, MessageId message, DeviceId device) {
    const Checker::State& s = checker.state();
    std::vector<RuleId> rules;
    if (message.index() >= s.messages.size()) return rules;
    const MessageFacts& m = s.message(message);
    const Receipt* r = m.state == MessageState::Accepted ? s.receipt(m, device) : nullptr;
    if (r == nullptr) return rules;
    Claim c = s.claimOf(device, s.device(device).online);
    c.message = message;
    addLive(rules, s, m, c, *r);
    addAtLogin(rules, s, m, c);
    addOfRecall(rules, s, m, c);
    return rules;
}

}  // namespace mdsync::rules
