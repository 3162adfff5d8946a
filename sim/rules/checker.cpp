// Checker: takes the events of a trace in order, keeps the facts, and lets the rules look at each. What a rule demands
// is not here but in its family's file.
#include "mdsync/rules.hpp"

#include <fmt/format.h>

#include "base/fetch.hpp"
#include "rules/state.hpp"

namespace mdsync {

using namespace rules;

Checker::State::State(std::shared_ptr<const Header> h, CheckerOptions o)
    : header(std::move(h)), options(o), service(header->app.sync, header->readings.switchDelay), settings(header->app) {
    timeMode = options.settle.has_value() || header->silent.settled;
    if (options.settle) patience = *options.settle;
    now = header->t;
    limit = options.violationLimit;
    onFromTheStart = header->app.sync;

    users.resize(header->users.size());
    for (std::size_t i = 0; i < users.size(); ++i) {
        users[i].firstDevice = header->users[i].firstDevice;
        users[i].deviceCount = static_cast<std::uint16_t>(header->users[i].deviceCount);
    }
    devices.resize(header->devices.size());
    sides.resize(devices.size());
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
    roomsOf.resize(devices.size());
    unaccepted.resize(devices.size());
    pastThreads.resize(devices.size());
    strays.resize(devices.size());
    owedToSender.resize(devices.size());
    lastOffline.resize(devices.size());
    logins.resize(devices.size());
    legal.resize(devices.size());
}

void Checker::State::feed(const Event& e) {
    now = e.t;
    origin = e.origin;
    if (timeMode && isDueBefore(now)) judgeBefore(now);
    ++place;
    forgetPastHorizon();
    switch (e.kind) {
        case EventKind::Connect:
            return onConnect(e);
        case EventKind::Online:
            return onOnline(e);
        case EventKind::Refused:
            return onRefused(e);
        case EventKind::Offline:
            return onOffline(e);
        case EventKind::Reinstall:
            return onReinstall(e);
        case EventKind::Send:
        case EventKind::Publish:
            return onAsked(e);
        case EventKind::Accept:
            return onAccept(e);
        case EventKind::Reject:
            return onReject(e);
        case EventKind::Receive:
            return onReceive(e);
        case EventKind::CaughtUp:
            return onCaughtUp(e);
        case EventKind::Recall:
            return onRecall(e);
        case EventKind::RecallAccept:
            return onRecallAccept(e);
        case EventKind::RecallReject:
            return onRecallReject(e);
        case EventKind::Recalled:
            return onRecalled(e);
        case EventKind::Sync:
            return onSync(e);
        case EventKind::Set:
            return onSet(e);
        case EventKind::Join:
        case EventKind::Leave:
            return onMembership(e);
        case EventKind::Settled:
            return onSettled();
        case EventKind::Note:
            return;
    }
}

namespace {

// By which the thread of a private message is found.
std::uint64_t privateKey(const MessageFacts& m) {
    return pairKey(std::min(m.author, m.to.user()).value, std::max(m.author, m.to.user()).value);
}

}  // namespace

void Checker::State::fetchParties(const MessageFacts& m) const {
    if (m.to.kind != AddressKind::User) return;
    fetch(&users[m.author.index()]);
    fetch(&users[m.to.user().index()]);
}

void Checker::State::fetchTheirDevices(const MessageFacts& m) const {
    if (m.to.kind != AddressKind::User) return;
    constexpr std::uint16_t kMost = 8;
    for (const UserId id : {m.author, m.to.user()}) {
        const UserFacts& user = users[id.index()];
        for (std::uint16_t i = 0; i < user.deviceCount && i < kMost; ++i) {
            fetch(&devices[user.firstDevice.index() + i]);
        }
        if (!user.mailbox.empty()) fetchToWrite(&user.mailbox.back());
    }
    if (m.slots > 0) fetch(&receipts[m.receipts]);
}

void Checker::State::expect(const Event& e) const {
    if (e.message.index() >= messages.size()) return;
    if (e.kind == EventKind::Accept) {
        const MessageFacts& m = messages[e.message.index()];
        fetchParties(m);
        if (m.to.kind == AddressKind::User) privateThreads.fetch(privateKey(m));
    }
    if (e.kind != EventKind::Receive) return;
    fetch(&messages[e.message.index()]);
    fetch(&devices[e.device.index()]);
}

void Checker::State::expectReceipt(const Event& e) const {
    if (e.message.index() >= messages.size()) return;
    const MessageFacts& m = messages[e.message.index()];
    if (e.kind == EventKind::Accept) {
        fetchTheirDevices(m);
        if (m.to.kind != AddressKind::User) return;
        const std::uint32_t thread = privateThreads.find(privateKey(m));
        if (thread != FlatMap::kAbsent) fetch(&threads[thread]);
    }
    if (e.kind != EventKind::Receive) return;
    if (m.slots == 0 || m.to.kind != AddressKind::User) return;
    const DeviceFacts& d = devices[e.device.index()];
    const std::uint32_t at = (d.user == m.author ? m.authorSlot : m.recipientSlot) + d.ordinal;
    fetch(&receipts[m.receipts] + at);
    fetch(&marks[m.marks] + at);
}

// ---- Connections ------------------------------------------------------------------------------------------

void Checker::State::onConnect(const Event& e) {
    oweNow(DueKind::Connect, e.device.value);
}

void Checker::State::onOnline(const Event& e) {
    DeviceFacts& d = devices[e.device.index()];
    if (d.online) {
        tolerate(Tolerance::OnlineTwice);
        endSession(e.device);
        lastOffline[e.device.index()] = place;
    }
    d.regime = service.at(now);
    limitLogin(e.device);

    d.online = true;
    d.session = static_cast<std::uint16_t>(d.session == 0xffff ? 1 : d.session + 1);
    d.began = place;
    side(d).beganAt = now;
    side(d).beganOrigin = origin;
    side(d).beganSettled = settledCount;
    side(d).answered = place;
    lastLogin = now;
    d.caughtUp = false;
    side(d).compensationDays = settings.compensationDays;
    side(d).offlineDays = settings.offlineDays;
    if (users[d.user.index()].onlineCount++ == 0) ++onlineUsers;
    logins[e.device.index()].session = d.session;

    temptAtLogin(e.device);
    oweNow(DueKind::Session, e.device.value, d.session);
    oweNow(DueKind::Login, e.device.value, d.session);
    LoginFacts judged = logins[e.device.index()];
    loginQueue.push(judged);
}

void Checker::State::onRefused(const Event& e) {
    sides[e.device.index()].answered = place;
    limitRefused(e);
}

void Checker::State::onOffline(const Event& e) {
    if (e.reason == OfflineReason::Server) serverRestart = place;
    DeviceFacts& d = devices[e.device.index()];
    if (d.online) {
        if (e.reason == OfflineReason::Evicted || e.reason == OfflineReason::Replaced) limitOffline(e);
        endSession(e.device);
    } else {
        tolerate(Tolerance::OfflineTwice);
    }
    lastOffline[e.device.index()] = place;
}

void Checker::State::endSession(DeviceId id) {
    DeviceFacts& d = devices[id.index()];
    if (settledCount > side(d).beganSettled) side(d).settledOnline = settledCount;
    d.online = false;
    side(d).ended = place;
    side(d).endedAt = now;
    side(d).endedOrigin = origin;
    d.firstSession = false;
    if (--users[d.user.index()].onlineCount == 0) --onlineUsers;
    // A device leaves the room when its session ends.
    while (!roomsOf[id.index()].empty()) leaveRoom(id, roomsOf[id.index()].back());
}

void Checker::State::onReinstall(const Event& e) {
    DeviceFacts& d = devices[e.device.index()];
    if (d.online) {
        tolerate(Tolerance::ReinstallOnline);
        endSession(e.device);
        lastOffline[e.device.index()] = place;
    }
    UserFacts& u = users[d.user.index()];
    for (std::size_t i = u.mailboxHead; i < u.mailbox.size(); ++i) {
        const MessageFacts& m = messages[u.mailbox[i].index()];
        Receipt* r = receipt(m, e.device);
        if (r == nullptr) continue;
        // The old installation may have the message for good; the new one starts with nothing. OffDecided stays with
        // Earlier.
        if (terminalHas(*r, d, false)) r->have |= Receipt::Earlier;
        if (terminalHas(*r, d, true)) r->have |= Receipt::EarlierClean;
        r->have &=
            static_cast<std::uint8_t>(~(Receipt::Received | Receipt::Tainted | Receipt::Shown | Receipt::ShownOff));
        if ((r->have & Receipt::Earlier) == 0) r->have &= static_cast<std::uint8_t>(~Receipt::OffDecided);
    }
    ++d.installation;
    d.reinstalled = true;
    d.firstSession = true;
    d.listed = false;
    d.stray = false;
    d.holdsSomething = false;
    side(d).settledOnline = 0;
    side(d).heldUntil = 0;
    pastThreads[e.device.index()].clear();
    strays[e.device.index()].clear();
}

// ---- Messages ---------------------------------------------------------------------------------------------

bool Checker::State::isStatusType(TextId type) {
    if (!type.exists()) return false;
    if (type.index() >= knownTypes.size()) {
        knownTypes.resize(type.index() + 1);
        statusTypes.resize(type.index() + 1);
    }
    if (!knownTypes[type.index()]) {
        knownTypes[type.index()] = true;
        const std::string& spelling = words->texts[type];
        bool status = spelling == "RC:TypSts";
        for (const auto& [declared, isStatus] : header->messageTypes) status |= declared == spelling && isStatus;
        statusTypes[type.index()] = status;
    }
    return statusTypes[type.index()];
}

void Checker::State::onAsked(const Event& e) {
    MessageFacts& m = message(e.message);
    if (m.state == MessageState::Accepted) forget(e.message);
    // A recall may be asked for before the message, where both are asked for at once; one of an earlier use of the id
    // is over.
    std::uint32_t recall = m.recall;
    if (recall != MessageFacts::kNone && m.state != MessageState::Unknown) {
        freeRecalls.push_back(recall);
        recall = MessageFacts::kNone;
    }
    m = MessageFacts{};
    m.recall = recall;
    m.state = MessageState::Asked;
    m.to = e.to;
    m.room = e.to.kind == AddressKind::Room;
    m.payload = e.payload;
    m.payloadKind = e.payloadKind;
    m.asked = place;
    m.askedAt = now;
    m.askedOrigin = origin;
    m.regime = service.at(now);
    m.kind = isStatusType(e.type) ? MessageSort::Status : MessageSort::Normal;
    if (e.kind == EventKind::Send) {
        DeviceFacts& d = devices[e.device.index()];
        m.author = d.user;
        m.sender = e.device;
        m.senderInstallation = d.installation;
        m.senderOffline = !d.online;
        auto& mine = unaccepted[e.device.index()];
        if (mine.size() >= 16) {
            std::erase_if(mine, [this](MessageId id) { return messages[id.index()].state != MessageState::Asked; });
        }
        mine.push_back(e.message);
        if (m.synchronizable()) d.holdsSomething = true;
    } else {
        m.author = e.user;
        m.api = true;
        m.includeSender = e.includeSender;
        m.toSelf = e.to.kind == AddressKind::User && e.to.user() == e.user;
        if (e.api == Api::Status) m.statusApi = true;
        if (e.api == Api::Path) {
            const std::string& path = words->texts[e.code];
            m.statusApi =
                path.starts_with("/statusmessage/") ||
                (path == "/message/group/publish.json" && header->readings.groupStatusPath == GroupStatusPath::Seed);
        }
        if (m.statusApi) m.kind = MessageSort::Status;
    }
    oweNow(DueKind::Send, e.message.value);
}

void Checker::State::onAccept(const Event& e) {
    MessageFacts& m = message(e.message);
    if (m.state != MessageState::Asked) {
        tolerate(m.late ? Tolerance::LateAcceptance : Tolerance::SecondAnswer);
        m.late = false;
        return;
    }
    accept(e.message, true);
    oweNow(DueKind::Accepted, e.message.value);
}

void Checker::State::onReject(const Event& e) {
    MessageFacts& m = message(e.message);
    if (m.state != MessageState::Asked) {
        tolerate(Tolerance::SecondAnswer);
        return;
    }
    m.state = MessageState::Rejected;
}

// Whether the device was in the message's room at some time since it was asked for.
bool Checker::State::mayHaveStayed(const MessageFacts& m, DeviceId d) const {
    const std::uint32_t stay = stayOf.find(pairKey(m.to.number, d.value));
    return stay != FlatMap::kAbsent && (stays[stay].inside || stays[stay].left > m.from());
}

void Checker::State::accept(MessageId id, bool exact) {
    MessageFacts& m = messages[id.index()];
    m.state = MessageState::Accepted;
    m.late = !exact;
    const Regime at = service.at(now);
    m.exact = exact;
    m.notBefore = exact ? place : m.asked;
    m.fromAt = exact ? now : m.askedAt;
    m.until = place;
    m.untilAt = now;
    m.atTurnEdge = exact && service.inForceFrom(now);
    m.regimeSure = exact || m.regime == at;
    if (exact) m.regime = at;
    if (m.sender.exists()) m.senderUnsure = devices[m.sender.index()].installation != m.senderInstallation;

    m.thread = threadOf(m);
    Thread& thread = threads[m.thread];
    m.slots = thread.slots;
    if (thread.markSlots < thread.slots) makeMarks(thread);
    if (thread.isPrivate) {
        m.marks = thread.marks;
        m.authorSlot = m.author == thread.a ? 0 : users[thread.a.index()].deviceCount;
        m.recipientSlot = m.to.user() == thread.a ? 0 : users[thread.a.index()].deviceCount;
    } else {
        m.authorSlot = slotOf.find(pairKey(m.thread, m.author.value));
    }
    m.receipts = allocateReceipts(m.slots);
    const bool live = m.regimeSure && m.regime.service == Service::On && !m.room && !m.toSelf;
    std::array<Concerned, 2> two;
    for (const auto& [userId, base] : concerned(m, two)) {
        const bool author = userId == m.author;
        const Tri audience = author ? Tri::Yes : m.room ? Tri::Maybe : inAudience(m, userId);
        if (audience == Tri::No) continue;
        UserFacts& user = users[userId.index()];
        // What ON owes to each device that is online: what others wrote, what another device sent, what the API is to
        // include.
        bool owed = live && audience == Tri::Yes;
        if (m.kind == MessageSort::Status)
            owed = owed && !author && !m.api;
        else if (author && m.api)
            owed = owed && m.includeSender;
        for (std::uint16_t i = 0; i < user.deviceCount; ++i) {
            const DeviceId id2{user.firstDevice.value + i};
            const DeviceFacts& d = devices[id2.index()];
            Receipt& r = receipts[m.receipts + base + i];
            if (d.online && d.began < m.from()) {
                r.session = d.session;
                r.owed |= Receipt::Online;
                if (owed && id2 != m.sender) {
                    r.owed |= Receipt::Owed;
                }
                if (m.room) {
                    const std::uint32_t stay = stayOf.find(pairKey(m.to.number, id2.value));
                    if (stay != FlatMap::kAbsent && stays[stay].inside && stays[stay].since < m.from())
                        r.owed |= Receipt::InRoom;
                    else if (!exact && mayHaveStayed(m, id2))
                        r.owed |= Receipt::Unsure;
                }
            } else if (!exact && (d.online || side(d).ended > m.from()) && (!m.room || mayHaveStayed(m, id2))) {
                r.owed |= Receipt::Unsure;
            }
        }
        if (!m.room && m.kind == MessageSort::Normal) user.mailbox.push_back(id);
    }
    if (recallAccepted(m) && recalls[m.recall].device.exists()) {
        // Whose recall was taken before its message was known to be: it shows the recall from then on.
        if (Receipt* const own = receipt(m, recalls[m.recall].device)) own->have |= Receipt::Shown;
    }
    byAcceptance.push({id, m.untilAt});
    ++liveMessages;
    temptAtAcceptance(id);
}

void Checker::State::forgetOldest() {
    const auto [id, acceptedAt] = byAcceptance.front();
    byAcceptance.pop();
    // The id may have been used again.
    const MessageFacts& m = messages[id.index()];
    if (m.state == MessageState::Accepted && m.untilAt == acceptedAt) forget(id);
}

void Checker::State::forget(MessageId id) {
    MessageFacts& m = messages[id.index()];
    std::array<Concerned, 2> two;
    for (const auto& [userId, base] : concerned(m, two)) {
        UserFacts& user = users[userId.index()];
        // Mailboxes are in the order of acceptance, so what is forgotten stands first.
        while (user.mailboxHead < user.mailbox.size()) {
            const MessageFacts& first = messages[user.mailbox[user.mailboxHead].index()];
            if (first.state == MessageState::Accepted && first.until > m.until) break;
            ++user.mailboxHead;
        }
        if (user.mailboxHead >= 64 && user.mailboxHead * 2 >= user.mailbox.size()) {
            user.mailbox.erase(user.mailbox.begin(),
                               user.mailbox.begin() + static_cast<std::ptrdiff_t>(user.mailboxHead));
            user.mailboxHead = 0;
        }
        if (userId == m.author || inAudience(m, userId) != Tri::No) --user.concerned;
        std::erase(user.recalled, id);
        if (!m.synchronizable()) continue;
        for (std::uint16_t i = 0; i < user.deviceCount; ++i) {
            const DeviceId d{user.firstDevice.value + i};
            if (devices[d.index()].listed || header->silent.caughtUp || holds(m, d) == Tri::No) continue;
            auto& past = pastThreads[d.index()];
            if (std::find(past.begin(), past.end(), m.thread) == past.end()) past.push_back(m.thread);
        }
    }
    if (m.recall != MessageFacts::kNone) {
        recalls[m.recall] = RecallFacts{};
        freeRecalls.push_back(m.recall);
        m.recall = MessageFacts::kNone;
    }
    if (freeReceipts.size() <= m.slots) freeReceipts.resize(static_cast<std::size_t>(m.slots) + 1);
    freeReceipts[m.slots].push_back(m.receipts);
    m.slots = 0;
    m.state = MessageState::Forgotten;
    --liveMessages;
}

// ---- Groups and rooms -------------------------------------------------------------------------------------

void Checker::State::onMembership(const Event& e) {
    if (e.refused) return;
    const bool join = e.kind == EventKind::Join;
    if (e.to.kind == AddressKind::Group) {
        GroupFacts& g = groups[e.to.number];
        const std::uint64_t key = pairKey(e.to.number, e.user.value);
        std::uint32_t history = memberOf.find(key);
        if (history == FlatMap::kAbsent) {
            if (!join) return;
            history = static_cast<std::uint32_t>(memberships.size());
            memberships.emplace_back();
            memberOf.set(key, history);
        }
        const bool inside = memberships[history].size() % 2 == 1;
        if (inside == join) return;
        memberships[history].push_back(place);
        ++g.version;
        if (join)
            g.members.push_back(e.user);
        else
            std::erase(g.members, e.user);
        return;
    }
    if (!join) return leaveRoom(e.device, e.to.room());
    const std::uint64_t key = pairKey(e.to.number, e.device.value);
    std::uint32_t number = stayOf.find(key);
    if (number == FlatMap::kAbsent) {
        number = static_cast<std::uint32_t>(stays.size());
        stays.emplace_back();
        stayOf.set(key, number);
    }
    RoomFacts& room = rooms[e.to.number];
    if (room.lastMessage > 0 && now <= room.lastMessageAt + kHorizon)
        check(RuleId::ChatroomLiveOnly, bit(Aspect::Join));
    if (stays[number].inside || !devices[e.device.index()].online) return;
    stays[number].inside = true;
    stays[number].since = place;
    room.inside.push_back(e.device);
    roomsOf[e.device.index()].push_back(e.to.room());
}

void Checker::State::leaveRoom(DeviceId id, RoomId room) {
    const std::uint32_t number = stayOf.find(pairKey(room.value, id.value));
    if (number == FlatMap::kAbsent || !stays[number].inside) return;
    stays[number].inside = false;
    stays[number].left = place;
    std::erase(rooms[room.index()].inside, id);
    std::erase(roomsOf[id.index()], room);
}

void Checker::State::addToThread(std::uint32_t thread, UserId u) {
    const std::uint64_t key = pairKey(thread, u.value);
    if (slotOf.find(key) != FlatMap::kAbsent) return;
    Thread& t = threads[thread];
    slotOf.set(key, t.slots);
    t.users.emplace_back(u, t.slots);
    t.slots += users[u.index()].deviceCount;
}

// The conversation of a message, with slots for everybody it now concerns.
std::uint32_t Checker::State::threadOf(const MessageFacts& m) {
    const auto fresh = [this](const Address& address) {
        threads.emplace_back();
        threads.back().address = address;
        return static_cast<std::uint32_t>(threads.size() - 1);
    };
    if (m.to.kind == AddressKind::User) {
        const UserId a = std::min(m.author, m.to.user());
        const UserId b = std::max(m.author, m.to.user());
        const std::uint64_t key = privateKey(m);
        std::uint32_t thread = privateThreads.find(key);
        if (thread == FlatMap::kAbsent) {
            thread = fresh({});
            privateThreads.set(key, thread);
            Thread& t = threads[thread];
            t.isPrivate = true;
            t.a = a;
            t.b = b;
            t.slots = users[a.index()].deviceCount + (b == a ? 0U : users[b.index()].deviceCount);
        }
        return thread;
    }
    if (m.to.kind == AddressKind::Group) {
        GroupFacts& g = groups[m.to.number];
        if (g.thread == MessageFacts::kNone) g.thread = fresh(m.to);
        if (threads[g.thread].version != g.version) {
            for (const UserId u : g.members) addToThread(g.thread, u);
            threads[g.thread].version = g.version;
        }
        addToThread(g.thread, m.author);
        return g.thread;
    }
    RoomFacts& room = rooms[m.to.number];
    if (room.thread == MessageFacts::kNone) room.thread = fresh(m.to);
    for (const DeviceId d : room.inside) addToThread(room.thread, devices[d.index()].user);
    addToThread(room.thread, m.author);
    return room.thread;
}

std::uint32_t Checker::State::allocateReceipts(std::uint32_t count) {
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

// ---- Facts asked ------------------------------------------------------------------------------------------

std::span<const Checker::State::Concerned> Checker::State::concerned(const MessageFacts& m,
                                                                     std::array<Concerned, 2>& two) const {
    if (m.to.kind != AddressKind::User) {
        const auto& all = threads[m.thread].users;  // who came to the conversation later stands behind
        const auto later =
            std::find_if(all.begin(), all.end(), [&m](const Concerned& c) { return c.second >= m.slots; });
        return {all.begin(), later};
    }
    two = {Concerned{m.author, m.authorSlot}, Concerned{m.to.user(), m.recipientSlot}};
    return std::span(two).first(m.to.user() == m.author ? 1 : 2);
}

// Whether `u` was a member throughout, at some time, or never between two places.
Tri Checker::State::member(GroupId g, UserId u, Place from, Place until) const {
    const std::uint32_t number = memberOf.find(pairKey(g.value, u.value));
    if (number == FlatMap::kAbsent) return Tri::No;
    const auto& changes = memberships[number];
    const auto before =
        static_cast<std::size_t>(std::lower_bound(changes.begin(), changes.end(), from) - changes.begin());
    const auto through =
        static_cast<std::size_t>(std::upper_bound(changes.begin(), changes.end(), until) - changes.begin());
    if (before != through) return Tri::Maybe;
    return before % 2 == 1 ? Tri::Yes : Tri::No;
}

// Who left after acceptance is owed nothing that had not come, recalls included.
bool Checker::State::leftAfter(const MessageFacts& m, UserId u) const {
    if (m.to.kind != AddressKind::Group) return false;
    const std::uint32_t number = memberOf.find(pairKey(m.to.number, u.value));
    if (number == FlatMap::kAbsent) return false;
    const auto& changes = memberships[number];
    for (std::size_t i = changes.size(); i > 0 && changes[i - 1] > m.from(); --i) {
        if (i % 2 == 0) return true;  // joins stand at odd, leaves at even positions, counted from 1
    }
    return false;
}

Tri Checker::State::inAudience(const MessageFacts& m, UserId u) const {
    if (u == m.author) return Tri::No;
    switch (m.to.kind) {
        case AddressKind::User:
            return u == m.to.user() ? Tri::Yes : Tri::No;
        case AddressKind::Group:
            return member(m.to.group(), u, m.from(), m.until);
        case AddressKind::Room: {
            const std::uint32_t base = slotBase(m, u);
            if (base == FlatMap::kAbsent) return Tri::No;
            Tri found = Tri::No;
            for (std::uint16_t i = 0; i < users[u.index()].deviceCount; ++i) {
                const Receipt& r = receipts[m.receipts + base + i];
                if ((r.owed & Receipt::InRoom) != 0) return Tri::Yes;
                if ((r.owed & Receipt::Unsure) != 0) found = Tri::Maybe;
            }
            return found;
        }
        case AddressKind::None:
            break;
    }
    return Tri::No;
}

Standing Checker::State::standing(Place from, Place until, const DeviceFacts& d) const {
    if (d.began < from) return Standing::Since;
    return d.began > until ? Standing::After : Standing::Unclear;
}

// The state that decides (spec: "For a device online at acceptance and since then in one session: the state at
// acceptance. For one that came online later: acceptance and the beginning of its session, with no turn in between.").
Decides Checker::State::decides(const MessageFacts& m, const DeviceFacts& d) const {
    if (!m.regimeSure) return Decides::Nothing;
    if (d.began >= m.from() && !(d.regime == m.regime)) return Decides::Nothing;
    return decidedBy(m.regime);
}

Decides Checker::State::decides(const RecallFacts& r, const DeviceFacts& d) const {
    if (!r.accepted || !r.regimeSure) return Decides::Nothing;
    if (d.began >= r.from && !(d.regime == r.regime)) return Decides::Nothing;
    return decidedBy(r.regime);
}

// Whether this installation of `d` holds m: received or sent it. Where it was reinstalled between `send` and `accept`,
// which of the two installations sent it is undecided.
Tri Checker::State::holds(const MessageFacts& m, DeviceId d) const {
    const Receipt* r = receipt(m, d);
    if (r != nullptr && (r->have & Receipt::Received) != 0) return Tri::Yes;
    if (m.sender != d || m.state == MessageState::Rejected) return Tri::No;
    const std::uint32_t installed = devices[d.index()].installation;
    if (installed == m.senderInstallation) return Tri::Yes;
    return m.senderUnsure && installed == m.senderInstallation + 1 ? Tri::Maybe : Tri::No;
}

// A terminal has a message that it received if that session still lasts, or its installation was online at a settled
// moment since: where the session broke at once, the acknowledgement may be lost.
bool Checker::State::terminalHas(const Receipt& r, const DeviceFacts& d, bool clean) const {
    if ((r.have & (clean ? Receipt::EarlierClean : Receipt::Earlier)) != 0) return true;
    if ((r.have & Receipt::Received) == 0 || (clean && (r.have & Receipt::Tainted) != 0)) return false;
    if (d.online && r.session == d.session) return true;
    if (timeMode) return (d.online ? now : side(d).endedAt) >= receivedAt(r) + patience;
    const std::uint32_t seen = d.online && settledCount > side(d).beganSettled ? settledCount : side(d).settledOnline;
    return seen > r.stamp;
}

DeviceId Checker::State::otherHolder(const MessageFacts& m, DeviceId d, bool clean) const {
    const UserId u = devices[d.index()].user;
    const std::uint32_t base = slotBase(m, u);
    if (base == FlatMap::kAbsent) return {};
    if (m.sender.exists() && devices[m.sender.index()].user == u) {
        const std::uint32_t latest = m.senderInstallation + (m.senderUnsure ? 1U : 0U);
        if (m.sender != d || devices[d.index()].installation > latest) return m.sender;
    }
    const UserFacts& user = users[u.index()];
    for (std::uint16_t i = 0; i < user.deviceCount; ++i) {
        const DeviceId other{user.firstDevice.value + i};
        const Receipt& r = receipts[m.receipts + base + i];
        const bool has = other == d ? (r.have & (clean ? Receipt::EarlierClean : Receipt::Earlier)) != 0
                                    : terminalHas(r, devices[other.index()], clean);
        if (has) return other;
    }
    return {};
}

std::string Checker::State::nameOfOtherHolder(const MessageFacts& m, DeviceId d, bool clean) const {
    const DeviceId other = otherHolder(m, d, clean);
    if (other != d && holds(m, other) != Tri::No) return name(other);
    return fmt::format("an earlier installation of {}", other == d ? "it" : name(other));
}

Tri Checker::State::anotherTerminalHas(const MessageFacts& m, DeviceId d, bool clean) const {
    if (otherHolder(m, d, clean).exists()) return Tri::Yes;
    const bool unclear = m.slots > 0 && m.sender == d && devices[d.index()].installation > m.senderInstallation;
    return unclear ? Tri::Maybe : Tri::No;
}

bool Checker::State::anyEver(const MessageFacts& m, UserId u) const {
    const std::uint32_t base = slotBase(m, u);
    if (base == FlatMap::kAbsent) return false;
    for (std::uint16_t i = 0; i < users[u.index()].deviceCount; ++i) {
        if ((receipts[m.receipts + base + i].have & Receipt::Ever) != 0) return true;
    }
    return false;
}

void Checker::State::markUser(const MessageFacts& m, UserId u, std::uint8_t owedFlag) {
    const std::uint32_t base = slotBase(m, u);
    if (base == FlatMap::kAbsent) return;
    for (std::uint16_t i = 0; i < users[u.index()].deviceCount; ++i) receipts[m.receipts + base + i].owed |= owedFlag;
}

bool Checker::State::maybeRecalled(const MessageFacts& m) const {
    return header->silent.recallAccept && m.recall != MessageFacts::kNone && recalls[m.recall].askedFor();
}

Window Checker::State::window(const DeviceFacts& d) const {
    return windowAt(side(d).beganAt, side(d).compensationDays, header->readings.window, header->app.timezone);
}

// ---- The face ---------------------------------------------------------------------------------------------

Checker::Checker(const Header& header, CheckerOptions options)
    : state_(std::make_unique<State>(std::make_shared<const Header>(header), options)) {}
Checker::Checker(const Checker& other) : state_(std::make_unique<State>(*other.state_)) {}
Checker& Checker::operator=(const Checker& other) {
    if (this != &other) *state_ = *other.state_;
    return *this;
}
Checker::Checker(Checker&&) noexcept = default;
Checker& Checker::operator=(Checker&&) noexcept = default;
Checker::~Checker() = default;

void Checker::feed(const Event& event, const Lexicon& lexicon, const Annex& annex) {
    feed(std::span(&event, 1), lexicon, annex);
}

void Checker::feed(std::span<const Event> events, const Lexicon& lexicon, const Annex& annex) {
    state_->words = &lexicon;
    state_->annex = &annex;
    // The records that an event needs are scattered over more memory than a cache holds: ask for those of the next
    // events while the ones before them are judged, first the message's, then what it points to.
    constexpr std::size_t kFar = 12;
    constexpr std::size_t kNear = 6;
    for (std::size_t i = 0; i < events.size(); ++i) {
        if (i + kFar < events.size()) state_->expect(events[i + kFar]);
        if (i + kNear < events.size()) state_->expectReceipt(events[i + kNear]);
        state_->feed(events[i]);
    }
}

void Checker::finish(const Lexicon& lexicon) {
    state_->words = &lexicon;
    state_->finish();
}

const Checker::State& Checker::state() const {
    return *state_;
}
const RuleCounts& Checker::counts() const {
    return state_->counts;
}
const std::vector<Violation>& Checker::violations() const {
    return state_->violations;
}
const ToleranceCounts& Checker::tolerances() const {
    return state_->tolerances;
}
std::uint64_t Checker::openDuties() const {
    return state_->open;
}
std::uint64_t Checker::events() const {
    return state_->place;
}

std::size_t Checker::memory() const {
    const State& s = *state_;
    const auto bytes = [](const auto& v) { return v.capacity() * sizeof(v[0]); };
    std::size_t sum = sizeof(State) + bytes(s.devices) + bytes(s.sides) + bytes(s.users) + s.messages.memory() +
                      bytes(s.recalls) + bytes(s.threads) + bytes(s.receipts) + bytes(s.marks) + bytes(s.catchUpMarks) +
                      bytes(s.memberships) + bytes(s.stays) + bytes(s.logins) + s.due.memory() +
                      s.byAcceptance.memory() + s.privateThreads.memory() + s.memberOf.memory() + s.slotOf.memory() +
                      s.stayOf.memory();
    for (const UserFacts& u : s.users) sum += bytes(u.mailbox) + bytes(u.recalled);
    for (const Thread& t : s.threads) sum += bytes(t.users);
    for (const auto& list : s.unaccepted) sum += bytes(list) + 3 * sizeof(list);
    for (const auto& list : s.freeReceipts) sum += bytes(list);
    return sum;
}

}  // namespace mdsync
