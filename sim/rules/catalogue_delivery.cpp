// The catalogue's rows of the family `delivery`: what every other rule rests on. Texts only, no judgement.
#include "rules/catalogue_rows.hpp"

namespace mdsync {

constinit const std::array<Rule, 8> kDeliveryRules{{
    {
        .id = RuleId::DeliveryAnswered,
        .name = "delivery.answered",
        .level = Level::Must,
        .source = "derived",
        .quote = "",
        .statement = "Each connect, send, publish and recall is answered by the next settled moment.",
        .reading = "A connect by online or refused, a send or publish by accept or reject, a recall by "
                   "recall-accept or recall-reject; a first receive or recalled is an answer too. None is due "
                   "of a send or recall whose device is offline, where the device has an offline meanwhile, "
                   "where the server restarted, or where the recorder cannot see that kind of answer.",
        .tempted = "Each such request whose answer is due.",
    },
    {
        .id = RuleId::DeliveryNoLoss,
        .name = "delivery.no-loss",
        .level = Level::Must,
        .source = "derived",
        .quote = "",
        .statement = "At a settled moment a normal private or group message has been received by some device "
                     "of each recipient who has a device online that was so since acceptance, or whose session "
                     "began within the offline store's days of it.",
        .reading = "Which device gets it is not asked. The days are steps of 24 hours and inclusive to the "
                   "millisecond; what comes later, but before the horizon, is never judged. It is violated "
                   "only where no other duty names that message and user, and once per user. A recalled "
                   "message and one at its horizon are owed no more, nor is anything to who left the group.",
        .tempted = "A message was accepted and a recipient has such a device at a settled moment.",
    },
    {
        .id = RuleId::DeliveryNoPhantom,
        .name = "delivery.no-phantom",
        .level = Level::MustNot,
        .source = "derived",
        .quote = "",
        .statement = "Nothing is received or shown recalled that nobody sent before or that was rejected, "
                     "nothing is received past its horizon, and nothing is shown recalled whose recall nobody "
                     "asked for before or that was rejected.",
        .reading = "The place in the trace decides what was before. The horizon is 8 x 24 h after acceptance; "
                   "an id used again beyond it is a new message.",
        .tempted = "Each receive is a test.",
    },
    {
        .id = RuleId::DeliveryNoLeak,
        .name = "delivery.no-leak",
        .level = Level::MustNot,
        .source = "derived",
        .quote = "",
        .statement = "A device of a user who is neither author nor audience has no receive and no recalled of "
                     "the message.",
        .reading = "The audience of a group message are its members at acceptance: who joins later is outside, "
                   "who leaves later is not. For a chatroom it is the users with a device in the room at "
                   "acceptance.",
        .tempted = "Somebody outside has a device online at acceptance or later.",
    },
    {
        .id = RuleId::DeliveryOnce,
        .name = "delivery.once",
        .level = Level::MustNot,
        .source = "derived",
        .quote = "",
        .statement = "One installation does not receive a message twice, nor what it sent itself.",
        .reading = "After a reinstall a message may come again: that is a new installation. Status messages "
                   "count too, within one session. Where a reinstall stands between a send and its acceptance, "
                   "which installation sent it is undecided.",
        .tempted = "A session begins on a device that holds something.",
    },
    {
        .id = RuleId::DeliveryOnlyOnline,
        .name = "delivery.only-online",
        .level = Level::MustNot,
        .source = "derived",
        .quote = "",
        .statement = "No receive and no recalled happens on a device that is offline.",
        .reading = "What was accepted before the device's offline may still arrive until the next settled "
                   "moment: it was on its way. Such a late arrival violates no off rule either.",
        .tempted = "A message is accepted for a device that is offline.",
    },
    {
        .id = RuleId::DeliveryOrder,
        .name = "delivery.order",
        .level = Level::MustNot,
        .source = "derived",
        .quote = "",
        .statement = "In one session two normal messages of one conversation that come with the same `via` do "
                     "not come in another order than they were accepted.",
        .reading = "Only first receipts are compared, and only those that tell their `via`. What comes with "
                   "`offline` or `compensation` after the session's caught-up was sent again and is not "
                   "compared; where the recorder cannot see caught-up only `live` is. It is judged besides the "
                   "other bans: a receipt may violate one of them and this rule.",
        .tempted = "Two such messages come in one session.",
    },
    {
        .id = RuleId::DeliveryIntact,
        .name = "delivery.intact",
        .level = Level::MustNot,
        .source = "derived",
        .quote = "",
        .statement = "What is received is what was sent: the received digest or text does not differ from the "
                     "sent one.",
        .reading = "A digest is compared with a digest, a text with a text, nothing else; what is absent is "
                   "unknown. It is judged besides the other bans.",
        .tempted = "What was sent and what is received are both known.",
    },
}};

}  // namespace mdsync
