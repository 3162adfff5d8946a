// What exists: users, devices, groups and rooms that the header declares, and those that an event declares later.
#include <algorithm>

#include "rules/history/history.hpp"

namespace mdsync::rules {

void History::declare(const Event& e) {
    if (header.use_count() > 1) header = std::make_shared<Header>(*header);
    header->declare(e, *annex);
    if (e.kind == EventKind::Group) return addGroup(place);
    if (e.kind == EventKind::Room) return void(rooms.emplace_back());
    const bool isNew = e.user.index() == users.size();
    if (isNew) users.emplace_back();
    UserFacts& u = user(e.user);
    ++u.laterCount;
    ++u.deviceCount;
    // Who is new is in no conversation yet, and likely to come with more than one device.
    if (isNew)
        u.slots = kFewDevices;
    else if (u.deviceCount > u.slots)
        widen(e.user);
    addDevice(e.device, static_cast<std::uint16_t>(u.deviceCount - 1));
    for (const MessageId recalled : u.recalled) {
        if (Receipt* const r = receipt(message(recalled), e.device)) r->owed |= Receipt::TooLate;
    }
    // What its user is owed no more, it is not owed either. (Of the latest messages: work stays linear in the trace.)
    for (std::size_t i = u.mailbox.size() - std::min(u.mailbox.size(), kLatest); i < u.mailbox.size(); ++i) {
        const MessageFacts& m = message(u.mailbox[i]);
        Receipt* const r = m.missedByAll ? receipt(m, e.device) : nullptr;
        if (r != nullptr && isOwedToNone(m, e.user, e.device)) r->owed |= Receipt::NoMore;
    }
}

void History::addGroup(Place since) {
    const auto g = static_cast<std::uint32_t>(groups.size());
    groups.emplace_back();
    for (const UserId u : header->groups[g].members) {
        memberOf.set(pairKey(g, u.value), static_cast<std::uint32_t>(memberships.size()));
        memberships.push_back({since});
        memberAt.push_back(static_cast<std::uint32_t>(groups[g].members.size()));
        groups[g].members.push_back(u);
    }
}

// REQUIRES: it is the next one.
void History::addDevice(DeviceId id, std::uint16_t ordinal) {
    const DeviceInfo& info = header->devices[id.index()];
    DeviceFacts& d = devices.emplace_back();
    d.user = info.user;
    d.deviceClass = classOf(info.platform);
    d.ordinal = ordinal;
    sides.emplace_back();
    roomsOf.emplace_back();
    unaccepted.emplace_back();
    pastThreads.emplace_back();
    strays.emplace_back();
    owedToSender.emplace_back();
    lastOffline.emplace_back();
}

// ---- Room for one more device in every conversation of a user ---------------------------------------------------------

namespace {

// A Gap is where a block of records becomes longer.
struct Gap {
    std::uint32_t at = 0;
    std::uint32_t length = 0;  // 0: it stays as it is
};

template <class T>
void copyAround(const std::vector<T>& from, std::uint32_t first, std::uint32_t count, const Gap& gap,
                std::vector<T>& to, std::uint32_t into) {
    const std::uint32_t before = std::min(gap.at, count);
    std::copy_n(from.begin() + first, before, to.begin() + into);
    std::copy_n(from.begin() + first + before, count - before, to.begin() + into + before + gap.length);
}

}  // namespace

// alice had two devices and room for two in her conversations with bob (0 and 1, his from 2 on) when a third is
// declared: there is room for four of hers now, his are 4 and on, and the receipts of every message between them move.
void History::widen(UserId id) {
    const std::uint16_t before = user(id).slots;
    const auto after = static_cast<std::uint16_t>(std::max<int>(kFewDevices, 2 * before));
    std::vector<Gap> gaps(threads.size());
    for (std::uint32_t t = 0; t < threads.size(); ++t) {
        const std::uint32_t first = firstSlot(t, id);
        if (first != FlatMap::kAbsent) gaps[t] = {first + before, static_cast<std::uint32_t>(after - before)};
    }
    user(id).slots = after;
    for (std::uint32_t t = 0; t < threads.size(); ++t) {
        if (gaps[t].length > 0) widenThread(t, gaps[t].at, gaps[t].length);
    }
    for (std::size_t i = 0; i < byAcceptance.size(); ++i) {
        const auto& [message, acceptedAt] = byAcceptance[i];
        MessageFacts& m = messages[message.index()];
        const bool isThat = m.state == MessageState::Accepted && m.untilAt == acceptedAt;  // the id may be used again
        if (isThat && m.slots >= gaps[m.thread].at && gaps[m.thread].length > 0)
            widenMessage(m, gaps[m.thread].at, gaps[m.thread].length);
    }
}

// The slot of the user's first device in the conversation, or kAbsent.
std::uint32_t History::firstSlot(std::uint32_t thread, UserId id) const {
    const Thread& t = threads[thread];
    if (!t.isPrivate) return slotOf.find(pairKey(thread, id.value));
    if (t.a == id) return 0;
    return t.b == id ? user(t.a).slots : FlatMap::kAbsent;
}

void History::widenThread(std::uint32_t number, std::uint32_t at, std::uint32_t more) {
    Thread& t = threads[number];
    t.slots += more;
    for (Party& party : t.users) {
        if (party.slot < at) continue;
        party.slot += more;
        slotOf.set(pairKey(number, party.user.value), party.slot);
    }
    if (t.markSlots < at) return;
    const auto first = static_cast<std::uint32_t>(marks.size());
    marks.resize(marks.size() + t.markSlots + more);
    catchUpMarks.resize(marks.size());
    copyAround(marks, t.marks, t.markSlots, {at, more}, marks, first);
    if (!surelyMarks.empty()) {
        surelyMarks.resize(marks.size());
        copyAround(surelyMarks, t.marks, t.markSlots, {at, more}, surelyMarks, first);
    }
    copyAround(catchUpMarks, t.marks, t.markSlots, {at, more}, catchUpMarks, first);
    t.marks = first;
    t.markSlots += more;
}

void History::widenMessage(MessageFacts& m, std::uint32_t at, std::uint32_t more) {
    const std::uint32_t old = m.receipts;
    m.receipts = allocateReceipts(m.slots + more);
    copyAround(receipts, old, m.slots, {at, more}, receipts, m.receipts);
    if (freeReceipts.size() <= m.slots) freeReceipts.resize(static_cast<std::size_t>(m.slots) + 1);
    freeReceipts[m.slots].push_back(old);
    m.slots += more;
    placeParties(m);
}

}  // namespace mdsync::rules
