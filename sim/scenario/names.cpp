#include "scenario/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace mdsync::scenario {

namespace {

constexpr std::size_t kFewEnough = 500;  // so many names are searched for the nearest, and no more

// A whole number without leading zeros of at most nine digits, else -1.
std::int64_t rangeEnd(std::string_view text) {
    if (text.empty() || text.size() > 9 || (text.size() > 1 && text[0] == '0')) return -1;
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && stop == text.data() + text.size() ? number : -1;
}

constexpr std::array<std::string_view, kPlatforms> kPlatformWords{
    "android", "ios", "harmony", "web", "windows", "macos", "linux", "electron", "miniprogram"};

// `did you mean "ios"?` for what people call a platform, else all of them.
std::string platformHint(std::string_view word) {
    struct Alias {
        std::string_view part;
        std::string_view platform;
    };
    static constexpr Alias kAliases[] = {
        {"iphone", "ios"},       {"ipad", "ios"},     {"apple", "ios"},    {"huawei", "harmony"},
        {"ohos", "harmony"},     {"browser", "web"},  {"chrome", "web"},   {"firefox", "web"},
        {"safari", "web"},       {"h5", "web"},       {"mac", "macos"},    {"osx", "macos"},
        {"win", "windows"},      {"ubuntu", "linux"}, {"debian", "linux"}, {"wechat", "miniprogram"},
        {"mini", "miniprogram"},
    };
    std::string near = suggest(word, {kPlatformWords.begin(), kPlatformWords.end()});
    if (!near.empty()) return near;
    std::string lower{word};
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    for (const Alias& alias : kAliases) {
        if (lower.starts_with(alias.part)) return fmt::format("did you mean \"{}\"?", alias.platform);
    }
    return fmt::format("one of {}", fmt::join(kPlatformWords, ", "));
}

}  // namespace

std::string_view NameRange::at(std::size_t index, std::string& buffer) const {
    if (!isRange) return before;
    buffer = before;
    buffer += std::to_string(first + index);
    buffer += behind;
    return buffer;
}

// ---- Budget ---------------------------------------------------------------------------------------------------------

void Budget::overrun(Place place, std::string message) {
    if (!exhausted_) mistakes_.add(Mistake::TooLarge, place, std::move(message));
    exhausted_ = true;
}

bool Budget::take(std::size_t parts, Place place) {
    if (!exhausted_ && parts <= kMostParts - parts_) {
        parts_ += parts;
        return true;
    }
    overrun(place, fmt::format("all cases together have more than {} parts", kMostParts));
    return false;
}

bool Budget::takeStep(Place place) {
    if (!exhausted_ && ++steps_ > kMostSteps) {
        overrun(place, fmt::format("the scenario has more than {} steps", kMostSteps));
    }
    return !exhausted_ && take(kPartsOfStep, place);
}

// ---- Declarations ---------------------------------------------------------------------------------------------------

// The name or range that `text` (all or a part of `value`) spells; `what` it names is for messages.
std::optional<NameRange> Names::range(const Value& value, std::string_view text, std::string_view what) {
    NameRange out;
    out.before = text;
    const std::size_t open = text.find('{');
    if (open == std::string_view::npos) {
        if (isName(text)) return out;
        scope_.fault(Mistake::BadName, value, fmt::format("{} can't be the name of a {}", quoted(text), what),
                     std::string{kNameHint});
        return std::nullopt;
    }
    const std::size_t close = text.find('}', open);
    const std::string_view inside =
        close == std::string_view::npos ? std::string_view{} : text.substr(open + 1, close - open - 1);
    const std::size_t dots = inside.find("..");
    const std::int64_t first = rangeEnd(inside.substr(0, dots));
    const std::int64_t last = dots == std::string_view::npos ? -1 : rangeEnd(inside.substr(dots + 2));
    if (first < 0 || last < first) {
        const bool isFalling = first >= 0 && last >= 0;
        scope_.fault(Mistake::BadRange, value,
                     isFalling ? fmt::format("the range in {} falls", quoted(text))
                               : fmt::format("{} is not a name with a range", quoted(text)),
                     isFalling ? "write the smaller number first" : "ranges look like tab{1..11}");
        return std::nullopt;
    }
    out = {text.substr(0, open), text.substr(close + 1), static_cast<std::uint32_t>(first),
           static_cast<std::uint32_t>(last), true};
    if (out.behind.find('{') != std::string_view::npos) {
        scope_.fault(Mistake::BadRange, value, fmt::format("{} has more than one range", quoted(text)));
        return std::nullopt;
    }
    if (out.size() > Budget::kMostNames) {
        budget_.overrun(value.place, fmt::format("{} names more than {} things", quoted(text), Budget::kMostNames));
        return std::nullopt;
    }
    std::string longest;
    if (!isName(out.at(out.size() - 1, longest))) {
        scope_.fault(Mistake::BadName, value, fmt::format("{} can't be the name of a {}", quoted(longest), what),
                     std::string{kNameHint});
        return std::nullopt;
    }
    return out;
}

