// How a world begins. See state.hpp.
#include "world/state.hpp"

#include "mdsync/world.hpp"

#include <algorithm>

#include "world/fault.hpp"

namespace mdsync::world {
namespace {

// A name's number in the streams of chance. From the name, not the position, so that a device draws the same latencies
// whoever else takes part.
std::uint32_t entityOf(const std::string& path, std::uint32_t direction) {
    std::uint32_t hash = 2166136261U;
    for (const char c : path) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
    return hash * 2 + direction;
}

Link newLink(const Chance& chance, std::uint32_t entity, Instant start) {
    Link link;
    link.next = start;
    link.entity = entity;
    link.latencyKey = chance.keyOf(streamOf(Purpose::Latency, entity));
    return link;
}

Vocabulary vocabularyOf(Lexicon& lexicon) {
    const auto word = [&lexicon](std::string_view text) { return lexicon.texts.intern(text); };
    Vocabulary say;
    say.typing = word("RC:TypSts");
    say.groupPath = word("/message/group/publish.json");
    say.empty = word("");
    say.offline = word("mdsync:offline");
    say.online = word("mdsync:online");
    say.unknown = word("mdsync:unknown");
    say.used = word("mdsync:used");
    say.unpaid = word("mdsync:unpaid");
    say.range = word("mdsync:range");
    say.sameClient = word("31023");
    return say;
}

// `the link from the server to alice/phone`, by the number in the streams of its chance.
std::string linkOf(const Header& header, std::uint32_t entity) {
    if (entity == 0) return "the link of the app's backend";
    for (std::size_t i = 0; i < header.devices.size(); ++i) {
        const std::string path = header.path(DeviceId{i});
        if (entity == entityOf(path, 0)) return "the link from the server to " + path;
        if (entity == entityOf(path, 1)) return "the link from " + path + " to the server";
    }
    return {};
}

}  // namespace

State::State(const Header& header, Lexicon& words, const ServerPolicy& serverPolicy, Chance source)
    : wheel(header.t), chance(std::move(source)), policy(serverPolicy), lexicon(&words), say(vocabularyOf(words)) {
    conditions.emplace_back();
    backend = newLink(chance, 0, header.t);
    serverKey = chance.keyOf(streamOf(Purpose::Server, 0));
    shelves.emplace_back();
    rosters.emplace_back();
    service.app = header.app;
    service.initial = header.app;
    service.readings = header.readings;

    grow(header);
    for (const auto& [type, status] : header.messageTypes) declaredTypes.emplace_back(words.texts.intern(type), status);
    std::sort(declaredTypes.begin(), declaredTypes.end());
    perform<&Deeds::atStart>(*this, words);
}

void State::grow(const Header& header) {
    users.reserve(header.users.size());
    for (std::size_t u = users.size(); u < header.users.size(); ++u) {
        const UserInfo& info = header.users[u];
        users.push_back(User{info.firstDevice, info.deviceCount, 0, {}});
    }
    const std::size_t known = devices.size();
    devices.resize(header.devices.size());
    sides.resize(header.devices.size());
    for (std::size_t i = known; i < header.devices.size(); ++i) {
        const std::string path = header.path(DeviceId{i});
        devices[i].user = header.devices[i].user;
        devices[i].deviceClass = classOf(header.devices[i].platform);
        devices[i].down = newLink(chance, entityOf(path, 0), now());
        sides[i].up = newLink(chance, entityOf(path, 1), now());
        devices[i].down.conditions = sides[i].up.conditions = backend.conditions;
    }
    for (std::size_t g = groups.size(); g < header.groups.size(); ++g) {
        Group& group = groups.emplace_back();
        group.members = header.groups[g].members;
        std::sort(group.members.begin(), group.members.end());
        group.founders = group.members;
    }
    rooms.resize(header.rooms.size());
}

Shelf& State::shelf(DeviceId d) {
    DeviceSide& owner = side(d);
    if (owner.shelf == 0) {
        owner.shelf = static_cast<std::uint32_t>(shelves.size());
        shelves.emplace_back();
    }
    return shelves[owner.shelf];
}

}  // namespace mdsync::world

namespace mdsync {

std::string wordsOf(const Header& header, Stream stream) {
    const auto number = static_cast<std::uint64_t>(stream);
    switch (static_cast<Purpose>(number >> 32U)) {
        case Purpose::Latency:
        case Purpose::Loss:
        case Purpose::Duplicate:
            return world::linkOf(header, static_cast<std::uint32_t>(number));
        case Purpose::Server:
            return "the server";
        case Purpose::Order:
            return "what happens at one instant";
        case Purpose::Generate:
            break;
    }
    return {};
}

}  // namespace mdsync
