// Stage: a small cast and a World, driven by sentences, for the tests of this room.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mdsync/world.hpp"

namespace mdsync::test {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

struct Cast {
    std::string user;
    std::vector<std::pair<std::string, Platform>> devices;
};

// alice has a phone, a web page and two more of each; bob a pixel and a laptop; carol a phone.
inline std::vector<Cast> usualCast() {
    return {{"alice",
             {{"phone", Platform::Android},
              {"phone2", Platform::Ios},
              {"web", Platform::Web},
              {"web2", Platform::Web},
              {"pc", Platform::Windows}}},
            {"bob", {{"pixel", Platform::Android}, {"laptop", Platform::Web}, {"mini", Platform::Miniprogram}}},
            {"carol", {{"phone", Platform::Ios}}}};
}

class Stage {
public:
    Stage() : Stage(usualCast()) {}
    explicit Stage(const std::vector<Cast>& cast) {
        header.t = *parseInstant("2024-05-01T09:00:00+08:00");
        for (const Cast& person : cast) {
            header.addUser(person.user);
            for (const auto& [name, platform] : person.devices) header.addDevice(name, platform);
        }
        header.groups.push_back({"team", {UserId{0U}, UserId{1U}}});
        header.rooms.emplace_back("lobby");
        header.messageTypes.emplace_back("app:Poke", true);
    }

    // Settings before the world begins.
    Stage& on() {
        header.app.sync = true;
        return *this;
    }
    Stage& server(std::string_view name) {
        policy = *findServer(name);
        return *this;
    }

    World& world() {
        if (!world_) world_.emplace(header, lexicon, policy, seed);
        return *world_;
    }

    DeviceId dev(std::string_view path) const { return header.findDevice(path); }
    UserId user(std::string_view name) const { return header.findUser(name); }
    Address to(std::string_view name) const {
        if (name.starts_with("group:")) return Address::of(header.findGroup(name.substr(6)));
        if (name.starts_with("chatroom:")) return Address::of(header.findRoom(name.substr(9)));
        return Address::of(header.findUser(name));
    }
    MessageId msg(std::string_view name) { return lexicon.messages.intern(name); }

    Op op(OpKind kind, std::string_view device = {}) const {
        Op result;
        result.kind = kind;
        if (!device.empty()) result.device = dev(device);
        return result;
    }

    // ---- Steps. Each settles, as the runner does, unless its name says `start`. ----

    Answer act(const Op& what) {
        const Answer answer = what.kind == OpKind::Login ? world().login(what) : world().start(what);
        settle();
        return answer;
    }
    Answer login(std::string_view device) { return act(op(OpKind::Login, device)); }
    void logins(const std::vector<std::string>& devices) {
        for (const std::string& device : devices) login(device);
    }
    Answer logout(std::string_view device) { return act(op(OpKind::Logout, device)); }
    Answer drop(std::string_view device, Millis noticedAfter = Millis{0}) {
        Op what = op(OpKind::Drop, device);
        what.noticedAfter = noticedAfter;
        return act(what);
    }
    Answer reinstall(std::string_view device) { return act(op(OpKind::Reinstall, device)); }
    Answer hold(std::string_view device) { return act(op(OpKind::Hold, device)); }
    Answer release(std::string_view device) { return act(op(OpKind::Release, device)); }
    Answer restart() { return act(op(OpKind::ServerRestart)); }

