#include "random/cast.hpp"

#include <array>
#include <string>
#include <vector>

#include "random/drawing.hpp"

namespace mdsync::search {

namespace {

// Users and groups; and such that are easily taken for one another.
struct Naming {
    std::array<std::string_view, 4> users;
    std::array<std::string_view, 3> groups;
};
constexpr Naming kPlain{{"alice", "bob", "carol", "dave"}, {"team", "club", "diary"}};
constexpr Naming kAlike{{"alice", "ALICE", "ali", "alice2"}, {"alice", "lobby", "ali"}};

// Platforms by class; each class has its own device names.
struct Kind {
    std::string_view name;
    std::array<Platform, 3> platforms;
};
constexpr std::array<Kind, 4> kKinds{{{"phone", {Platform::Android, Platform::Ios, Platform::Harmony}},
                                      {"tab", {Platform::Web, Platform::Web, Platform::Web}},
                                      {"desk", {Platform::Macos, Platform::Windows, Platform::Linux}},
                                      {"mini", {Platform::Miniprogram, Platform::Miniprogram, Platform::Miniprogram}}}};

// Zones whose midnight is not that of the default, some within an hour, and some whose days have not always 24 hours. Looked up once: the
// database is slow.
const std::vector<Zone>& zones() {
    static const std::vector<Zone> all = [] {
        std::vector<Zone> found;
        for (const char* name : {"+08:00", "+00:00", "-05:00", "+05:30", "+05:45", "-03:30", "+14:00", "-11:00",
                                 "Europe/Berlin", "America/New_York", "Australia/Adelaide", "Pacific/Chatham"}) {
            if (const auto zone = Zone::find(name)) found.push_back(*zone);
        }
        return found;
    }();
    return all;
}

constexpr Instant at(std::int64_t seconds) {
    return Instant{std::chrono::seconds{seconds}};
}
constexpr Instant kDefaultStart = at(1714525200);  // 2024-05-01T09:00:00+08:00

// The last ten milliseconds of a day of this zone.
Instant lastInstants(const Zone& zone) {
    return zone.startOf(zone.dayOf(kDefaultStart) + std::chrono::days{1}) - Millis{10};
}

// Plain mornings, the last ten milliseconds of a day in several zones, and eves of a change of daylight saving.
constexpr std::array<Instant, 8> kStarts{kDefaultStart,
                                         at(1714579199) + Millis{990},  // 2024-05-01T23:59:59.990+08:00
                                         at(1714521599) + Millis{990},  // ... in UTC
                                         at(1714539599) + Millis{990},  // ... at -05:00
                                         at(1711796400),                // 2024-03-30T12:00+01:00, Berlin
                                         at(1729936800),                // 2024-10-26T12:00+02:00, Berlin
                                         at(1710003600),                // 2024-03-09T12:00-05:00, New York
                                         at(1730563200)};               // 2024-11-02T12:00-04:00, New York

class Casting {
public:
    Casting(Drawing& draw, const Without& without, Case& into)
        : draw_(draw), without_(without), case_(into), header_(into.header) {}

    void settings() {
        App& app = header_.app;
        app = App{};
        app.sync = draw_.often(62, Label::Setting);
        if (draw_.often(25, Label::Setting)) {
            app.environment = Environment::Production;
            app.prepaid = app.sync || draw_.often(50, Label::Setting);
        }
        app.compensationDays = draw_.of(std::array{1, 1, 1, 2, 2, 3, 5, 7, 7}, Label::Setting);
        app.offlineDays = draw_.of(std::array{7, 7, 1, 2, 3}, Label::Setting);
        if (draw_.often(25, Label::Setting)) app.onLimit = OnLimit::Refuse;
        app.timezone = zones()[draw_.often(40, Label::Setting) ? draw_.index(zones().size(), Label::Setting) : 0];
        Readings& readings = header_.readings;
        readings = Readings{};
        if (draw_.often(20, Label::Setting)) {
            readings.window = draw_.of(std::array{WindowReading::Rolling, WindowReading::Rolling, WindowReading::Any},
                                       Label::Setting);
        }
        if (draw_.often(8, Label::Setting)) readings.switchDelay = std::chrono::minutes{15};
        if (draw_.often(10, Label::Setting)) readings.groupStatusPath = GroupStatusPath::Seed;
        header_.t = draw_.often(35, Label::Setting) ? draw_.of(kStarts, Label::Setting) : kDefaultStart;
        if (draw_.often(15, Label::Setting)) header_.t = lastInstants(app.timezone);
    }

