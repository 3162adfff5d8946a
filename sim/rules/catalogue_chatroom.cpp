// The catalogue's rows of the family `chatroom`: chatrooms. Texts and examples only, no judgement.
#include "rules/catalogue_rows.hpp"

namespace mdsync {

constinit const std::array<Rule, 1> kChatroomRules{{
    {
        .id = RuleId::ChatroomLiveOnly,
        .name = "chatroom.live-only",
        .level = Level::MustNot,
        .source = "docs",
        .quote = "",
        .statement = "A device that was not online and in the room when a chatroom message was accepted, and "
                     "online since, must not receive it.",
        .reading = "A device leaves the room when its session ends and must join again. Leaving the room after "
                   "acceptance while staying online does not forbid the receipt. What was accepted before the "
                   "device's offline may still arrive until the next settled moment (delivery.only-online). "
                   "The seed names chatrooms without saying what changes for them, so only this rule and "
                   "delivery.* judge their messages, status types included.",
        .tempted = "A device comes online or joins the room after a message of the room was accepted.",
        .passing =
            R"({"mdsync":"trace/1","t":1714525200000,"users":{"alice":{"phone":"android","web":"web"},"bob":{"pixel":"android"}},"chatrooms":["lobby"]}
{"t":1714525200010,"ev":"online","dev":"alice/phone"}
{"t":1714525200020,"ev":"online","dev":"alice/web"}
{"t":1714525200030,"ev":"online","dev":"bob/pixel"}
{"t":1714525200040,"ev":"join","chatroom":"lobby","dev":"alice/phone"}
{"t":1714525200050,"ev":"join","chatroom":"lobby","dev":"bob/pixel"}
{"t":1714525200060,"ev":"send","msg":"m1","dev":"bob/pixel","to":"chatroom:lobby"}
{"t":1714525200070,"ev":"accept","msg":"m1"}
{"t":1714525200080,"ev":"receive","msg":"m1","dev":"alice/phone","via":"live"}
{"t":1714525200090,"ev":"join","chatroom":"lobby","dev":"alice/web"}
{"t":1714525200110,"ev":"settled"}
)",
        .failing =
            R"({"mdsync":"trace/1","t":1714525200000,"users":{"alice":{"phone":"android","web":"web"},"bob":{"pixel":"android"}},"chatrooms":["lobby"]}
{"t":1714525200010,"ev":"online","dev":"alice/phone"}
{"t":1714525200020,"ev":"online","dev":"alice/web"}
{"t":1714525200030,"ev":"online","dev":"bob/pixel"}
{"t":1714525200040,"ev":"join","chatroom":"lobby","dev":"alice/phone"}
{"t":1714525200050,"ev":"join","chatroom":"lobby","dev":"bob/pixel"}
{"t":1714525200060,"ev":"send","msg":"m1","dev":"bob/pixel","to":"chatroom:lobby"}
{"t":1714525200070,"ev":"accept","msg":"m1"}
{"t":1714525200080,"ev":"receive","msg":"m1","dev":"alice/phone","via":"live"}
{"t":1714525200090,"ev":"join","chatroom":"lobby","dev":"alice/web"}
{"t":1714525200100,"ev":"receive","msg":"m1","dev":"alice/web","via":"live"}
{"t":1714525200110,"ev":"settled"}
)",
    },
}};

}  // namespace mdsync
