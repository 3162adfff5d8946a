// Asking the memory for the records that the next events need. They are scattered over more than a cache holds; what is
// asked for in time is there when an event is judged. Nothing here decides anything.
#include <algorithm>

#include "base/fetch.hpp"
#include "rules/history/history.hpp"

namespace mdsync::rules {

void History::fetchParties(const MessageFacts& m) const {
    if (m.to.kind != AddressKind::User) return;
    fetch(&users[m.author.index()]);
    fetch(&users[m.to.user().index()]);
}

void History::fetchTheirDevices(const MessageFacts& m) const {
    if (m.to.kind != AddressKind::User) return;
    constexpr int kMost = 8;
    for (const UserId id : {m.author, m.to.user()}) {
        const UserFacts& u = user(id);
        const int consecutive = std::min(u.deviceCount - u.laterCount, kMost);
        if (consecutive > 0) {
            // Two to a cache line, and the last one's in any case.
            const DeviceFacts* const first = &devices[u.firstDevice.index()];
            for (int i = 0; i < consecutive; i += 2) fetch(first + i);
            fetch(first + consecutive - 1);
        }
        if (!u.mailbox.empty()) fetchToWrite(&u.mailbox.back());
    }
    if (m.slots > 0) fetch(&receipts[m.receipts]);
}

void History::expect(std::span<const Event> events) const {
    for (const Event& e : events) {
        if (e.kind == EventKind::Send && e.device.index() < devices.size()) {
            fetch(&devices[e.device.index()]);
            fetchToWrite(&sides[e.device.index()]);
            fetchToWrite(&unaccepted[e.device.index()]);
            continue;
        }
        if (e.message.index() >= messages.size()) continue;
        if (e.kind == EventKind::Receive && e.device.index() < devices.size()) {
            fetch(&messages[e.message.index()]);
            fetch(&devices[e.device.index()]);
        } else if (e.kind == EventKind::Accept) {
            const MessageFacts& m = message(e.message);
            fetchParties(m);
            if (m.sender.exists()) fetchToWrite(&sides[m.sender.index()]);
            if (m.to.kind == AddressKind::User) privateThreads.fetch(privateKey(m));
        }
    }
}

void History::expectReceipts(std::span<const Event> events) const {
    for (const Event& e : events) {
        if (e.kind == EventKind::Send && e.device.index() < devices.size()) {
            const std::vector<MessageId>& asked = askedBy(e.device);
            fetchToWrite(asked.data() + asked.size());
            continue;
        }
        if (e.message.index() >= messages.size()) continue;
        const MessageFacts& m = message(e.message);
        if (m.to.kind != AddressKind::User) continue;
        if (e.kind == EventKind::Receive && e.device.index() < devices.size() && m.slots > 0) {
            const DeviceFacts& d = device(e.device);
            const std::uint32_t at = (d.user == m.author ? m.authorSlot : m.recipientSlot) + d.ordinal;
            fetch(&receipts[m.receipts] + at);
            fetch(&marks[m.marks] + at);
        } else if (e.kind == EventKind::Accept) {
            fetchTheirDevices(m);
            const std::uint32_t thread = privateThreads.find(privateKey(m));
            if (thread != FlatMap::kAbsent) fetch(&threads[thread]);
        }
    }
}

}  // namespace mdsync::rules
