#include "random/generator.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <optional>
#include <string>

#include "random/cast.hpp"
#include "random/drawing.hpp"
#include "random/guess.hpp"
#include "random/stories.hpp"
#include "scenario/certainty.hpp"

namespace mdsync::search {

namespace {

// How often each word comes as a step of its own, in the order of Word. Those that are no verb of their own stand at 0.
using Weights = std::array<std::uint32_t, kWords>;
constexpr Weights kUsual{
    26,  // login
    7,   // logout
    7,   // drop
    4,   // reinstall
    26,  // send
    9,   // publish
    9,   // recall
    3,   // sync
    4,   // set
    3,   // join
    2,   // leave
    3,   // hold
    3,   // release
    2,   // server
    14,  // wait
    2,   // network
    9,   // concurrently
};
constexpr std::size_t kMostMessages = 400;

// Texts that are not like others: in other scripts, with what a format may take for its own, and (see below) long ones.
constexpr std::array<std::string_view, 6> kOddTexts{
    " ",           "\xe4\xbd\xa0\xe5\xa5\xbd", "\xf0\x9f\x91\x8b\xf0\x9f\x8f\xbd", "line\nand\ttab", "\"\\{}%s\"",
    "<b>&amp;</b>"};
constexpr std::array<std::size_t, 4> kLongTexts{141, 1025, 4097, 16385};

constexpr std::array<std::string_view, 2> kPaths[] = {
    {"/message/private/publish.json", "/statusmessage/private/publish.json"},
    {"/message/group/publish.json", "/statusmessage/group/publish.json"},
    {"/message/chatroom/publish.json", "/statusmessage/chatroom/publish.json"}};

}  // namespace

// The words that a generated scenario may say.
struct GeneratedWords {
    explicit GeneratedWords(Lexicon& lexicon) {
        for (std::size_t i = 1; i <= kMostMessages; ++i) {
            const std::string name = "m" + std::to_string(i);
            messages.push_back(lexicon.messages.intern(name));
            texts.push_back(lexicon.texts.intern("text of " + name));
        }
        plain = lexicon.texts.intern("RC:TxtMsg");
        typing = lexicon.texts.intern("RC:TypSts");
        poke = lexicon.texts.intern("app:Poke");
        order = lexicon.texts.intern("app:Order");
        empty = lexicon.texts.intern("");
        for (const std::string_view text : kOddTexts) odd.push_back(lexicon.texts.intern(text));
        for (const std::size_t size : kLongTexts) odd.push_back(lexicon.texts.intern(std::string(size, 'x')));
        for (std::size_t kind = 0; kind < 3; ++kind) {
            for (std::size_t status = 0; status < 2; ++status) {
                paths[kind][status] = lexicon.texts.intern(kPaths[kind][status]);
            }
        }
    }
    std::vector<MessageId> messages;
    std::vector<TextId> texts;
    std::vector<TextId> odd;
    TextId plain, typing, poke, order, empty;
    std::array<std::array<TextId, 2>, 3> paths;
};

// The scenario that is being made, and what is known of it so far.
class Generator::Draft {
public:
    Draft(const GeneratorOptions& options, Case& into, std::vector<Step>& spare)
        : options_(options), case_(into), spare_(spare), words_(into.lexicon) {
        for (std::size_t kind = 0; kind < kOpKinds; ++kind) {
            const std::optional<Word> word = wordOf(spell(static_cast<OpKind>(kind)));
            leftOut_[kind] = word && !allows(options_.without, *word);
        }
    }

    Mode mode = Mode::Uniform;

    void make(Choices& choices) {
        Drawing draw{choices};
        draw_ = &draw;
        drawCast(draw, options_.without, options_.untaken, case_);
        scenario::Certainty certainty{case_.header, case_.network};
        certainty_ = &certainty;
        stage_.begin(case_);
        nextMessage_ = 0;
        open_ = false;
        chooseMode();
        const std::size_t length = chooseLength();
        if (mode == Mode::Priority) spreadLinks(length);
        if (draw.often(75, Label::Mode)) everybodyIn();
        while (case_.steps.size() < length) {
            if (!addStep()) break;
        }
        draw_ = nullptr;
        certainty_ = nullptr;
    }

private:
    enum class Setting : std::uint8_t { CompensationDays, OfflineDays, MobileLimit, MiniprogramLimit, Prepaid };

