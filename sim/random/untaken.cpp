#include "random/untaken.hpp"

#include <array>
#include <optional>

#include "mdsync/run.hpp"
#include "mdsync/scenario.hpp"

namespace mdsync::search {

namespace {

constexpr DeviceId kPhone{0U};  // alice's
constexpr UserId kAlice{0U};
constexpr UserId kBob{1U};

// A plain world of two, to which a trait is added.
class Draft {
public:
    Draft(const Capabilities& capabilities, bool sync) : capabilities_(capabilities) {
        Header& header = case_.header;
        header.t = Instant{std::chrono::seconds{1714525200}};
        header.addUser("alice");
        header.addDevice("phone", Platform::Android);
        header.addUser("bob");
        header.addDevice("phone", Platform::Android);
        header.messageTypes = {{"app:Order", false}, {"app:Poke", true}};
        header.app.sync = sync;
    }

    App& app() { return case_.header.app; }
    Readings& readings() { return case_.header.readings; }
    Header& header() { return case_.header; }

    NetworkConditions& network() {
        case_.networkGiven = true;
        return case_.network;
    }

    Op& ask(OpKind kind) {
        Step& step = case_.steps.emplace_back();
        step.actions.emplace_back().op.kind = kind;
        return step.actions.back().op;
    }

    void logIn() {
        for (const DeviceId device : {kPhone, DeviceId{1U}}) ask(OpKind::Login).device = device;
    }

    // alice/phone sends m1, or the backend does for alice.
    Op& message(OpKind kind, Address to = Address::of(kBob)) {
        Op& op = ask(kind);
        if (kind == OpKind::Send) {
            op.device = kPhone;
        } else {
            op.user = kAlice;
        }
        op.message = case_.lexicon.messages.intern("m1");
        op.to = to;
        op.type = text("RC:TxtMsg");
        op.text = text("hi");
        return op;
    }

    TextId text(std::string_view word) { return case_.lexicon.texts.intern(word); }
    [[nodiscard]] bool can(OpKind kind) const { return capabilities_.can(kind); }

