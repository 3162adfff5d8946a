#include "random/generator.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "random/cast.hpp"
#include "random/drawing.hpp"
#include "random/guess.hpp"
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
        for (std::size_t kind = 0; kind < 3; ++kind) {
            for (std::size_t status = 0; status < 2; ++status) {
                paths[kind][status] = lexicon.texts.intern(kPaths[kind][status]);
            }
        }
    }
    std::vector<MessageId> messages;
    std::vector<TextId> texts;
    TextId plain, typing, poke, order, empty;
    std::array<std::array<TextId, 2>, 3> paths;
};

// The scenario that is being made, and what is known of it so far.
class Generator::Draft {
public:
    Draft(const GeneratorOptions& options, Case& into, std::vector<Step>& spare)
        : options_(options), case_(into), spare_(spare), words_(into.lexicon) {}

    Mode mode = Mode::Uniform;

    void make(Choices& choices) {
        Drawing draw{choices};
        draw_ = &draw;
        drawCast(draw, options_.without, case_);
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
        for (int attempt = 0; attempt < 12; ++attempt) {
            std::uint32_t sum = 0;
            for (const std::uint32_t weight : weights_) sum += weight;
            if (sum == 0) return false;
            const auto verb = static_cast<Word>(draw_->weighted(weights_, Label::Verb));
            if (verb == Word::Wait) {
                addWait();
                return true;
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

    void addWait() {
        Step& step = current();
        step.kind = StepKind::Wait;
        stage_.momentsAhead(moments_);
        if (!moments_.empty() && draw_->often(45, Label::Duration)) {
            constexpr std::array<Millis, 6> kBeside{Millis{0}, Millis{-1},    Millis{1},
                                                    Millis{0}, Millis{-1000}, Millis{5000}};
            // One draw after the other: the operands of a sum are evaluated in any order.
            const Instant moment = moments_[draw_->index(moments_.size(), Label::Duration)];
            const Instant target = moment + draw_->of(kBeside, Label::Duration);
            // Where links delay, the clock is a guess and an instant that has passed cannot be waited for.
            const Millis doubt = stage_.isExact() ? Millis{0} : Millis{60'000};
            if (target >= stage_.now() + doubt) {
                step.until = target;
                stage_.passUntil(target);
                return accept();
            }
        }
        using std::chrono::days;
        using std::chrono::hours;
        using std::chrono::minutes;
        constexpr std::array<Millis, 18> kUsualWaits{Millis{1000}, Millis{5000}, minutes{1}, minutes{10},
                                                     minutes{30},  minutes{31},  hours{1},   hours{5},
                                                     hours{14},    hours{24},    days{2},    days{3},
                                                     days{6},      days{7},      days{8},    minutes{30} - Millis{1},
                                                     minutes{15},  Millis{1}};
        step.wait = draw_->of(kUsualWaits, Label::Duration);
        stage_.pass(step.wait);
        accept();
    }

    bool addTogether() {
        Step& step = current();
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
                depart(verb == Word::Logout ? OpKind::Logout : OpKind::Drop);
                break;
            case Word::Reinstall:
                ofDevice(OpKind::Reinstall, anyDevice());
                break;
            case Word::Send:
                send();
                break;
            case Word::Publish:
                publish();
                break;
            case Word::Recall:
                recall();
                break;
            case Word::Sync:
                newAction(OpKind::Sync).op.enabled = stage_.target() == draw_->often(12, Label::Detail);
                admit();
                break;
            case Word::Set:
                set();
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

    void depart(OpKind kind) {
        const DeviceId device = someDevice(true);
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

    std::uint32_t burst() { return 1 + (burst_ > 1 ? draw_->below(burst_, Label::Detail) : 0); }

    void send() {
        const DeviceId from = someDevice(true);
        if (!from.exists()) return;
        const std::uint32_t count = burst();
        const Address to = target(case_.header.devices[from.index()].user);
        const TextId type = messageType();
        const TextId text = nextText();
        for (std::uint32_t i = 0; i < count && nextMessage_ < kMostMessages; ++i) {
            Action& action = newAction(OpKind::Send);
            action.op.device = from;
            describe(action.op, to, type, text);
            admit();
        }
    }

    void publish() {
        const std::uint32_t count = burst();
        const UserId from = anyUser();
        const Address to = target(from);
        const TextId type = messageType();
        const TextId text = nextText();
        const bool includeSender = draw_->often(50, Label::Detail);
        constexpr std::array<std::uint32_t, 3> kApis{70, 20, 10};
        const auto api = static_cast<Api>(draw_->weighted(kApis, Label::Detail));
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
    [[nodiscard]] TextId nextText() const {
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
        if (draw_->often(25, Label::Detail)) {
            action.op.user = draw_->often(20, Label::User) ? anyUser() : what.author;
            return admit();
        }
        DeviceId by = what.from;
        if (!by.exists() || !stage_.at(by).online || draw_->often(30, Label::Device)) by = onlineDeviceOf(what.author);
        if (!by.exists() || draw_->often(8, Label::Device)) by = someDevice(true);
        if (!by.exists()) {
            action.op.user = what.author;
            return admit();
        }
        action.op.device = by;
        admit();
    }

    void set() {
        SettingsChange& change = newAction(OpKind::Set).op.settings;
        switch (draw_->below(6, Label::Setting)) {
            case 0:
            case 1:
                change.compensationDays = draw_->of(std::array{1, 2, 3, 7, 8, 0}, Label::Setting);
                break;
            case 2:
                change.offlineDays = draw_->of(std::array{1, 2, 7, 8, 0}, Label::Setting);
                break;
            case 3:
                change.mobileLimit = draw_->of(std::array{1, 2, 3}, Label::Setting);
                break;
            case 4:
                change.miniprogramLimit = draw_->of(std::array{1, 2, 3}, Label::Setting);
                break;
            default:
                change.prepaid = draw_->often(60, Label::Setting);
                break;
        }
        admit();
    }

    void membership(OpKind kind) {
        const Header& header = case_.header;
        const std::size_t places = header.groups.size() + header.rooms.size();
        if (places == 0) return;
        const std::size_t place = draw_->index(places, Label::Place);
        Action& action = newAction(kind);
        if (place < header.groups.size()) {
            action.op.to = Address::of(GroupId{place});
            action.op.user = anyUser();
        } else {
            action.op.to = Address::of(RoomId{place - header.groups.size()});
            action.op.device = someDevice(true);
            if (!action.op.device.exists()) return discard();
        }
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
            return admit();
        }
        Action& action = newAction(OpKind::Network);
        action.op.network = drawConditions(*draw_, options_.without);
        if (draw_->often(40, Label::Detail)) action.op.on = {anyDevice()};
        admit();
    }

    // ---- Who and where ----------------------------------------------------------------------------------------------

    DeviceId anyDevice() { return DeviceId{draw_->index(case_.header.devices.size(), Label::Device)}; }
    UserId anyUser() { return UserId{draw_->index(case_.header.users.size(), Label::User)}; }

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
        return std::array{words_.plain, words_.order, words_.typing,
                          words_.poke}[draw_->weighted(kTypes, Label::Detail)];
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
        if (isTogether_) return;
        // The actions of one step begin one after the other.
        while (applied_ + 1 < actions().size()) certainty_->apply(actions()[applied_++], true);
        const Action& action = actions().back();
        if (!certainty_->obstacle(action).empty()) return discard();
        stage_.take(action);
    }

    void finish(bool settled) {
        Step& step = current();
        const bool isPending = applied_ < step.actions.size();
        step.settle = settled || !isPending || !draw_->often(unsettled_, Label::Detail);
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

    Drawing* draw_ = nullptr;
    scenario::Certainty* certainty_ = nullptr;
    Guess stage_;
    Weights weights_{};
    std::uint32_t unsettled_ = 0;
    std::uint32_t burst_ = 1;
    bool distinct_ = true;
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