bool Names::tooMany(std::size_t count, const Value& value, std::string_view what) {
    if (count < Budget::kMostNames) return !budget_.take(1, value.place);
    budget_.overrun(value.place, fmt::format("the scenario has more than {} {}", Budget::kMostNames, what));
    return true;
}

void Names::declareUsers(const Value& users) {
    if (!users.usable()) {
        usersFaulty_ = true;
        return;
    }
    std::string buffer;
    for (const json::Node& child : scope_.children(users)) {
        if (scope_.mistakes().full()) return;
        const Value key = scope_.key(child);
        const auto names = key.usable() ? range(key, key.text, "user") : std::nullopt;
        const Value devices = scope_.value(child);
        if (devices.usable() && devices.kind != ValueKind::Object) {
            scope_.fault(Mistake::WrongType, devices,
                         fmt::format("a user takes an object of devices, not {}", describe(devices)),
                         "{ \"phone\": \"android\" }");
        }
        if (!names || devices.kind != ValueKind::Object) {
            usersFaulty_ = true;
        }
        if (!names) continue;
        for (std::size_t i = 0; i < names->size() && !budget_.exhausted(); ++i) {
            declareUser(names->at(i, buffer), key, devices);
        }
    }
}

void Names::declareUser(std::string_view name, const Value& key, const Value& devices) {
    if (tooMany(case_.header.users.size(), key, "users")) return;
    if (!userIndex_.emplace(name, UserId{case_.header.users.size()}).second) {
        usersFaulty_ = true;
        scope_.fault(Mistake::DuplicateName, key, fmt::format("the user {} is declared twice", quoted(name)));
        return;
    }
    const UserId user = case_.header.addUser(name);
    userKeys_.push_back(declare("user", key.text, key));
    if (devices.kind != ValueKind::Object) return;
    for (const json::Node& child : scope_.children(devices)) {
        if (budget_.exhausted() || scope_.mistakes().full()) return;
        const Value deviceKey = scope_.key(child);
        const Value platform = scope_.value(child);
        if (deviceKey.usable()) {
            declareDevice(user, deviceKey, platform);
        } else {
            usersFaulty_ = true;
        }
    }
}

void Names::declareDevice(UserId user, const Value& key, const Value& platform) {
    Platform known = Platform::Android;  // a device with a misspelled platform is declared all the same
    const Value word = scope_.checked(platform, Shape::Word, key.text, kPlatformWords);
    if (word.usable()) {
        if (const auto found = platformOf(word.text)) {
            known = *found;
        } else {
            scope_.fault(Mistake::UnknownWord, word, fmt::format("there is no platform {}", quoted(word.text)),
                         platformHint(word.text));
        }
    }
    const auto names = range(key, key.text, "device");
    if (!names) {
        usersFaulty_ = true;
        return;
    }
    std::string buffer;
    for (std::size_t i = 0; i < names->size(); ++i) {
        if (tooMany(case_.header.devices.size(), key, "devices")) return;
        const std::string_view name = names->at(i, buffer);
        std::string path = case_.header.users[user.index()].name + "/" + std::string{name};
        if (deviceIndex_.emplace(path, DeviceId{case_.header.devices.size()}).second) {
            case_.header.addDevice(name, known);
            deviceKeys_.push_back(declare("device", path, key, userKeys_[user.index()]));
        } else {
            scope_.fault(Mistake::DuplicateName, key, fmt::format("the device {} is declared twice", quoted(path)));
        }
    }
}

