// Messages: asked for, accepted, received, forgotten past their horizon.
#include <algorithm>
#include <utility>

#include "rules/history/history.hpp"

namespace mdsync::rules {

bool History::isStatusType(TextId type) {
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

bool History::isStatusApi(const Event& e) const {
    if (e.api == Api::Status) return true;
    if (e.api != Api::Path) return false;
    const std::string& path = words->texts[e.code];
    return path.starts_with("/statusmessage/") ||
           (path == "/message/group/publish.json" && header->readings.groupStatusPath == GroupStatusPath::Seed);
}

void History::ask(const Event& e) {
    MessageFacts& m = grown(e.message);
    if (m.state == MessageState::Accepted || m.state == MessageState::Asked) forget(e.message);
    // A recall may be asked for before the message, where both are asked for at once; one of an earlier use of the id
    // is over.
    std::uint32_t recall = m.recall;
    if (recall != MessageFacts::kNone && m.state != MessageState::Unknown) {
        recalls[recall] = RecallFacts{};
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
    m.api = e.kind == EventKind::Publish;
    m.statusApi = m.api && isStatusApi(e);
    m.kind = isStatusType(e.type) || m.statusApi ? MessageSort::Status : MessageSort::Normal;
    byAsking.push({e.message, now});
    wakeAfter(now + kHorizon);
    if (m.api) {
        m.author = e.user;
        m.includeSender = e.includeSender;
        m.toSelf = e.to.kind == AddressKind::User && e.to.user() == e.user;
        return;
    }
    DeviceFacts& d = device(e.device);
    m.author = d.user;
    m.sender = e.device;
    m.senderInstallation = m.senderLatest = d.installation;
    m.senderOffline = !d.online;
    noteAsked(e.device, e.message);
    if (m.synchronizable()) ++side(e.device).waiting;
}

// What a device asked to send it holds until a `reject`.
void History::noMoreWaiting(const MessageFacts& m) {
    if (!m.sender.exists() || !m.synchronizable()) return;
    DeviceFacts& d = device(m.sender);
    if (d.installation != m.senderInstallation) return;
    --side(m.sender).waiting;
    if (m.state == MessageState::Accepted) d.holdsSomething = true;
}

// What was answered goes when the list is full; where most of it was not, the list becomes twice as long, so that each
// message is looked at a few times, however many wait for their answers.
void History::noteAsked(DeviceId d, MessageId asked) {
    std::vector<MessageId>& list = unaccepted[d.index()];
    if (list.size() >= 16 && list.size() == list.capacity()) {
        looks += list.size();
        std::erase_if(list, [this](MessageId id) { return message(id).state != MessageState::Asked; });
        if (list.size() * 2 > list.capacity()) list.reserve(list.capacity() * 2);
    }
    list.push_back(asked);
}

// When it was accepted, and whether that is known to the event.
void History::dateAcceptance(MessageFacts& m, bool exact) {
    const Regime at = service.at(now);
    m.state = MessageState::Accepted;
    m.late = !exact;
    m.exact = exact;
    m.notBefore = exact ? place : m.asked;
    m.acrossSettled = !exact && lastSettled > m.asked;
    m.fromAt = exact ? now : m.askedAt;
    m.until = place;
    m.untilAt = now;
    m.atTurnEdge = exact && service.inForceFrom(now);
    m.regimeSure = exact || m.regime == at;
    if (exact) m.regime = at;
    if (m.sender.exists()) m.senderLatest = device(m.sender).installation;
    noMoreWaiting(m);
}

// Which receipts are the message's: one for each device of whom its conversation concerns by now.
void History::makeReceipts(MessageFacts& m) {
    m.thread = threadOf(m);
    Thread& thread = threads[m.thread];
    m.slots = thread.slots;
    if (thread.markSlots < thread.slots) makeMarks(thread);
    placeParties(m);
    m.receipts = allocateReceipts(m.slots);
}

// Where the receipts of its author and recipient begin, and its order marks.
void History::placeParties(MessageFacts& m) {
    const Thread& thread = threads[m.thread];
    if (thread.isPrivate) m.marks = thread.marks;
    m.authorSlot = firstSlot(m.thread, m.author);
    if (thread.isPrivate) m.recipientSlot = firstSlot(m.thread, m.to.user());
}

void History::setAccepted(MessageId id, bool exact) {
    MessageFacts& m = message(id);
    dateAcceptance(m, exact);
    makeReceipts(m);
    for (const Party& party : concerned(m)) {
        const Tri audience = m.room ? Tri::Maybe : concerns(m, party.user);
        if (audience == Tri::No) continue;
        oweAtAcceptance(m, party, audience == Tri::Yes, exact);
        if (!m.isKept()) continue;
        user(party.user).mailbox.push_back(id);
        if (m.api && m.includeSender && m.author == party.user && !m.toSelf)
            user(party.user).included.emplace_back(id, m.until);
    }
    if (recallAccepted(m)) acceptRecalled(id);
    byAcceptance.push({id, m.untilAt});
    wakeAfter(m.untilAt + kHorizon);
    ++liveMessages;
}

// Its recall was taken before it was known to be: who recalled it, or has shown its recall, does so from now on.
void History::acceptRecalled(MessageId id) {
    const MessageFacts& m = message(id);
    const RecallFacts& r = recalls[m.recall];
    for (const Party& party : concerned(m)) {
        if (!m.synchronizable() || concerns(m, party.user) == Tri::No) continue;
        user(party.user).recalled.push_back(id);
        for (const auto& [d, own] : sharesOf(m, party)) {
            if (holds(m, d) == Tri::No) own.owed |= Receipt::TooLate;
        }
    }
    std::vector<DeviceId> shown = r.tombstones;
    if (r.device.exists()) shown.push_back(r.device);
    for (const DeviceId d : shown) {
        Receipt* const own = receipt(m, d);
        if (own == nullptr) continue;
        own->have |= Receipt::Shown;
        device(d).showsSomething = true;
    }
}

namespace {

// What ON owes to each device of a user that is online: what others wrote, what another device sent, what the API is to
// include.
bool owedLive(const MessageFacts& m, bool author) {
    if (!m.regimeSure || m.regime.service != Service::On || m.room || m.toSelf) return false;
    if (m.kind == MessageSort::Status) return !author && !m.api;
    return !(author && m.api) || m.includeSender;
}

}  // namespace

// It is accepted now: who is online is known, and each receipt is written at once.
void History::oweWhoIsOnline(const MessageFacts& m, const Party& party, bool owed) {
    const DeviceId sender = m.sender;
    Receipt* r = receipts.data() + m.receipts + party.slot;
    for (const DeviceId id : devicesOf(party.user)) {
        const DeviceFacts& d = device(id);
        const std::uint8_t live = owed && id != sender ? Receipt::Online | Receipt::Owed : Receipt::Online;
        if (d.online) *r = Receipt{.session = d.session, .owed = live};
        ++r;
    }
}

void History::oweAtAcceptance(const MessageFacts& m, const Party& party, bool sure, bool exact) {
    const bool owed = sure && owedLive(m, party.user == m.author);
    if (exact && !m.room) return oweWhoIsOnline(m, party, owed);
    for (const auto& [id, r] : sharesOf(m, party)) {
        const DeviceFacts& d = device(id);
        const bool online = d.online && d.began < m.from();
        if (online) {
            r.session = d.session;
            r.owed |= Receipt::Online;
            if (owed && id != m.sender) r.owed |= Receipt::Owed;
        }
        if (online && m.room && wasInRoom(m, id))
            r.owed |= Receipt::InRoom;
        else if (!exact && (!online || m.room) && mayHaveBeenThere(m, id))
            r.owed |= Receipt::Unsure;
    }
}

bool History::firstToStranger(MessageId id, const MessageFacts& m, DeviceId d) {
    const std::uint64_t key = pairKey(id.value, d.value);
    const std::pair<Place, std::uint32_t> receipt{m.asked, device(d).installation};
    std::uint32_t number = strangers.find(key);
    if (number == FlatMap::kAbsent) {
        number = static_cast<std::uint32_t>(strangersReceipts.size());
        strangersReceipts.emplace_back();
        strangers.set(key, number);
    }
    return std::exchange(strangersReceipts[number], receipt) != receipt;
}

// alice/phone gets what was said in the group after she had joined it, and then a message from before. From then on its
// progress is noted here.
StrangersMark History::marksUntilNow(std::uint32_t thread, DeviceId d) const {
    StrangersMark all{.session = device(d).session};
    const std::uint32_t slot = firstSlot(thread, ownerOf(d));
    if (slot == FlatMap::kAbsent || slot + device(d).ordinal >= threads[thread].markSlots) return all;
    const std::size_t at = threads[thread].marks + slot + device(d).ordinal;
    if (marks[at].session != all.session) return all;
    for (std::size_t via = 0; via < all.begun.size(); ++via) all.begun[via] = (marks[at].begun >> via & 1U) != 0;
    all.latest[static_cast<std::size_t>(Via::Live)] = marks[at].live;
    all.latest[static_cast<std::size_t>(Via::Offline)] = catchUpMarks[at].offline;
    all.latest[static_cast<std::size_t>(Via::Compensation)] = catchUpMarks[at].compensation;
    if (!surelyMarks.empty()) all.surely = surelyMarks[at].by;
    return all;
}

Progress History::strangersProgress(const MessageFacts& m, DeviceId d, Via via) {
    const std::uint64_t conversation = pairKey(m.thread, d.value);
    std::uint32_t mark = strangersMarkOf.find(conversation);
    if (mark == FlatMap::kAbsent) {
        mark = static_cast<std::uint32_t>(strangersMarks.size());
        strangersMarks.push_back(marksUntilNow(m.thread, d));
        strangersMarkOf.set(conversation, mark);
    }
    StrangersMark& progress = strangersMarks[mark];
    if (progress.session != device(d).session) progress = {.session = device(d).session};
    const auto at = static_cast<std::size_t>(via);
    return {std::exchange(progress.begun[at], true), progress.latest[at], &progress.surely[at]};
}

// What was owed to a session that ended came in a later one, and never before: it had lapsed.
void History::noteSession(Receipt& r, const DeviceFacts& d) {
    if (r.session != d.session && (r.have & Receipt::Ever) == 0) r.owed &= static_cast<std::uint8_t>(~Receipt::Owed);
}

// What is not kept counts to a session: what comes before the first one of a new installation, to that.
void History::noteReceivedIn(const MessageFacts& m, const DeviceFacts& d, Receipt& r) {
    const bool early = m.kind == MessageSort::Status && d.fresh && d.reinstalled;
    r.session = early ? nextSession(d) : d.session;
}

void History::setReceived(const MessageFacts& m, DeviceId id, Receipt& r, bool tainted, bool offDecided) {
    DeviceFacts& d = device(id);
    noteSession(r, d);
    noteReceivedIn(m, d, r);
    r.stamp = stampNow();
    r.have |= static_cast<std::uint8_t>(Receipt::Received | Receipt::Ever | (tainted ? Receipt::Tainted : 0) |
                                        (offDecided ? Receipt::OffDecided : 0));
    if (m.isKept()) d.holdsSomething = true;
}

void History::remember(const MessageFacts& m, UserFacts& u, bool sure, Aspects aspects) {
    ++u.concerned;
    if (!sure || m.room || m.toSelf) return;
    // Who was away from the first moment on was away at acceptance; and so for its horizon.
    const Latest latest{m.from(), m.exact ? m.untilAt : m.fromAt, aspects};
    if (m.kind == MessageSort::Status) (m.statusApi ? u.statusApi : u.status) = latest;
    if (m.api && !m.includeSender && &u == &user(m.author)) u.excluded = latest;
}

void History::owedNoMore(MessageFacts& m, UserId u) {
    m.missedByAll = true;
    const std::uint32_t base = slotBase(m, u);
    if (base == FlatMap::kAbsent) return;
    for (const auto& [d, r] : sharesOf(m, Party{u, base})) r.owed |= Receipt::NoMore;
}

// alice/mac first logged in when most of alice's messages were older than its window: it will never hold them, and is not
// to be asked about each of them at every login. Of the latest it is asked all the same, so that what they tempt is counted.
void History::holdMore(DeviceId id, std::size_t doubt) {
    const UserFacts& u = user(ownerOf(id));
    const Window window = this->window(id);
    for (std::size_t i = doubt; i < u.mailbox.size(); ++i) {
        ++looks;
        const MessageFacts& m = message(u.mailbox[i]);
        if (m.state != MessageState::Accepted || m.until < side(id).heldUntil) continue;
        const bool isLate = i + kLatest >= u.mailbox.size();
        if (!m.toSelf && holds(m, id) != Tri::Yes && (isLate || !isOwedNoMore(m, id, window))) {
            // Of two that were accepted by one and the same place it may hold the first, and lack this.
            side(id).heldUntil = std::min(side(id).heldUntil, m.until - 1);
            return;
        }
        side(id).heldUntil = m.until;
    }
}

// Whether no later login can be owed the message: a violation was reported, or some device of the user has received it
// and it was not accepted while ON, or before the window. (A window that becomes longer moves the mark back.)
bool History::isOwedNoMore(const MessageFacts& m, DeviceId d, const Window& window) const {
    const Receipt* r = receipt(m, d);
    if (r == nullptr || (r->owed & Receipt::NoMore) != 0) return true;
    const bool never = (m.regimeSure && m.regime.service != Service::On) || m.untilAt < window.demanded;
    return never && anyEver(m, ownerOf(d));
}

// What a device received and should not have, it may list as a conversation. Who reads a long trace forgets what was
// sent: then it may be any.
void History::noteStray(const MessageFacts& m, DeviceId id) {
    DeviceFacts& d = device(id);
    if (d.listed || !m.isKept()) return;
    if (m.state == MessageState::Unknown) {
        if (now - header->t > kHorizon) d.stray = true;
        return;
    }
    addStray(id, m.conversationOf(d.user));
}

// What is never accepted, or was deemed to be when nothing told of it, is past its horizon that long after it was asked for.
MessageId History::nextPastHorizon() {
    const bool accepted = isOldestPast(byAcceptance);
    Fifo<std::pair<MessageId, Instant>>& queue = accepted ? byAcceptance : byAsking;
    const auto [id, t] = queue.front();
    queue.pop();
    const MessageFacts& m = message(id);
    // The id may have been used again.
    if (accepted) return m.state == MessageState::Accepted && m.untilAt == t ? id : MessageId{};
    const bool unseen = m.state == MessageState::Asked || (m.state == MessageState::Accepted && m.deemed);
    return unseen && m.askedAt == t ? id : MessageId{};
}

// Mailboxes are in the order of acceptance, so what is forgotten mostly stands first; one in between waits for its turn.
void History::dropFromMailbox(UserFacts& u) {
    while (u.mailboxHead < u.mailbox.size() && message(u.mailbox[u.mailboxHead]).state != MessageState::Accepted)
        ++u.mailboxHead;
    if (u.mailboxHead >= 64 && u.mailboxHead * 2 >= u.mailbox.size()) {
        u.mailbox.erase(u.mailbox.begin(), u.mailbox.begin() + static_cast<std::ptrdiff_t>(u.mailboxHead));
        u.mailboxHead = 0;
    }
}

void History::forget(MessageId id) {
    MessageFacts& m = message(id);
    if (m.recall != MessageFacts::kNone) {
        recalls[m.recall] = RecallFacts{};
        freeRecalls.push_back(m.recall);
        m.recall = MessageFacts::kNone;
    }
    const bool accepted = std::exchange(m.state, MessageState::Forgotten) == MessageState::Accepted;
    accepted ? forgetAccepted(id) : forgetAsked(m);
}

// What a device asked to send, its list of conversations may name for ever.
void History::forgetAsked(const MessageFacts& m) {
    noMoreWaiting(m);
    if (!m.sender.exists() || !m.synchronizable()) return;
    const DeviceFacts& d = device(m.sender);
    if (d.installation == m.senderInstallation && !d.listed) addStray(m.sender, m.conversationOf(d.user));
}

void History::addStray(DeviceId id, const Address& conversation) {
    std::vector<Address>& known = strays[id.index()];
    if (std::find(known.begin(), known.end(), conversation) == known.end()) known.push_back(conversation);
}

void History::forgetAccepted(MessageId id) {
    MessageFacts& m = message(id);
    for (const Party& party : concerned(m)) {
        UserFacts& u = user(party.user);
        dropFromMailbox(u);
        if (concerns(m, party.user) != Tri::No) --u.concerned;
        std::erase(u.recalled, id);
        if (!m.isKept()) continue;
        for (const DeviceId d : devicesOf(party.user)) {
            if (device(d).listed || header->silent.caughtUp || holds(m, d) == Tri::No) continue;
            auto& past = pastThreads[d.index()];
            if (std::find(past.begin(), past.end(), m.thread) == past.end()) past.push_back(m.thread);
        }
    }
    if (freeReceipts.size() <= m.slots) freeReceipts.resize(static_cast<std::size_t>(m.slots) + 1);
    freeReceipts[m.slots].push_back(m.receipts);
    m.slots = 0;
    --liveMessages;
}

}  // namespace mdsync::rules
