// How a History is kept: records of users and devices side by side, receipts and order marks in pools.
#include <algorithm>

#include "rules/history/history.hpp"

namespace mdsync::rules {

History::History(std::shared_ptr<Header> h, const CheckerOptions& options)
    : header(std::move(h)), service(header->app.sync, header->readings.switchDelay), settings(header->app) {
    timeMode = options.settle.has_value() || header->silent.settled;
    if (options.settle) patience = *options.settle;
    now = header->t;

    const std::size_t declared = header->devices.size() - header->later.devices;
    devices.reserve(declared);
    sides.reserve(declared);
    for (auto* lists : {&unaccepted, &owedToSender}) lists->reserve(declared);
    roomsOf.reserve(declared);
    pastThreads.reserve(declared);
    strays.reserve(declared);
    lastOffline.reserve(declared);
    users.resize(header->users.size() - header->later.users);
    for (std::size_t u = 0; u < users.size(); ++u) {
        const UserInfo& info = header->users[u];
        users[u].firstDevice = info.firstDevice;
        users[u].deviceCount = static_cast<std::uint16_t>(info.deviceCount);
        users[u].slots = users[u].deviceCount;
        for (std::uint32_t i = 0; i < info.deviceCount; ++i)
            addDevice(DeviceId{info.firstDevice.value + i}, static_cast<std::uint16_t>(i));
    }
    while (groups.size() < header->groups.size() - header->later.groups) addGroup(0);
    rooms.resize(header->rooms.size() - header->later.rooms);
}

std::uint32_t History::allocateReceipts(std::uint32_t count) {
    if (count < freeReceipts.size() && !freeReceipts[count].empty()) {
        const std::uint32_t first = freeReceipts[count].back();
        freeReceipts[count].pop_back();
        std::fill_n(receipts.begin() + first, count, Receipt{});
        return first;
    }
    const auto first = static_cast<std::uint32_t>(receipts.size());
    receipts.resize(receipts.size() + count, Receipt{});
    return first;
}

// Room for all devices of a conversation; what was noted in the old room moves along.
void History::makeMarks(Thread& thread) {
    const auto first = static_cast<std::uint32_t>(marks.size());
    marks.resize(marks.size() + thread.slots);
    std::copy_n(marks.begin() + thread.marks, thread.markSlots, marks.begin() + first);
    catchUpMarks.resize(marks.size());
    std::copy_n(catchUpMarks.begin() + thread.marks, thread.markSlots, catchUpMarks.begin() + first);
    if (!surelyMarks.empty()) {
        surelyMarks.resize(marks.size());
        std::copy_n(surelyMarks.begin() + thread.marks, thread.markSlots, surelyMarks.begin() + first);
    }
    thread.marks = first;
    thread.markSlots = thread.slots;
}

std::size_t History::memory() const {
    const auto bytes = [](const auto& v) { return v.capacity() * sizeof(v[0]); };
    std::size_t sum = bytes(devices) + bytes(sides) + bytes(users) + messages.memory() + bytes(recalls) +
                      bytes(threads) + bytes(receipts) + bytes(marks) + bytes(catchUpMarks) + bytes(memberships) +
                      bytes(memberAt) + bytes(stays) + byAcceptance.memory() + privateThreads.memory() +
                      memberOf.memory() + slotOf.memory() + stayOf.memory();
    for (const UserFacts& u : users) sum += bytes(u.mailbox) + bytes(u.recalled) + bytes(u.included);
    for (const Thread& t : threads) sum += bytes(t.users);
    for (const auto& list : unaccepted) sum += bytes(list) + 3 * sizeof(list);
    for (const auto& list : freeReceipts) sum += bytes(list);
    return sum;
}

}  // namespace mdsync::rules