void Names::declareGroups(const Value& groups) {
    groupsFaulty_ = groupsFaulty_ || groups.kind == ValueKind::Broken;
    if (!groups.usable()) return;
    for (const json::Node& child : scope_.children(groups)) {
        if (budget_.exhausted() || scope_.mistakes().full()) return;
        const Value key = scope_.key(child);
        Value members = scope_.value(child);
        if (members.usable() && members.kind != ValueKind::List) {
            scope_.fault(Mistake::WrongType, members,
                         fmt::format("a group takes a list of users, not {}", describe(members)),
                         "[\"alice\", \"bob\"]");
            members.kind = ValueKind::Broken;
        }
        if (key.usable()) {
            declareGroup(key, members);
        } else {
            groupsFaulty_ = true;
        }
    }
}

void Names::declareGroup(const Value& key, const Value& members) {
    const auto names = range(key, key.text, "group");
    groupsFaulty_ = groupsFaulty_ || !names;
    const std::vector<UserId> who = users(members, key.text);
    std::vector<UserId> sorted = who;
    std::sort(sorted.begin(), sorted.end());
    if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end()) {
        scope_.fault(Mistake::DuplicateName, members,
                     fmt::format("{} is in the group twice", quoted(case_.header.users[twice->index()].name)));
    }
    std::string buffer;
    for (std::size_t i = 0; names && i < names->size(); ++i) {
        if (tooMany(case_.header.groups.size(), key, "groups") || !budget_.take(who.size(), key.place)) return;
        const std::string_view name = names->at(i, buffer);
        if (groupIndex_.emplace(name, GroupId{case_.header.groups.size()}).second) {
            case_.header.groups.push_back({std::string{name}, who});
            groupKeys_.push_back(declare("group", key.text, key));
        } else {
            scope_.fault(Mistake::DuplicateName, key, fmt::format("the group {} is declared twice", quoted(name)));
        }
    }
}

void Names::declareRooms(const Value& rooms) {
    const std::uint64_t before = scope_.mistakes().count();
    scope_.texts(rooms, "chatrooms", [this](const Value& text) {
        const auto names = range(text, text.text, "chatroom");
        std::string buffer;
        for (std::size_t i = 0; names && i < names->size(); ++i) {
            if (tooMany(case_.header.rooms.size(), text, "chatrooms")) return;
            const std::string_view name = names->at(i, buffer);
            if (roomIndex_.emplace(name, RoomId{case_.header.rooms.size()}).second) {
                case_.header.rooms.emplace_back(name);
                roomKeys_.push_back(declare("chatroom", text.text, text));
            } else {
                scope_.fault(Mistake::DuplicateName, text,
                             fmt::format("the chatroom {} is declared twice", quoted(name)));
            }
        }
    });
    roomsFaulty_ = roomsFaulty_ || rooms.kind == ValueKind::Broken || before != scope_.mistakes().count();
}

// ---- References -----------------------------------------------------------------------------------------------------

std::vector<std::string_view> Names::userNames() const {
    std::vector<std::string_view> names;
    for (const UserInfo& user : case_.header.users) names.push_back(user.name);
    return names;
}

std::vector<std::string_view> Names::devicePaths(UserId user) const {
    const UserInfo& info = case_.header.users[user.index()];
    std::vector<std::string_view> names;
    for (std::uint32_t i = 0; i < info.deviceCount; ++i) {
        names.push_back(case_.header.devices[info.firstDevice.index() + i].name);
    }
    return names;
}

void Names::undeclared(const Value& value, std::string_view what, std::string_view name,
                       const std::vector<std::string_view>& known) {
    scope_.fault(Mistake::Undeclared, value, fmt::format("there is no {} {}", what, quoted(name)),
                 known.size() <= kFewEnough ? suggest(name, known) : "");
}

void Names::appendUsers(const Value& value, std::string_view text, std::string_view key, std::vector<UserId>& out) {
    if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
        scope_.fault(Mistake::BadReference, value,
                     fmt::format("\"{}\" takes a user, not the device {}", key, quoted(text)),
                     fmt::format("did you mean \"{}\"?", text.substr(0, std::min<std::size_t>(slash, 64))));
        return;
    }
    const auto names = range(value, text, "user");
    std::string buffer;
    for (std::size_t i = 0; names && i < names->size(); ++i) {
        buffer = names->at(i, buffer);
        if (const auto found = userIndex_.find(buffer); found != userIndex_.end()) {
            out.push_back(found->second);
            use(found->second);
        } else if (!usersFaulty_) {
            return undeclared(value, "user", buffer, userNames());
        }
    }
}