    void people() {
        header_.users.clear();
        header_.devices.clear();
        const std::size_t users = draw_.of(std::array{2U, 2U, 2U, 3U, 3U, 1U, 4U}, Label::Cast);
        names_ = draw_.often(8, Label::Cast) ? &kAlike : &kPlain;
        const bool manyTabs = draw_.often(14, Label::Cast);
        const bool manyPhones = draw_.often(20, Label::Cast);
        if (manyPhones || draw_.often(20, Label::Cast)) {
            header_.app.mobileLimit = draw_.of(std::array{2, 3, 4, 1}, Label::Setting);
            header_.app.miniprogramLimit = draw_.of(std::array{1, 2, 3}, Label::Setting);
        }
        for (std::size_t u = 0; u < users; ++u) {
            header_.addUser(names_->users[u]);
            std::array<std::uint32_t, kKinds.size()> made{};
            if (u == 0 && manyTabs) {
                const std::uint32_t tabs = 9 + draw_.below(4, Label::Cast);
                for (std::uint32_t i = 0; i < tabs; ++i) device(1, made);
            }
            const std::uint32_t devices = draw_.of(std::array{1U, 2U, 2U, 3U, 3U, 4U, 5U}, Label::Cast);
            for (std::uint32_t i = 0; i < devices; ++i) {
                constexpr std::array<std::uint32_t, 4> kUsual{35, 30, 20, 15};
                constexpr std::array<std::uint32_t, 4> kPhones{60, 5, 5, 30};
                device(draw_.weighted(manyPhones ? kPhones : kUsual, Label::Cast), made);
            }
        }
    }

    void places() {
        header_.groups.clear();
        header_.rooms.clear();
        if (draw_.often(70, Label::Cast)) group(names_->groups[0], 80);
        if (draw_.often(25, Label::Cast)) group(names_->groups[1], 50);
        if (draw_.often(12, Label::Cast)) group(names_->groups[2], 15);  // of one member, or of none
        if (draw_.often(60, Label::Cast)) header_.rooms.emplace_back("lobby");
        header_.messageTypes = {{"app:Order", false}, {"app:Poke", true}};
    }

    void network() {
        case_.networkGiven = allows(without_, Word::Latency) || allows(without_, Word::Loss);
        case_.network = NetworkConditions{};
        if (!case_.networkGiven) return;
        // Without delay an effect has the time of its step, so that boundaries can be hit to the millisecond.
        if (allows(without_, Word::Latency) && draw_.often(45, Label::Mode)) {
            case_.network.latencyLow = case_.network.latencyHigh = Millis{0};
        } else if (draw_.often(50, Label::Mode)) {
            case_.network = drawConditions(draw_, without_);
        } else {
            case_.networkGiven = false;
        }
    }

private:
    void device(std::size_t kind, std::array<std::uint32_t, kKinds.size()>& made) {
        std::string name{kKinds[kind].name};
        if (++made[kind] > 1) name += std::to_string(made[kind]);
        header_.addDevice(name, draw_.of(kKinds[kind].platforms, Label::Cast));
    }

    void group(std::string_view name, std::uint32_t percent) {
        GroupInfo& group = header_.groups.emplace_back();
        group.name = name;
        for (std::size_t u = 0; u < header_.users.size(); ++u) {
            if (draw_.below(100, Label::Cast) < percent) group.members.emplace_back(u);
        }
    }