    // Whom a story is about.
    struct Hero {
        UserId user;
        DeviceId device;
        GroupId group;  // none: there is none
        Setting setting{};
    };

    // ---- What kind of scenario --------------------------------------------------------------------------------------

    void chooseMode() {
        constexpr std::array<std::uint32_t, 3> kShares{45, 35, 20};
        mode = static_cast<Mode>(draw_->weighted(kShares, Label::Mode));
        weights_ = kUsual;
        if (mode == Mode::Swarm) {
            const std::uint32_t leftOut = draw_->below(60, Label::Mode);
            for (std::uint32_t& weight : weights_) {
                if (weight == 0) continue;
                if (draw_->below(100, Label::Mode) < leftOut) {
                    weight = 0;
                } else {
                    weight = 1 + draw_->below(30, Label::Mode);
                }
            }
            weights_[static_cast<std::size_t>(Word::Login)] += 15;  // nothing happens without
            weights_[static_cast<std::size_t>(Word::Send)] += 5;
        }
        for (std::size_t i = 0; i < kWords; ++i) {
            if (options_.without[i]) weights_[i] = 0;
        }
        if (case_.header.groups.empty() && case_.header.rooms.empty()) {
            weights_[static_cast<std::size_t>(Word::Join)] = weights_[static_cast<std::size_t>(Word::Leave)] = 0;
        }
        unsettled_ = mode == Mode::Priority ? 65 : draw_->of(std::array{0U, 0U, 10U, 30U}, Label::Mode);
        if (!allows(options_.without, Word::Unsettled)) unsettled_ = 0;
        burst_ = draw_->of(std::array{1U, 1U, 1U, 3U, 8U}, Label::Mode);
        distinct_ = draw_->often(60, Label::Mode);
        odd_ = draw_->of(std::array{0U, 0U, 0U, 20U}, Label::Mode);
        stories_ = draw_->of(std::array{0U, 15U, 30U, 60U}, Label::Mode);
        story_ = nullptr;
    }

    std::size_t chooseLength() {
        const std::uint32_t most = std::max(1U, options_.mostSteps);
        const std::uint32_t scale = draw_->of(std::array{most, most / 2, most / 4}, Label::Mode);
        const std::uint32_t few = std::min(most, 4U);
        return few + draw_->below(std::max(1U, scale - std::min(scale, few) + 1), Label::Mode);
    }

    // Links so different that what begins together comes one after the other.
    void spreadLinks(std::size_t length) {
        if (!allows(options_.without, Word::Network) || !allows(options_.without, Word::Latency)) return;
        for (std::size_t d = 0; d < case_.header.devices.size() && case_.steps.size() + 2 < length; ++d) {
            if (draw_->often(50, Label::Device)) changeLink(DeviceId{d});
        }
    }

    void changeLink(DeviceId device) {
        constexpr std::array<Millis, 4> kDelays{Millis{0}, Millis{10}, Millis{700}, Millis{5000}};
        Action& action = newAction(OpKind::Network);
        action.op.network.latencyLow = action.op.network.latencyHigh = draw_->of(kDelays, Label::Detail);
        action.op.on = {device};
        if (!takes(options_.untaken, action.op.network)) return discard();
        finish(true);
    }

    void everybodyIn() {
        if (!allows(options_.without, Word::Login)) return;
        for (std::size_t d = 0; d < case_.header.devices.size(); ++d) {
            if (draw_->below(100, Label::Device) >= 65) continue;
            newAction(OpKind::Login).op.device = DeviceId{d};
            admit();
        }
        if (!actions().empty()) finish(false);
    }

    // ---- Steps ------------------------------------------------------------------------------------------------------

