// See archive.hpp.
#include "sdk/archive.hpp"

#include <fmt/format.h>

#include "base/json.hpp"

namespace mdsync::sdk {

namespace {

constexpr std::size_t kLongestTold = 4096;

std::uint64_t keyOf(UserId user, MessageId message) {
    return std::uint64_t{user.value} << 32U | message.value;
}

std::size_t sizeOf(const Kept& what) {
    return sizeof what + what.classname.size() + 2 * what.content.size() + what.pushText.size() +
           what.extraContent.size();
}

// In which conversation, and from whom, `viewer` is shown what `from` said to it.
void place(DownStreamMessage& entry, const Header& header, const LiveWorld::About& m, UserId from, UserId viewer) {
    const auto nameOf = [&header](UserId user) { return header.users[user.index()].name; };
    if (from == viewer) entry.direction = Direction::Sent;
    entry.fromUserId = nameOf(from);
    switch (m.to.kind) {
        case AddressKind::Group:
            entry.type = ConversationType::Group;
            entry.groupId = header.groups[m.to.group().index()].name;
            return;
        case AddressKind::Room:
            entry.type = ConversationType::Chatroom;
            entry.groupId = header.rooms[m.to.room().index()];
            return;
        default:
            // In both directions the other one.
            entry.type = ConversationType::Private;
            entry.fromUserId = nameOf(m.author == viewer ? m.to.user() : m.author);
    }
}

}  // namespace

std::string toldAs(std::string_view classname, std::string_view content) {
    std::string told(content);
    json::Document json;
    if (classname == "RC:TxtMsg" && json.read(content, {})) {
        const json::Node* words = json.root().kind == json::Kind::Object ? json.find(json.root(), "content") : nullptr;
        if (words != nullptr && words->kind == json::Kind::String) told = json.text(*words);
    }
    if (told.size() <= kLongestTold) return told;
    return fmt::format("{} bytes, {:016x}", told.size(), fingerprint(told));
}

void Archive::keep(MessageId message, Kept what) {
    if (message.index() >= entries_.size()) entries_.resize(message.index() + 1);
    bytes_ += sizeOf(what);
    entries_[message.index()].message = std::move(what);
}

void Archive::keepRecall(MessageId message, Kept command) {
    if (message.index() >= entries_.size()) entries_.resize(message.index() + 1);
    bytes_ += sizeOf(command);
    entries_[message.index()].recall = std::move(command);
}

const Kept* Archive::find(MessageId message) const {
    if (!message.exists() || message.index() >= entries_.size()) return nullptr;
    const Kept& kept = entries_[message.index()].message;
    return kept.uid.empty() ? nullptr : &kept;
}

const Kept* Archive::findRecall(MessageId message) const {
    if (!message.exists() || message.index() >= entries_.size()) return nullptr;
    const Kept& kept = entries_[message.index()].recall;
    return kept.uid.empty() ? nullptr : &kept;
}

void Archive::hide(UserId user, MessageId message) {
    hidden_.insert(keyOf(user, message));
}

bool Archive::isHidden(UserId user, MessageId message) const {
    return hidden_.contains(keyOf(user, message));
}

DownStreamMessage entryOf(LiveWorld& live, const Archive& archive, MessageId message, UserId viewer, Via brought) {
    const Kept& kept = *archive.find(message);
    const LiveWorld::About m = live.about(message);
    DownStreamMessage entry;
    place(entry, live.header(), m, m.author, viewer);
    entry.classname = kept.classname;
    entry.content = kept.content;
    // A wrong server says something else.
    if (m.text.exists() && m.text != kept.text) {
        entry.content = fmt::format("{{\"content\":{}}}", jsonString(live.lexicon().texts[m.text]));
    }
    entry.dataTime = kept.at.time_since_epoch().count();
    entry.status = statusOf(kept.flags);
    if (brought == Via::Compensation) entry.status |= static_cast<std::int64_t>(DownFlag::Retrieved);
    entry.msgId = kept.uid;
    entry.extraContent = kept.extraContent;
    entry.pushContent = kept.pushText;
    entry.configFlag = 2;
    if (m.isStatus) entry.extStatus = ExtStatus::StatusMessage;
    return entry;
}

DownStreamMessage recallEntryOf(const LiveWorld& live, const Archive& archive, MessageId message, UserId viewer) {
    const Kept& command = *archive.findRecall(message);
    DownStreamMessage entry;
    place(entry, live.header(), live.about(message), command.author, viewer);
    entry.classname = command.classname;
    entry.content = command.content;
    entry.dataTime = command.at.time_since_epoch().count();
    entry.status = statusOf(command.flags);
    entry.msgId = command.uid;
    return entry;
}

}  // namespace mdsync::sdk
