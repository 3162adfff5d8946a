// Refusals: actions of which the scenario says that they must be refused, until it is known whether they were.
#include "run/refusals.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mdsync {

namespace {

// Whether `event` answers `op`: yes with `refused`, or not at all.
struct Reply {
    bool decides = false;
    bool refused = false;
};

Reply replyTo(const Op& op, const Event& event) {
    const auto either = [&](bool same, EventKind taken, EventKind refused) {
        if (!same || (event.kind != taken && event.kind != refused)) return Reply{};
        return Reply{true, event.kind == refused};
    };
    switch (op.kind) {
        case OpKind::Login:
            return either(event.device == op.device, EventKind::Online, EventKind::Refused);
        case OpKind::Send:
        case OpKind::Publish:
            return either(event.message == op.message, EventKind::Accept, EventKind::Reject);
        case OpKind::Recall:
            return either(event.message == op.message, EventKind::RecallAccept, EventKind::RecallReject);
        default:
            return {};
    }
}

// Whether the plain answer `ok` leaves open how the request ends: events tell.
bool answeredByEvents(OpKind kind) {
    return kind == OpKind::Login || kind == OpKind::Send || kind == OpKind::Publish || kind == OpKind::Recall;
}

bool same(const Op& a, const Op& b) {
    return a.kind == b.kind && a.device == b.device && a.user == b.user && a.message == b.message && a.to == b.to;
}

}  // namespace

void Refusals::want(const Op& op, const Refusal& refusal, std::size_t place) {
    open_.push_back({op, refusal, place});
}

Refusals::Outcome Refusals::decide(std::vector<Wanted>::iterator wanted, bool refused, const std::string& code) {
    const std::string expected =
        wanted->refusal.code.empty() ? "a refusal" : fmt::format("a refusal with {}", wanted->refusal.code);
    Outcome outcome{wanted->place, wanted->op, false, {}};
    if (!refused) {
        outcome.text = "was not refused, expected " + expected;
    } else if (!wanted->refusal.code.empty() && wanted->refusal.code != code) {
        outcome.text = fmt::format("was refused ({}), expected {}", code, expected);
    } else {
        outcome.met = true;
        outcome.text = fmt::format("was refused ({})", code);
    }
    open_.erase(wanted);
    return outcome;
}

std::optional<Refusals::Outcome> Refusals::see(const Event& event, const Lexicon& lexicon) {
    if (open_.empty()) return std::nullopt;
    for (auto wanted = open_.begin(); wanted != open_.end(); ++wanted) {
        const Reply reply = replyTo(wanted->op, event);
        if (!reply.decides) continue;
        return decide(wanted, reply.refused, event.code.exists() ? lexicon.texts[event.code] : std::string());
    }
    return std::nullopt;
}

std::optional<Refusals::Outcome> Refusals::answered(const Op& op, bool refused, const std::string& code) {
    if (open_.empty() || (!refused && answeredByEvents(op.kind))) return std::nullopt;
    const auto wanted = std::find_if(open_.begin(), open_.end(), [&](const Wanted& w) { return same(w.op, op); });
    if (wanted == open_.end()) return std::nullopt;
    return decide(wanted, refused, code);
}

std::vector<Refusals::Outcome> Refusals::giveUp() {
    std::vector<Outcome> outcomes;
    while (!open_.empty()) outcomes.push_back(decide(open_.begin(), false, {}));
    return outcomes;
}

UnwantedRefusals::UnwantedRefusals(const Case& scenario) {
    for (const Step& step : scenario.steps) {
        for (const Action& action : step.actions) {
            if (action.refusal.wanted && action.op.message.exists()) wanted_.push_back(action.op.message);
        }
    }
}

void UnwantedRefusals::see(const Event& event, const Lexicon& lexicon) {
    if (event.kind != EventKind::Reject && event.kind != EventKind::RecallReject) return;
    if (std::find(wanted_.begin(), wanted_.end(), event.message) != wanted_.end()) return;
    refused_.push_back({event.message, event.kind == EventKind::RecallReject,
                        event.code.exists() ? lexicon.texts[event.code] : std::string()});
}

bool UnwantedRefusals::contains(MessageId message) const {
    return std::any_of(refused_.begin(), refused_.end(), [=](const One& one) { return one.message == message; });
}

std::string UnwantedRefusals::reason(const Lexicon& lexicon) const {
    const One& first = refused_.front();
    return fmt::format("the system refused {}{} ({}), which no rule judges", first.recall ? "the recall of " : "",
                       lexicon.messages[first.message], first.code);
}

}  // namespace mdsync