    // False if nothing could be added.
    bool addStep() {
        if (story_ == nullptr && draw_->often(stories_, Label::Mode)) beginStory();
        if (story_ != nullptr && draw_->often(80, Label::Mode) && tellOn()) return true;
        for (int attempt = 0; attempt < 12; ++attempt) {
            std::uint32_t sum = 0;
            for (const std::uint32_t weight : weights_) sum += weight;
            if (sum == 0) return false;
            const auto verb = static_cast<Word>(draw_->weighted(weights_, Label::Verb));
            if (verb == Word::Wait) {
                if (addWait()) return true;
                continue;
            }
            if (verb == Word::Concurrently) {
                if (addTogether()) return true;
                continue;
            }
            if (!propose(verb)) continue;
            if (actions().empty()) continue;
            finish(false);
            return true;
        }
        return false;
    }

    bool addWait() {
        if (draw_->often(45, Label::Duration) && waitForMoment()) return true;
        using std::chrono::days;
        using std::chrono::hours;
        using std::chrono::minutes;
        constexpr std::array<Millis, 18> kUsualWaits{Millis{1000}, Millis{5000}, minutes{1}, minutes{10},
                                                     minutes{30},  minutes{31},  hours{1},   hours{5},
                                                     hours{14},    hours{24},    days{2},    days{3},
                                                     days{6},      days{7},      days{8},    minutes{30} - Millis{1},
                                                     minutes{15},  Millis{1}};
        return wait(draw_->of(kUsualWaits, Label::Duration));
    }

    bool wait(Millis duration) {
        if (!allows(options_.without, Word::Wait) || duration > options_.longestWait) return false;
        if (!options_.isClockExact && duration % std::chrono::seconds{1} != Millis{0}) return false;
        Step& step = current();
        step.kind = StepKind::Wait;
        step.wait = duration;
        stage_.pass(duration);
        accept();
        return true;
    }

