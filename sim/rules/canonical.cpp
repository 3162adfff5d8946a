// A Checker as bytes. See canonical.hpp.
//
// Most of what a Checker keeps are places (numbers of events) and counts of `settled`, which only ever grow. What they
// decide is an order: so the places that can still be compared are collected and written by their ranks, and the rest
// as the answers to the questions that the rules will put (is it since, has it settled, is it in the window). Only
// questions that can still be put are answered. While alice/tab1 is offline, nobody asks when its last session began;
// once m1 is accepted, nobody asks when it was sent.
#include "rules/canonical.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory_resource>

#include "rules/judge.hpp"

namespace mdsync::rules {
namespace {

using State = Checker::State;

// Beside each of what is written below stands how large its record was when this was last thought about. A record that
// has grown has something new in it: write it, or find that no rule will ask for it any more, and mend the number.
static_assert(sizeof(History) == 1208 && sizeof(Due) == 32);

class Writer {
public:
    Writer(const State& s, const Naming& names, Encoder& out) : s_(s), names_(names), out_(out) {}

    void all() {
        collectPlaces();
        service();
        for (const std::uint32_t d : names_.byDevice) device(DeviceId{d});
        for (const std::uint32_t m : names_.byMessage) {
            if (m < s_.messages.size() && isKnown(s_.messages[m])) message(MessageId{m});
        }
        memberships();
        marks();
        duties();
        evictions();
    }

private:
    // ---- places ------------------------------------------------------------------------------------------------

    void collectPlaces() {
        places_.clear();
        places_.reserve(2 * names_.byDevice.size() + 4 * s_.messages.size() + s_.loginQueue.size());
        for (const std::uint32_t number : names_.byDevice) {
            const DeviceId d{number};
            if (s_.device(d).online) places_.push_back(s_.device(d).began);
            if (endMatters(d)) places_.push_back(s_.side(d).ended);
        }
        for (std::size_t i = 0; i < s_.messages.size(); ++i) {
            const MessageFacts& m = s_.messages[i];
            if (m.state == MessageState::Asked) places_.push_back(m.asked);
            if (m.state != MessageState::Accepted) continue;
            places_.push_back(m.from());
            places_.push_back(m.until);
            if (!s_.recallAccepted(m)) continue;
            places_.push_back(s_.recallOf(m)->from);
            places_.push_back(s_.recallOf(m)->until);
        }
        for (std::size_t i = 0; i < s_.loginQueue.size(); ++i) places_.push_back(s_.loginQueue[i].place);
        std::sort(places_.begin(), places_.end());
        places_.erase(std::unique(places_.begin(), places_.end()), places_.end());
    }

    // The end of a session is asked for until things have settled (delivery.only-online's exception), and where an
    // acceptance is still to be dated.
    [[nodiscard]] bool endMatters(DeviceId d) const {
        if (s_.device(d).online || s_.side(d).ended == 0) return false;
        return s_.justLeft(d) || anyAsked();
    }
    [[nodiscard]] bool anyAsked() const {
        for (std::size_t i = 0; i < s_.messages.size(); ++i) {
            if (s_.messages[i].state == MessageState::Asked) return true;
        }
        return false;
    }

    void place(Place p) {
        out_.byte(static_cast<unsigned>(std::lower_bound(places_.begin(), places_.end(), p) - places_.begin()));
    }

    // ---- the service -------------------------------------------------------------------------------------------

    // Two regimes are compared for being one and the same: by how many turns ago it came, then.
    void regime(const Regime& r) {
        out_.byte(static_cast<unsigned>(r.service) | (r.turns > 0 ? 4U : 0U));
        out_.number(s_.service.at(s_.now).turns - r.turns);
    }

    static_assert(sizeof(Switch) == 32 && sizeof(Regime) == 8);
    void service() {
        const Regime now = s_.service.at(s_.now);
        regime(now);
        out_.flag(s_.service.target());
        out_.number(static_cast<std::uint64_t>(s_.service.changingFor(s_.now).count()));
        const App& app = s_.settings;
        for (const int setting : {app.compensationDays, app.offlineDays, app.mobileLimit, app.miniprogramLimit}) {
            out_.signedNumber(setting);
        }
        out_.flag(app.prepaid);
    }

    // ---- devices -----------------------------------------------------------------------------------------------

