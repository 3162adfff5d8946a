// The cast and the steps of an exhaustive search. See moves.hpp.
#include "exhaustive/moves.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "mdsync/short_key.hpp"

namespace mdsync {

namespace {

constexpr std::string_view kWords[] = {
    // verbs
    "login", "logout", "drop", "reinstall", "send", "publish", "recall", "sync", "set", "join", "leave", "hold",
    "server", "wait",
    // what else multiplies scenarios
    "group", "chatroom", "status", "include-sender", "unnoticed", "lost-ack", "reorder"};

std::string_view nameOf(Platform platform) {
    switch (platform) {
        case Platform::Web:
            return "tab";
        case Platform::Windows:
        case Platform::Macos:
        case Platform::Linux:
        case Platform::Electron:
            return "laptop";
        case Platform::Miniprogram:
            return "mini";
        default:
            return "phone";
    }
}

}  // namespace

std::vector<std::string_view> exhaustiveWords() {
    return {std::begin(kWords), std::end(kWords)};
}

std::string whyNotSearchable(const ExhaustiveOptions& options) {
    const Bounds& b = options.bounds;
    if (b.users < 1 || b.users > 4) return fmt::format("--users {}: 1 to 4", b.users);
    if (b.devices < b.users || b.devices > 8) {
        return fmt::format("--devices {}: from one for each user to 8", b.devices);
    }
    if (b.messages > 4) return fmt::format("--messages {}: at most 4", b.messages);
    if (b.steps < 1 || b.steps > 30) return fmt::format("--steps {}: 1 to 30", b.steps);
    const auto words = exhaustiveWords();
    for (const std::string& word : options.without) {
        if (std::find(words.begin(), words.end(), word) == words.end()) {
            return fmt::format("--without {}: an exhaustive search knows {}", word, fmt::join(words, ", "));
        }
    }
    return {};
}

}  // namespace mdsync

