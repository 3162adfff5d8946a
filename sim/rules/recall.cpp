// recall.*: who must show a recall. Who must not is off.recall-stays-local's and delivery.*'s.
#include <fmt/format.h>

#include "rules/families.hpp"
#include "rules/rows.hpp"

namespace mdsync {

namespace {

constexpr Rule kRecallRows[] = {
    {
        .id = RuleId::RecallOnlineDevices,
        .name = "recall.online-devices",
        .level = Level::Must,
        .source = "seed, \"Impact on Message Recall\"",
        .quote = "After enabling the Multi-Device Message Synchronization service, once the sender recalls a "
                 "message, if the user is online on other devices, the message will be synchronized and "
                 "recalled on those devices.",
        .statement = "While the service is on, every device but the recalling one that held the message when its "
                     "recall was accepted and is online from then to the next settled moment shows it recalled.",
        .reading = "Devices of the author and of the audience alike. The recalling device shows the recall "
                   "from its acceptance, with or without an event. A device that does not hold the message has "
                   "nothing to show. Who may recall is not judged.",
        .tempted = "The duty was kept or violated: such a device was online from the recall's acceptance until "
                   "it was due.",
        .aspects = kConversation | kOrigin | kSide | kSwitch,
        .names = Names::OnOrOff,
    },
    {
        .id = RuleId::RecallOfflineDevices,
        .name = "recall.offline-devices",
        .level = Level::Must,
        .source = "seed, \"Impact on Message Recall\"",
        .quote = "If the user is offline on other devices, the message will be synchronized and recalled after "
                 "the user logs in.",
        .statement = "While the service is on, at the first settled moment of its session, a device whose "
                     "session began after the recall was accepted and that held the message when it began "
                     "shows it recalled.",
        .reading = "Nothing is owed to the device that recalled, nor to one that has shown the recall before. The "
                   "service must be on when the recall is accepted and when the session begins, with no "
                   "turn in between. A recall older than the compensation window at that login is undecided. "
                   "After a reinstall the device holds nothing, and nothing is owed.",
        .tempted = "The duty was kept or violated: such a session reached its first settled moment.",
        .aspects = kConversation | kOrigin | kSide | kSwitch | bit(Aspect::Boundary),
        .names = Names::OnOrOff,
    },
    {
        .id = RuleId::RecallNoReturn,
        .name = "recall.no-return",
        .level = Level::MustNot,
        .source = "derived",
        .quote = "",
        .statement = "While the service is on, a device that receives a message after its recall was accepted "
                     "shows it recalled at the next settled moment.",
        .reading = "A recall that came before its message, a tombstone, counts: a later receipt in the same "
                   "installation is recalled at once. That the message comes at all is not forbidden here. A "
                   "receipt that already violated a ban is not asked again. "
                   "Who left the group after acceptance is owed nothing that had not come, a recall included.",
        .tempted = "An installation of the author or the audience that lacks the message, one that begins later "
                   "too, is online after the recall was accepted.",
        .aspects = kConversation | kOrigin | kSide | bit(Aspect::Online) | bit(Aspect::FirstLogin) |
                   bit(Aspect::Return) | bit(Aspect::Reinstall),
        .names = Names::OnOrOff,
    },
    {
        .id = RuleId::RecallBasic,
        .name = "recall.basic",
        .level = Level::Must,
        .source = "derived",
        .quote = "",
        .statement = "With the service off or changing, a recipient who has one device in all, which held the "
                     "message when its recall was accepted and is online from then to the next settled moment, "
                     "shows it recalled.",
        .reading = "With a single device nothing has to be synchronized between devices, so the recall itself "
                   "must work. All devices that are declared for the user by then count, online or not; the "
                   "recalling device is not asked. It is no rule of the switch: no service rule accompanies it.",
        .tempted = "The duty was kept or violated: such a recipient's device was online from the recall's "
                   "acceptance until it was due.",
        .aspects = kConversation | kOrigin | bit(Aspect::Off) | bit(Aspect::Changing),
    },
};

}  // namespace

constinit const std::span<const Rule> kRecallRules{kRecallRows};

}  // namespace mdsync