std::vector<UserId> Names::users(const Value& value, std::string_view key) {
    std::vector<UserId> out;
    scope_.texts(value, key, [&](const Value& text) { appendUsers(text, text.text, key, out); });
    return out;
}

std::optional<UserId> Names::user(const Value& value, std::string_view key) {
    if (!value.usable()) return std::nullopt;
    const std::vector<UserId> found = users(value, key);
    if (found.size() > 1) {
        scope_.fault(Mistake::OutOfRange, value, fmt::format("\"{}\" takes one user, not {}", key, found.size()));
        return std::nullopt;
    }
    return found.empty() ? std::nullopt : std::optional{found.front()};
}

void Names::appendDevicesOf(UserId user, std::string_view text, const Value& value, std::vector<DeviceId>& out) {
    const UserInfo& owner = case_.header.users[user.index()];
    if (text == "*") {
        for (std::uint32_t i = 0; i < owner.deviceCount; ++i) {
            out.emplace_back(owner.firstDevice.value + i);
            use(out.back());
        }
        return;
    }
    const auto names = range(value, text, "device");
    std::string buffer;
    for (std::size_t i = 0; names && i < names->size(); ++i) {
        const std::string_view name = names->at(i, buffer);
        if (const auto found = deviceIndex_.find(owner.name + "/" + std::string{name}); found != deviceIndex_.end()) {
            out.push_back(found->second);
            use(found->second);
        } else if (!usersFaulty_) {
            const std::vector<std::string_view> known = devicePaths(user);
            std::string hint = known.size() <= kFewEnough ? suggest(name, known) : "";
            if (hint.empty() && !known.empty() && known.size() <= 8) {
                hint = fmt::format("{} has {}", owner.name, fmt::join(known, ", "));
            }
            scope_.fault(Mistake::Undeclared, value, fmt::format("{} has no device {}", owner.name, quoted(name)),
                         hint);
            return;
        }
    }
}

void Names::appendDevices(const Value& value, std::string_view key, std::vector<DeviceId>& out) {
    const std::size_t slash = value.text.find('/');
    if (slash == std::string_view::npos) {
        const auto user = userIndex_.find(std::string{value.text});
        const std::vector<std::string_view> known =
            user == userIndex_.end() ? std::vector<std::string_view>{} : devicePaths(user->second);
        scope_.fault(Mistake::BadReference, value,
                     fmt::format("\"{}\" takes a device, not {}", key, quoted(value.text)),
                     known.empty() ? "a device is written user/device"
                                   : fmt::format("did you mean \"{}/{}\"?", user->first, known.front()));
        return;
    }
    const std::string_view rest = value.text.substr(slash + 1);
    if (rest.find('/') != std::string_view::npos) {
        scope_.fault(Mistake::BadReference, value, fmt::format("{} has more than one /", quoted(value.text)),
                     "a device is written user/device");
        return;
    }
    std::vector<UserId> owners;
    appendUsers(value, value.text.substr(0, slash), key, owners);
    for (const UserId owner : owners) appendDevicesOf(owner, rest, value, out);
}

std::vector<DeviceId> Names::devices(const Value& value, std::string_view key) {
    std::vector<DeviceId> out;
    scope_.texts(value, key, [&](const Value& text) {
        const std::size_t before = out.size();
        if (!budget_.exhausted()) appendDevices(text, key, out);
        if (!budget_.take(out.size() - before, text.place)) out.clear();
    });
    return out;
}

std::vector<DeviceId> Names::someDevices(const Value& value, std::string_view key) {
    const std::uint64_t before = scope_.mistakes().count();
    std::vector<DeviceId> out = devices(value, key);
    if (value.usable() && out.empty() && before == scope_.mistakes().count() && !usersFaulty_) {
        scope_.fault(Mistake::OutOfRange, value, fmt::format("\"{}\" names no device", key));
    }
    return out;
}

