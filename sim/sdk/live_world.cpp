// See live_world.hpp.
#include "sdk/live_world.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "mdsync/emulator.hpp"
#include "world/audience.hpp"
#include "world/decisions.hpp"
#include "world/fault.hpp"
#include "world/lines.hpp"
#include "world/network.hpp"
#include "world/state.hpp"

namespace mdsync::sdk {

namespace {

// How many devices a user may have in all: with so many, what is known of a private message fits its record.
constexpr std::uint32_t kPlaces = 32;
constexpr Millis kOvertaken{100};

// `header`, in which every user has at least kPlaces devices: those that are declared come first.
Header withPlaces(const Header& header) {
    Header wide = header;
    wide.users.clear();
    wide.devices.clear();
    for (const UserInfo& user : header.users) {
        wide.addUser(user.name);
        for (std::uint32_t i = 0; i < std::max(kPlaces, user.deviceCount + kPlaces / 2); ++i) {
            const bool isDeclared = i < user.deviceCount;
            const DeviceId declared{user.firstDevice.index() + i};
            wide.addDevice(fmt::format("{}", i),
                           isDeclared ? header.devices[declared.index()].platform : Platform::Web);
        }
    }
    return wide;
}

}  // namespace

// The world as a Session asks it.
class LiveWorld::Side {
public:
    explicit Side(LiveWorld& live) : live_(live) {}
    Answer start(const Op& op) { return live_.start(op); }
    Answer settle() { return {}; }
    Answer advance(Millis) { return {}; }
    [[nodiscard]] Instant now() const { return live_.now(); }
    void asks(const Op&) {}
    void write(const Event& event) { live_.write(event); }
    void drain() { live_.drain(); }
    static bool heeds(const Answer&) { return true; }
    void answered(const Op&, bool refused, const std::string& code) { live_.outcome_ = {refused, code}; }
    Lexicon& lexicon() { return live_.lexicon_; }
    Annex& annex() { return live_.annex_; }

private:
    LiveWorld& live_;
};

LiveWorld::LiveWorld(Header header, const ServerPolicy& server, std::uint64_t seed, Listener& listener)
    : header_(std::move(header)),
      places_(withPlaces(header_)),
      names_(header_),
      checker_(header_, CheckerOptions{.settle = EmulatorPort::kSettle}),
      writer_(header_, lexicon_, annex_),
      listener_(listener) {
    world_.emplace(places_, lexicon_, server, seed);
    world::handOver(world_->state());
    devices_.resize(places_.devices.size());
    for (std::size_t u = 0; u < header_.users.size(); ++u) {
        const UserInfo& user = header_.users[u];
        used_.push_back(user.deviceCount);
        for (std::uint32_t i = 0; i < user.deviceCount; ++i) {
            const DeviceId slot{places_.users[u].firstDevice.index() + i};
            slots_.push_back(slot);
            devices_[slot.index()] = DeviceId{slots_.size() - 1};
        }
    }
    lines_.resize(slots_.size());
    isNews_.resize(slots_.size());
}

LiveWorld::~LiveWorld() = default;

std::string LiveWorld::headerLine() const {
    std::string line;
    writer_.appendHeader(line);
    return line;
}

// ---- Who there is ---------------------------------------------------------------------------------------------------

void LiveWorld::declare(Event event, Declaration what) {
    event.annex = static_cast<std::uint32_t>(annex_.declarations.size());
    annex_.declarations.push_back(std::move(what));
    header_.declare(event, annex_);
    names_.add(header_, event);
    writer_.learnNames();
    event.t = now();
    write(event);
}

bool LiveWorld::isCrowded() const {
    constexpr std::size_t kMost = 50'000;
    return header_.users.size() + header_.groups.size() + header_.rooms.size() >= kMost;
}

UserId LiveWorld::addUser(std::string_view name, Platform platform) {
    const UserId user = places_.addUser(name);
    for (std::uint32_t i = 0; i < kPlaces; ++i) places_.addDevice(fmt::format("{}", i), Platform::Web);
    world_->state().grow(places_);
    devices_.resize(places_.devices.size());
    used_.push_back(0);
    (void)addDevice(user, platform);
    return user;
}

DeviceId LiveWorld::addDevice(UserId user, Platform platform) {
    const UserInfo& places = places_.users[user.index()];
    if (used_[user.index()] == places.deviceCount) return {};
    const DeviceId slot{places.firstDevice.index() + used_[user.index()]++};
    const DeviceId device{slots_.size()};
    world_->state().at(slot).deviceClass = world::classOf(platform);
    slots_.push_back(slot);
    devices_[slot.index()] = device;
    lines_.emplace_back();
    isNews_.push_back(false);

    Declaration what;
    what.user = places.name;
    what.platform = platform;
    int number = 1;
    do what.name = fmt::format("{}{}", spell(platform), number++);
    while (names_.device(what.user + '/' + what.name).exists());
    Event event;
    event.kind = EventKind::Device;
    event.device = device;
    event.user = user;
    declare(event, std::move(what));
    return device;
}

GroupId LiveWorld::addGroup(std::string_view name, const std::vector<UserId>& members) {
    const GroupId group{header_.groups.size()};
    Declaration what;
    what.name = name;
    what.members = members;
    places_.groups.push_back({what.name, members});
    world_->state().grow(places_);
    Event event;
    event.kind = EventKind::Group;
    event.to = Address::of(group);
    declare(event, std::move(what));
    return group;
}

RoomId LiveWorld::addRoom(std::string_view name) {
    const RoomId room{header_.rooms.size()};
    Declaration what;
    what.name = name;
    places_.rooms.push_back(what.name);
    world_->state().grow(places_);
    Event event;
    event.kind = EventKind::Room;
    event.to = Address::of(room);
    declare(event, std::move(what));
    return room;
}

// ---- Time -----------------------------------------------------------------------------------------------------------

Instant LiveWorld::next() const {
    Instant next = Instant::max();
    for (const auto* queue : {&notices_, &overtaken_}) {
        for (const Later& later : *queue) next = std::min(next, later.at);
    }
    return next;
}

void LiveWorld::moveTo(Instant to) {
    const auto earlier = [](const Later& a, const Later& b) { return a.at < b.at; };
    for (Instant at = next(); at <= to; at = next()) {
        world_->advance(std::max(Millis{0}, at - now()));
        for (auto* queue : {&notices_, &overtaken_}) {
            const auto first = std::min_element(queue->begin(), queue->end(), earlier);
            if (first == queue->end() || first->at > at) continue;
            const world::Packet packet = first->packet;
            queue->erase(first);
            if (packet.kind == world::PacketKind::Notice) {
                world::dispatch(world_->state(), packet);
            } else {
                push(packet);
            }
        }
        pump();
        drain();
    }
    if (to > now()) world_->advance(to - now());
}

// ---- What is asked --------------------------------------------------------------------------------------------------

Answer LiveWorld::start(Op op) {
    if (op.device.exists()) op.device = slotOf(op.device);
    for (DeviceId& device : op.on) device = slotOf(device);
    noticedAfter_ = op.noticedAfter;
    Answer answer = world_->start(op);
    if (op.kind == OpKind::Drop) flush(devices_[op.device.index()]);
    pump();
    return answer;
}

LiveWorld::Outcome LiveWorld::ask(const Op& op) {
    Side side(*this);
    Session<Side>(side).ask(op);
    return std::move(outcome_);
}

void LiveWorld::refuse(const Op& op, std::string_view code) {
    Side side(*this);
    Session<Side> session(side);
    if (const auto asked = eventOfRequest(op, lexicon_)) session.write(*asked);
    if (const auto answer = eventOfAnswer(op, true, lexicon_.texts.intern(code), annex_)) session.write(*answer);
}

void LiveWorld::note(std::string_view text) {
    Event event;
    event.kind = EventKind::Note;
    event.text = lexicon_.texts.intern(text);
    event.t = now();
    write(event);
}

// ---- What is on its way ---------------------------------------------------------------------------------------------

// What goes up arrives at once: it has travelled already. What goes down waits for its device.
void LiveWorld::pump() {
    world::State& s = world_->state();
    flushGone();
    while (!s.lines.empty()) {
        const world::Waiting first = s.lines.front();
        s.lines.erase(s.lines.begin());
        switch (first.line) {
            case world::Line::Up:
            case world::Line::Backend:
                world::dispatch(s, first.packet);
                break;
            case world::Line::Down:
                push(first.packet);
                break;
            case world::Line::Notice:
                notices_.push_back({now() + noticedAfter_, first.packet});
                break;
            case world::Line::Astray:
                overtaken_.push_back({now() + kOvertaken, first.packet});
                break;
        }
        flushGone();
    }
}

void LiveWorld::push(const world::Packet& packet) {
    const DeviceId device = devices_[packet.device.index()];
    if (!isReachable(device)) return world::dispatch(world_->state(), packet);
    lines_[device.index()].push_back(packet);
    ++underWay_;
    if (!isNews_[device.index()]) news_.push_back(device);
    isNews_[device.index()] = true;
}

std::vector<DeviceId> LiveWorld::takeNews() {
    std::vector<DeviceId> news;
    news.swap(news_);
    for (const DeviceId device : news) isNews_[device.index()] = false;
    return news;
}

void LiveWorld::arrive(DeviceId device, const world::Packet& packet) {
    Queue& line = lines_[device.index()];
    const auto found = std::find_if(line.begin(), line.end(), [&packet](const world::Packet& p) {
        return p.kind == packet.kind && p.message == packet.message && p.session == packet.session;
    });
    if (found == line.end()) return;
    const world::Packet arrived = *found;
    line.erase(found);
    --underWay_;
    world::State& s = world_->state();
    world::dispatch(s, arrived);
    s.receipts.acknowledgeAll();  // it was confirmed
    pump();
    drain();
}

// What was on its way to a device that is gone is lost, and the server looks what becomes of it.
void LiveWorld::flushGone() {
    const std::vector<Event>& events = world_->events();
    while (seen_ < events.size()) {
        const Event event = events[seen_++];
        if (event.kind == EventKind::Offline) flush(devices_[event.device.index()]);
    }
}

void LiveWorld::flush(DeviceId device) {
    Queue line;
    line.swap(lines_[device.index()]);
    underWay_ -= line.size();
    for (const world::Packet& packet : line) world::dispatch(world_->state(), packet);
}

bool LiveWorld::isReachable(DeviceId device) const {
    const world::Device& side = world_->state().at(slotOf(device));
    return side.online && side.linkUp;
}

// ---- What happens ---------------------------------------------------------------------------------------------------

void LiveWorld::drain() {
    std::vector<Event> events;
    events.swap(world_->events());
    seen_ = 0;
    Annex annex;
    std::swap(annex, world_->annex());
    for (Event& event : events) {
        if (event.device.exists()) event.device = devices_[event.device.index()];
        if (event.by.exists()) event.by = devices_[event.by.index()];
        if (event.annex != Event::kNoAnnex) {
            annex_.catchUps.push_back(std::move(annex.catchUps[event.annex]));
            event.annex = static_cast<std::uint32_t>(annex_.catchUps.size() - 1);
        }
        write(event);
    }
}

void LiveWorld::write(Event event) {
    std::string line;
    writer_.append(line, event);
    checker_.feed(event, lexicon_, annex_);
    annex_ = Annex{};
    listener_.happened(event, line);
}

// ---- What the server knows ------------------------------------------------------------------------------------------

LiveWorld::About LiveWorld::about(MessageId message) const {
    const world::State& s = world_->state();
    if (!s.messages.knows(message)) return {};
    const world::Message& m = s.messages[message];
    return {m.author, m.to, m.fate == world::Fate::Accepted, m.status, m.recalled, m.byApi(), m.includeSender, m.text};
}

const App& LiveWorld::app() const {
    return world_->state().service.app;
}

std::optional<Instant> LiveWorld::changesUntil() const {
    const world::Service& service = world_->state().service;
    const Instant inForce = service.turnedAt + service.readings.switchDelay;
    return service.turned && now() < inForce ? std::optional(inForce) : std::nullopt;
}

DeviceClass LiveWorld::classOf(Platform platform) {
    return world::classOf(platform);
}

bool LiveWorld::isOnline(DeviceId device) const {
    return world_->state().at(slotOf(device)).online;
}

bool LiveWorld::isOn() {
    return world::decide<&world::Decisions::serviceOn>(world_->state());
}

bool LiveWorld::wouldRefuse(DeviceId device) {
    world::State& s = world_->state();
    return world::decide<&world::Decisions::admissionOf>(s, slotOf(device)).refused;
}

bool LiveWorld::has(DeviceId device, MessageId message) const {
    const world::State& s = world_->state();
    if (!s.messages.knows(message)) return false;
    const world::Message& m = s.messages[message];
    if (m.fate != world::Fate::Accepted) return false;
    const DeviceId slot = slotOf(device);
    const UserId user = s.at(slot).user;
    const world::Standing standing = world::standingOf(s, m, user);
    if (!standing.any()) return false;
    return s.messages.has(m, m.held, standing.place + (slot.value - s.at(user).first.value));
}

std::vector<MessageId> LiveWorld::mailbox(UserId user) const {
    const world::User& owner = world_->state().at(user);
    return {owner.mailbox.begin() + owner.mailboxBegin, owner.mailbox.end()};
}

bool LiveWorld::isMember(GroupId group, UserId user) const {
    return world_->state().groups[group.index()].has(user);
}

std::vector<UserId> LiveWorld::members(GroupId group) const {
    return world_->state().groups[group.index()].members;
}

std::vector<DeviceId> LiveWorld::inRoom(RoomId room) const {
    std::vector<DeviceId> devices;
    for (const DeviceId slot : world_->state().rooms[room.index()].devices) devices.push_back(devices_[slot.index()]);
    return devices;
}

}  // namespace mdsync::sdk
