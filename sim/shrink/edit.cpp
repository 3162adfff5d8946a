#include "shrink/edit.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace mdsync::search {

namespace {

// The new numbers of things of one kind; those that go have none.
template <class ThingId>
class Numbers {
public:
    Numbers(std::size_t size, const std::vector<bool>& gone) : numbers_(size) {
        std::uint32_t next = 0;
        for (std::size_t i = 0; i < size; ++i) {
            if (i < gone.size() && gone[i]) continue;
            numbers_[i] = ThingId{next++};
        }
    }
    // False if it goes.
    bool renumber(ThingId& id) const {
        if (!id.exists()) return true;
        id = numbers_[id.index()];
        return id.exists();
    }
    [[nodiscard]] bool keeps(std::size_t number) const { return numbers_[number].exists(); }

private:
    std::vector<ThingId> numbers_;
};

class Cutting {
public:
    Cutting(const Case& from, const Cut& cut)
        : from_(from),
          users_(from.header.users.size(), cut.users),
          devices_(from.header.devices.size(), goneDevices(from, cut)),
          groups_(from.header.groups.size(), cut.groups),
          rooms_(from.header.rooms.size(), cut.rooms) {}

    Case make() {
        Case into = from_;
        header(into.header);
        into.steps.clear();
        for (const Step& step : from_.steps) take(step, into.steps);
        return into;
    }

private:
    static std::vector<bool> goneDevices(const Case& from, const Cut& cut) {
        std::vector<bool> gone = cut.devices;
        gone.resize(from.header.devices.size());
        for (std::size_t d = 0; d < gone.size(); ++d) {
            const std::size_t user = from.header.devices[d].user.index();
            if (user < cut.users.size() && cut.users[user]) gone[d] = true;
        }
        return gone;
    }

    void header(Header& header) const {
        header.users.clear();
        header.devices.clear();
        header.groups.clear();
        header.rooms.clear();
        const Header& old = from_.header;
        for (std::size_t u = 0; u < old.users.size(); ++u) {
            if (!users_.keeps(u)) continue;
            header.addUser(old.users[u].name);
            for (std::uint32_t i = 0; i < old.users[u].deviceCount; ++i) {
                const std::size_t d = old.users[u].firstDevice.index() + i;
                if (devices_.keeps(d)) header.addDevice(old.devices[d].name, old.devices[d].platform);
            }
        }
        for (std::size_t g = 0; g < old.groups.size(); ++g) {
            if (!groups_.keeps(g)) continue;
            GroupInfo& group = header.groups.emplace_back();
            group.name = old.groups[g].name;
            for (UserId member : old.groups[g].members) {
                if (users_.renumber(member)) group.members.push_back(member);
            }
        }
        for (std::size_t r = 0; r < old.rooms.size(); ++r) {
            if (rooms_.keeps(r)) header.rooms.push_back(old.rooms[r]);
        }
    }

    void take(const Step& old, std::vector<Step>& into) const {
        Step step = old;
        step.actions.clear();
        for (const Action& action : old.actions) {
            Action kept = action;
            if (renumber(kept.op)) step.actions.push_back(std::move(kept));
        }
        const bool isEmptied = step.actions.empty() && !old.actions.empty();
        if (isEmptied || (step.kind == StepKind::Expect && !renumber(step.expect))) return;
        into.push_back(std::move(step));
    }

    bool renumber(Op& op) const {
        if (!devices_.renumber(op.device) || !users_.renumber(op.user) || !renumber(op.to)) return false;
        const bool isForAll = op.on.empty();
        std::erase_if(op.on, [this](DeviceId& device) { return !devices_.renumber(device); });
        return isForAll || !op.on.empty();
    }

    bool renumber(Address& to) const {
        const auto with = [&to](const auto& numbers, auto id) {
            if (!numbers.renumber(id)) return false;
            to.number = id.value;
            return true;
        };
        switch (to.kind) {
            case AddressKind::User:
                return with(users_, to.user());
            case AddressKind::Group:
                return with(groups_, to.group());
            case AddressKind::Room:
                return with(rooms_, to.room());
            case AddressKind::None:
                return true;
        }
        return true;
    }

    bool renumber(std::vector<DeviceId>& devices) const {
        return std::all_of(devices.begin(), devices.end(),
                           [this](DeviceId& device) { return devices_.renumber(device); });
    }
    bool renumber(std::optional<std::vector<DeviceId>>& devices) const { return !devices || renumber(*devices); }

