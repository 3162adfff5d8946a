// See server_api.hpp.
#include "sdk/server_api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text.hpp"
#include "mdsync/trace_io.hpp"
#include "sdk/emulator.hpp"
#include "sdk/form.hpp"
#include "sdk/signature.hpp"

namespace mdsync::sdk {

namespace {

constexpr std::size_t kMostUsers = 1000;
constexpr std::size_t kMostGroups = 3;

// The vendor's codes, each with the status of HTTP that goes with it.
enum class Code : std::uint16_t {
    Parameter = 1002,
    NoData = 1003,
    Signature = 1004,
    TooLong = 1005,
    Rate = 1008,
    Full = 1000,
    Timeout = 1050
};

unsigned statusOf(Code code) {
    switch (code) {
        case Code::Signature:
            return 401;
        case Code::Rate:
            return 429;
        case Code::Full:
            return 500;
        case Code::Timeout:
            return 504;
        default:
            return 400;
    }
}

HttpAnswer problem(Code code, std::string_view why) {
    HttpAnswer answer;
    answer.status = statusOf(code);
    answer.body = fmt::format(R"({{"code":{},"errorMessage":{}}})", static_cast<unsigned>(code), jsonString(why));
    return answer;
}

HttpAnswer done(std::string_view members = {}) {
    HttpAnswer answer;
    answer.body = fmt::format(R"({{"code":200{}}})", members);
    return answer;
}

std::string_view eitherHeader(const HttpRequest& request, std::string_view name) {
    const std::string_view value = request.header(name);
    return value.empty() ? request.header(fmt::format("RC-{}", name)) : value;
}

// `team`, of `group:team`.
std::string bareName(const Header& header, const Address& to) {
    const std::string name = spell(header, to);
    return name.substr(name.find(':') + 1);
}

bool isAuthorized(const Emulator& emulator, const HttpRequest& request) {
    return eitherHeader(request, "App-Key") == emulator.setup().appKey &&
           isSigned(emulator.setup().secret, eitherHeader(request, "Nonce"), eitherHeader(request, "Timestamp"),
                    eitherHeader(request, "Signature"));
}

// One request: its form, and what is wrong with it, if anything is.
class Api {
public:
    Api(Emulator& emulator, const HttpRequest& request)
        : emulator_(emulator), request_(request), form_(readForm(request.body)) {}

    HttpAnswer answer();

private:
    HttpAnswer getToken();
    HttpAnswer checkOnline();
    HttpAnswer publish(AddressKind kind, std::string_view targetKey, bool isStatus);
    HttpAnswer publishTo(const std::vector<Address>& targets, bool isStatus);
    std::string uidOf(const Op& op);
    HttpAnswer recall();
    HttpAnswer changeGroup(bool joins);
    HttpAnswer createGroup();
    HttpAnswer dismissGroup();
    HttpAnswer createRooms();

    // The value of a key, and the user that one names; a fault where it is missing or no name.
    std::string value(std::string_view key);
    std::optional<UserId> user(std::string_view key);
    std::vector<std::string> names(std::string_view key, std::size_t most);
    std::optional<UserId> meet(std::string_view name);
    std::vector<UserId> users(std::string_view key, std::size_t most);
    bool flag(std::string_view key, bool otherwise);
    bool fail(Code code, std::string why) {
        if (!fault_) fault_ = problem(code, why);
        return false;
    }
    LiveWorld& live() { return emulator_.live(); }
    void changeMembership(OpKind kind, GroupId group, UserId user);