    static_assert(sizeof(DeviceFacts) == 32 && sizeof(DeviceSide) == 72 && sizeof(UserFacts) == 168);
    void device(DeviceId id) {
        const DeviceFacts& d = s_.devices[id.index()];
        out_.byte(static_cast<unsigned>(d.online) | static_cast<unsigned>(d.caughtUp && d.online) << 1U |
                  static_cast<unsigned>(d.reinstalled) << 2U |
                  static_cast<unsigned>(d.online ? d.firstSession : d.fresh) << 3U |
                  static_cast<unsigned>(d.listed) << 4U | static_cast<unsigned>(endMatters(id)) << 6U |
                  static_cast<unsigned>(s_.justLeft(id)) << 7U);
        if (endMatters(id)) place(s_.side(id).ended);
        out_.signedNumber(s_.legalNumber(d.user, d.deviceClass));
        std::pmr::vector<std::uint64_t> past(&memory_);
        for (const std::uint32_t thread : s_.pastThreads[id.index()]) past.push_back(keyOf(s_.threads[thread]));
        std::sort(past.begin(), past.end());
        out_.number(2 * past.size() + (d.stray ? 1 : 0));
        for (const std::uint64_t key : past) out_.number(key);
        const std::vector<Address>& all = s_.strays[id.index()];
        std::pmr::vector<Address> strays(all.begin(), all.end(), &memory_);
        std::sort(strays.begin(), strays.end());
        out_.number(strays.size());
        for (const Address& a : strays) out_.number(static_cast<std::uint64_t>(a.kind) << 32U | a.number);
        if (!d.online) return;
        place(d.began);
        regime(d.regime);
        out_.signedNumber(s_.side(id).compensationDays);
        out_.signedNumber(s_.side(id).offlineDays);
        window(id, d);
    }

    // Where the messages of before stand to the window and the store of this login.
    void window(DeviceId id, const DeviceFacts& d) {
        if (s_.mailboxOf(d.user).empty()) return;
        const Window window = s_.window(id);
        for (const std::uint32_t number : names_.byMessage) {
            if (number >= s_.messages.size()) continue;
            const MessageFacts& m = s_.messages[number];
            if (m.state != MessageState::Accepted || m.from() >= d.began || s_.receipt(m, id) == nullptr) continue;
            unsigned bits = 1;
            if (m.untilAt < window.demanded) bits |= 2U;
            if (m.fromAt < window.demanded) bits |= 4U;
            if (m.untilAt < window.allowed) bits |= 8U;
            if (m.fromAt < window.allowed) bits |= 16U;
            if (s_.side(id).beganAt - m.fromAt > s_.storeAge(id)) bits |= 32U;
            if (s_.recallOf(m) != nullptr && s_.recallOf(m)->fromAt < window.demanded) bits |= 64U;
            out_.byte(bits);
        }
    }

    // ---- messages ----------------------------------------------------------------------------------------------

    // An id that nobody has used yet is like any other.
    static bool isKnown(const MessageFacts& m) {
        return m.state != MessageState::Unknown || m.recall != MessageFacts::kNone;
    }

    static_assert(sizeof(MessageFacts) == 128);
    void message(MessageId id) {
        const MessageFacts& m = s_.messages[id.index()];
        out_.byte(static_cast<unsigned>(m.state) | static_cast<unsigned>(m.deemed) << 3U |
                  static_cast<unsigned>(m.missedByAll) << 4U | static_cast<unsigned>(m.acrossSettled) << 5U);
        if (m.state == MessageState::Forgotten) return;
        if (m.state == MessageState::Unknown) return recall(m);
        out_.byte(static_cast<unsigned>(m.kind) | static_cast<unsigned>(m.statusApi) << 1U |
                  static_cast<unsigned>(m.api) << 2U | static_cast<unsigned>(m.includeSender) << 3U |
                  static_cast<unsigned>(m.regimeSure) << 4U | static_cast<unsigned>(m.senderOffline) << 5U |
                  static_cast<unsigned>(m.senderUnsure()) << 6U | static_cast<unsigned>(m.late) << 7U);
        out_.number(m.author.value);
        out_.byte(static_cast<unsigned>(m.to.kind));
        out_.number(m.to.number);
        sender(m);
        if (m.state == MessageState::Rejected) return;
        regime(m.regime);
        if (m.state == MessageState::Asked) {
            place(m.asked);
            out_.ago(m.askedAt, s_.now);
            sinceAsked(m);
        } else {
            place(m.from());
            place(m.until);
            out_.ago(m.fromAt, s_.now);
            out_.number(static_cast<std::uint64_t>((m.untilAt - m.fromAt).count()));
            receipts(m);
        }
        recall(m);
    }

