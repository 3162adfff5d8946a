// The catalogue's rows of the family `recall`: recalls. Texts only, no judgement.
#include "rules/catalogue_rows.hpp"

namespace mdsync {

constinit const std::array<Rule, 4> kRecallRules{{
    {
        .id = RuleId::RecallOnlineDevices,
        .name = "recall.online-devices",
        .level = Level::Must,
        .source = "seed, \"Impact on Message Recall\"",
        .quote = "After enabling the Multi-Device Message Synchronization service, once the sender recalls a "
                 "message, if the user is online on other devices, the message will be synchronized and "
                 "recalled on those devices.",
        .statement = "While the service is on, every device that held the message when its recall was accepted "
                     "and is online from then to the next settled moment shows it recalled.",
        .reading = "Devices of the author and of the audience alike. The recalling device shows the recall "
                   "from its acceptance, with or without an event. A device that does not hold the message has "
                   "nothing to show. Who may recall is not judged.",
        .tempted = "The duty was kept or violated: such a device was online from the recall's acceptance until "
                   "it was due.",
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
        .reading = "The service must be on when the recall is accepted and when the session begins, with no "
                   "turn in between. A recall older than the compensation window at that login is undecided. "
                   "After a reinstall the device holds nothing, and nothing is owed.",
        .tempted = "The duty was kept or violated: such a session reached its first settled moment.",
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
        .tempted = "A device of the author or the audience lacked the message when its recall was accepted and "
                   "is online afterwards.",
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
                   "must work. All devices that the header declares for the user count, online or not. It is "
                   "no rule of the switch: no service rule accompanies it.",
        .tempted = "The duty was kept or violated: such a recipient's device was online from the recall's "
                   "acceptance until it was due.",
    },
}};

}  // namespace mdsync
