// Recalls: asked for, answered, accepted; and whose answer an answer was.
#include <algorithm>

#include "rules/history/history.hpp"

namespace mdsync::rules {

bool RecallFacts::askedFor() const {
    return accepted || std::any_of(requests.begin(), requests.end(), [](const RecallRequest& r) { return r.open; });
}

bool RecallFacts::maybeBy(DeviceId d) const {
    if (accepted) return user.exists() ? device == d : isAskedBy(d);
    return std::any_of(requests.begin(), requests.end(),
                       [d](const RecallRequest& r) { return r.open && r.device == d; });
}

const RecallRequest* RecallFacts::askerOf(std::size_t request) const {
    if (request < requests.size()) return &requests[request];
    const RecallRequest* asker = nullptr;
    for (const RecallRequest& q : requests) {
        if (!q.open && !q.maybeAnswered) continue;
        if (asker != nullptr && (asker->device != q.device || asker->user != q.user)) return nullptr;
        asker = &q;
    }
    return asker;
}

Answered History::answeredRequest(const RecallFacts& r) const {
    Answered a;
    std::size_t open = 0;
    bool gone = false;
    bool doubtful = false;  // an earlier answer may have been this one's
    for (std::size_t i = 0; i < r.requests.size(); ++i) {
        const RecallRequest& q = r.requests[i];
        if (!q.open) continue;
        if (open++ == 0) a.request = i;
        doubtful |= q.maybeAnswered;
        gone |= q.deviceOffline || answerMayBeLost(q.device, q.asked);
    }
    a.any = open > 0;
    a.certain = !doubtful && (open < 2 || !(gone || header->silent.recallAccept || header->acceptSeen));
    return a;
}

void History::answerRecall(RecallFacts& r, const Answered& a) {
    // alice and bob have asked for the recall of m1, and one answer comes. If it is undecided whose it was, each of the
    // two may have been answered.
    for (RecallRequest& q : r.requests) q.maybeAnswered |= q.open && !a.certain;
    r.requests[a.request].open = false;
    r.requests[a.request].closed = place;
}

// alice/phone asks at 5, bob/phone at 6, and at 8 one answer comes. If alice/phone is found to be offline by the time that
// its answer is due, its line may have been broken before, and that answer may have been bob's; and so on, from request to
// request.
bool History::mayHaveAnotherAnswer(const RecallFacts& r, std::size_t request) const {
    // bob's recall is shown before its answer comes, and alice asks, too: the answer may have been his, and hers lost. That
    // his own may be lost tells nothing: he has what it says.
    const auto until = r.requests.begin() + static_cast<std::ptrdiff_t>(request);
    const bool anyLost = r.shownSomewhere && std::any_of(r.requests.begin(), until, [this](const RecallRequest& q) {
                             return !q.open && !q.byShown && isGone(q);
                         });
    std::vector<std::size_t> doubted{request};
    std::vector<bool> seen(r.requests.size());
    while (!doubted.empty()) {
        const Place asked = r.requests[doubted.back()].asked;
        doubted.pop_back();
        for (std::size_t i = 0; i < r.requests.size(); ++i) {
            const RecallRequest& q = r.requests[i];
            if (q.open || seen[i] || q.closed < asked) continue;
            if (anyLost || isGone(q)) return true;
            seen[i] = true;
            doubted.push_back(i);
        }
    }
    return false;
}

std::uint32_t History::recallNumber(MessageId id) {
    MessageFacts& m = grown(id);
    if (m.recall != MessageFacts::kNone) return m.recall;
    if (freeRecalls.empty()) {
        m.recall = static_cast<std::uint32_t>(recalls.size());
        recalls.emplace_back();
    } else {
        m.recall = freeRecalls.back();
        freeRecalls.pop_back();
        recalls[m.recall] = RecallFacts{};
    }
    recalls[m.recall].message = id;
    return m.recall;
}

std::uint32_t History::askRecall(const Event& e) {
    const std::uint32_t number = recallNumber(e.message);
    const MessageFacts& m = message(e.message);
    RecallRequest q;
    q.device = e.device;
    q.user = e.device.exists() ? ownerOf(e.device) : e.user;
    q.deviceOffline = e.device.exists() && !device(e.device).online;
    q.asked = place;
    q.askedAt = now;
    q.origin = origin;
    q.regime = service.at(now);
    if (m.state == MessageState::Accepted) {
        for (const Party& party : concerned(m)) {
            for (const auto& [d, receipt] : sharesOf(m, party)) {
                if ((receipt.have & Receipt::Ever) != 0) q.had.push_back(d);
                if (holds(m, d) != Tri::Yes) continue;
                q.holders.emplace_back(d, static_cast<std::uint16_t>(device(d).online ? device(d).session : 0));
            }
        }
    }
    recalls[number].requests.push_back(std::move(q));
    if (e.device.exists() && m.state != MessageState::Accepted) noteAsked(e.device, e.message);
    return number;
}

void History::setRecallAccepted(std::uint32_t number, std::size_t earliest, std::size_t request, bool exact) {
    RecallFacts& r = recalls[number];
    const MessageFacts& m = message(r.message);
    const RecallRequest& first = r.requests[earliest];
    const Regime at = service.at(now);
    r.accepted = true;
    r.from = exact ? place : first.asked;
    r.fromAt = exact ? now : first.askedAt;
    r.until = place;
    r.untilAt = now;
    r.origin = r.requests.front().origin;
    r.regime = at;
    r.regimeSure = exact || first.regime == at;
    if (const RecallRequest* const asker = r.askerOf(request)) {
        r.device = asker->device;
        r.user = asker->user;
        r.byApi = !r.device.exists();
    }
    if (request < r.requests.size()) {
        RecallRequest& q = r.requests[request];
        r.origin = q.origin;
        q.open = false;
        q.closed = place;
    }
    // Nobody holds a message that is itself not accepted but its sender.
    if (m.state != MessageState::Accepted || !m.synchronizable()) return;
    RecallOwed owed;
    owed.exact = exact;
    owed.on = r.regimeSure && at.service == Service::On;
    owed.basic = at.service != Service::On && (exact || first.regime.service != Service::On);
    owed.heldWhenAsked = &r.requests[request < r.requests.size() ? request : earliest].holders;
    for (const Party& party : concerned(m)) oweRecall(r, m, party, owed);
}

// Who must show the recall: the devices that hold the message and have been online since before it was accepted. While
// the service is not on, that is asked only of a recipient's one and only device.
void History::oweRecall(RecallFacts& r, const MessageFacts& m, const Party& party, const RecallOwed& owed) {
    UserFacts& u = user(party.user);
    const bool author = party.user == m.author;
    const Tri audience = concerns(m, party.user);
    if (audience == Tri::No) return;
    u.recalled.push_back(r.message);
    const bool left = leftAfter(m, party.user);
    for (const auto& [d, receipt] : sharesOf(m, party)) {
        const DeviceFacts& one = device(d);
        const Tri held = holds(m, d);
        // The recalling device shows the recall from here on, with or without an event.
        if (held == Tri::No) receipt.owed |= Receipt::TooLate;
        if (d == r.device) {
            receipt.have |= Receipt::Shown;
            device(d).showsSomething = true;
            receipt.owed |= Receipt::RecallNoMore;
            continue;
        }
        if (!r.user.exists() && r.isAskedBy(d)) continue;  // perhaps it is the recalling device
        if (held != Tri::Yes || left || !one.online || one.began > r.from) continue;
        if ((receipt.have & Receipt::Tainted) != 0 || audience != Tri::Yes) continue;
        if (!owed.exact && !owed.held(d, one.session)) continue;
        if (owed.on || (owed.basic && !author && u.deviceCount == 1)) r.owed.emplace_back(d, one.session);
    }
}

}  // namespace mdsync::rules