    void sender(const MessageFacts& m) {
        out_.number(names_.of(m.sender));
        if (!m.sender.exists()) return;
        const std::uint32_t installed = s_.devices[m.sender.index()].installation;
        out_.number(std::min(installed - m.senderInstallation, 2U));
        out_.number(std::min(installed - m.senderLatest, 2U));
    }

    // Who came, went, joined or left since the message was asked for: where its acceptance is dated later, all that is
    // open.
    void sinceAsked(const MessageFacts& m) {
        const auto changes = [&m](const std::vector<Place>& all) {
            return static_cast<std::uint64_t>(all.end() - std::upper_bound(all.begin(), all.end(), m.asked));
        };
        if (m.to.kind == AddressKind::Group) {
            for (std::size_t u = 0; u < s_.users.size(); ++u) {
                const std::uint32_t history = s_.memberOf.find(pairKey(m.to.number, static_cast<std::uint32_t>(u)));
                out_.number(history == FlatMap::kAbsent ? 0 : changes(s_.memberships[history]));
            }
        } else if (m.to.kind == AddressKind::Room) {
            for (const std::uint32_t d : names_.byDevice) {
                const std::uint32_t stay = s_.stayOf.find(pairKey(m.to.number, d));
                out_.flag(stay != FlatMap::kAbsent && std::max(s_.stays[stay].since, s_.stays[stay].left) > m.asked);
            }
        }
    }

    static_assert(sizeof(Receipt) == 8);
    void receipts(const MessageFacts& m) {
        for (std::size_t u = 0; u < s_.users.size(); ++u) {
            out_.byte(static_cast<unsigned>(s_.inAudience(m, UserId{u})) |
                      static_cast<unsigned>(s_.leftAfter(m, UserId{u})) << 2U);
        }
        for (const std::uint32_t number : names_.byDevice) {
            const DeviceId id{number};
            const Receipt* r = s_.receipt(m, id);
            if (r == nullptr) {
                out_.byte(0xff);
                continue;
            }
            out_.byte(r->have & 0x7fU);
            // TooLate tells only what is counted; ByPrevious is asked while what is on its way may come.
            const bool byPrevious = (r->owed & Receipt::ByPrevious) != 0 && s_.justLeft(id);
            out_.byte(static_cast<unsigned>(r->owed & ~(Receipt::TooLate | Receipt::ByPrevious)) | (r->have & 0x80U));
            out_.byte(static_cast<unsigned>(s_.lasts(id, r->session)) |
                      static_cast<unsigned>(s_.acknowledged(*r, id)) << 1U | static_cast<unsigned>(byPrevious) << 2U |
                      static_cast<unsigned>(!m.isKept() && r->session > s_.side(id).foreign) << 3U |
                      static_cast<unsigned>(!m.isKept() && r->session > s_.side(id).foreignBefore) << 4U);
        }
    }

    // ---- recalls -----------------------------------------------------------------------------------------------

    static_assert(sizeof(RecallFacts) == 136);
    void recall(const MessageFacts& m) {
        if (m.recall == MessageFacts::kNone) return out_.byte(0);
        const RecallFacts& r = s_.recalls[m.recall];
        out_.byte(1U | static_cast<unsigned>(r.accepted) << 1U | static_cast<unsigned>(r.regimeSure) << 2U |
                  static_cast<unsigned>(r.byApi) << 3U | static_cast<unsigned>(r.askedFor()) << 4U |
                  static_cast<unsigned>(r.shownSomewhere && isAnyAskerGone(r)) << 5U);
        if (r.accepted) {
            regime(r.regime);
            place(r.from);
            place(r.until);
            out_.ago(r.fromAt, s_.now);
            out_.number(names_.of(r.device));
            out_.number(r.user.exists() ? r.user.value + 1ULL : 0);
            for (const DeviceId d : r.tombstones) out_.number(names_.of(d));
            if (!r.user.exists()) askers(r);
        }
        // Requests are asked about while they are open or their answer is owed.
        const bool owed = answerOwed(m.recall);
        for (const RecallRequest& q : r.requests) {
            if (!q.open && !owed) continue;
            request(q);
            if (q.open) continue;
            // How many had been asked when it was answered; far from any such number where being shown answered it.
            constexpr std::uint64_t kByShown = 1U << 20U;
            const auto asked = std::count_if(r.requests.begin(), r.requests.end(),
                                             [&q](const RecallRequest& o) { return o.asked < q.closed; });
            out_.number(static_cast<std::uint64_t>(asked) + (q.byShown ? kByShown : 0));
        }
        out_.byte(0xff);
    }

