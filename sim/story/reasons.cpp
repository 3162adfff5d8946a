#include "story/reasons.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "story/absence.hpp"
#include "story/words.hpp"

namespace mdsync::story {

namespace {

bool isOf(const Event& e, DeviceId d, MessageId m) {
    return e.device == d && e.message == m;
}

// ---- It has it ------------------------------------------------------------------------------------------------------

// The rule that demanded it; delivery.no-loss, which any device of the user keeps, only if no other one did.
std::optional<RuleId> demanding(const Knowledge& k, MessageId m, DeviceId d) {
    std::optional<RuleId> found;
    for (const Heard& heard : k.heard()) {
        if (heard.message != m || heard.device != d || heard.outcome != rules::Outcome::Kept) continue;
        if (rule(heard.rule).name.starts_with("recall.") || heard.rule == RuleId::DeliveryAnswered) continue;
        if (!found || *found == RuleId::DeliveryNoLoss) found = heard.rule;
    }
    return found;
}

// What the rules say of it: that it had to come, or must not have.
std::string judgementOf(const Knowledge& k, MessageId m, DeviceId d) {
    for (const Violation& v : k.checker().violations()) {
        const Rule& row = rule(v.rule);
        if (v.message == m && v.device == d && row.level == Level::MustNot)
            return fmt::format("; {} is violated", row.name);
    }
    const std::optional<RuleId> kept = demanding(k, m, d);
    return kept ? fmt::format("; {} demands it", rule(*kept).name) : "";
}

Reason has(const Knowledge& k, DeviceId d, MessageId m) {
    const Event* came = k.last([&](const Event& e) { return e.kind == EventKind::Receive && isOf(e, d, m); });
    if (came != nullptr) {
        return {.text = fmt::format("came \1{}{}", wayOf(came->via), judgementOf(k, m, d)),
                .event = came,
                .moment = came->t};
    }
    const Event* sent = k.last([&](const Event& e) { return e.kind == EventKind::Send && isOf(e, d, m); });
    return {.text = fmt::format("{} sent it itself, \1", k.name(d)), .event = sent, .moment = sent ? sent->t : k.now()};
}

// ---- Recalls --------------------------------------------------------------------------------------------------------

Reason recalled(const Knowledge& k, DeviceId d, MessageId m) {
    const Event* shown = k.last([&](const Event& e) {
        return (e.kind == EventKind::Recalled && isOf(e, d, m)) ||
               (e.kind == EventKind::RecallAccept && e.message == m);
    });
    return {.text = "shown recalled since \1", .event = shown, .moment = shown ? shown->t : k.now()};
}

// ---- Connections ----------------------------------------------------------------------------------------------------

Reason online(const Knowledge& k, DeviceId d) {
    const Event* login = k.at(k.history().device(d).began);
    return {.text = fmt::format("{} has been online since {}, and nothing disconnected it{}", k.name(d),
                                k.moment(*login), brokenLimit(k, d)),
            .event = login};
}

// ---- Messages, and the service --------------------------------------------------------------------------------------

Reason accepted(const Knowledge& k, MessageId m) {
    const Event* taken = k.last([&](const Event& e) {
        return (e.kind == EventKind::Accept || e.kind == EventKind::Receive) && e.message == m;
    });
    return {.text = "accepted \1", .event = taken, .moment = taken ? taken->t : k.now()};
}

Reason service(const Knowledge& k) {
    const Event* turned = k.last([](const Event& e) { return e.kind == EventKind::Sync && !e.refused; });
    if (turned != nullptr) {
        return {.text = fmt::format("it was last turned {} {}, which takes {} to come into force",
                                    turned->enabled ? "on" : "off", k.moment(*turned),
                                    spellDuration(k.trace().header.readings.switchDelay)),
                .event = turned};
    }
    const Event* refused = k.last([](const Event& e) { return e.kind == EventKind::Sync; });
    if (refused != nullptr)
        return {.text = fmt::format("turning it was refused ({})", k.code(*refused)), .event = refused};
    return {.text = fmt::format("the app was set up with it {}, and nobody turned it",
                                k.trace().header.app.sync ? "on" : "off")};
}

Reason answer(const Knowledge& k) {
    const Event* last = k.last([](const Event& e) {
        return e.kind == EventKind::Sync || e.kind == EventKind::Set || e.kind == EventKind::Join ||
               e.kind == EventKind::Leave || e.kind == EventKind::RecallAccept || e.kind == EventKind::RecallReject;
    });
    if (last == nullptr) return {.text = "the trace shows no answer"};
    const bool refused = last->refused || last->kind == EventKind::RecallReject;
    return {.text = refused ? fmt::format("the system refused it {} ({})", k.moment(*last), k.code(*last))
                            : fmt::format("the system took it {}", k.moment(*last)),
            .event = last};
}

}  // namespace

Reason reasonOf(const Knowledge& k, const Doubt& doubt) {
    switch (doubt.about) {
        case Doubt::About::Lacks:
            return whyItLacks(k, doubt.device, doubt.message);
        case Doubt::About::Has:
            return has(k, doubt.device, doubt.message);
        case Doubt::About::NotRecalled:
            return whyNotRecalled(k, doubt.device, doubt.message);
        case Doubt::About::Recalled:
            return recalled(k, doubt.device, doubt.message);
        case Doubt::About::Offline:
            return whyOffline(k, doubt.device);
        case Doubt::About::Online:
            return online(k, doubt.device);
        case Doubt::About::NotAccepted:
            return whyNotAccepted(k, doubt.message);
        case Doubt::About::Accepted:
            return accepted(k, doubt.message);
        case Doubt::About::Service:
            return service(k);
        case Doubt::About::Answer:
            return answer(k);
    }
    return {};
}

std::string spell(const Knowledge& k, const Reason& reason) {
    std::string text = reason.text;
    const std::size_t mark = text.find(Reason::kMoment);
    if (mark != std::string::npos) text.replace(mark, 1, reason.moment ? k.moment(*reason.moment) : "");
    return text;
}

}  // namespace mdsync::story