void Names::appendTargets(const Value& value, std::string_view key, std::vector<Address>& out) {
    const std::size_t colon = value.text.find(':');
    if (colon == std::string_view::npos) {
        if (const std::string other = otherTarget(value.text); !other.empty()) {
            return scope_.fault(Mistake::Undeclared, value, fmt::format("there is no user {}", quoted(value.text)),
                                other);
        }
        std::vector<UserId> who;
        appendUsers(value, value.text, key, who);
        for (const UserId user : who) out.push_back(Address::of(user));
        return;
    }
    const std::string_view kind = value.text.substr(0, colon);
    const bool isGroup = kind == "group";
    if (!isGroup && kind != "chatroom") {
        std::string hint = suggest(kind, {"group", "chatroom"});
        scope_.fault(Mistake::BadReference, value, fmt::format("there is no kind of target {}", quoted(kind)),
                     hint.empty() ? "a target is a user, group:... or chatroom:..." : hint);
        return;
    }
    const auto names = range(value, value.text.substr(colon + 1), kind);
    std::string buffer;
    for (std::size_t i = 0; names && i < names->size(); ++i) {
        buffer = names->at(i, buffer);
        if (const auto group = groupIndex_.find(buffer); isGroup && group != groupIndex_.end()) {
            use(out.emplace_back(Address::of(group->second)));
        } else if (const auto room = roomIndex_.find(buffer); !isGroup && room != roomIndex_.end()) {
            use(out.emplace_back(Address::of(room->second)));
        } else if (isGroup ? !groupsFaulty_ : !roomsFaulty_) {
            std::vector<std::string_view> known{case_.header.rooms.begin(), case_.header.rooms.end()};
            if (isGroup) known.clear();
            for (const GroupInfo& info : case_.header.groups) {
                if (isGroup) known.push_back(info.name);
            }
            const bool isUser = userIndex_.contains(buffer);
            const std::string other = isUser ? fmt::format("did you mean \"{}\"?", buffer) : otherTarget(buffer);
            if (other.empty()) return undeclared(value, kind, buffer, known);
            return scope_.fault(Mistake::Undeclared, value, fmt::format("there is no {} {}", kind, quoted(buffer)),
                                other);
        }
    }
}

// `did you mean "group:team"?` where `name` is declared, but as something else; empty if it is a user or nothing at all.
std::string Names::otherTarget(std::string_view text) const {
    const std::string name{text};
    if (userIndex_.contains(name)) return {};
    if (groupIndex_.contains(name)) return fmt::format("did you mean \"group:{}\"?", name);
    return roomIndex_.contains(name) ? fmt::format("did you mean \"chatroom:{}\"?", name) : "";
}

std::vector<Address> Names::targets(const Value& value, std::string_view key) {
    std::vector<Address> out;
    scope_.texts(value, key, [&](const Value& text) {
        const std::size_t before = out.size();
        if (!budget_.exhausted()) appendTargets(text, key, out);
        if (!budget_.take(out.size() - before, text.place)) out.clear();
    });
    return out;
}

std::optional<Address> Names::target(const Value& value, std::string_view key) {
    if (!value.usable()) return std::nullopt;
    const std::vector<Address> found = targets(value, key);
    if (found.size() > 1) {
        scope_.fault(Mistake::OutOfRange, value, fmt::format("\"{}\" takes one target, not {}", key, found.size()));
        return std::nullopt;
    }
    return found.empty() ? std::nullopt : std::optional{found.front()};
}

// ---- Messages -------------------------------------------------------------------------------------------------------

std::vector<MessageId> Names::newMessages(const Value& value, std::string_view key) {
    return messages(value, key, MessageUse::New);
}
std::vector<MessageId> Names::anyMessages(const Value& value, std::string_view key) {
    return messages(value, key, MessageUse::Any);
}
std::vector<MessageId> Names::recalledMessages(const Value& value, std::string_view key) {
    return messages(value, key, MessageUse::Recalled);
}
std::vector<MessageId> Names::sentMessages(const Value& value, std::string_view key) {
    return messages(value, key, MessageUse::Sent);
}

std::vector<MessageId> Names::messages(const Value& value, std::string_view key, MessageUse use) {
    std::vector<MessageId> out;
    std::string buffer;
    const std::uint64_t before = scope_.mistakes().count();
    scope_.texts(value, key, [&](const Value& text) {
        const auto names = budget_.exhausted() ? std::nullopt : range(text, text.text, "message");
        for (std::size_t i = 0; names && i < names->size() && budget_.take(1, text.place); ++i) {
            useMessage(names->at(i, buffer), text, use, out);
        }
    });
    if (use != MessageUse::Sent && value.usable() && out.empty() && before == scope_.mistakes().count()) {
        scope_.fault(Mistake::OutOfRange, value, fmt::format("\"{}\" names no message", key));
    }
    return out;
}

