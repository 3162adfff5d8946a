// How a History is kept: records of users and devices side by side, receipts and order marks in pools.
#include <algorithm>

#include "rules/history/history.hpp"

namespace mdsync::rules {

History::History(std::shared_ptr<const Header> h, const CheckerOptions& options)
    : header(std::move(h)), service(header->app.sync, header->readings.switchDelay), settings(header->app) {
    timeMode = options.settle.has_value() || header->silent.settled;
    if (options.settle) patience = *options.settle;
    now = header->t;

    users.resize(header->users.size());
    for (std::size_t i = 0; i < users.size(); ++i) {
        users[i].firstDevice = header->users[i].firstDevice;
        users[i].deviceCount = static_cast<std::uint16_t>(header->users[i].deviceCount);
    }
    devices.resize(header->devices.size());
    for (std::size_t i = 0; i < devices.size(); ++i) {
        const DeviceInfo& info = header->devices[i];
        devices[i].user = info.user;
        devices[i].deviceClass = classOf(info.platform);
        devices[i].ordinal = static_cast<std::uint16_t>(i - users[info.user.index()].firstDevice.index());
        devices[i].firstSession = true;  // the next one will be
    }
    groups.resize(header->groups.size());
    for (std::size_t g = 0; g < groups.size(); ++g) {
        for (const UserId u : header->groups[g].members) {
            memberOf.set(pairKey(static_cast<std::uint32_t>(g), u.value),
                         static_cast<std::uint32_t>(memberships.size()));
            memberships.push_back({0});
            groups[g].members.push_back(u);
        }
    }
    rooms.resize(header->rooms.size());
    sides.resize(devices.size());
    roomsOf.resize(devices.size());
    unaccepted.resize(devices.size());
    pastThreads.resize(devices.size());
    strays.resize(devices.size());
    owedToSender.resize(devices.size());
    lastOffline.resize(devices.size());
}

std::uint32_t History::allocateReceipts(std::uint32_t count) {
    if (count < freeReceipts.size() && !freeReceipts[count].empty()) {
        const std::uint32_t first = freeReceipts[count].back();
        freeReceipts[count].pop_back();
        std::fill_n(receipts.begin() + first, count, Receipt{});
        return first;
    }
    const auto first = static_cast<std::uint32_t>(receipts.size());
    receipts.resize(receipts.size() + count);
    return first;
}

// Room for all devices of a conversation; what was noted in the old room moves along.
void History::makeMarks(Thread& thread) {
    const auto first = static_cast<std::uint32_t>(marks.size());
    marks.resize(marks.size() + thread.slots);
    std::copy_n(marks.begin() + thread.marks, thread.markSlots, marks.begin() + first);
    catchUpMarks.resize(marks.size());
    std::copy_n(catchUpMarks.begin() + thread.marks, thread.markSlots, catchUpMarks.begin() + first);
    thread.marks = first;
    thread.markSlots = thread.slots;
}

std::size_t History::memory() const {
    const auto bytes = [](const auto& v) { return v.capacity() * sizeof(v[0]); };
    std::size_t sum = bytes(devices) + bytes(sides) + bytes(users) + messages.memory() + bytes(recalls) +
                      bytes(threads) + bytes(receipts) + bytes(marks) + bytes(catchUpMarks) + bytes(memberships) +
                      bytes(stays) + byAcceptance.memory() + privateThreads.memory() + memberOf.memory() +
                      slotOf.memory() + stayOf.memory();
    for (const UserFacts& u : users) sum += bytes(u.mailbox) + bytes(u.recalled);
    for (const Thread& t : threads) sum += bytes(t.users);
    for (const auto& list : unaccepted) sum += bytes(list) + 3 * sizeof(list);
    for (const auto& list : freeReceipts) sum += bytes(list);
    return sum;
}

}  // namespace mdsync::rules
