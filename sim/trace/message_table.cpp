// See message_table.hpp.
#include "trace/message_table.hpp"

#include "trace/names.hpp"

namespace mdsync {
namespace {

constexpr Millis kHorizon = std::chrono::hours{8 * 24};
// Readers may still ask about a message right at its horizon; a day later nobody does.
constexpr Millis kForgotten = kHorizon + std::chrono::hours{24};
constexpr Instant kNever = Instant::min();

}  // namespace

MessageTable::Problem MessageTable::check(const Event& event, const Record* record) {
    switch (event.kind) {
        case EventKind::Send:
        case EventKind::Publish:
            return record != nullptr && event.t <= record->inUseUntil ? Problem::UsedTwice : Problem::None;
        case EventKind::Accept:
        case EventKind::Reject:
            return record == nullptr || event.t > record->answerUntil ? Problem::NotSent : Problem::None;
        case EventKind::RecallAccept:
        case EventKind::RecallReject:
            return record == nullptr || event.t > record->recallUntil ? Problem::NoRecall : Problem::None;
        default:
            return Problem::None;
    }
}

void MessageTable::remember(const Event& event, Record& record) {
    record.touched = event.t;
    switch (event.kind) {
        case EventKind::Send:
        case EventKind::Publish:
            record.sent = true;
            record.answered = false;
            record.received = false;
            record.inUseUntil = record.answerUntil = event.t + kHorizon;
            break;
        case EventKind::Accept:
            if (!record.answered) record.inUseUntil = record.answerUntil = event.t + kHorizon;
            record.answered = true;
            break;
        case EventKind::Reject:
            record.answered = true;
            break;
        case EventKind::Receive:
            // It was accepted at some time up to now.
            if (record.sent && !record.answered && !record.received && event.t <= record.inUseUntil)
                record.inUseUntil = event.t + kHorizon;
            record.received = true;
            break;
        case EventKind::Recall:
            record.recallUntil = event.t + kHorizon;
            break;
        default:
            break;
    }
}

MessageTable::Problem MessageTable::apply(Event& event, const ShortKey& key, std::string_view id) {
    MessageId number = lexicon_.messages.find(key, id);
    const Problem problem = check(event, number.exists() ? &records_[number.index()] : nullptr);
    if (problem != Problem::None) return problem;
    if (!number.exists()) {
        if (!isName(id)) return Problem::BadName;
        number = create(key, id, event.t, event.kind == EventKind::Send || event.kind == EventKind::Publish);
    }
    remember(event, records_[number.index()]);
    event.message = number;
    return Problem::None;
}

MessageId MessageTable::create(const ShortKey& key, std::string_view id, Instant t, bool sending) {
    std::vector<MessageId>& free = sending && !freeSent_.empty() ? freeSent_ : freeUnsent_;
    MessageId number;
    if (free.empty()) {
        number = lexicon_.messages.intern(key, id);
        records_.emplace_back();
    } else {
        number = free.back();
        free.pop_back();
        lexicon_.messages.rename(number, key, id);
    }
    Record& record = records_[number.index()];
    record = {t, kNever, kNever, kNever, record.sent, false, false};
    oldest_.push_back({number, t});
    return number;
}

void MessageTable::retire(Instant now, std::vector<MessageId>& retired) {
    while (!oldest_.empty() && now - oldest_.front().mention > kForgotten) {
        const MessageId number = oldest_.front().number;
        oldest_.pop_front();
        const Record& record = records_[number.index()];
        if (now - record.touched <= kForgotten) {
            oldest_.push_back({number, record.touched});
            continue;
        }
        lexicon_.messages.release(number);
        (record.sent ? freeSent_ : freeUnsent_).push_back(number);
        retired.push_back(number);
    }
}

}  // namespace mdsync
