// See emulator.hpp.
#include "sdk/emulator.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"
#include "mdsync/choices.hpp"
#include "sdk/connection.hpp"
#include "sdk/console.hpp"
#include "sdk/form.hpp"
#include "sdk/message_uid.hpp"
#include "sdk/navigation.hpp"
#include "sdk/server_api.hpp"

namespace mdsync::sdk {

namespace {

constexpr Millis kLongestSleep{1000};

// What stands before the `@` of a token; what stands behind it tells the SDK where the server is.
std::string_view ownPart(std::string_view token) {
    return token.substr(0, std::min(token.find('@'), token.size()));
}

std::string randomWord() {
    std::array<std::uint64_t, 2> bytes{};
    if (::getrandom(bytes.data(), sizeof bytes, 0) != static_cast<ssize_t>(sizeof bytes)) return {};
    return fmt::format("{:016x}{:016x}", bytes[0], bytes[1]);
}

std::uint32_t numberOf(ConversationType type) {
    return static_cast<std::uint32_t>(type);
}

std::uint32_t typeOf(const Address& to) {
    if (to.kind == AddressKind::Group) return numberOf(ConversationType::Group);
    return numberOf(to.kind == AddressKind::Room ? ConversationType::Chatroom : ConversationType::Private);
}

}  // namespace

Emulator::Emulator(EmulatorSetup setup)
    : setup_(std::move(setup)), log_(setup_.tracePath), chance_(randomChoices(setup_.seed)) {
    if (log_.problem().empty()) begin(setup_.world, setup_.seed);
}

Emulator::~Emulator() = default;

void Emulator::begin(Header world, std::uint64_t seed) {
    clock_ = setup_.clock == EmulatorClock::Real ? Clock() : Clock(world.t, setup_.clock == EmulatorClock::Stepped);
    world.t = clock_.now();
    world.source = "mdsync serve --sdk";
    world.silent = {};
    world.silent.settled = true;
    world.acceptSeen = false;
    archive_ = Archive{};
    tokens_.clear();
    conditions_.clear();
    otherwise_ = NetworkConditions{Millis{0}, Millis{0}, 0, 0};
    held_.clear();
    paces_.clear();
    apiPaces_.clear();
    seats_.clear();
    chance_ = randomChoices(seed);
    Listener& listener = *this;
    live_ = std::make_unique<LiveWorld>(std::move(world), setup_.server, seed, listener);
    installations_ = std::make_unique<Installations>(*live_);
    log_.begin(live_->headerLine());
}

void Emulator::reset(Header world, std::uint64_t seed) {
    for (Connection* connection : std::exchange(connections_, {})) connection->abandon();
    timed_.clear();
    begin(std::move(world), seed);
}

bool Emulator::end() {
    catchUp();
    for (Connection* connection : std::exchange(connections_, {})) connection->abandon();
    timed_.clear();
    return log_.flush();
}

// ---- The house ------------------------------------------------------------------------------------------------------

std::optional<HttpAnswer> Emulator::answer(const HttpRequest& request) {
    catchUp();
    if (request.path.starts_with("/mdsync/") || request.path == "/mdsync") return answerConsole(*this, request);
    HttpAnswer answer;
    if (request.method == "OPTIONS") {
        answer = answerPreflight(request);
    } else if (isNavigation(request.path)) {
        answer = answerNavigation(*this, request);
    } else {
        answer = answerServerApi(*this, request);
    }
    answer.headers.emplace_back("Access-Control-Allow-Origin", "*");
    return answer;
}

void Emulator::follow(const HttpRequest& request, std::shared_ptr<Peer> peer) {
    const Form query = readForm(request.query);
    const std::string* last = query.find("last");
    std::uint64_t bytes = UINT64_MAX;
    if (last != nullptr) std::from_chars(last->data(), last->data() + last->size(), bytes);
    log_.follow(std::move(peer), bytes);
}

std::shared_ptr<Guest> Emulator::open(const HttpRequest& request, std::shared_ptr<Peer> peer) {
    if (request.path != "/websocket") return nullptr;
    catchUp();
    const Login login = readLogin(request.query);
    Caller caller;
    caller.platform = login.platform;
    caller.deviceId = login.deviceId;
    caller.name = std::string(request.header("mdsync-device"));
    const std::optional<std::string> user = userOf(login.token);
    const bool isApp = login.appKey == setup_.appKey;
    if (user && isApp) caller.user = meet(*user, login.platform);
    auto connection = std::make_shared<Connection>(*this, caller, login.protocol, std::move(peer));
    if (!isApp) {
        connection->turnAway(ConnackStatus::AppKey);
    } else if (!user) {
        connection->turnAway(ConnackStatus::Token);
    } else if (!caller.user.exists()) {
        connection->turnAway(ConnackStatus::Unavailable);
    } else if (isFull(caller)) {
        connection->turnAway(ConnackStatus::ClassTaken);
    } else {
        connections_.push_back(connection.get());
        connection->welcome();
    }
    return connection;
}

UserId Emulator::meet(std::string_view name, Platform platform) {
    const UserId known = live_->names().user(name);
    return known.exists() || live_->isCrowded() ? known : live_->addUser(name, platform);
}

RoomId Emulator::meetRoom(std::string_view name) {
    const RoomId known = live_->names().room(name);
    return known.exists() || live_->isCrowded() ? known : live_->addRoom(name);
}

// Whether the login is refused; then the world has refused it.
bool Emulator::isFull(const Caller& caller) {
    if (live_->header().app.onLimit != OnLimit::Refuse) return false;
    const DeviceId device = installations_->guess(caller);
    if (!device.exists()) return true;
    if (live_->isOnline(device) || !live_->wouldRefuse(device)) return false;
    Op login;
    login.kind = OpKind::Login;
    login.device = device;
    (void)ask(login);
    return true;
}

Instant Emulator::due() const {
    Instant due = Instant::max();
    for (const Connection* connection : connections_) due = std::min(due, connection->due());
    return due;
}

Millis Emulator::tick() {
    catchUp();
    Instant next = Instant::max();
    std::uint64_t seatedBefore = 0;
    do {  // who logged in may have been awaited by others
        seatedBefore = seated_;
        next = tickConnections();
    } while (seated_ != seatedBefore);
    lookAtNews();
    next = std::min(next, live_->next());
    return std::clamp(next - live_->now(), Millis{0}, kLongestSleep);
}

// When the first of them wants to be called again.
Instant Emulator::tickConnections() {
    Instant next = Instant::max();
    for (std::size_t i = 0; i < timed_.size();) {
        Connection* connection = timed_[i];
        const Instant wanted = connection->tick();
        next = std::min(next, wanted);
        // A tick may have ended connections, this one too.
        const bool isStill = i < timed_.size() && timed_[i] == connection;
        if (isStill && wanted == Instant::max()) timed_.erase(timed_.begin() + static_cast<std::ptrdiff_t>(i));
        if (isStill && wanted != Instant::max()) ++i;
    }
    return next;
}

Instant Emulator::welcomeAt(const Connection& connection, Instant at) const {
    const auto isTaken = [&](const Connection* other) {
        return other->competesWith(connection) && other->welcomeDue() == at;
    };
    while (std::any_of(connections_.begin(), connections_.end(), isTaken)) at += Millis{1};
    return at;
}

bool Emulator::isPrecededBy(const Connection& connection) const {
    const Instant now = live_->now();
    return std::any_of(connections_.begin(), connections_.end(), [&](const Connection* other) {
        return other->competesWith(connection) && other->isAwaited(now) && other->welcomed() < connection.welcomed();
    });
}

void Emulator::catchUp() {
    live_->moveTo(clock_.now());
    lookAtNews();
}

void Emulator::lookAtNews() {
    for (std::vector<DeviceId> news = live_->takeNews(); !news.empty(); news = live_->takeNews()) {
        for (const DeviceId device : news) {
            if (Connection* connection = connectionOf(device)) connection->look();
        }
    }
}

// Frames that arrive in between do so in their order: alice's phone is told at 417 that it is in, her tab at 422.
void Emulator::advance(Millis duration) {
    const Instant target = clock_.now() + duration;
    Instant last{};
    for (Instant next = due(); last < next && next < target; next = due()) {
        clock_.advance(std::max(next - clock_.now(), Millis{0}));
        (void)tick();
        last = next;
    }
    clock_.advance(std::max(target - clock_.now(), Millis{0}));
    catchUp();
}

// ---- Tokens and ids -------------------------------------------------------------------------------------------------

std::optional<std::string> Emulator::userOf(std::string_view token) const {
    constexpr std::string_view kPlain = "tok-";
    const std::string_view own = ownPart(token);
    if (const auto found = tokens_.find(own); found != tokens_.end()) return found->second;
    if (setup_.wantsToken || !own.starts_with(kPlain) || !isName(own.substr(kPlain.size()))) return std::nullopt;
    return std::string(own.substr(kPlain.size()));
}

std::string Emulator::newToken(std::string_view user) {
    std::string token = fmt::format("{}:{}", user, randomWord());
    tokens_.emplace(token, user);
    return token;
}

std::string Emulator::newUid(const Address& to) {
    const std::uint32_t conversation = static_cast<std::uint32_t>(fingerprint(spell(live_->header(), to)));
    return messageUid(live_->now(), ++uids_, typeOf(to), conversation);
}

MessageId Emulator::newMessage(const Address& to, Kept what) {
    what.uid = newUid(to);
    what.at = live_->now();
    what.text = live_->lexicon().texts.intern(toldAs(what.classname, what.content));
    const MessageId message = live_->lexicon().messages.intern(what.uid);
    archive_.keep(message, std::move(what));
    return message;
}

std::string Emulator::newSessionId() {
    return fmt::format("session-{}", ++logins_);
}

std::uint16_t Emulator::firstFrameId() {
    // Below those of the server, and far from those of the connections before.
    constexpr std::uint32_t kStep = 997;
    constexpr std::uint32_t kMost = 0x7000;
    return static_cast<std::uint16_t>(1 + logins_ * kStep % kMost);
}

bool Emulator::isStatusType(std::string_view type) const {
    const auto& types = live_->header().messageTypes;
    return type == "RC:TypSts" || std::any_of(types.begin(), types.end(), [type](const auto& declared) {
               return declared.first == type && declared.second;
           });
}

bool Emulator::Pace::isOver(Instant now, std::size_t count, std::size_t most, Millis time) {
    if (now - since >= time) *this = Pace{now, 0};
    done += count;
    return done > most;
}

bool Emulator::isTooFast(DeviceId device) {
    constexpr std::size_t kMost = 5;  // messages a second of a client, as documented
    if (!setup_.limitsRates) return false;
    if (device.index() >= paces_.size()) paces_.resize(device.index() + 1);
    return paces_[device.index()].isOver(live_->now(), 1, kMost, std::chrono::seconds{1});
}

bool Emulator::isTooFast(std::string_view path, std::size_t count) {
    struct Rate {
        std::string_view path;
        std::size_t most;
        Millis time;
    };
    constexpr Millis kSecond = std::chrono::seconds{1};
    constexpr Rate kRates[] = {{"/message/private/publish.json", 6000, std::chrono::minutes{1}},
                               {"/statusmessage/private/publish.json", 6000, std::chrono::minutes{1}},
                               {"/message/group/publish.json", 20, kSecond},
                               {"/statusmessage/group/publish.json", 20, kSecond},
                               {"/message/chatroom/publish.json", 100, kSecond},
                               {"/message/recall.json", 100, kSecond}};
    const auto rate =
        std::find_if(std::begin(kRates), std::end(kRates), [path](const Rate& r) { return r.path == path; });
    if (!setup_.limitsRates || rate == std::end(kRates)) return false;
    return apiPaces_[std::string(path)].isOver(live_->now(), count, rate->most, rate->time);
}

std::uint32_t Emulator::draw(std::uint32_t bound) {
    return chance_->draw(streamOf(Purpose::Latency, 0), bound, Label::Latency);
}

// ---- Asking ---------------------------------------------------------------------------------------------------------

EmulatorAnswer Emulator::ask(const Op& op) {
    answer_.reset();
    EmulatorAnswer answered;
    answered.outcome = live_->ask(op);
    answered.event = std::exchange(answer_, std::nullopt);
    lookAtNews();
    return answered;
}

EmulatorAnswer Emulator::askRecall(const Op& op, Kept command) {
    if (archive_.findRecall(op.message) == nullptr) {
        command.uid = newUid(live_->about(op.message).to);
        command.at = live_->now();
        pendingRecall_ = {op.message, std::move(command)};
    }
    EmulatorAnswer answered = ask(op);
    pendingRecall_ = {};
    return answered;
}

void Emulator::ensureRecall(MessageId message) {
    if (archive_.findRecall(message) != nullptr) return;
    const Kept& kept = *archive_.find(message);
    Kept command{.classname = "RC:RcCmd", .flags = static_cast<std::int32_t>(UpFlag::Stored)};
    command.content = recallContent(*live_, message, kept);
    command.author = kept.author;
    command.at = live_->now();
    command.uid = newUid(live_->about(message).to);
    archive_.keepRecall(message, std::move(command));
}

void Emulator::happened(const Event& event, std::string_view line) {
    log_.add(line);
    switch (event.kind) {
        case EventKind::RecallAccept:
            if (pendingRecall_.first == event.message)
                archive_.keepRecall(event.message, std::move(pendingRecall_.second));
            pendingRecall_ = {};
            answer_ = event;
            break;
        case EventKind::Accept:
        case EventKind::Reject:
        case EventKind::RecallReject:
            answer_ = event;
            break;
        case EventKind::Offline:
            if (Connection* connection = connectionOf(event.device)) {
                seats_[event.device.index()] = nullptr;
                connection->endSession(event.reason);
            }
            break;
        default:
            break;
    }
}

// ---- Connections ----------------------------------------------------------------------------------------------------

Connection* Emulator::connectionOf(DeviceId device) const {
    return device.exists() && device.index() < seats_.size() ? seats_[device.index()] : nullptr;
}

// The page is back before the server noticed that its old connection is dead.
void Emulator::vacate(DeviceId device) {
    Connection* before = connectionOf(device);
    if (before == nullptr) return;
    Op drop;
    drop.kind = OpKind::Drop;
    drop.device = device;
    (void)ask(drop);
    before->cut();
}

void Emulator::seat(DeviceId device, Connection& connection) {
    if (device.index() >= seats_.size()) seats_.resize(device.index() + 1);
    seats_[device.index()] = &connection;
    ++seated_;
}

void Emulator::forget(Connection& connection) {
    std::erase(connections_, &connection);
    std::erase(timed_, &connection);
    std::replace(seats_.begin(), seats_.end(), &connection, static_cast<Connection*>(nullptr));
}

void Emulator::wantsTick(Connection& connection) {
    if (std::find(timed_.begin(), timed_.end(), &connection) == timed_.end()) timed_.push_back(&connection);
}

void Emulator::setConditions(const NetworkConditions& conditions, const std::vector<DeviceId>& on) {
    if (on.empty()) {
        otherwise_ = conditions;
        conditions_.clear();
    }
    for (const DeviceId device : on) {
        if (device.index() >= conditions_.size()) conditions_.resize(device.index() + 1, otherwise_);
        conditions_[device.index()] = conditions;
    }
    for (Connection* connection : connections_) {
        if (connection->device().exists()) connection->setConditions(conditionsOf(connection->device()));
    }
}

NetworkConditions Emulator::conditionsOf(DeviceId device) const {
    return device.index() < conditions_.size() ? conditions_[device.index()] : otherwise_;
}

void Emulator::hold(DeviceId device, bool isHeld) {
    if (device.index() >= held_.size()) held_.resize(device.index() + 1);
    held_[device.index()] = isHeld;
    if (Connection* connection = connectionOf(device)) connection->hold(isHeld);
}

bool Emulator::isHeld(DeviceId device) const {
    return device.index() < held_.size() && held_[device.index()];
}

}  // namespace mdsync::sdk
