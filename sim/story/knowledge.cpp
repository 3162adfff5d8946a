#include "story/knowledge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace mdsync::story {

using rules::Outcome;

namespace {

constexpr std::size_t kViolations = 100'000;  // that may be asked for

}  // namespace

Knowledge::Knowledge(const Trace& trace, std::optional<Millis> settle)
    : trace_(trace), checker_(trace.header, {.settle = settle, .violationLimit = kViolations, .witness = this}) {}

void Knowledge::readTo(std::uint64_t events) {
    const std::uint64_t end = std::min<std::uint64_t>(events, trace_.events.size());
    const std::span<const Event> all(trace_.events);
    while (read_ < end) {
        // Up to the next login: what it means is asked at its moment.
        std::uint64_t next = read_;
        while (next < end && all[next].kind != EventKind::Online) ++next;
        const bool isLogin = next < end;
        if (isLogin) ++next;
        checker_.feed(all.subspan(read_, next - read_), trace_.lexicon, trace_.annex);
        read_ = next;
        if (!isLogin) continue;
        const DeviceId device = all[next - 1].device;
        logins_.push_back({next - 1, history().device(device).regime.service, history().window(device)});
    }
}

const Login& Knowledge::loginAt(std::uint64_t event) const {
    return *std::lower_bound(logins_.begin(), logins_.end(), event,
                             [](const Login& login, std::uint64_t wanted) { return login.event < wanted; });
}

void Knowledge::hear(const rules::Ban& ban, const rules::Arrival& arrival, rules::Tri broken) {
    if (listener_ != nullptr) listener_->hear(ban, arrival, broken);
}

void Knowledge::hear(RuleId rule, const std::string& about, Outcome outcome, const std::string& says) {
    if (listener_ != nullptr) listener_->hear(rule, about, outcome, says);
}

void Knowledge::hear(const rules::Duty& duty, const rules::Claim& claim, Outcome outcome, bool atEnd) {
    if (listener_ != nullptr) listener_->hear(duty, claim, outcome, atEnd);
    if (outcome == Outcome::NotMine || !claim.message.exists()) return;
    const std::uint64_t place = history().place;
    heard_.push_back({.rule = duty.rule,
                      .outcome = outcome,
                      .isOpen = atEnd && outcome == Outcome::Broken,
                      .message = claim.message,
                      .device = claim.device,
                      .user = claim.user,
                      .event = place > 0 ? place - 1 : 0});
}

const Heard* Knowledge::lastHeard(MessageId message, DeviceId device, Outcome outcome) const {
    const auto found = std::find_if(heard_.rbegin(), heard_.rend(), [&](const Heard& h) {
        return h.message == message && h.device == device && h.outcome == outcome && !h.isOpen;
    });
    return found == heard_.rend() ? nullptr : &*found;
}

const Event* Knowledge::at(rules::Place place) const {
    const std::uint64_t number = place > 0 ? place : read_;
    return number > 0 && number <= trace_.events.size() ? &trace_.events[number - 1] : nullptr;
}

Instant Knowledge::now() const {
    return read_ > 0 ? trace_.events[read_ - 1].t : trace_.header.t;
}

std::string Knowledge::dated(Instant t) const {
    std::string text = spellInstant(t, trace_.header.app.timezone.offsetAt(t)).substr(5, 18);
    text[5] = ' ';  // `05-02T09:00:00.020`
    for (const std::string_view zero : {".000", ":00"}) {
        if (!text.ends_with(zero)) break;
        text.resize(text.size() - zero.size());
    }
    return text;
}

std::string Knowledge::moment(Instant t) const {
    const Zone& zone = trace_.header.app.timezone;
    const std::string text = dated(t);
    return zone.dayOf(t) == zone.dayOf(now()) ? text.substr(6) : text;
}

std::string howItEnded(const Knowledge& k, const Event& offline) {
    if (offline.kind != EventKind::Offline) return fmt::format("{} (reinstalled)", k.moment(offline));
    const std::string by = offline.by.exists() ? " by " + k.name(offline.by) : "";
    return fmt::format("{} ({}{})", k.moment(offline), spell(offline.reason), by);
}

}  // namespace mdsync::story
