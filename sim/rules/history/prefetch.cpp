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
        const int consecutive = u.deviceCount - u.laterCount;
        for (int i = 0; i < consecutive && i < kMost; ++i)
            fetch(&devices[u.firstDevice.index() + static_cast<std::size_t>(i)]);
        if (!u.mailbox.empty()) fetchToWrite(&u.mailbox.back());
    }
    if (m.slots > 0) fetch(&receipts[m.receipts]);
}

void History::expect(const Event& e) const {
    if (e.message.index() >= messages.size()) return;
    if (e.kind == EventKind::Accept) {
        const MessageFacts& m = message(e.message);
        fetchParties(m);
        if (m.to.kind == AddressKind::User) privateThreads.fetch(privateKey(m));
    }
    if (e.kind != EventKind::Receive || e.device.index() >= devices.size()) return;
    fetch(&messages[e.message.index()]);
    fetch(&devices[e.device.index()]);
}

void History::expectReceipt(const Event& e) const {
    if (e.message.index() >= messages.size()) return;
    const MessageFacts& m = message(e.message);
    if (e.kind == EventKind::Accept) {
        fetchTheirDevices(m);
        if (m.to.kind != AddressKind::User) return;
        const std::uint32_t thread = privateThreads.find(privateKey(m));
        if (thread != FlatMap::kAbsent) fetch(&threads[thread]);
    }
    if (e.kind != EventKind::Receive || e.device.index() >= devices.size()) return;
    if (m.slots == 0 || m.to.kind != AddressKind::User) return;
    const DeviceFacts& d = device(e.device);
    const std::uint32_t at = (d.user == m.author ? m.authorSlot : m.recipientSlot) + d.ordinal;
    fetch(&receipts[m.receipts] + at);
    fetch(&marks[m.marks] + at);
}

}  // namespace mdsync::rules