    // Whether an answer that was given may have been another's, and what was asked then was never answered.
    [[nodiscard]] bool isAnyAskerGone(const RecallFacts& r) const {
        return std::any_of(r.requests.begin(), r.requests.end(),
                           [this](const RecallRequest& q) { return !q.open && !q.byShown && s_.isGone(q); });
    }

    // Whose recall it may be, where that is undecided.
    void askers(const RecallFacts& r) {
        out_.flag(r.isAskedByApi());
        for (const std::uint32_t number : names_.byDevice) {
            const DeviceId d{number};
            out_.byte(static_cast<unsigned>(r.isAskedBy(d)) |
                      static_cast<unsigned>(r.isAskedByOthersOf(s_.ownerOf(d), d)) << 1U);
        }
    }

    [[nodiscard]] bool answerOwed(std::uint32_t recall) const {
        for (std::size_t i = 0; i < s_.due.size(); ++i) {
            if (s_.due[i].kind == DueKind::RecallAnswer && s_.due[i].subject == recall) return true;
        }
        return false;
    }

    static_assert(sizeof(RecallRequest) == 104);
    void request(const RecallRequest& q) {
        const bool gone = s_.wentOfflineAfter(q.device, q.asked);
        out_.byte(static_cast<unsigned>(q.open) | static_cast<unsigned>(q.maybeAnswered) << 1U |
                  static_cast<unsigned>(q.deviceOffline) << 2U | static_cast<unsigned>(gone) << 3U |
                  static_cast<unsigned>(s_.serverRestart > q.asked) << 4U | static_cast<unsigned>(q.isDue) << 5U |
                  static_cast<unsigned>(q.isPast) << 6U | static_cast<unsigned>(s_.isGone(q)) << 7U);
        out_.number(names_.of(q.device));
        out_.number(q.user.exists() ? q.user.value + 1ULL : 0);
        if (!q.open) return;
        // What its acceptance would look back to, where it is dated later.
        regime(q.regime);
        out_.ago(q.askedAt, s_.now);
        std::uint64_t then = 0;
        std::uint64_t still = 0;
        std::uint64_t had = 0;
        for (const auto& [d, session] : q.holders) {
            then |= 1ULL << names_.device[d.index()] % 64;
            if (s_.lasts(d, session)) still |= 1ULL << names_.device[d.index()] % 64;
        }
        out_.number(then);
        out_.number(still);
        for (const DeviceId d : q.had) had |= 1ULL << names_.device[d.index()] % 64;
        out_.number(had);
        for (const std::uint32_t d : names_.byDevice) {
            const DeviceFacts& device = s_.devices[d];
            out_.flag((device.online ? device.began : s_.sides[d].ended) > q.asked);
        }
    }

    // ---- groups and conversations ------------------------------------------------------------------------------

    static_assert(sizeof(GroupFacts) == 40 && sizeof(RoomFacts) == 80 && sizeof(Stay) == 24);
    void memberships() {
        for (std::size_t g = 0; g < s_.groups.size(); ++g) {
            for (std::size_t u = 0; u < s_.users.size(); ++u) {
                const std::uint32_t history =
                    s_.memberOf.find(pairKey(static_cast<std::uint32_t>(g), static_cast<std::uint32_t>(u)));
                out_.flag(history != FlatMap::kAbsent && s_.memberships[history].size() % 2 == 1);
            }
        }
        for (std::size_t r = 0; r < s_.rooms.size(); ++r) {
            for (const std::uint32_t d : names_.byDevice) {
                const std::uint32_t stay = s_.stayOf.find(pairKey(static_cast<std::uint32_t>(r), d));
                out_.flag(stay != FlatMap::kAbsent && s_.stays[stay].inside);
            }
        }
    }

    // Whom a conversation is between. Conversations are numbered in the order of their first messages.
    static std::uint64_t keyOf(const Thread& t) {
        if (t.isPrivate) return pairKey(t.a.value, t.b.value);
        return static_cast<std::uint64_t>(t.address.kind) << 60U | t.address.number;
    }