    Drawing& draw_;
    const Without& without_;
    Case& case_;
    Header& header_;
    const Naming* names_ = &kPlain;
};

Trait traitOf(const Zone& zone) {
    if (zone.named()) return Trait::NamedZones;
    const bool isWhole = zone.offsetAt(kDefaultStart) % std::chrono::hours{1} == std::chrono::minutes{0};
    return isWhole ? Trait::WholeHourZones : Trait::HalfHourZones;
}

void keepTo(const Untaken& untaken, App& app) {
    const App usual;
    const auto keep = [&](Trait trait, auto App::*setting) {
        if (!takes(untaken, trait)) app.*setting = usual.*setting;
    };
    if (!takes(untaken, app.sync ? Trait::SyncOn : Trait::SyncOff)) app.sync = !app.sync;
    keep(Trait::Production, &App::environment);
    keep(Trait::Production, &App::prepaid);
    if (app.environment == Environment::Production && app.sync) app.prepaid = true;
    keep(Trait::CompensationDays, &App::compensationDays);
    keep(Trait::OfflineDays, &App::offlineDays);
    keep(Trait::RefusesAtLimit, &App::onLimit);
    keep(Trait::Limits, &App::mobileLimit);
    keep(Trait::Limits, &App::miniprogramLimit);
    if (!(app.timezone == usual.timezone)) keep(traitOf(app.timezone), &App::timezone);
}

void keepTo(const Untaken& untaken, Readings& readings) {
    const Readings usual;
    if (readings.window != usual.window) {
        const bool isRolling = readings.window == WindowReading::Rolling;
        if (!takes(untaken, isRolling ? Trait::RollingWindow : Trait::AnyWindow)) readings.window = usual.window;
    }
    if (!takes(untaken, Trait::SwitchDelay)) readings.switchDelay = usual.switchDelay;
    if (!takes(untaken, Trait::GroupStatusPath)) readings.groupStatusPath = usual.groupStatusPath;
}

// What is untaken becomes as it is by default.
void keepTo(const Untaken& untaken, Case& into) {
    keepTo(untaken, into.header.app);
    keepTo(untaken, into.header.readings);
    if (!takes(untaken, Trait::Groups)) into.header.groups.clear();
    if (!takes(untaken, Trait::Rooms)) into.header.rooms.clear();
    if (!into.networkGiven || takes(untaken, into.network)) return;
    NetworkConditions quick;
    quick.latencyLow = quick.latencyHigh = Millis{0};
    into.networkGiven = takes(untaken, quick);
    into.network = into.networkGiven ? quick : NetworkConditions{};
}

}  // namespace

std::optional<Word> wordOf(std::string_view spelling) {
    for (std::size_t i = 0; i < kSpellings.size(); ++i) {
        if (kSpellings[i] == spelling) return static_cast<Word>(i);
    }
    return std::nullopt;
}

Without withoutOf(const std::vector<std::string>& words) {
    Without without;
    for (const std::string& word : words) {
        if (const auto found = wordOf(word)) without.set(static_cast<std::size_t>(*found));
    }
    return without;
}

void drawCast(Drawing& draw, const Without& without, const Untaken& untaken, Case& into) {
    Casting casting{draw, without, into};
    casting.settings();
    casting.people();
    casting.places();
    casting.network();
    if (untaken.any()) keepTo(untaken, into);
}

NetworkConditions drawConditions(Drawing& draw, const Without& without) {
    struct Range {
        Millis low, high;
    };
    constexpr std::array<Range, 6> kLatencies{{{Millis{20}, Millis{20}},
                                               {Millis{0}, Millis{0}},
                                               {Millis{5}, Millis{80}},
                                               {Millis{0}, Millis{3}},
                                               {Millis{1}, Millis{2000}},
                                               {Millis{1000}, Millis{3000}}}};
    NetworkConditions out;
    if (allows(without, Word::Latency)) {
        const Range& range = draw.of(kLatencies, Label::Detail);
        out.latencyLow = range.low;
        out.latencyHigh = range.high;
    }
    if (allows(without, Word::Loss) && draw.often(15, Label::Detail)) {
        out.lossPpm = draw.of(std::array{100'000U, 500'000U}, Label::Detail);
    }
    if (allows(without, Word::Duplicate) && draw.often(25, Label::Detail)) {
        out.duplicatePpm = draw.of(std::array{100'000U, 1'000'000U}, Label::Detail);
    }
    return out;
}

}  // namespace mdsync::search
