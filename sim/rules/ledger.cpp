// The ledger: counts and violations.
#include <algorithm>
#include <optional>

#include "rules/ledger.hpp"

#include "rules/history/history.hpp"

namespace mdsync {

namespace rules {

void Ledger::checkAccompanying(RuleId rule, Regime regime, Aspects aspects, std::uint64_t times) {
    const auto other = accompanying(rule, regime, onFromTheStart);
    if (!other) return;
    const Aspects atEdge = (aspects & kAtTurnEdge) != 0 ? bit(Aspect::Boundary) : 0;
    checkOften(*other, aspectsOf(regime.service) | atEdge, times);
}

bool Ledger::knows(RuleId rule, Regime regime) const {
    const auto checked = [this](RuleId id) { return (known[static_cast<std::size_t>(id)] & kChecked) != 0; };
    const auto other = accompanying(rule, regime, onFromTheStart);
    return checked(rule) && (!other || checked(*other));
}

void Ledger::file(Violation violation, Regime regime, Aspects aspects) {
    const RuleId rule = violation.rule;
    check(rule, regime, aspects);
    ++counts[static_cast<std::size_t>(rule)].violated;
    const auto other = accompanying(rule, regime, onFromTheStart);
    if (other) ++counts[static_cast<std::size_t>(*other)].violated;

    if (!hasRoom()) return;
    violations.push_back(std::move(violation));
    if (!other || !hasRoom()) return;
    Violation companion = violations.back();
    companion.rule = *other;
    companion.text = saysAccompanying(*other);
    companion.text.append(": ").append(mdsync::rule(rule).name).append(" is violated");
    violations.push_back(std::move(companion));
}

Finding::Finding(const History& history, Ledger& ledger, RuleId rule, Regime regime, Aspects aspects)
    : history_(history), ledger_(ledger), regime_(regime), aspects_(aspects), told_(ledger.hasRoom()) {
    violation_.rule = rule;
    violation_.t = history.now;
    violation_.event = history.place > 0 ? history.place - 1 : 0;
    violation_.origin = history.origin;
}

Finding& Finding::about(MessageId message, DeviceId device, UserId user) {
    violation_.message = message;
    violation_.device = device;
    violation_.user = user;
    if (told_ && message.exists()) violation_.messageName = history_.name(message);
    return *this;
}

Finding& Finding::about(DeviceId device) {
    return about({}, device, history_.ownerOf(device));
}

Finding& Finding::at(Place place, Instant t) {
    violation_.event = place - 1;
    violation_.t = t;
    return *this;
}

Finding& Finding::blame(std::uint32_t origin) {
    violation_.origin = origin;
    return *this;
}

Finding& Finding::link(Place place, Instant t, std::uint32_t origin, std::string_view what) {
    if (!told_ || place == 0) return *this;
    std::vector<Because>& chain = violation_.because;
    const auto after = std::find_if(chain.begin(), chain.end(), [&](const Because& b) { return b.event > place - 1; });
    chain.insert(after, Because{place - 1, t, origin, std::string(what)});
    return *this;
}

Finding& Finding::sent() {
    const MessageFacts& m = history_.message(violation_.message);
    return link(m.asked, m.askedAt, m.askedOrigin, violation_.messageName + " sent");
}

Finding& Finding::accepted() {
    const MessageFacts& m = history_.message(violation_.message);
    if (m.state != MessageState::Accepted || m.late) return *this;
    return link(m.until, m.untilAt, m.askedOrigin, violation_.messageName + " accepted");
}

Finding& Finding::recalled() {
    const MessageFacts& m = history_.message(violation_.message);
    if (!history_.recallAccepted(m)) return *this;
    const RecallFacts& r = *history_.recallOf(m);
    return link(r.until, r.untilAt, r.origin, violation_.messageName + " recalled");
}

Finding& Finding::online(DeviceId device) {
    if (!told_) return *this;
    const DeviceSide& session = history_.side(device);
    return link(history_.device(device).began, session.beganAt, session.beganOrigin, history_.name(device) + " online");
}

Finding& Finding::offline(DeviceId device) {
    if (!told_) return *this;
    const DeviceSide& session = history_.side(device);
    return link(session.ended, session.endedAt, session.endedOrigin, history_.name(device) + " offline");
}

Finding& Finding::here(std::string_view what) {
    return link(history_.place, history_.now, history_.origin, what);
}

Finding& Finding::due() {
    return here(history_.timeMode ? "due by now" : "settled");
}

}  // namespace rules

std::string_view spell(Tolerance tolerance) {
    switch (tolerance) {
        case Tolerance::OnlineTwice:
            return "online of an online device";
        case Tolerance::OfflineTwice:
            return "offline of an offline device";
        case Tolerance::CaughtUpOffline:
            return "caught-up of an offline device";
        case Tolerance::ReinstallOnline:
            return "reinstall of an online device";
        case Tolerance::SecondAnswer:
            return "second answer";
        case Tolerance::LateAcceptance:
            return "acceptance after the first sign of it";
        case Tolerance::Reordered:
            return "line out of order within the skew";
        case Tolerance::SkippedLine:
            return "erroneous line skipped";
    }
    return "";
}

}  // namespace mdsync