    // How far each session has come in each conversation, by the message that it got to.
    void marks() {
        std::pmr::vector<std::pair<std::uint64_t, const Thread*>> threads(&memory_);
        threads.reserve(s_.threads.size());
        for (const Thread& t : s_.threads) {
            threads.emplace_back(keyOf(t), &t);
        }
        std::sort(threads.begin(), threads.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        for (const auto& [key, thread] : threads) {
            bool any = false;
            for (const std::uint32_t number : names_.byDevice) any |= mark(*thread, key, DeviceId{number}, any);
            if (any) out_.byte(0xff);
        }
    }

    [[nodiscard]] std::optional<std::uint32_t> firstSlot(const Thread& thread, UserId id) const {
        if (thread.isPrivate) {
            if (id == thread.a) return 0;
            if (id == thread.b) return s_.users[thread.a.index()].slots;
            return std::nullopt;
        }
        const auto user =
            std::find_if(thread.users.begin(), thread.users.end(), [id](const Party& u) { return u.user == id; });
        if (user == thread.users.end()) return std::nullopt;
        return user->slot;
    }

    static_assert(sizeof(Thread) == 64 && sizeof(OrderMark) == 8 && sizeof(CatchUpMark) == 8);
    bool mark(const Thread& thread, std::uint64_t key, DeviceId id, bool begun) {
        const DeviceFacts& d = s_.devices[id.index()];
        if (!d.online) return false;
        const std::optional<std::uint32_t> first = firstSlot(thread, d.user);
        if (!first || *first + d.ordinal >= thread.markSlots) return false;
        const std::size_t at = thread.marks + *first + d.ordinal;
        const OrderMark& mark = s_.marks[at];
        if (mark.session != d.session || mark.begun == 0) return false;
        if (!begun) out_.number(key);
        out_.byte(names_.device[id.index()] % 64);
        out_.byte(mark.begun);
        // By their ranks among acceptances: nothing else is compared with them. Places are small here, so the low half
        // is the whole.
        const auto begunWith = [&mark](Via via) { return (mark.begun >> static_cast<unsigned>(via) & 1U) != 0; };
        if (begunWith(Via::Live)) place(mark.live);
        if (begunWith(Via::Offline)) place(s_.catchUpMarks[at].offline);
        if (begunWith(Via::Compensation)) place(s_.catchUpMarks[at].compensation);
        return true;
    }

    // ---- duties ------------------------------------------------------------------------------------------------

    // Duties are all looked at at the same settled moment; in which order only decides how a violation is told.
    void duties() {
        words_.clear();
        words_.reserve(s_.due.size());
        std::size_t logins = 0;
        std::size_t refusals = 0;
        for (std::size_t i = 0; i < s_.due.size(); ++i) {
            const Due& d = s_.due[i];
            if (d.kind == DueKind::Login) {
                words_.push_back(word(d, loginDetail(s_.loginQueue[logins++])));
            } else if (d.kind == DueKind::Refusal) {
                words_.push_back(word(d, refusalDetail(s_.refusals[refusals++])));
            } else {
                words_.push_back(word(d, detail(d)));
            }
        }
        std::sort(words_.begin(), words_.end());
        out_.number(words_.size());
        for (const auto& [subject, rest] : words_) {
            out_.number(subject);
            out_.number(rest);
        }
        for (const std::uint32_t number : names_.byDevice) owedToSender(DeviceId{number});
    }

    using Word = std::pair<std::uint64_t, std::uint64_t>;

    [[nodiscard]] Word word(const Due& d, std::uint64_t detail) const {
        std::uint64_t subject = 0;
        switch (d.kind) {
            case DueKind::Send:
            case DueKind::Accepted:
                subject = names_.of(MessageId{d.subject});
                break;
            case DueKind::RecallAnswer:
            case DueKind::Recall:
                subject = names_.of(s_.recalls[d.subject].message);
                break;
            case DueKind::Return:
                subject =
                    static_cast<std::uint64_t>(names_.of(DeviceId{d.subject})) << 16U | names_.of(MessageId{d.detail});
                break;
            default:
                subject = names_.of(DeviceId{d.subject});
        }
        return {subject << 4U | static_cast<std::uint64_t>(d.kind), detail};
    }

    [[nodiscard]] std::uint64_t detail(const Due& d) const {
        const auto excused = [&](DeviceId device) { return s_.answerMayBeLost(device, d.place); };
        switch (d.kind) {
            case DueKind::Connect:
                return (s_.sides[d.subject].answered > d.place ? 1U : 0U) | (excused(DeviceId{d.subject}) ? 2U : 0U);
            case DueKind::Send:
                return excused(s_.messages[d.subject].sender) ? 1 : 0;
            case DueKind::RecallAnswer: {
                const std::vector<RecallRequest>& requests = s_.recalls[d.subject].requests;
                if (d.detail >= requests.size()) return ~std::uint64_t{0};  // forgotten, with its message
                return (excused(requests[d.detail].device) ? 1ULL : 0ULL) | static_cast<std::uint64_t>(d.detail) << 1U;
            }
            case DueKind::Session:
                return s_.lasts(DeviceId{d.subject}, d.detail) ? 1 : 0;
            case DueKind::Return:
                return s_.lasts(DeviceId{d.subject}, d.session) ? 1 : 0;
            case DueKind::Recall:
                return recallDetail(d);
            default:
                return 0;
        }
    }

    // The devices that must show it, and are still in the session in which they must.
    [[nodiscard]] std::uint64_t recallDetail(const Due& d) const {
        const RecallFacts& r = s_.recalls[d.subject];
        std::uint64_t owing = r.accepted && r.until == d.place ? 1 : 0;
        for (const auto& [device, session] : r.owed) {
            if (s_.lasts(device, session)) owing |= 2ULL << names_.device[device.index()] % 62;
        }
        return owing;
    }

    static_assert(sizeof(LoginFacts) == 80);
    [[nodiscard]] std::uint64_t loginDetail(const LoginFacts& l) const {
        const auto at = std::lower_bound(places_.begin(), places_.end(), l.place) - places_.begin();
        return static_cast<std::uint64_t>(s_.lasts(l.device, l.session)) |
               static_cast<std::uint64_t>(l.undecided) << 1U | static_cast<std::uint64_t>(l.webRules) << 2U |
               static_cast<std::uint64_t>(l.regime.service) << 3U | (l.regime.turns > 0 ? 1ULL : 0ULL) << 5U |
               static_cast<std::uint64_t>(l.count & 0xff) << 6U | static_cast<std::uint64_t>(l.number & 0xff) << 14U |
               static_cast<std::uint64_t>(at) << 22U;
    }

    // A refusal may be seen before the login that caused it.
    static_assert(sizeof(RefusalFacts) == 104);
    [[nodiscard]] std::uint64_t refusalDetail(const RefusalFacts& refusal) const {
        const LoginFacts& l = refusal.login;
        std::uint64_t later = 0;
        for (const DeviceId other : s_.devicesOf(s_.ownerOf(l.device))) {
            if (other != l.device && s_.logins[other.index()].place > l.place)
                later |= 1ULL << names_.device[other.index()] % 16;
        }
        std::uint64_t counted = 0;
        for (const DeviceId d : refusal.counted) counted |= 1ULL << names_.device[d.index()] % 16;
        return loginDetail(l) | later << 30U | counted << 46U;
    }

    void owedToSender(DeviceId id) {
        for (std::size_t i = 0; i < s_.due.size(); ++i) {
            if (s_.due[i].kind != DueKind::Session || s_.due[i].subject != id.value) continue;
            if (s_.due[i].detail != s_.devices[id.index()].session) continue;
            for (const MessageId m : s_.owedToSender[id.index()]) out_.number(names_.of(m));
        }
        out_.byte(0);
    }

    // Our world disconnects for a login at that login, so nothing waits here longer than that but the resolved.
    static_assert(sizeof(EvictionFacts) == 160);
    void evictions() {
        for (const EvictionFacts& x : s_.evictions) {
            if (x.resolved) continue;
            out_.byte(1);
            out_.number(names_.of(x.device));
            out_.number(names_.of(x.by));
            out_.number(static_cast<std::uint64_t>(x.number));
            out_.number(static_cast<std::uint64_t>(x.count));
            out_.flag(x.overBefore);
            out_.number(s_.place - x.place);
        }
        out_.byte(0);
    }

    const State& s_;
    const Naming& names_;
    Encoder& out_;
    // What is only needed while writing: on the stack, unless a state is large.
    std::array<std::byte, 2048> room_;
    std::pmr::monotonic_buffer_resource memory_{room_.data(), room_.size()};
    std::pmr::vector<Place> places_{&memory_};
    std::pmr::vector<Word> words_{&memory_};
};

}  // namespace

void encode(const Checker& checker, const Naming& names, Encoder& out) {
    Writer(checker.state(), names, out).all();
}

}  // namespace mdsync::rules