    // Until something may change, or nearly; false if no such moment lies ahead.
    bool waitForMoment() {
        if (!allows(options_.without, Word::Wait) || !options_.isClockExact) return false;
        stage_.momentsAhead(moments_, story_ != nullptr);
        if (moments_.empty()) return false;
        constexpr std::array<Millis, 6> kBeside{Millis{0}, Millis{-1},    Millis{1},
                                                Millis{0}, Millis{-1000}, Millis{5000}};
        // What is sent right before the moment is accepted behind it.
        constexpr std::array<Millis, 3> kOnTheWay{Millis{-1}, Millis{-10}, Millis{1000}};
        // One draw after the other: the operands of a sum are evaluated in any order.
        const Instant moment = moments_[draw_->index(moments_.size(), Label::Duration)];
        const bool isExact = stage_.isExact();
        const Instant target =
            moment + (isExact ? draw_->of(kBeside, Label::Duration) : draw_->of(kOnTheWay, Label::Duration));
        // Where links delay, the clock is a guess and an instant that has passed cannot be waited for.
        if (target < stage_.now() + (isExact ? Millis{0} : Millis{60'000})) return false;
        Step& step = current();
        step.kind = StepKind::Wait;
        step.until = target;
        stage_.passUntil(target);
        accept();
        return true;
    }

    bool addTogether() {
        const std::size_t count = 2 + draw_->below(3, Label::Detail);
        isTogether_ = true;
        for (std::size_t i = 0; i < count; ++i) {
            for (int attempt = 0; attempt < 4; ++attempt) {
                const auto verb = static_cast<Word>(draw_->weighted(weights_, Label::Verb));
                if (verb == Word::Wait || verb == Word::Concurrently || verb == Word::Server) continue;
                if (propose(verb)) break;
            }
        }
        isTogether_ = false;
        return finishTogether();
    }

    // False, and nothing is done, if these can't begin at one instant.
    bool finishTogether() {
        Step& step = current();
        if (step.actions.size() < 2) {
            step.actions.clear();
            return false;
        }
        step.kind = StepKind::Concurrently;
        for (const std::string& obstacle : certainty_->obstacles(step.actions)) {
            if (obstacle.empty()) continue;
            step.actions.clear();
            return false;
        }
        step.settle = !draw_->often(unsettled_, Label::Detail);
        certainty_->applyTogether(step.actions, step.settle);
        for (const Action& action : step.actions) stage_.take(action);
        if (step.settle) stage_.settle();
        accept();
        return true;
    }

    // Adds actions of this verb to the current step; nothing if none is possible.
    bool propose(Word verb) {
        const std::size_t before = actions().size();
        switch (verb) {
            case Word::Login:
                logIn();
                break;
            case Word::Logout:
            case Word::Drop:
                depart(verb == Word::Logout ? OpKind::Logout : OpKind::Drop, someDevice(true));
                break;
            case Word::Reinstall:
                ofDevice(OpKind::Reinstall, anyDevice());
                break;
            case Word::Send:
                if (const DeviceId from = someDevice(true); from.exists()) send(from, target(userOf(from)));
                break;
            case Word::Publish:
                if (const UserId from = anyUser(); true) publish(from, target(from));
                break;
            case Word::Recall:
                recall();
                break;
            case Word::Sync:
                newAction(OpKind::Sync).op.enabled = stage_.target() == draw_->often(12, Label::Detail);
                admit();
                break;
            case Word::Set:
                set(anySetting());
                break;
            case Word::Join:
            case Word::Leave:
                membership(verb == Word::Join ? OpKind::Join : OpKind::Leave);
                break;
            case Word::Hold:
            case Word::Release:
                holdOrRelease(verb == Word::Hold);
                break;
            case Word::Server:
                newAction(OpKind::ServerRestart);
                admit();
                break;
            case Word::Network:
                network();
                break;
            default:
                break;
        }
        return actions().size() > before;
    }

    // ---- Verbs ------------------------------------------------------------------------------------------------------

    void logIn() {
        const std::uint32_t count = draw_->often(25, Label::Detail) ? 2 + draw_->below(3, Label::Detail) : 1;
        for (std::uint32_t i = 0; i < count; ++i) {
            if (const DeviceId device = someDevice(false); device.exists()) ofDevice(OpKind::Login, device);
        }
    }

    void depart(OpKind kind, DeviceId device) {
        if (!device.exists()) return;
        Action& action = newAction(kind);
        action.op.device = device;
        if (kind == OpKind::Drop && allows(options_.without, Word::Unnoticed) && draw_->often(30, Label::Detail)) {
            constexpr std::array<Millis, 5> kNotices{Millis{1000}, Millis{5000}, Millis{60'000},
                                                     std::chrono::minutes{30}, std::chrono::days{1}};
            action.op.noticedAfter = draw_->of(kNotices, Label::Duration);
        }
        admit();
    }

    void ofDevice(OpKind kind, DeviceId device) {
        if (!device.exists()) return;
        newAction(kind).op.device = device;
        admit();
    }

    // How many messages a step sends: one, a few, or, seldom, more than a page.
    std::uint32_t burst() {
        if (burst_ == 1) return 1;
        return draw_->often(1, Label::Detail) ? 25 : 1 + draw_->below(burst_, Label::Detail);
    }

    void send(DeviceId from, Address to) {
        const std::uint32_t count = burst();
        const TextId type = messageType();
        const TextId text = nextText();
        for (std::uint32_t i = 0; i < count && nextMessage_ < kMostMessages; ++i) {
            Action& action = newAction(OpKind::Send);
            action.op.device = from;
            describe(action.op, to, type, text);
            admit();
        }
    }

    void publish(UserId from, Address to, std::uint32_t copies = 50) {
        const std::uint32_t count = burst();
        const TextId type = messageType();
        const TextId text = nextText();
        const bool includeSender = draw_->often(copies, Label::Detail) && takes(options_.untaken, Trait::IncludeSender);
        constexpr std::array<std::uint32_t, 3> kApis{70, 20, 10};
        auto api = static_cast<Api>(draw_->weighted(kApis, Label::Detail));
        if ((api == Api::Status && !takes(options_.untaken, Trait::StatusApi)) ||
            (api == Api::Path && !takes(options_.untaken, Trait::ApiPaths))) {
            api = Api::Message;
        }
        TextId path;
        if (api == Api::Path) {
            const std::size_t kind = to.kind == AddressKind::User ? 0 : to.kind == AddressKind::Group ? 1 : 2;
            path = words_.paths[kind][draw_->below(2, Label::Detail)];
        }
        for (std::uint32_t i = 0; i < count && nextMessage_ < kMostMessages; ++i) {
            Action& action = newAction(OpKind::Publish);
            action.op.user = from;
            action.op.api = api;
            action.op.path = path;
            action.op.includeSender = includeSender;
            describe(action.op, to, type, text);
            admit();
        }
    }

    // What the messages of the next step say.
    [[nodiscard]] TextId nextText() {
        if (odd_ > 0 && draw_->often(odd_, Label::Detail))
            return words_.odd[draw_->index(words_.odd.size(), Label::Detail)];
        return distinct_ && nextMessage_ < kMostMessages ? words_.texts[nextMessage_] : words_.empty;
    }

    void describe(Op& op, Address to, TextId type, TextId text) {
        op.message = words_.messages[nextMessage_++];
        op.to = to;
        op.type = type;
        op.text = text;
    }

    void recall() {
        const auto& sent = stage_.sent();
        if (sent.empty()) return;
        // Mostly of the last few.
        const std::size_t back = draw_->often(70, Label::Message) ? std::min<std::size_t>(sent.size(), 4) : sent.size();
        const Guess::Sent& what = sent[sent.size() - 1 - draw_->index(back, Label::Message)];
        Action& action = newAction(OpKind::Recall);
        action.op.message = what.message;
        const bool isByApi = takes(options_.untaken, Trait::RecallByApi);
        if (draw_->often(25, Label::Detail) && isByApi) {
            action.op.user = draw_->often(20, Label::User) ? anyUser() : what.author;
            return admit();
        }
        DeviceId by = what.from;
        if (!by.exists() || !stage_.at(by).online || draw_->often(30, Label::Device)) by = onlineDeviceOf(what.author);
        if (!by.exists() || draw_->often(15, Label::Device)) by = someDevice(true);
        if (!by.exists()) {
            action.op.user = what.author;
            return isByApi ? admit() : discard();
        }
        action.op.device = by;
        admit();
    }

    Setting anySetting() {
        constexpr std::array<std::uint32_t, 5> kShares{30, 25, 15, 15, 15};
        return static_cast<Setting>(draw_->weighted(kShares, Label::Setting));
    }

    void set(Setting setting) {
        constexpr std::array<Trait, 5> kTraitsOf{Trait::SetCompensationDays, Trait::SetOfflineDays,
                                                 Trait::SetMobileLimit, Trait::SetMiniprogramLimit, Trait::SetPrepaid};
        if (!takes(options_.untaken, kTraitsOf[static_cast<std::size_t>(setting)])) return;
        SettingsChange& change = newAction(OpKind::Set).op.settings;
        switch (setting) {
            case Setting::CompensationDays:
                change.compensationDays = draw_->of(std::array{1, 2, 3, 5, 7, 8, 0}, Label::Setting);
                break;
            case Setting::OfflineDays:
                change.offlineDays = draw_->of(std::array{1, 2, 7, 7, 7, 8, 0}, Label::Setting);
                break;
            case Setting::MobileLimit:
                change.mobileLimit = draw_->of(std::array{1, 2, 3}, Label::Setting);
                break;
            case Setting::MiniprogramLimit:
                change.miniprogramLimit = draw_->of(std::array{1, 2, 3}, Label::Setting);
                break;
            case Setting::Prepaid:
                change.prepaid = draw_->often(40, Label::Setting);
                break;
        }
        admit();
    }

    void membership(OpKind kind) {
        const Header& header = case_.header;
        const std::size_t places = header.groups.size() + header.rooms.size();
        if (places == 0) return;
        const std::size_t place = draw_->index(places, Label::Place);
        if (place < header.groups.size()) return member(kind, GroupId{place}, anyUser());
        visit(kind, RoomId{place - header.groups.size()}, someDevice(true));
    }

    void visit(OpKind kind, RoomId room, DeviceId device) {
        if (!device.exists()) return;
        Action& action = newAction(kind);
        action.op.to = Address::of(room);
        action.op.device = device;
        admit();
    }

    void member(OpKind kind, GroupId group, UserId user) {
        if (!group.exists()) return;
        Action& action = newAction(kind);
        action.op.to = Address::of(group);
        action.op.user = user;
        admit();
    }

    void holdOrRelease(bool hold) {
        const DeviceId first = anyDevice();
        const std::size_t count = case_.header.devices.size();
        for (std::size_t i = 0; i < count; ++i) {
            const DeviceId device{(first.index() + i) % count};
            if (stage_.at(device).held == hold) continue;
            return ofDevice(hold ? OpKind::Hold : OpKind::Release, device);
        }
    }

    void network() {
        if (mode == Mode::Priority && allows(options_.without, Word::Latency)) {
            constexpr std::array<Millis, 4> kDelays{Millis{0}, Millis{10}, Millis{700}, Millis{5000}};
            Action& action = newAction(OpKind::Network);
            action.op.network.latencyLow = action.op.network.latencyHigh = draw_->of(kDelays, Label::Detail);
            action.op.on = {anyDevice()};
            return takes(options_.untaken, action.op.network) ? admit() : discard();
        }
        Action& action = newAction(OpKind::Network);
        action.op.network = drawConditions(*draw_, options_.without);
        if (draw_->often(40, Label::Detail)) action.op.on = {anyDevice()};
        if (!takes(options_.untaken, action.op.network)) return discard();
        admit();
    }

    // ---- Stories ----------------------------------------------------------------------------------------------------

    void beginStory() {
        story_ = &kStories[draw_->index(kStories.size(), Label::Verb)];
        beat_ = 0;
        const Header& header = case_.header;
        hero_.user = anyUser();
        const UserInfo& user = header.users[hero_.user.index()];
        const std::uint32_t which = draw_->often(60, Label::Device) ? draw_->below(user.deviceCount, Label::Device) : 0;
        hero_.device = DeviceId{user.firstDevice.value + which};
        hero_.group = GroupId{};
        if (!header.groups.empty()) hero_.group = GroupId{draw_->index(header.groups.size(), Label::Place)};
        hero_.setting = anySetting();
    }

    // Adds the next beat that is possible; false if the story is over.
    bool tellOn() {
        while (beat_ < story_->size() && (*story_)[beat_] != Beat::End) {
            const Beat beat = (*story_)[beat_++];
            if (tell(beat)) return true;
        }
        story_ = nullptr;
        return false;
    }

    // Whether there is a step more.
    bool tell(Beat beat) {
        using std::chrono::hours;
        using std::chrono::minutes;
        constexpr std::array<Millis, 6> kMinutes{Millis{1000}, Millis{5000}, minutes{1},
                                                 minutes{10},  minutes{15},  minutes{29}};
        constexpr std::array<Millis, 4> kDays{hours{24}, hours{14}, hours{72}, hours{144}};
        switch (beat) {
            case Beat::AllAtOnce:
                return tellAllAtOnce();
            case Beat::Midway:
                return waitMidway();
            case Beat::Pass:
                return wait(draw_->of(kMinutes, Label::Duration));
            case Beat::Days:
                return wait(draw_->of(kDays, Label::Duration));
            case Beat::Moment:
                return waitForMoment();
            default:
                break;
        }
        act(beat);
        if (actions().empty()) return false;
        const bool isMidway = beat_ < story_->size() && (*story_)[beat_] == Beat::Midway;
        finish(false, isMidway && allows(options_.without, Word::Unsettled));
        return true;
    }

    void act(Beat beat) {
        switch (beat) {
            case Beat::AllIn:
                forEachOfHero(false, [this](DeviceId d) { ofDevice(OpKind::Login, d); });
                break;
            case Beat::AllOut:
                forEachOfHero(true, [this](DeviceId d) { depart(OpKind::Logout, d); });
                break;
            case Beat::LogIn:
                ofDevice(OpKind::Login, hero_.device);
                break;
            case Beat::Depart:
                depart(draw_->often(30, Label::Verb) ? OpKind::Logout : OpKind::Drop, hero_.device);
                break;
            case Beat::Reinstall:
                ofDevice(OpKind::Reinstall, hero_.device);
                break;
            case Beat::Hold:
            case Beat::Release:
                ofDevice(beat == Beat::Hold ? OpKind::Hold : OpKind::Release, hero_.device);
                break;
            case Beat::Hear:
                hear(hero_.group.exists() && draw_->often(40, Label::Place) ? Address::of(hero_.group)
                                                                            : Address::of(hero_.user));
                break;
            case Beat::HearInRoom:
                if (!case_.header.rooms.empty()) hear(Address::of(RoomId{std::size_t{0}}));
                break;
            case Beat::Say:
                if (stage_.at(hero_.device).online) send(hero_.device, target(hero_.user));
                break;
            case Beat::Copy:
                publish(hero_.user, target(hero_.user), 80);
                break;
            case Beat::Recall:
                recall();
                break;
            case Beat::Turn:
            case Beat::PressAgain:
                newAction(OpKind::Sync).op.enabled = stage_.target() == (beat == Beat::PressAgain);
                admit();
                break;
            case Beat::Set:
                set(hero_.setting);
                break;
            case Beat::Join:
            case Beat::Leave:
                member(beat == Beat::Join ? OpKind::Join : OpKind::Leave, hero_.group, hero_.user);
                break;
            case Beat::Enter:
                if (!case_.header.rooms.empty() && stage_.at(hero_.device).online) {
                    visit(OpKind::Join, RoomId{std::size_t{0}}, hero_.device);
                }
                break;
            case Beat::Restart:
                newAction(OpKind::ServerRestart);
                admit();
                break;
            default:
                break;
        }
    }

    // Somebody else writes, or the backend does in their name.
    void hear(Address to) {
        const std::size_t users = case_.header.users.size();
        const std::size_t other =
            (hero_.user.index() + 1 + draw_->index(std::max<std::size_t>(users, 2) - 1, Label::User)) % users;
        const DeviceId from = onlineDeviceOf(UserId{other});
        if (from.exists()) return send(from, to);
        publish(UserId{other}, to);
    }

    bool tellAllAtOnce() {
        if (!allows(options_.without, Word::Concurrently)) return false;
        isTogether_ = true;
        forEachOfHero(false, [this](DeviceId d) { ofDevice(OpKind::Login, d); });
        isTogether_ = false;
        return finishTogether();
    }

    // As long as what was just sent needs to be accepted, and no longer than it needs to arrive.
    bool waitMidway() {
        const Millis latency = stage_.latency();
        const Millis passes = latency + latency * draw_->below(4, Label::Duration) / 4;
        if (passes == Millis{0}) return false;
        current().settle = !allows(options_.without, Word::Unsettled);
        return wait(passes);
    }

    // Those of the hero's devices that are probably online, or offline.
    template <class Do>
    void forEachOfHero(bool online, Do&& act) {
        const UserInfo& user = case_.header.users[hero_.user.index()];
        for (std::uint32_t i = 0; i < user.deviceCount; ++i) {
            const DeviceId device{user.firstDevice.value + i};
            if (stage_.at(device).online == online) act(device);
        }
    }

    // ---- Who and where ----------------------------------------------------------------------------------------------

    DeviceId anyDevice() { return DeviceId{draw_->index(case_.header.devices.size(), Label::Device)}; }
    UserId anyUser() { return UserId{draw_->index(case_.header.users.size(), Label::User)}; }

    UserId userOf(DeviceId device) { return case_.header.devices[device.index()].user; }

    // A device that is probably online, or offline; none if there is none.
    DeviceId someDevice(bool online) {
        candidates_.clear();
        for (std::size_t d = 0; d < case_.header.devices.size(); ++d) {
            if (stage_.at(DeviceId{d}).online == online) candidates_.emplace_back(d);
        }
        if (candidates_.empty()) return {};
        return candidates_[draw_->index(candidates_.size(), Label::Device)];
    }

    DeviceId onlineDeviceOf(UserId user) {
        candidates_.clear();
        const UserInfo& info = case_.header.users[user.index()];
        for (std::uint32_t i = 0; i < info.deviceCount; ++i) {
            const DeviceId device{info.firstDevice.value + i};
            if (stage_.at(device).online) candidates_.push_back(device);
        }
        if (candidates_.empty()) return {};
        return candidates_[draw_->index(candidates_.size(), Label::Device)];
    }

    Address target(UserId from) {
        const Header& header = case_.header;
        const std::uint32_t place = draw_->below(100, Label::Place);
        if (place >= 65 && !header.groups.empty() && (place < 90 || header.rooms.empty())) {
            return Address::of(GroupId{draw_->index(header.groups.size(), Label::Place)});
        }
        if (place >= 85 && !header.rooms.empty()) return Address::of(RoomId{std::size_t{0}});
        const std::size_t others = header.users.size() - 1;
        if (others == 0 || draw_->often(6, Label::User)) return Address::of(from);
        const std::size_t other = draw_->index(others, Label::User);
        return Address::of(UserId{other + (other >= from.index() ? 1 : 0)});
    }

    TextId messageType() {
        constexpr std::array<std::uint32_t, 4> kTypes{82, 5, 8, 5};
        const std::size_t type = draw_->weighted(kTypes, Label::Detail);
        if (type >= 2 && !takes(options_.untaken, Trait::StatusMessages)) return words_.plain;
        return std::array{words_.plain, words_.order, words_.typing, words_.poke}[type];
    }

    // ---- The step at hand -------------------------------------------------------------------------------------------

    // The step that is being made: not part of the scenario before accept().
    Step& current() {
        if (!open_) {
            if (spare_.empty()) spare_.emplace_back();
            step_ = &spare_.back();
            step_->kind = StepKind::Act;
            step_->settle = true;
            step_->actions.clear();
            step_->wait = Millis{0};
            step_->until.reset();
            applied_ = 0;
            open_ = true;
        }
        return *step_;
    }
    std::vector<Action>& actions() { return current().actions; }

    Action& newAction(OpKind kind) {
        Action& action = current().actions.emplace_back();
        action.op.kind = kind;
        return action;
    }
    void discard() { current().actions.pop_back(); }

    // Keeps the last action if it is possible for certain or perhaps.
    void admit() {
        if (leftOut_[static_cast<std::size_t>(actions().back().op.kind)]) return discard();
        if (isTogether_) return;
        // The actions of one step begin one after the other.
        while (applied_ + 1 < actions().size()) certainty_->apply(actions()[applied_++], true);
        const Action& action = actions().back();
        if (!certainty_->obstacle(action).empty()) return discard();
        stage_.take(action);
    }

    void finish(bool settled, bool isMidway = false) {
        Step& step = current();
        const bool isPending = applied_ < step.actions.size();
        step.settle = settled || !isPending || !(isMidway || draw_->often(unsettled_, Label::Detail));
        if (isPending) certainty_->apply(step.actions.back(), step.settle);
        if (step.settle) stage_.settle();
        accept();
    }

    void accept() {
        case_.steps.push_back(std::move(*step_));
        spare_.pop_back();
        open_ = false;
    }

    const GeneratorOptions& options_;
    Case& case_;
    std::vector<Step>& spare_;
    GeneratedWords words_;
    std::bitset<kOpKinds> leftOut_;  // what may not be asked for

    Drawing* draw_ = nullptr;
    scenario::Certainty* certainty_ = nullptr;
    Guess stage_;
    Weights weights_{};
    std::uint32_t unsettled_ = 0;
    std::uint32_t burst_ = 1;
    bool distinct_ = true;
    std::uint32_t odd_ = 0;      // percent of the messages whose text is odd
    std::uint32_t stories_ = 0;  // percent of the steps that begin one

    Hero hero_;
    const Story* story_ = nullptr;  // that is being told
    std::size_t beat_ = 0;          // that comes next

    bool isTogether_ = false;
    std::size_t nextMessage_ = 0;
    std::size_t applied_ = 0;  // so many actions of the current step the Certainty has seen
    std::vector<DeviceId> candidates_;
    std::vector<Instant> moments_;
    Step* step_ = nullptr;
    bool open_ = false;
};

Generator::Generator(const GeneratorOptions& options)
    : options_(options), draft_(std::make_unique<Draft>(options_, case_, spare_)) {
    case_.file = case_.id = "generated";
}

Generator::~Generator() = default;

Mode Generator::mode() const {
    return draft_->mode;
}

Case& Generator::make(std::uint64_t seed) {
    for (Step& step : case_.steps) spare_.push_back(std::move(step));
    case_.steps.clear();
    case_.seed = seed;
    const std::unique_ptr<Choices> choices = randomChoices(seed);
    draft_->make(*choices);
    return case_;
}

}  // namespace mdsync::search
