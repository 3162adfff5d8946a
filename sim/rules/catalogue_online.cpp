// The catalogue's rows of the family `online`: several devices online with the service on. Texts and examples only, no
// judgement.
#include "rules/catalogue_rows.hpp"

namespace mdsync {

constinit const std::array<Rule, 2> kOnlineRules{{
    {
        .id = RuleId::OnlineReceived,
        .name = "online.received",
        .level = Level::Must,
        .source = "seed, \"Applicable Scenarios\"",
        .quote = "A single user account is simultaneously online on multiple devices (regardless of whether "
                 "they are the same platform), and the user wishes to synchronize message sending and "
                 "receiving.",
        .statement = "While the service is on, every device of each recipient that is online from the "
                     "acceptance of a normal message to the next settled moment has received it by then.",
        .reading = "The duty is looked at once. It lapses when the device's session ends before, when the "
                   "message is recalled before, and at the message's horizon. The service must be on at "
                   "acceptance. The members of a group are those at acceptance, without the author; who left "
                   "since is owed nothing more.",
        .tempted = "The duty was kept or violated: a recipient's device was online from acceptance until it "
                   "was due.",
        .passing =
            R"({"mdsync":"trace/1","t":1714525200000,"app":{"sync":true},"users":{"alice":{"phone":"android","mac":"macos"},"bob":{"pixel":"android"}}}
{"t":1714525200010,"ev":"online","dev":"alice/phone"}
{"t":1714525200020,"ev":"online","dev":"alice/mac"}
{"t":1714525200030,"ev":"online","dev":"bob/pixel"}
{"t":1714525200040,"ev":"send","msg":"m1","dev":"bob/pixel","to":"alice"}
{"t":1714525200050,"ev":"accept","msg":"m1"}
{"t":1714525200060,"ev":"receive","msg":"m1","dev":"alice/phone","via":"live"}
{"t":1714525200070,"ev":"receive","msg":"m1","dev":"alice/mac","via":"live"}
{"t":1714525200080,"ev":"settled"}
)",
        .failing =
            R"({"mdsync":"trace/1","t":1714525200000,"app":{"sync":true},"users":{"alice":{"phone":"android","mac":"macos"},"bob":{"pixel":"android"}}}
{"t":1714525200010,"ev":"online","dev":"alice/phone"}
{"t":1714525200020,"ev":"online","dev":"alice/mac"}
{"t":1714525200030,"ev":"online","dev":"bob/pixel"}
{"t":1714525200040,"ev":"send","msg":"m1","dev":"bob/pixel","to":"alice"}
{"t":1714525200050,"ev":"accept","msg":"m1"}
{"t":1714525200060,"ev":"receive","msg":"m1","dev":"alice/phone","via":"live"}
{"t":1714525200080,"ev":"settled"}
)",
    },
    {
        .id = RuleId::OnlineSent,
        .name = "online.sent",
        .level = Level::Must,
        .source = "seed, \"Applicable Scenarios\"",
        .quote = "A single user account is simultaneously online on multiple devices (regardless of whether "
                 "they are the same platform), and the user wishes to synchronize message sending and "
                 "receiving.",
        .statement = "While the service is on, every other device of the author that is online from acceptance "
                     "to the next settled moment has received the normal message that one of the author's "
                     "devices sent.",
        .reading = "The sending device holds its message and is owed nothing. What the server API sent in the "
                   "author's name is ruled by isIncludeSender instead (api.*). The duty lapses as that of "
                   "online.received does.",
        .tempted = "The duty was kept or violated: another device of the author was online from acceptance "
                   "until it was due.",
        .passing =
            R"({"mdsync":"trace/1","t":1714525200000,"app":{"sync":true},"users":{"alice":{"phone":"android","mac":"macos"},"bob":{"pixel":"android"}}}
{"t":1714525200010,"ev":"online","dev":"alice/phone"}
{"t":1714525200020,"ev":"online","dev":"alice/mac"}
{"t":1714525200030,"ev":"online","dev":"bob/pixel"}
{"t":1714525200040,"ev":"send","msg":"m1","dev":"alice/phone","to":"bob"}
{"t":1714525200050,"ev":"accept","msg":"m1"}
{"t":1714525200060,"ev":"receive","msg":"m1","dev":"bob/pixel","via":"live"}
{"t":1714525200070,"ev":"receive","msg":"m1","dev":"alice/mac","via":"live"}
{"t":1714525200080,"ev":"settled"}
)",
        .failing =
            R"({"mdsync":"trace/1","t":1714525200000,"app":{"sync":true},"users":{"alice":{"phone":"android","mac":"macos"},"bob":{"pixel":"android"}}}
{"t":1714525200010,"ev":"online","dev":"alice/phone"}
{"t":1714525200020,"ev":"online","dev":"alice/mac"}
{"t":1714525200030,"ev":"online","dev":"bob/pixel"}
{"t":1714525200040,"ev":"send","msg":"m1","dev":"alice/phone","to":"bob"}
{"t":1714525200050,"ev":"accept","msg":"m1"}
{"t":1714525200060,"ev":"receive","msg":"m1","dev":"bob/pixel","via":"live"}
{"t":1714525200080,"ev":"settled"}
)",
    },
}};

}  // namespace mdsync
