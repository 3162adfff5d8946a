// Asked: what was asked for, so that an answer to what nobody asked is noticed when it comes.
#include "system/asked.hpp"

namespace mdsync {

namespace {

constexpr Millis kHorizon = std::chrono::hours{8 * 24};

}  // namespace

Asked::Message& Asked::at(MessageId id) {
    if (id.index() >= messages_.size()) messages_.resize(id.index() + 1);
    return messages_[id.index()];
}

void Asked::note(const Op& op, Instant now) {
    if (op.kind == OpKind::Send || op.kind == OpKind::Publish) {
        at(op.message).sentUntil = now + kHorizon;
        at(op.message).answered = false;
    }
    if (op.kind == OpKind::Recall) at(op.message).recallUntil = now + kHorizon;
}

bool Asked::allows(const Event& event) {
    switch (event.kind) {
        case EventKind::Accept:
        case EventKind::Reject: {
            Message& message = at(event.message);
            if (event.t > message.sentUntil) return false;
            if (!message.answered && event.kind == EventKind::Accept) message.sentUntil = event.t + kHorizon;
            message.answered = true;
            return true;
        }
        case EventKind::RecallAccept:
        case EventKind::RecallReject:
            return event.t <= at(event.message).recallUntil;
        default:
            return true;
    }
}

}  // namespace mdsync
