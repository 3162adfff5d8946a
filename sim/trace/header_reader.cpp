// See header_reader.hpp. Keys may come in any order: groups may stand before the users they name.
#include "trace/header_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "mdsync/diagnostic.hpp"
#include "trace/fields.hpp"
#include "trace/names.hpp"

namespace mdsync {
namespace {

constexpr std::int64_t kMost = 1'000'000'000;  // of a limit

class HeaderReader {
public:
    HeaderReader(const json::Document& json, Header& header, Faults& faults)
        : json_(json), header_(header), faults_(faults), fields_(json, faults) {}

    void read() {
        if (json_.root().kind != json::Kind::Object || json_.find(json_.root(), "mdsync") == nullptr) {
            faults_.add("trace.no-header", json_.root(), "the first line is not the header of a trace",
                        R"(a trace begins with {"mdsync":"trace/1","t":...,"users":{...}})");
            return;
        }
        const std::vector<std::string_view> keys{"mdsync",   "t",      "source",    "app",
                                                 "users",    "groups", "chatrooms", "messageTypes",
                                                 "readings", "silent", "accept"};
        eachMember(json_, fields_, json_.root(), "the header", keys, [&](std::size_t key, const json::Node& value) {
            switch (key) {
                case 0:
                    readVersion(value);
                    break;
                case 1:
                    readTime(value);
                    break;
                case 2:
                    header_.source = fields_.string(value, "source").value_or("");
                    break;
                case 3:
                    readApp(value);
                    break;
                case 4:
                    readUsers(value);
                    break;
                case 5:
                    groups_ = &value;
                    break;
                case 6:
                    readRooms(value);
                    break;
                case 7:
                    readTypes(value);
                    break;
                case 8:
                    readReadings(value);
                    break;
                case 9:
                    readSilent(value);
                    break;
                case 10:
                    if (const auto when = fields_.oneOf(value, "accept", {"instant", "seen"}))
                        header_.acceptSeen = *when == 1;
                    break;
                default:
                    break;
            }
        });
        if (groups_ != nullptr) readGroups(*groups_);
        require(hasTime_, "t");
        require(hasUsers_, "users");
        if (header_.app.timezone.named() && (header_.t < kFirstOfZones || header_.t > kLastOfZones)) {
            faults_.add("trace.beyond-zone", *time_, "with a named timezone every instant must lie in 1970..2037");
        }
    }

private:
    void require(bool there, std::string_view key) {
        if (!there) faults_.add("trace.missing-key", json_.root(), fmt::format("the header lacks {}", quoted(key)));
    }

    void readVersion(const json::Node& node) {
        const auto version = fields_.string(node, "mdsync");
        if (version && *version != "trace/1") {
            faults_.add("trace.version", node,
                        fmt::format("this is {}, not a trace that this version reads", quoted(*version)),
                        "expected \"trace/1\"");
        }
    }

    void readTime(const json::Node& node) {
        hasTime_ = true;
        time_ = &node;
        header_.t = fields_.instant(node).value_or(Instant{});
    }

    // A name that may be declared; `what` is the kind of thing.
    bool name(const json::Node& node, std::string_view what) {
        if (isName(json_.text(node))) return true;
        return faults_.add("trace.bad-name", node,
                           fmt::format("{} cannot be the name of a {}", quoted(json_.text(node)), what),
                           std::string(kNameHint));
    }
    void declaredTwice(const json::Node& node, std::string_view what) {
        faults_.add("trace.duplicate-key", node,
                    fmt::format("the {} {} is declared twice", what, quoted(json_.text(node))));
    }

    void readApp(const json::Node& object) {
        if (!fields_.object(object, "app")) return;
        const std::vector<std::string_view> keys{"environment", "prepaid",  "sync",   "compensationDays",
                                                 "offlineDays", "timezone", "limits", "onLimit"};
        App& app = header_.app;
        eachMember(json_, fields_, object, "\"app\"", keys, [&](std::size_t key, const json::Node& value) {
            switch (key) {
                case 0:
                    if (const auto e = fields_.oneOf(value, keys[key], {"development", "production"})) {
                        app.environment = *e == 0 ? Environment::Development : Environment::Production;
                    }
                    break;
                case 1:
                    app.prepaid = fields_.boolean(value, keys[key]).value_or(app.prepaid);
                    break;
                case 2:
                    app.sync = fields_.boolean(value, keys[key]).value_or(app.sync);
                    sync_ = &value;
                    break;
                case 3:
                    readInt(value, keys[key], 1, 7, app.compensationDays);
                    break;
                case 4:
                    readInt(value, keys[key], 1, 7, app.offlineDays);
                    break;
                case 5:
                    readZone(value);
                    break;
                case 6:
                    readLimits(value);
                    break;
                case 7:
                    if (const auto o = fields_.oneOf(value, keys[key], {"replace", "refuse"})) {
                        app.onLimit = *o == 0 ? OnLimit::Replace : OnLimit::Refuse;
                    }
                    break;
                default:
                    break;
            }
        });
        if (app.sync && app.environment == Environment::Production && !app.prepaid) {
            faults_.add("trace.unpaid", *sync_, "the service cannot be on in production without being prepaid",
                        "set \"prepaid\" to true, or \"sync\" to false");
        }
    }

    void readInt(const json::Node& node, std::string_view key, std::int64_t low, std::int64_t high, int& into) {
        if (const auto value = fields_.integer(node, key, low, high)) into = static_cast<int>(*value);
    }