    // `what`: for the target's log.
    Case& finished(std::string_view what) {
        case_.id = case_.file = case_.name = std::string(what);
        case_.given = givenBy(case_.header.app);
        return case_;
    }

private:
    const Capabilities& capabilities_;
    Case case_;
};

void setZone(Draft& draft, const char* name) {
    if (const std::optional<Zone> zone = Zone::find(name)) draft.app().timezone = *zone;
}

void writeToTeam(Draft& draft) {
    draft.header().groups.push_back({"team", {kAlice, kBob}});
    draft.logIn();
    draft.message(OpKind::Send, Address::of(GroupId{0U}));
}

void writeToLobby(Draft& draft) {
    draft.header().rooms.emplace_back("lobby");
    draft.logIn();
    const Address lobby = Address::of(RoomId{0U});
    if (draft.can(OpKind::Join)) {
        Op& join = draft.ask(OpKind::Join);
        join.device = kPhone;
        join.to = lobby;
    }
    draft.message(OpKind::Send, lobby);
}

void recallByApi(Draft& draft) {
    draft.logIn();
    const MessageId sent = draft.message(OpKind::Send).message;
    Op& recall = draft.ask(OpKind::Recall);
    recall.message = sent;
    recall.user = kAlice;
}

void dropNoticedLate(Draft& draft) {
    draft.logIn();
    Op& drop = draft.ask(OpKind::Drop);
    drop.device = kPhone;
    drop.noticedAfter = Millis{1000};
}

SettingsChange& change(Draft& draft) {
    return draft.ask(OpKind::Set).settings;
}

struct Row {
    std::string_view words;
    void (*add)(Draft&);
};
constexpr std::array<Row, kTraits> kRows{{
    {"the service off", [](Draft& d) { d.app().sync = false; }},
    {"the service on", [](Draft& d) { d.app().sync = true; }},
    {"an app in production",
     [](Draft& d) {
         d.app().environment = Environment::Production;
         d.app().prepaid = true;
     }},
    {"compensationDays other than 1", [](Draft& d) { d.app().compensationDays = 7; }},
    {"offlineDays other than 7", [](Draft& d) { d.app().offlineDays = 1; }},
    {"onLimit refuse", [](Draft& d) { d.app().onLimit = OnLimit::Refuse; }},
    {"limits over 1", [](Draft& d) { d.app().mobileLimit = d.app().miniprogramLimit = 2; }},
    {"the reading window=rolling", [](Draft& d) { d.readings().window = WindowReading::Rolling; }},
    {"the reading window=any", [](Draft& d) { d.readings().window = WindowReading::Any; }},
    {"the reading switch-delay", [](Draft& d) { d.readings().switchDelay = std::chrono::minutes{15}; }},
    {"the reading group-status-path=seed", [](Draft& d) { d.readings().groupStatusPath = GroupStatusPath::Seed; }},
    {"other time zones", [](Draft& d) { setZone(d, "-05:00"); }},
    {"time zones of half hours", [](Draft& d) { setZone(d, "+05:30"); }},
    {"time zones with a name", [](Draft& d) { setZone(d, "Europe/Berlin"); }},
    {"groups", writeToTeam},
    {"chatrooms", writeToLobby},
    {"links without delay", [](Draft& d) { d.network().latencyLow = d.network().latencyHigh = Millis{0}; }},
    {"links with delay", [](Draft& d) { d.network().latencyHigh = Millis{2000}; }},
    {"links that lose", [](Draft& d) { d.network().lossPpm = 100'000; }},
    {"links that double", [](Draft& d) { d.network().duplicatePpm = 100'000; }},
    {"status messages",
     [](Draft& d) {
         d.logIn();
         d.message(OpKind::Send).type = d.text("RC:TypSts");
     }},
    {"publish by the status API", [](Draft& d) { d.message(OpKind::Publish).api = Api::Status; }},
    {"publish by a path",
     [](Draft& d) {
         Op& op = d.message(OpKind::Publish);
         op.api = Api::Path;
         op.path = d.text("/message/private/publish.json");
     }},
    {"includeSender", [](Draft& d) { d.message(OpKind::Publish).includeSender = true; }},
    {"recalls by the API", recallByApi},
    {"drops that are noticed later", dropNoticedLate},
    {"set compensationDays", [](Draft& d) { change(d).compensationDays = 2; }},
    {"set offlineDays", [](Draft& d) { change(d).offlineDays = 2; }},
    {"set limits.mobile", [](Draft& d) { change(d).mobileLimit = 2; }},
    {"set limits.miniprogram", [](Draft& d) { change(d).miniprogramLimit = 2; }},
    {"set prepaid", [](Draft& d) { change(d).prepaid = true; }},
}};

// Asks one target, one case after the other.
class Lesson {
public:
    Lesson(System& target, const Capabilities& capabilities, const std::atomic<bool>& stop)
        : target_(target), capabilities_(capabilities) {
        options_.stop = &stop;
    }

    [[nodiscard]] bool isTaken(std::string_view what, bool sync, void (*add)(Draft&)) {
        Draft draft{capabilities_, sync};
        if (add != nullptr) add(draft);
        const Case& scenario = draft.finished("explore: " + std::string(what));
        if (!lacksFor(scenario, capabilities_).empty()) return true;  // nobody asks for it anyway
        const std::optional<CaseResult> result = runCase(scenario, target_, capabilities_, options_);
        if (!result || result->verdict == Verdict::Error) broke = result ? result->reason : "stopped";
        return !broke.empty() || result->verdict != Verdict::NotApplicable;
    }

    std::string broke;

private:
    System& target_;
    const Capabilities& capabilities_;
    RunOptions options_;
};

}  // namespace

bool takes(const Untaken& untaken, const NetworkConditions& network) {
    return takes(untaken, network.latencyHigh == Millis{0} ? Trait::NoDelay : Trait::Delay) &&
           (network.lossPpm == 0 || takes(untaken, Trait::Loss)) &&
           (network.duplicatePpm == 0 || takes(untaken, Trait::Duplicates));
}

std::vector<std::string> wordsOf(const Untaken& untaken) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i < kTraits; ++i) {
        if (untaken[i]) words.emplace_back(kRows[i].words);
    }
    return words;
}

Untaken learnUntaken(System& target, const Capabilities& capabilities, const std::atomic<bool>& stop,
                     std::string& broke) {
    Lesson lesson{target, capabilities, stop};
    Untaken untaken;
    bool sync = true;
    if (!lesson.isTaken("a plain world, the service on", true, nullptr)) {
        sync = false;
        if (!lesson.isTaken("a plain world, the service off", false, nullptr)) return {};
    }
    for (std::size_t i = 0; i < kTraits && lesson.broke.empty(); ++i) {
        untaken[i] = !lesson.isTaken(kRows[i].words, sync, kRows[i].add);
    }
    broke = lesson.broke;
    return untaken;
}

std::vector<std::string> givenBy(const App& app) {
    const App usual;
    std::vector<std::string> given;
    const auto add = [&given](bool differs, const char* key) {
        if (differs) given.emplace_back(key);
    };
    add(app.environment != usual.environment, "environment");
    add(app.prepaid != usual.prepaid, "prepaid");
    add(app.sync != usual.sync, "sync");
    add(app.compensationDays != usual.compensationDays, "compensationDays");
    add(app.offlineDays != usual.offlineDays, "offlineDays");
    add(app.timezone.name() != usual.timezone.name(), "timezone");
    add(app.mobileLimit != usual.mobileLimit || app.miniprogramLimit != usual.miniprogramLimit, "limits");
    add(app.onLimit != usual.onLimit, "onLimit");
    return given;
}

}  // namespace mdsync::search