namespace mdsync::search {

Moves::Moves(const ExhaustiveOptions& options) {
    for (const std::string_view word : exhaustiveWords()) {
        if (std::find(options.without.begin(), options.without.end(), word) == options.without.end()) {
            words.emplace_back(word);
        }
    }
    waits = uses("wait");
    reorders = uses("reorder");
    losesAcks = uses("lost-ack");
    waitKind = fingerprint("wait");
    addCast(options);
    addConnections();
    addMessages();
    addConsole();
    addMemberships();
}

std::uint64_t Moves::kindOf(const Op& op) const {
    const UserId user = op.device.exists() ? header.devices[op.device.index()].user : op.user;
    return fingerprint(fmt::format("{} by {} to {}{} of {} by way of {}{}", spell(op.kind), user.value,
                                   static_cast<int>(op.to.kind), op.to.number, op.type.value, static_cast<int>(op.api),
                                   op.includeSender ? ", sender too" : ""));
}

bool Moves::uses(std::string_view word) const {
    return std::find(words.begin(), words.end(), word) != words.end();
}

void Moves::addCast(const ExhaustiveOptions& options) {
    constexpr std::string_view kUsers[] = {"alice", "bob", "carol", "dave"};
    std::vector<Platform> platforms = options.platforms;
    if (platforms.empty()) platforms = {Platform::Android, Platform::Web, Platform::Web, Platform::Windows};
    header.t = *parseInstant("2024-05-01T09:00:00+08:00");
    for (std::uint32_t u = 0; u < options.bounds.users; ++u) {
        header.addUser(kUsers[u]);
        const std::uint32_t count = u == 0 ? options.bounds.devices - (options.bounds.users - 1) : 1;
        for (std::uint32_t d = 0; d < count; ++d) {
            const Platform platform = platforms[u == 0 ? d % platforms.size() : 0];
            std::string name(nameOf(platform));
            for (std::uint32_t n = 2; header.findDevice(fmt::format("{}/{}", kUsers[u], name)).exists(); ++n) {
                name = fmt::format("{}{}", nameOf(platform), n);
            }
            header.addDevice(name, platform);
        }
    }
    if (uses("group") && options.bounds.users > 1) {
        GroupInfo& team = header.groups.emplace_back();
        team.name = "team";
        for (std::size_t u = 0; u < header.users.size(); ++u) team.members.push_back(UserId{u});
    }
    if (uses("chatroom")) header.rooms.emplace_back("lobby");
    for (std::uint32_t m = 1; m <= options.bounds.messages; ++m) {
        messages.push_back(lexicon.messages.intern(fmt::format("m{}", m)));
        texts.push_back(lexicon.texts.intern(fmt::format("text {}", m)));
    }
}

void Moves::addConnections() {
    for (std::size_t i = 0; i < header.devices.size(); ++i) {
        Op op;
        op.device = DeviceId{i};
        const auto with = [&](std::string_view word, OpKind kind, bool fault) {
            if (!uses(word)) return;
            op.kind = kind;
            add(op, fault);
        };
        with("login", OpKind::Login, false);
        with("logout", OpKind::Logout, false);
        with("drop", OpKind::Drop, true);
        with("reinstall", OpKind::Reinstall, false);
        with("hold", OpKind::Hold, true);
        with("hold", OpKind::Release, false);
        if (uses("drop") && uses("unnoticed")) {
            op.noticedAfter = std::chrono::seconds{1};  // how long it takes, the search says
            with("drop", OpKind::Drop, true);
        }
    }
    if (uses("server")) {
        Op op;
        op.kind = OpKind::ServerRestart;
        add(op, true);
    }
}

std::vector<Address> Moves::targetsFor(UserId author) const {
    std::vector<Address> targets;
    for (std::size_t u = 0; u < header.users.size(); ++u) {
        if (UserId{u} != author) targets.push_back(Address::of(UserId{u}));
    }
    if (header.users.size() == 1) targets.push_back(Address::of(author));
    if (!header.groups.empty()) targets.push_back(Address::of(GroupId{0U}));
    if (!header.rooms.empty()) targets.push_back(Address::of(RoomId{0U}));
    return targets;
}

// A chatroom's messages are judged alike whatever their type.
void Moves::addMessages() {
    const TextId plain = lexicon.texts.intern("RC:TxtMsg");
    const TextId typing = lexicon.texts.intern("RC:TypSts");
    Op op;
    op.kind = OpKind::Send;
    for (std::size_t d = 0; uses("send") && d < header.devices.size(); ++d) {
        op.device = DeviceId{d};
        for (const Address& to : targetsFor(header.devices[d].user)) {
            op.to = to;
            op.type = plain;
            add(op, false, true);
            if (!uses("status") || to.kind == AddressKind::Room) continue;
            op.type = typing;
            add(op, false, true);
        }
    }
    op = Op{};
    op.kind = OpKind::Publish;
    op.type = plain;
    for (std::size_t u = 0; uses("publish") && u < header.users.size(); ++u) {
        op.user = UserId{u};
        for (const Address& to : targetsFor(op.user)) {
            op.to = to;
            for (const bool include : {false, true}) {
                if (include && !uses("include-sender")) continue;
                op.includeSender = include;
                op.api = Api::Message;
                add(op, false, true);
                if (!uses("status") || to.kind == AddressKind::Room) continue;
                op.api = Api::Status;
                add(op, false, true);
            }
        }
    }
    op = Op{};
    op.kind = OpKind::Recall;
    for (std::size_t d = 0; uses("recall") && d < header.devices.size(); ++d) {
        op.device = DeviceId{d};
        add(op);
    }
    op.device = DeviceId{};
    for (std::size_t u = 0; uses("recall") && u < header.users.size(); ++u) {
        op.user = UserId{u};
        add(op);
    }
}

void Moves::addConsole() {
    Op op;
    op.kind = OpKind::Sync;
    for (const bool enabled : {true, false}) {
        op.enabled = enabled;
        if (uses("sync")) add(op);
    }
    if (!uses("set")) return;
    op = Op{};
    op.kind = OpKind::Set;
    const auto set = [&](const SettingsChange& change) {
        op.settings = change;
        add(op);
    };
    SettingsChange change;
    for (const std::int64_t days : {2, 8}) {  // inside and outside the range
        change.compensationDays = days;
        set(change);
    }
    change = SettingsChange{};
    change.offlineDays = 1;
    set(change);
    change = SettingsChange{};
    change.mobileLimit = 2;
    set(change);
}

void Moves::addMemberships() {
    for (const OpKind kind : {OpKind::Join, OpKind::Leave}) {
        if (!uses(spell(kind))) continue;
        Op op;
        op.kind = kind;
        for (std::size_t u = 0; !header.groups.empty() && u < header.users.size(); ++u) {
            op.to = Address::of(GroupId{0U});
            op.user = UserId{u};
            add(op);
        }
        op.user = UserId{};
        for (std::size_t d = 0; !header.rooms.empty() && d < header.devices.size(); ++d) {
            op.to = Address::of(RoomId{0U});
            op.device = DeviceId{d};
            add(op);
        }
    }
}

}  // namespace mdsync::search