    bool renumber(Expectation& expect) const {
        if (expect.conversations) {
            for (Address& address : *expect.conversations) {
                if (!renumber(address)) return false;
            }
        }
        return renumber(expect.devices) && users_.renumber(expect.user) && renumber(expect.onlineDevices) &&
               renumber(expect.receivedBy) && renumber(expect.oneOf);
    }

    const Case& from_;
    Numbers<UserId> users_;
    Numbers<DeviceId> devices_;
    Numbers<GroupId> groups_;
    Numbers<RoomId> rooms_;
};

// Calls `f` for every message that a step names.
template <class F>
void eachMessage(Case& scenario, F&& f) {
    for (Step& step : scenario.steps) {
        for (Action& action : step.actions) {
            if (action.op.message.exists()) f(action.op.message);
        }
        if (step.kind != StepKind::Expect) continue;
        Expectation& expect = step.expect;
        if (expect.message.exists()) f(expect.message);
        for (auto* list : {&expect.has, &expect.lacks, &expect.exactly, &expect.visible, &expect.hidden,
                           &expect.recalled, &expect.order}) {
            if (!*list) continue;
            for (MessageId& message : **list) f(message);
        }
        for (auto& [message, via] : expect.via) f(message);
    }
}

}  // namespace

Case cutOut(const Case& scenario, const Cut& cut) {
    return Cutting{scenario, cut}.make();
}

Case cutSteps(const Case& scenario, std::size_t first, std::size_t count) {
    Case smaller = scenario;
    const auto begin = smaller.steps.begin() + static_cast<std::ptrdiff_t>(first);
    smaller.steps.erase(begin, begin + static_cast<std::ptrdiff_t>(count));
    return smaller;
}

Cut unusedOf(const Case& scenario) {
    const Header& header = scenario.header;
    Cut unused;
    unused.users.assign(header.users.size(), true);
    unused.devices.assign(header.devices.size(), true);
    unused.groups.assign(header.groups.size(), true);
    unused.rooms.assign(header.rooms.size(), true);
    const auto useUser = [&](UserId user) {
        if (user.exists()) unused.users[user.index()] = false;
    };
    const auto useDevice = [&](DeviceId device) {
        if (!device.exists()) return;
        unused.devices[device.index()] = false;
        useUser(header.devices[device.index()].user);
    };
    const auto useAddress = [&](const Address& to) {
        if (to.kind == AddressKind::User) useUser(to.user());
        if (to.kind == AddressKind::Group) unused.groups[to.group().index()] = false;
        if (to.kind == AddressKind::Room) unused.rooms[to.room().index()] = false;
    };
    for (const Step& step : scenario.steps) {
        for (const Action& action : step.actions) {
            useDevice(action.op.device);
            useUser(action.op.user);
            useAddress(action.op.to);
            for (const DeviceId device : action.op.on) useDevice(device);
        }
        if (step.kind != StepKind::Expect) continue;
        const Expectation& expect = step.expect;
        useUser(expect.user);
        for (const DeviceId device : expect.devices) useDevice(device);
        for (const auto* list : {&expect.onlineDevices, &expect.receivedBy, &expect.oneOf}) {
            if (!*list) continue;
            for (const DeviceId device : **list) useDevice(device);
        }
        if (expect.conversations) {
            for (const Address& address : *expect.conversations) useAddress(address);
        }
    }
    return unused;
}

void dropUnusedTypes(Case& scenario, const Lexicon& lexicon) {
    std::erase_if(scenario.header.messageTypes, [&](const std::pair<std::string, bool>& type) {
        for (const Step& step : scenario.steps) {
            for (const Action& action : step.actions) {
                if (action.op.type.exists() && lexicon.texts[action.op.type] == type.first) return false;
            }
        }
        return true;
    });
}

void renumberMessages(Case& scenario, Lexicon& lexicon) {
    Lexicon fresh;
    std::vector<MessageId> numbers(lexicon.messages.size());
    eachMessage(scenario, [&](MessageId& message) {
        MessageId& number = numbers[message.index()];
        if (!number.exists()) number = fresh.messages.intern("m" + std::to_string(fresh.messages.size() + 1));
        message = number;
    });
    for (Step& step : scenario.steps) {
        for (Action& action : step.actions) {
            for (TextId* text : {&action.op.type, &action.op.text, &action.op.path}) {
                if (text->exists()) *text = fresh.texts.intern(lexicon.texts[*text]);
            }
        }
    }
    lexicon = std::move(fresh);
}

}  // namespace mdsync::search