    Emulator& emulator_;
    const HttpRequest& request_;
    const Form form_;
    std::optional<HttpAnswer> fault_;
};

std::string Api::value(std::string_view key) {
    const std::string* found = form_.find(key);
    if (found == nullptr || found->empty()) {
        fail(Code::Parameter, fmt::format("{} is missing", key));
        return {};
    }
    return *found;
}

std::vector<std::string> Api::names(std::string_view key, std::size_t most) {
    std::vector<std::string> names;
    for (const std::string_view name : form_.all(key)) {
        if (!isName(name))
            fail(Code::Parameter, fmt::format("{}: {} is no name: {}", key, mdsync::quoted(name), kNameHint));
        names.emplace_back(name);
    }
    if (names.empty()) fail(Code::Parameter, fmt::format("{} is missing", key));
    if (names.size() > most) fail(Code::Parameter, fmt::format("{}: at most {} at once", key, most));
    return names;
}

std::optional<UserId> Api::user(std::string_view key) {
    const std::vector<std::string> given = names(key, 1);
    return fault_ ? std::nullopt : meet(given.front());
}

// The user of this name; a fault where there are too many.
std::optional<UserId> Api::meet(std::string_view name) {
    const UserId user = emulator_.meet(name);
    if (!user.exists()) fail(Code::Full, "this emulator has too many users: /mdsync/reset begins anew");
    return user.exists() ? std::optional(user) : std::nullopt;
}

// The users that a key names.
std::vector<UserId> Api::users(std::string_view key, std::size_t most) {
    std::vector<UserId> users;
    for (const std::string& name : names(key, most)) {
        const std::optional<UserId> user = fault_ ? std::nullopt : meet(name);
        if (user && std::find(users.begin(), users.end(), *user) == users.end()) users.push_back(*user);
    }
    return users;
}

bool Api::flag(std::string_view key, bool otherwise) {
    const std::string* found = form_.find(key);
    if (found == nullptr || found->empty()) return otherwise;
    if (*found != "0" && *found != "1") fail(Code::Parameter, fmt::format("{} is 0 or 1", key));
    return *found == "1";
}

HttpAnswer Api::answer() {
    if (!isAuthorized(emulator_, request_)) return problem(Code::Signature, "the signature, or the app key, is wrong");
    if (request_.method != "POST" || request_.body.empty()) return problem(Code::NoData, "a form is to be posted");
    if (!form_.problem.empty()) return problem(Code::Parameter, form_.problem);
    const std::string_view path = request_.path;
    if (path == "/user/getToken.json") return getToken();
    if (path == "/user/checkOnline.json") return checkOnline();
    if (path == "/message/private/publish.json") return publish(AddressKind::User, "toUserId", false);
    if (path == "/message/group/publish.json") return publish(AddressKind::Group, "toGroupId", false);
    if (path == "/message/chatroom/publish.json") return publish(AddressKind::Room, "toChatroomId", false);
    if (path == "/statusmessage/private/publish.json") return publish(AddressKind::User, "toUserId", true);
    if (path == "/statusmessage/group/publish.json") return publish(AddressKind::Group, "toGroupId", true);
    if (path == "/message/recall.json") return recall();
    if (path == "/group/create.json") return createGroup();
    if (path == "/group/join.json") return changeGroup(true);
    if (path == "/group/quit.json") return changeGroup(false);
    if (path == "/group/dismiss.json") return dismissGroup();
    if (path == "/chatroom/create.json" || path == "/chatroom/create_new.json") return createRooms();
    HttpAnswer answer = problem(Code::Parameter, fmt::format("this emulator does not offer {}", path));
    answer.status = 404;
    return answer;
}

// ---- Users ----------------------------------------------------------------------------------------------------------

HttpAnswer Api::getToken() {
    const std::vector<std::string> given = names("userId", 1);
    if (fault_) return *fault_;
    const std::string token = fmt::format("{}@http://{}", emulator_.newToken(given.front()), request_.header("Host"));
    return done(fmt::format(R"(,"userId":{},"token":{})", jsonString(given.front()), jsonString(token)));
}

HttpAnswer Api::checkOnline() {
    const std::vector<std::string> given = names("userId", 1);
    if (fault_) return *fault_;
    bool isOnline = false;
    if (const UserId user = live().names().user(given.front()); user.exists()) {
        for (const DeviceId device : live().header().devicesOf(user)) isOnline |= live().isOnline(device);
    }
    return done(fmt::format(R"(,"status":"{}")", isOnline ? 1 : 0));
}

// ---- Messages -------------------------------------------------------------------------------------------------------

HttpAnswer Api::publish(AddressKind kind, std::string_view targetKey, bool isStatus) {
    std::vector<Address> targets;
    const std::size_t most = kind == AddressKind::User ? kMostUsers : kMostGroups;
    for (const std::string& name : names(targetKey, most)) {
        if (fault_) break;
        const GroupId group = live().names().group(name);
        const RoomId room = live().names().room(name);
        if (kind == AddressKind::User) {
            if (const auto user = meet(name)) targets.push_back(Address::of(*user));
        } else if (kind == AddressKind::Group && group.exists()) {
            targets.push_back(Address::of(group));
        } else if (kind == AddressKind::Room && room.exists()) {
            targets.push_back(Address::of(room));
        } else {
            fail(Code::Parameter, fmt::format("{}: there is no {}", targetKey, mdsync::quoted(name)));
        }
    }
    return fault_ ? *fault_ : publishTo(targets, isStatus);
}

HttpAnswer Api::publishTo(const std::vector<Address>& targets, bool isStatus) {
    const std::optional<UserId> from = user("fromUserId");
    Kept kept{.classname = value("objectName"), .content = value("content")};
    const bool includeSender = flag("isIncludeSender", false);
    kept.flags = (flag("isPersisted", true) ? 1 : 0) + (flag("isCounted", true) ? 2 : 0);
    if (kept.content.size() > kLongestContent) fail(Code::TooLong, "content is longer than 128 KB");
    if (emulator_.archive().isFull())
        fail(Code::Full, "this emulator keeps no more messages: /mdsync/reset begins anew");
    if (!fault_ && emulator_.isTooFast(request_.path, targets.size())) fail(Code::Rate, "that is too fast");
    if (fault_) return *fault_;
    kept.author = *from;
    Op op;
    op.kind = OpKind::Publish;
    op.user = *from;
    op.type = live().lexicon().texts.intern(kept.classname);
    op.includeSender = includeSender;
    if (isStatus) op.api = mdsync::Api::Status;
    if (request_.path == "/message/group/publish.json") {
        // The seed prints this path for status messages: a reading says which it is.
        op.api = mdsync::Api::Path;
        op.path = live().lexicon().texts.intern(request_.path);
    }
    std::string uids;
    for (const Address& to : targets) {
        op.to = to;
        op.message = emulator_.newMessage(to, kept);
        op.text = emulator_.archive().find(op.message)->text;
        if (!emulator_.ask(op).isAccepted()) return problem(Code::Timeout, "the server did not take the message");
        uids += uidOf(op);
    }
    uids.pop_back();
    return done(fmt::format(R"(,"messageUIDs":[{}])", uids));
}

// `{"userId":"alice","messageUID":"D24F-9KEV-8004-0007"},`
std::string Api::uidOf(const Op& op) {
    constexpr std::string_view kKeys[] = {"", "userId", "groupId", "chatroomId"};
    return fmt::format(R"({{"{}":{},"messageUID":"{}"}},)", kKeys[static_cast<std::size_t>(op.to.kind)],
                       jsonString(bareName(live().header(), op.to)), emulator_.archive().find(op.message)->uid);
}

HttpAnswer Api::recall() {
    const std::optional<UserId> from = user("fromUserId");
    const std::string uid = value("messageUID");
    const std::string target = value("targetId");
    const std::string type = value("conversationType");
    const bool isAdmin = flag("isAdmin", false);
    const bool isDelete = flag("isDelete", false);
    if (fault_) return *fault_;
    const MessageId message = live().lexicon().messages.find(uid);
    const Kept* kept = message.exists() ? emulator_.archive().find(message) : nullptr;
    if (kept == nullptr) return problem(Code::Parameter, fmt::format("there is no message {}", mdsync::quoted(uid)));
    if (emulator_.isTooFast(request_.path, 1)) return problem(Code::Rate, "that is too fast");
    Kept command{.classname = "RC:RcCmd", .flags = 1};
    command.content = fmt::format(
        R"({{"conversationType":{},"targetId":{},"messageUId":{},"sentTime":{},"channelId":"","isDelete":{},"isAdmin":{}}})",
        type == "3" || type == "4" ? type : "1", jsonString(target), jsonString(uid),
        kept->at.time_since_epoch().count(), isDelete, isAdmin);
    command.author = *from;
    Op op;
    op.kind = OpKind::Recall;
    op.user = *from;
    op.message = message;
    if (emulator_.askRecall(op, std::move(command)).isAccepted()) return done();
    return problem(Code::Timeout, "the server did not take the recall");
}

// ---- Groups and chatrooms -------------------------------------------------------------------------------------------

void Api::changeMembership(OpKind kind, GroupId group, UserId user) {
    Op op;
    op.kind = kind;
    op.to = Address::of(group);
    op.user = user;
    emulator_.ask(op);
}

HttpAnswer Api::createGroup() {
    const std::vector<UserId> members = users("userId", kMostUsers);
    const std::vector<std::string> name = names("groupId", 1);
    if (!fault_ && live().isCrowded()) fail(Code::Full, "this emulator has too many groups: /mdsync/reset begins anew");
    if (fault_) return *fault_;
    const GroupId known = live().names().group(name.front());
    if (!known.exists()) {
        live().addGroup(name.front(), members);
        return done();
    }
    for (const UserId user : members) {
        if (!live().isMember(known, user)) changeMembership(OpKind::Join, known, user);
    }
    return done();
}

HttpAnswer Api::changeGroup(bool joins) {
    const std::vector<UserId> members = users("userId", kMostUsers);
    const std::vector<std::string> name = names("groupId", 1);
    if (fault_) return *fault_;
    const GroupId group = live().names().group(name.front());
    if (!group.exists())
        return problem(Code::Parameter, fmt::format("there is no group {}", mdsync::quoted(name.front())));
    for (const UserId user : members) {
        if (live().isMember(group, user) == joins) continue;
        changeMembership(joins ? OpKind::Join : OpKind::Leave, group, user);
    }
    return done();
}

HttpAnswer Api::dismissGroup() {
    const std::vector<std::string> name = names("groupId", 1);
    if (fault_) return *fault_;
    const GroupId group = live().names().group(name.front());
    if (!group.exists())
        return problem(Code::Parameter, fmt::format("there is no group {}", mdsync::quoted(name.front())));
    for (const UserId member : live().members(group)) changeMembership(OpKind::Leave, group, member);
    return done();
}

// `chatroom[lobby]=The lobby`, or `chatroomId=lobby`.
HttpAnswer Api::createRooms() {
    constexpr std::string_view kOld = "chatroom[";
    std::vector<std::string> rooms;
    for (const FormField& field : form_.fields) {
        const std::string_view key = field.key;
        if (key == "chatroomId") rooms.push_back(field.value);
        if (key.starts_with(kOld) && key.ends_with(']')) {
            rooms.emplace_back(key.substr(kOld.size(), key.size() - kOld.size() - 1));
        }
    }
    if (rooms.empty()) return problem(Code::Parameter, "chatroomId is missing");
    for (const std::string& room : rooms) {
        if (!isName(room))
            return problem(Code::Parameter, fmt::format("{} is no name: {}", mdsync::quoted(room), kNameHint));
    }
    for (const std::string& room : rooms) {
        if (!emulator_.meetRoom(room).exists()) return problem(Code::Full, "this emulator has too many chatrooms");
    }
    return done();
}

}  // namespace

HttpAnswer answerServerApi(Emulator& emulator, const HttpRequest& request) {
    return Api(emulator, request).answer();
}

std::string recallContent(const LiveWorld& live, MessageId message, const Kept& kept) {
    const Address to = live.about(message).to;
    const int type = to.kind == AddressKind::User ? 1 : to.kind == AddressKind::Group ? 3 : 4;
    return fmt::format(
        R"({{"conversationType":{},"targetId":{},"messageUId":"{}","sentTime":{},"channelId":"","isDelete":false,"isAdmin":false}})",
        type, jsonString(bareName(live.header(), to)), kept.uid, kept.at.time_since_epoch().count());
}

}  // namespace mdsync::sdk