void Names::useMessage(std::string_view name, const Value& value, MessageUse use, std::vector<MessageId>& out) {
    Words<MessageId>& words = case_.lexicon.messages;
    MessageId message = words.find(name);
    const bool wasSent = message.exists() && message.index() < sentOn_.size() && sentOn_[message.index()] != 0;
    if (use == MessageUse::Sent && !wasSent && !forgiveMessages_) {
        std::vector<std::string_view> known;
        for (std::size_t i = 0; i < words.size() && i < kFewEnough; ++i) {
            if (i < sentOn_.size() && sentOn_[i] != 0) known.push_back(words[MessageId{i}]);
        }
        std::string hint = suggest(name, known);
        scope_.fault(Mistake::Undeclared, value, fmt::format("no step before sends a message {}", quoted(name)), hint);
        return;
    }
    const bool isRehearsed = rehearsedFrom_ != nullptr && message.index() < rehearsedFrom_->size();
    if (use == MessageUse::New && wasSent && !isRehearsed) {
        const std::uint32_t line = sentOn_[message.index()];
        const bool isSameLine = line == scope_.mistakes().lineOf(value.place.offset);
        scope_.fault(Mistake::DuplicateMessage, value, fmt::format("the message id {} is used twice", quoted(name)),
                     isSameLine ? "each message has an id of its own; in a repeat: m${i}"
                                : fmt::format("line {} sends it already", line));
        return;
    }
    if (!message.exists()) {
        if (words.size() == Budget::kMostNames) {
            budget_.overrun(value.place, fmt::format("the scenario has more than {} messages", Budget::kMostNames));
            return;
        }
        message = words.intern(name);
    }
    if (sentOn_.size() <= message.index()) sentOn_.resize(message.index() + 1, 0);
    if (use == MessageUse::Recalled && !wasSent) recalled_.emplace_back(message, value);
    if (use == MessageUse::New) sentOn_[message.index()] = scope_.mistakes().lineOf(value.place.offset);
    out.push_back(message);
}

void Names::reportNeverSent() {
    if (forgiveMessages_ || scope_.mistakes().count() > 0) return;  // there is more to mend
    const Words<MessageId>& words = case_.lexicon.messages;
    std::vector<std::string_view> known;
    for (std::size_t i = 0; i < words.size() && i < kFewEnough; ++i) {
        if (sentOn_[i] != 0) known.push_back(words[MessageId{i}]);
    }
    for (const auto& [message, value] : recalled_) {
        if (sentOn_[message.index()] != 0) continue;
        const std::string near = suggest(words[message], known);
        scope_.fault(Mistake::NeverSent, value, fmt::format("no step sends the message {}", quoted(words[message])),
                     near.empty() ? "if that is meant, add \"refused\": true" : near);
    }
}

// ---- What nobody needs ----------------------------------------------------------------------------------------------

std::size_t Names::declare(std::string_view what, std::string_view name, const Value& key, std::size_t owner) {
    const auto [place, isNew] = declaredAt_.try_emplace(key.place.offset, declared_.size());
    if (isNew) declared_.push_back({what, std::string(name), key.place, owner});
    return place->second;
}

void Names::use(DeviceId device) {
    declared_[deviceKeys_[device.index()]].isUsed = true;
    use(case_.header.devices[device.index()].user);
}

void Names::use(const Address& address) {
    if (address.kind == AddressKind::User) use(address.user());
    if (address.kind == AddressKind::Group) declared_[groupKeys_[address.number]].isUsed = true;
    if (address.kind == AddressKind::Room) declared_[roomKeys_[address.number]].isUsed = true;
}

void Names::addUses(Uses& uses) const {
    for (const Declared& each : declared_) {
        if (scope_.mistakes().partOf(each.place.offset) > 0) continue;  // a cast is for many
        Use& use = uses[each.place.offset];
        if (use.sentence.empty()) {
            use = {fmt::format("no step needs the {} {}", each.what, quoted(each.name)), each.place, false};
        }
        const bool isOfNobody =
            each.owner != kNobody && !declared_[each.owner].isUsed;  // the user is told, not each device
        use.isUsed = use.isUsed || each.isUsed || isOfNobody;
    }
}

}  // namespace mdsync::scenario