    void readZone(const json::Node& node) {
        const auto name = fields_.string(node, "timezone");
        if (!name) return;
        if (const auto zone = Zone::find(*name)) {
            header_.app.timezone = *zone;
        } else {
            faults_.add("trace.bad-value", node, fmt::format("there is no timezone {}", quoted(*name)),
                        "expected an offset like \"+08:00\" or a name like \"Europe/Berlin\"");
        }
    }

    void readLimits(const json::Node& object) {
        if (!fields_.object(object, "limits")) return;
        const std::vector<std::string_view> keys{"mobile", "miniprogram"};
        eachMember(json_, fields_, object, "\"limits\"", keys, [&](std::size_t key, const json::Node& value) {
            readInt(value, keys[key], 1, kMost, key == 0 ? header_.app.mobileLimit : header_.app.miniprogramLimit);
        });
    }

    void readUsers(const json::Node& object) {
        hasUsers_ = true;
        if (!fields_.object(object, "users")) return;
        for (const json::Node& value : json_.children(object)) {
            const json::Node& key = value.key();
            if (!name(key, "user")) continue;
            if (!users_.add(json_.text(key))) {
                declaredTwice(key, "user");
                continue;
            }
            header_.addUser(json_.text(key));
            if (fields_.object(value, json_.text(key))) readDevices(value);
        }
    }

    void readDevices(const json::Node& object) {
        Words<DeviceId> devices;
        for (const json::Node& value : json_.children(object)) {
            const json::Node& key = value.key();
            if (!name(key, "device")) continue;
            if (!devices.add(json_.text(key))) {
                declaredTwice(key, "device");
                continue;
            }
            if (const auto platform = fields_.oneOf(value, json_.text(key), platformWords())) {
                header_.addDevice(json_.text(key), static_cast<Platform>(*platform));
            }
        }
    }

    void readGroups(const json::Node& object) {
        if (!fields_.object(object, "groups")) return;
        Words<GroupId> groups;
        for (const json::Node& value : json_.children(object)) {
            const json::Node& key = value.key();
            if (!name(key, "group")) continue;
            if (!groups.add(json_.text(key))) {
                declaredTwice(key, "group");
                continue;
            }
            header_.groups.push_back({std::string(json_.text(key)), {}});
            header_.groups.back().members = readMembers(
                json_, faults_, value, [this](std::string_view word) { return users_.find(word); },
                [this] { return someOf(users_); });
        }
    }

    void readRooms(const json::Node& array) {
        if (!fields_.array(array, "chatrooms")) return;
        Words<RoomId> rooms;
        for (const json::Node& item : json_.children(array)) {
            if (!fields_.string(item, "a chatroom") || !name(item, "chatroom")) continue;
            if (!rooms.add(json_.text(item))) {
                declaredTwice(item, "chatroom");
                continue;
            }
            header_.rooms.emplace_back(json_.text(item));
        }
    }

    void readTypes(const json::Node& object) {
        if (!fields_.object(object, "messageTypes")) return;
        Words<TextId> types;
        for (const json::Node& value : json_.children(object)) {
            const json::Node& key = value.key();
            if (!types.add(json_.text(key))) {
                declaredTwice(key, "message type");
                continue;
            }
            if (const auto kind = fields_.oneOf(value, json_.text(key), {"normal", "status"})) {
                header_.messageTypes.emplace_back(json_.text(key), *kind == 1);
            }
        }
        std::sort(header_.messageTypes.begin(), header_.messageTypes.end());
    }

    void readReadings(const json::Node& object) {
        if (!fields_.object(object, "readings")) return;
        const std::vector<std::string_view> keys{"window", "switch-delay", "group-status-path"};
        Readings& readings = header_.readings;
        eachMember(json_, fields_, object, "\"readings\"", keys, [&](std::size_t key, const json::Node& value) {
            if (key == 0) {
                const auto window = fields_.oneOf(value, keys[key], {"calendar", "rolling", "any"});
                if (window) readings.window = static_cast<WindowReading>(*window);
            } else if (key == 1) {
                readDelay(value);
            } else if (const auto path = fields_.oneOf(value, keys[key], {"docs", "seed"})) {
                readings.groupStatusPath = static_cast<GroupStatusPath>(*path);
            }
        });
    }

    void readDelay(const json::Node& node) {
        const auto text = fields_.string(node, "switch-delay");
        if (!text) return;
        if (const auto delay = parseDuration(*text)) {
            header_.readings.switchDelay = *delay;
        } else {
            faults_.add("trace.bad-value", node, fmt::format("{} is not a duration", quoted(*text)),
                        "expected something like \"30m\" or \"29m59s\"");
        }
    }

    void readSilent(const json::Node& array) {
        if (!fields_.array(array, "silent")) return;
        Silent& silent = header_.silent;
        for (const json::Node& item : json_.children(array)) {
            const auto kind =
                fields_.oneOf(item, "silent", {"connect", "accept", "recall-accept", "caught-up", "settled"});
            if (!kind) continue;
            bool* const flags[] = {&silent.connect, &silent.accept, &silent.recallAccept, &silent.caughtUp,
                                   &silent.settled};
            *flags[*kind] = true;
        }
    }

    const json::Document& json_;
    Header& header_;
    Faults& faults_;
    Fields fields_;
    Words<UserId> users_;
    const json::Node* groups_ = nullptr;
    const json::Node* time_ = &json_.root();
    const json::Node* sync_ = nullptr;
    bool hasTime_ = false;
    bool hasUsers_ = false;
};

}  // namespace

void readHeader(const json::Document& json, Header& header, Faults& faults) {
    HeaderReader(json, header, faults).read();
}

}  // namespace mdsync