    Op sending(std::string_view message, std::string_view device, std::string_view target,
               std::string_view type = "RC:TxtMsg") {
        Op what = op(OpKind::Send, device);
        what.message = msg(message);
        what.to = to(target);
        what.type = lexicon.texts.intern(type);
        what.text = lexicon.texts.intern("body of " + std::string{message});
        return what;
    }
    Answer send(std::string_view message, std::string_view device, std::string_view target,
                std::string_view type = "RC:TxtMsg") {
        return act(sending(message, device, target, type));
    }
    Answer startSend(std::string_view message, std::string_view device, std::string_view target) {
        return world().start(sending(message, device, target));
    }
    Op publishing(std::string_view message, std::string_view from, std::string_view target, bool includeSender) {
        Op what = op(OpKind::Publish);
        what.message = msg(message);
        what.user = user(from);
        what.to = to(target);
        what.type = lexicon.texts.intern("RC:TxtMsg");
        what.includeSender = includeSender;
        return what;
    }
    Answer publish(std::string_view message, std::string_view from, std::string_view target, bool includeSender) {
        return act(publishing(message, from, target, includeSender));
    }
    Op recalling(std::string_view message, std::string_view device) {
        Op what = op(OpKind::Recall, device);
        what.message = msg(message);
        return what;
    }
    Answer recall(std::string_view message, std::string_view device) { return act(recalling(message, device)); }
    Answer apiRecall(std::string_view message, std::string_view by) {
        Op what = op(OpKind::Recall);
        what.message = msg(message);
        what.user = user(by);
        return act(what);
    }
    Answer sync(bool enable) {
        Op what = op(OpKind::Sync);
        what.enabled = enable;
        return act(what);
    }
    Answer set(const SettingsChange& change) {
        Op what = op(OpKind::Set);
        what.settings = change;
        return act(what);
    }
    Answer membership(OpKind kind, std::string_view target, std::string_view who) {
        Op what = op(kind);
        what.to = to(target);
        if (what.to.kind == AddressKind::Group) {
            what.user = user(who);
        } else {
            what.device = dev(who);
        }
        return act(what);
    }
    Answer network(Millis low, Millis high, std::uint32_t loss = 0, std::uint32_t duplicate = 0) {
        Op what = op(OpKind::Network);
        what.network = NetworkConditions{low, high, loss, duplicate};
        return act(what);
    }
    Answer settle() {
        const Answer answer = world().settle();
        collect();
        return answer;
    }
    void wait(Millis duration) {
        world().advance(duration);
        collect();
    }
    void waitUntil(std::string_view instant) { wait(*parseInstant(instant) - world().now()); }

    void collect() {
        for (Event& event : world().events()) {
            if (event.kind == EventKind::CaughtUp) catchUps.push_back(world().annex().catchUps[event.annex]);
            events.push_back(event);
        }
        world().events().clear();
        world().annex().catchUps.clear();
    }

    // ---- What happened. ----

    // The messages that a device received so far, in order: `m1 m2`. With `via` only those.
    std::string received(std::string_view device, std::optional<Via> via = std::nullopt) const {
        return names(EventKind::Receive, device, via);
    }
    std::string recalled(std::string_view device) const { return names(EventKind::Recalled, device, std::nullopt); }

    bool online(std::string_view device) const {
        bool result = false;
        for (const Event& event : events) {
            if (event.device != dev(device)) continue;
            if (event.kind == EventKind::Online) result = true;
            if (event.kind == EventKind::Offline) result = false;
        }
        return result;
    }
    // The last `offline` of a device, or nothing.
    std::optional<Event> offline(std::string_view device) const {
        std::optional<Event> last;
        for (const Event& event : events) {
            if (event.kind == EventKind::Offline && event.device == dev(device)) last = event;
        }
        return last;
    }
    std::size_t count(EventKind kind) const {
        return static_cast<std::size_t>(
            std::count_if(events.begin(), events.end(), [kind](const Event& event) { return event.kind == kind; }));
    }
    // The conversations of the last catch-up: `bob group:team`.
    std::string conversations() const {
        std::string list;
        for (const Address& address : catchUps.back().conversations) append(list, spell(header, address));
        return list;
    }
    // Whether an event of this kind about a message comes before another in the trace.
    std::size_t position(EventKind kind, std::string_view device) const {
        for (std::size_t i = 0; i < events.size(); ++i) {
            if (events[i].kind == kind && events[i].device == dev(device)) return i;
        }
        return events.size();
    }

    Header header;
    Lexicon lexicon;
    ServerPolicy policy;
    std::uint64_t seed = 1;
    std::vector<Event> events;
    std::vector<CatchUp> catchUps;

private:
    static void append(std::string& list, const std::string& word) {
        if (!list.empty()) list += ' ';
        list += word;
    }
    std::string names(EventKind kind, std::string_view device, std::optional<Via> via) const {
        std::string list;
        for (const Event& event : events) {
            if (event.kind != kind || event.device != dev(device) || (via && event.via != *via)) continue;
            append(list, lexicon.messages[event.message]);
        }
        return list;
    }

    std::optional<World> world_;
};

// Events as text, to compare runs.
inline std::string printed(const std::vector<Event>& events) {
    std::string text;
    for (const Event& e : events) {
        text += std::to_string(e.t.time_since_epoch().count()) + ' ' + std::string{spell(e.kind)} + ' ' +
                std::to_string(e.device.value) + ' ' + std::to_string(e.message.value) + ' ' +
                std::to_string(static_cast<int>(e.via)) + ' ' + std::to_string(static_cast<int>(e.reason)) + ' ' +
                std::to_string(e.by.value) + ' ' + std::to_string(e.payload) + '\n';
    }
    return text;
}

}  // namespace mdsync::test