namespace mdsync::rules {

namespace {

// ---- recall.online-devices, recall.basic ------------------------------------------------------------------

// alice recalls m1; bob/phone holds m1 and has been online since before that: by the next settled moment it shows m1
// recalled. While the service is on, that is asked of every such device; while it is not, of a recipient's only one.
Found shownAtOnce(const History& h, const Claim& c) {
    const MessageFacts& m = h.message(c.message);
    const Receipt* r = h.receipt(m, c.device);
    if (m.state != MessageState::Accepted || r == nullptr) return Outcome::Lapsed;
    const bool kept = c.told || (r->have & Receipt::Shown) != 0;
    if (!kept && (!c.lasts || h.leftAfter(m, c.user))) return Outcome::Lapsed;
    const RecallFacts& recall = *h.recallOf(m);
    const Aspects aspects = aspectsOf(m, recall) | aspectsOf(recall.regime.service) | sideOf(c.user == m.author);
    if (!kept && (r->owed & Receipt::RecallNoMore) != 0) return Outcome::NotMine;
    return keptIf(kept, recall.regime, aspects);
}

std::string saysNotShown(const History& h, const Claim& c) {
    return fmt::format("{} holds {} and was online all the time since its recall, and does not show it recalled",
                       h.name(c.device), h.name(c.message));
}

void sinceRecall(Finding& f, const History& h, const Claim& c) {
    f.blame(h.recallOf(h.message(c.message))->origin).accepted().online(c.device).recalled().due();
}

// ---- recall.offline-devices -------------------------------------------------------------------------------

// Whether the device holds the message, or did so until it was installed anew.
bool heldIt(const History& h, const Claim& c) {
    const MessageFacts& m = h.message(c.message);
    if (!c.told) return h.holds(m, c.device) == Tri::Yes;
    if ((h.receipt(m, c.device)->owed & Receipt::ByPrevious) != 0) return true;
    return m.sender == c.device && !m.senderUnsure() && h.device(c.device).installation == m.senderInstallation + 1;
}

// bob/phone held m1 and was offline when it was recalled: once it has logged in and all has settled, it shows it so.
Found shownAfterLogin(const History& h, const Claim& c) {
    const MessageFacts& m = h.message(c.message);
    const DeviceFacts& d = h.device(c.device);
    const Receipt& r = *h.receipt(m, c.device);
    const bool shown = c.told || (r.have & Receipt::Shown) != 0;
    if (!h.recallAccepted(m) || !heldIt(h, c)) return Outcome::NotMine;
    if (shown ? h.leftBy(m, c.user, d.began) : h.leftAfter(m, c.user)) return Outcome::NotMine;
    if (m.until >= d.began || (r.owed & Receipt::RecallNoMore) != 0) return Outcome::NotMine;
    const RecallFacts& recall = *h.recallOf(m);
    const bool received = (r.have & Receipt::Received) != 0 || (c.told && (r.owed & Receipt::ByPrevious) != 0);
    const bool heldBefore = !received || r.session != d.session;
    if (recall.until >= d.began || !heldBefore || (r.have & Receipt::Tainted) != 0) return Outcome::NotMine;
    const Decides which = h.decides(recall, d);
    if (which == Decides::Off) return Outcome::NotMine;
    if (which == Decides::Nothing || recall.fromAt < c.window.demanded) return Outcome::Undecided;
    if (m.until >= recall.from) return Outcome::Undecided;  // perhaps it was recalled before it was accepted
    if (!recall.user.exists() && recall.isAskedBy(c.device))
        return Outcome::Undecided;  // perhaps it recalled it itself
    const Aspects aspects =
        aspectsOf(m, recall) | sideOf(c.user == m.author) | boundaryIf(recall.fromAt == c.window.demanded);
    return keptInSession(shown, c, recall.regime, aspects);
}

std::string saysStillShown(const History& h, const Claim& c) {
    return fmt::format("{} logged in after {} was recalled and still shows it", h.name(c.device), h.name(c.message));
}

// ---- recall.no-return -------------------------------------------------------------------------------------

// m1 was recalled, and bob/tab1 receives it afterwards: by the next settled moment it shows it recalled.
Found shownAfterReturn(const History& h, const Claim& c) {
    const MessageFacts& m = h.message(c.message);
    if (m.state != MessageState::Accepted || h.recallOf(m) == nullptr) return Outcome::NotMine;
    const Receipt* r = h.receipt(m, c.device);
    if (r == nullptr || !c.lasts) return Outcome::Lapsed;
    const RecallFacts& recall = *h.recallOf(m);
    const Aspects aspects = aspectsOf(m, recall) | sideOf(c.user == m.author) | aspectsOf(h.device(c.device));
    return keptIf((r->have & Receipt::Shown) != 0, recall.regime, aspects);
}

std::string saysReturned(const History& h, const Claim& c) {
    return fmt::format("{} received {} after its recall and does not show it recalled", h.name(c.device),
                       h.name(c.message));
}

void sinceReturn(Finding& f, const History& h, const Claim& c) {
    f.blame(c.origin).recalled().online(c.device);
    f.link(c.place, c.arose, c.origin, fmt::format("{} receives {}", h.name(c.device), h.name(c.message))).due();
}

}  // namespace

constinit const Duty kRecallOnlineDevices{.rule = RuleId::RecallOnlineDevices,
                                          .says = saysNotShown,
                                          .because = sinceRecall,
                                          .look = shownAtOnce,
                                          .noMore = NoMore::Recall};

constinit const Duty kRecallBasic{.rule = RuleId::RecallBasic,
                                  .says = saysNotShown,
                                  .because = sinceRecall,
                                  .look = shownAtOnce,
                                  .noMore = NoMore::Recall};

constinit const Duty kRecallOfflineDevices{.rule = RuleId::RecallOfflineDevices,
                                           .says = saysStillShown,
                                           .because = sinceLogin,
                                           .look = shownAfterLogin,
                                           .noMore = NoMore::Recall};

constinit const Duty kRecallNoReturn{.rule = RuleId::RecallNoReturn,
                                     .says = saysReturned,
                                     .because = sinceReturn,
                                     .look = shownAfterReturn,
                                     .atEnd = AtEnd::NotLookedAt,
                                     .noMore = NoMore::Recall};

// ---- what tempts recall.no-return -------------------------------------------------------------------------

// A recall is accepted while a device is online that lacks the message.
void temptNoReturn(const History& h, Ledger& ledger, const RecallFacts& r) {
    const MessageFacts& m = h.message(r.message);
    if (!r.regimeSure || r.regime.service != Service::On) return;
    if (m.state != MessageState::Accepted || !m.synchronizable()) return;
    for (const Party& party : h.concerned(m)) {
        if (h.concerns(m, party.user) != Tri::Yes || h.leftAfter(m, party.user)) continue;
        for (const auto& [d, receipt] : h.sharesOf(m, party)) {
            const DeviceFacts& device = h.device(d);
            if (h.holds(m, d) != Tri::No || !device.online) continue;
            if (h.decides(r, device) != Decides::On) continue;
            ledger.check(RuleId::RecallNoReturn, r.regime,
                         aspectsOf(m, r) | sideOf(party.user == m.author) | bit(Aspect::Online));
        }
    }
}

// A device logs in that lacked what was recalled.
void temptNoReturn(const History& h, Ledger& ledger, const Newcomer& n, const MessageFacts& m) {
    const RecallFacts& r = *h.recallOf(m);
    if (h.holds(m, n.id) != Tri::No || h.decides(r, n.device) != Decides::On) return;
    if (h.concerns(m, n.device.user) != Tri::Yes || h.leftAfter(m, n.device.user)) return;
    ledger.check(RuleId::RecallNoReturn, r.regime, aspectsOf(m, r) | sideOf(n.device.user == m.author) | n.login);
}

}  // namespace mdsync::rules
