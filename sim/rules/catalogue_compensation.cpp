// The catalogue's rows of the family `compensation`: device switch and reinstall with the service on. Texts only, no
// judgement.
#include "rules/catalogue_rows.hpp"

namespace mdsync {

constinit const std::array<Rule, 4> kCompensationRules{{
    {
        .id = RuleId::CompensationDeviceSwitch,
        .name = "compensation.device-switch",
        .level = Level::Must,
        .source = "seed, \"Impact on Offline Compensation\"",
        .quote = "After a user logs in on a new device (regardless of whether they have logged in on that "
                 "device before), the SDK can retrieve messages sent and received on other terminals within "
                 "the specified number of recent days (default is 1 calendar day).",
        .statement = "While the service is on, at the first settled moment of a session the device holds every "
                     "normal private or group message of the window that was accepted before the session began "
                     "and that another terminal has.",
        .reading = "The window is taken at the login: with the calendar reading it begins with the day N-1 "
                   "days before the login's day in the app's time zone, and its first instant is inside. Sent "
                   "and received messages count alike, and devices that logged in before like new ones. "
                   "Recalled messages, status messages and chatroom messages are not owed, nor is anything to "
                   "who left the group. What no terminal has is the offline store's (delivery.no-loss). "
                   "Whether messages accepted while the service was off come back is never judged.",
        .tempted = "The duty was kept or violated: such a message existed when the session's first settled "
                   "moment came.",
    },
    {
        .id = RuleId::CompensationReinstall,
        .name = "compensation.reinstall",
        .level = Level::Must,
        .source = "seed, \"Impact on Offline Compensation\"",
        .quote = "After the user reinstalls the app and reconnects, RC's server-side offline compensation "
                 "mechanism is triggered, and the SDK can retrieve messages sent and received on other "
                 "terminals within the specified number of recent days (default is 1 calendar day).",
        .statement = "While the service is on, the first session after a reinstall brings back every normal "
                     "private or group message of the window that another terminal has, the device's own "
                     "earlier installations included.",
        .reading = "As compensation.device-switch, with what the device itself sent and received before "
                   "counting as another terminal's. Where a reinstall stands between a send and its "
                   "acceptance, which installation sent it is undecided.",
        .tempted = "The duty was kept or violated: such a message existed when the first settled moment after "
                   "the reinstall came.",
    },
    {
        .id = RuleId::CompensationWindow,
        .name = "compensation.window",
        .level = Level::MustNot,
        .source = "seed, \"Impact on Offline Compensation\", tip",
        .quote = "Conversations older than this period cannot be retrieved through the offline compensation "
                 "mechanism.",
        .statement = "While the service is on, a session must not bring a device a message that was accepted "
                     "before it and outside the window and that another terminal has.",
        .reading = "The time of acceptance counts, not that of sending. The millisecond before the window's "
                   "first instant is outside. Under the reading `any` only what is outside both the calendar "
                   "and the rolling window is forbidden. What no terminal has may come from the offline store, "
                   "whatever its age up to `offlineDays`; that a later login, in whose window the message is, brings "
                   "it to another terminal while it is on its way is undecided.",
        .tempted = "A device logs in that lacks such a message.",
    },
    {
        .id = RuleId::CompensationConversations,
        .name = "compensation.conversations",
        .level = Level::Must,
        .source = "seed, \"Impact on Offline Compensation\", tip",
        .quote = "Therefore, the conversation list after offline compensation may not match the list on the "
                 "original device or before uninstallation (you may feel as if some conversations are "
                 "missing).",
        .statement = "While the service is on, the first catch-up of an installation that tells its "
                     "conversations lists exactly those of the messages it holds then, each once.",
        .reading = "A private conversation is named by the other user, a group as `group:team`. A conversation "
                   "of which only recalled messages, tombstones, own messages not yet accepted or messages "
                   "past their horizon are known may be listed or not. Status and chatroom messages make no "
                   "conversation. Later catch-ups are not judged.",
        .tempted = "Such a catch-up came in a session that began while the service was on.",
    },
}};

}  // namespace mdsync
