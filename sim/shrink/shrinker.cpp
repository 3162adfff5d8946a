#include "shrink/shrinker.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "shrink/edit.hpp"
#include "shrink/legal.hpp"

namespace mdsync::search {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

// Durations that are easy to read, shortest first.
constexpr std::array<Millis, 18> kPlain{Millis{0},   Millis{1},   Millis{1000}, Millis{5000}, minutes{1}, minutes{10},
                                        minutes{30}, minutes{31}, hours{1},     hours{12},    hours{24},  days{2},
                                        days{3},     days{4},     days{5},      days{6},      days{7},    days{8}};

// What a platform may be replaced by: the first of its class.
Platform plainOf(Platform platform) {
    switch (platform) {
        case Platform::Android:
        case Platform::Ios:
        case Platform::Harmony:
            return Platform::Android;
        case Platform::Windows:
        case Platform::Macos:
        case Platform::Linux:
        case Platform::Electron:
            return Platform::Windows;
        default:
            return platform;
    }
}

template <class T>
bool put(T& field, const T& value) {
    if (field == value) return false;
    field = value;
    return true;
}

}  // namespace

// ---- Candidates -----------------------------------------------------------------------------------------------------

bool Shrinker::take(Case candidate) {
    if (exhausted() || !isLegal(candidate)) return false;
    ++tries_;
    if (!oracle_(candidate, lexicon_)) return false;
    best_ = std::move(candidate);
    return true;
}

// Tries the case that `edit` makes of the best one; `edit` says whether it changed anything.
template <class Edit>
bool Shrinker::tryEdit(Edit&& edit) {
    Case candidate = best_;
    return edit(candidate) && take(std::move(candidate));
}

Case Shrinker::shrink(const Case& scenario) {
    best_ = scenario;
    lexicon_ = std::exchange(best_.lexicon, Lexicon{});
    cutTail();
    bool better = true;
    while (better && !exhausted()) {
        better = cutEntities();
        better = cutChunks() || better;
        better = cutActions() || better;
        better = simplifySteps() || better;
        better = simplifyHeader() || better;
    }
    dropUnusedTypes(best_, lexicon_);
    renumberMessages(best_, lexicon_);
    Case done = best_;
    done.lexicon = lexicon_;
    return done;
}

// ---- Parts ----------------------------------------------------------------------------------------------------------

// What comes after the failure goes at once: the shortest beginning that fails, by halving.
bool Shrinker::cutTail() {
    bool better = false;
    std::size_t low = 0;
    while (low < best_.steps.size() && !exhausted()) {
        const std::size_t length = low + (best_.steps.size() - low) / 2;
        if (length == best_.steps.size()) break;
        if (take(cutSteps(best_, length, best_.steps.size() - length))) {
            better = true;
        } else {
            low = length + 1;
        }
    }
    return better;
}

bool Shrinker::cutEntities() {
    const Cut unused = unusedOf(best_);
    const auto any = [](const std::vector<bool>& list) {
        return std::find(list.begin(), list.end(), true) != list.end();
    };
    bool better = (any(unused.users) || any(unused.devices) || any(unused.groups) || any(unused.rooms)) &&
                  take(cutOut(best_, unused));
    const auto cutEach = [&](std::vector<bool> Cut::*kind, auto size) {
        for (std::size_t i = size(); i-- > 0;) {
            Cut cut;
            (cut.*kind).assign(size(), false);
            (cut.*kind)[i] = true;
            better = take(cutOut(best_, cut)) || better;
        }
    };
    cutEach(&Cut::users, [this] { return best_.header.users.size(); });
    cutEach(&Cut::devices, [this] { return best_.header.devices.size(); });
    cutEach(&Cut::groups, [this] { return best_.header.groups.size(); });
    cutEach(&Cut::rooms, [this] { return best_.header.rooms.size(); });
    return better;
}

// Half of the steps at a time, then a quarter, ... then each alone, from the end, until no single one goes.
bool Shrinker::cutChunks() {
    bool better = false;
    std::size_t size = std::max<std::size_t>(1, best_.steps.size() / 2);
    while (!exhausted()) {
        bool went = false;
        std::size_t end = best_.steps.size();
        while (end > 0 && !exhausted()) {
            const std::size_t first = end > size ? end - size : 0;
            if (take(cutSteps(best_, first, end - first))) went = true;
            end = first;
        }
        better = better || went;
        if (size == 1 && !went) break;
        if (size > 1) size = size / 2;
    }
    return better;
}

bool Shrinker::cutActions() {
    bool better = false;
    for (std::size_t s = best_.steps.size(); s-- > 0;) {
        for (std::size_t a = best_.steps[s].actions.size(); a-- > 0 && best_.steps[s].actions.size() > 1;) {
            better = tryEdit([&](Case& candidate) {
                         auto& actions = candidate.steps[s].actions;
                         actions.erase(actions.begin() + static_cast<std::ptrdiff_t>(a));
                         return true;
                     }) ||
                     better;
        }
    }
    return better;
}

// ---- Steps ----------------------------------------------------------------------------------------------------------

bool Shrinker::simplifySteps() {
    bool better = false;
    for (std::size_t s = best_.steps.size(); s-- > 0;) {
        better = tryEdit([&](Case& candidate) {
                     Step& step = candidate.steps[s];
                     const bool isAsked = step.kind != StepKind::Expect && step.kind != StepKind::Note;
                     return isAsked && put(step.settle, true);
                 }) ||
                 better;
        better = tryEdit([&](Case& candidate) {
                     Step& step = candidate.steps[s];
                     return step.kind == StepKind::Concurrently && put(step.kind, StepKind::Act);
                 }) ||
                 better;
        if (best_.steps[s].kind == StepKind::Wait) better = simplifyWait(s) || better;
        for (std::size_t a = best_.steps[s].actions.size(); a-- > 0;) better = simplifyAction(s, a) || better;
    }
    return better;
}

// The shortest plain duration that does.
bool Shrinker::simplifyWait(std::size_t s) {
    const bool isMoment = best_.steps[s].until.has_value();
    for (const Millis duration : kPlain) {
        if (!isMoment && duration >= best_.steps[s].wait) break;
        const bool does = tryEdit([&](Case& candidate) {
            candidate.steps[s].until.reset();
            candidate.steps[s].wait = duration;
            return true;
        });
        if (does) return true;
    }
    return false;
}

bool Shrinker::simplifyAction(std::size_t s, std::size_t a) {
    bool better = false;
    const auto edit = [&](auto&& change) {
        better = tryEdit([&](Case& candidate) {
                     const OpKind kind = candidate.steps[s].actions[a].op.kind;
                     return change(candidate.steps[s].actions[a].op, kind);
                 }) ||
                 better;
    };
    const auto isMessage = [](OpKind kind) { return kind == OpKind::Send || kind == OpKind::Publish; };
    edit([&](Op& op, OpKind kind) { return isMessage(kind) && put(op.type, lexicon_.texts.intern("RC:TxtMsg")); });
    edit([&](Op& op, OpKind kind) { return isMessage(kind) && put(op.text, lexicon_.texts.intern("")); });
    edit([&](Op& op, OpKind) { return put(op.includeSender, false); });
    edit([&](Op& op, OpKind) {
        op.path = TextId{};
        return put(op.api, Api::Message);
    });
    edit([&](Op& op, OpKind kind) {
        if (kind != OpKind::Publish || op.api != Api::Path) return false;
        if (lexicon_.texts[op.path].find("/statusmessage/") != 0) return false;
        op.path = TextId{};
        return put(op.api, Api::Status);
    });
    edit([&](Op& op, OpKind) { return put(op.noticedAfter, Millis{0}); });
    if (best_.steps[s].actions[a].op.noticedAfter > Millis{1000}) {
        edit([&](Op& op, OpKind) { return put(op.noticedAfter, Millis{1000}); });
    }
    edit([&](Op& op, OpKind) { return put(op.network.lossPpm, 0U); });
    edit([&](Op& op, OpKind) { return put(op.network.duplicatePpm, 0U); });
    edit([&](Op& op, OpKind kind) {
        return kind == OpKind::Network && put(op.network.latencyHigh, op.network.latencyLow);
    });
    edit([&](Op& op, OpKind kind) {
        return kind == OpKind::Network && put(op.network.latencyLow, op.network.latencyHigh);
    });
    edit([&](Op& op, OpKind) {
        const bool changes = !op.on.empty();
        op.on.clear();
        return changes;
    });
    edit([&](Op& op, OpKind) {
        SettingsChange& set = op.settings;
        if (!set.compensationDays || !(set.offlineDays || set.mobileLimit || set.miniprogramLimit || set.prepaid))
            return false;
        set.compensationDays.reset();
        return true;
    });
    return better;
}

// ---- The head of the file -------------------------------------------------------------------------------------------

bool Shrinker::simplifyHeader() {
    bool better = false;
    const auto edit = [&](auto&& change) { better = tryEdit(change) || better; };
    const App plain;
    edit([](Case& c) {
        c.network = NetworkConditions{};
        return put(c.networkGiven, false);
    });
    edit([](Case& c) { return c.networkGiven && put(c.network.lossPpm, 0U); });
    edit([](Case& c) { return c.networkGiven && put(c.network.duplicatePpm, 0U); });
    edit([](Case& c) { return c.networkGiven && put(c.network.latencyHigh, c.network.latencyLow); });
    edit([](Case& c) { return c.networkGiven && put(c.network.latencyLow, c.network.latencyHigh); });
    edit([](Case& c) {
        c.header.app.prepaid = false;
        return put(c.header.app.environment, Environment::Development);
    });
    edit([](Case& c) { return put(c.header.app.prepaid, false); });
    edit([](Case& c) { return put(c.header.app.sync, false); });
    edit([&](Case& c) { return put(c.header.app.compensationDays, plain.compensationDays); });
    edit([&](Case& c) { return put(c.header.app.offlineDays, plain.offlineDays); });
    edit([&](Case& c) { return put(c.header.app.mobileLimit, plain.mobileLimit); });
    edit([&](Case& c) { return put(c.header.app.miniprogramLimit, plain.miniprogramLimit); });
    edit([&](Case& c) { return put(c.header.app.onLimit, plain.onLimit); });
    edit([&](Case& c) { return put(c.header.app.timezone, plain.timezone); });
    edit([](Case& c) { return put(c.header.readings.window, WindowReading::Calendar); });
    edit([](Case& c) { return put(c.header.readings.switchDelay, Readings{}.switchDelay); });
    edit([](Case& c) { return put(c.header.readings.groupStatusPath, GroupStatusPath::Docs); });
    edit([](Case& c) { return put(c.header.t, Instant{std::chrono::seconds{1714525200}}); });
    for (std::size_t d = 0; d < best_.header.devices.size(); ++d) {
        edit([&](Case& c) {
            DeviceInfo& device = c.header.devices[d];
            return put(device.platform, plainOf(device.platform));
        });
    }
    for (std::size_t g = 0; g < best_.header.groups.size(); ++g) {
        for (std::size_t m = best_.header.groups[g].members.size(); m-- > 0;) {
            edit([&](Case& c) {
                auto& members = c.header.groups[g].members;
                members.erase(members.begin() + static_cast<std::ptrdiff_t>(m));
                return true;
            });
        }
    }
    edit([](Case& c) { return put(c.seed, std::uint64_t{1}); });
    return better;
}

// ---- Without a seed -------------------------------------------------------------------------------------------------

Case Shrinker::spellOut(const Case& scenario) {
    best_ = scenario;
    lexicon_ = std::exchange(best_.lexicon, Lexicon{});
    settleDelays();
    for (std::size_t s = best_.steps.size(); s-- > 0;) {
        if (best_.steps[s].kind == StepKind::Concurrently) orderOut(s);
    }
    Case done = best_;
    done.lexicon = lexicon_;
    return done;
}

// One delay instead of a range: none, the default, the least, the most.
void Shrinker::settleDelays() {
    const auto settle = [](NetworkConditions& network, int how) {
        if (network.latencyLow == network.latencyHigh) return false;
        const std::array<Millis, 4> delays{Millis{0}, Millis{20}, network.latencyLow, network.latencyHigh};
        network.latencyLow = network.latencyHigh = delays[static_cast<std::size_t>(how)];
        return true;
    };
    for (int how = 0; how < 4; ++how) {
        tryEdit([&](Case& c) { return settle(c.network, how); });
        for (std::size_t s = 0; s < best_.steps.size(); ++s) {
            for (std::size_t a = 0; a < best_.steps[s].actions.size(); ++a) {
                tryEdit([&](Case& c) { return settle(c.steps[s].actions[a].op.network, how); });
            }
        }
    }
}

// The actions of a `concurrently` as steps of their own that begin at one instant, in the first order that fails.
bool Shrinker::orderOut(std::size_t s) {
    const Step together = best_.steps[s];
    std::vector<std::size_t> order(together.actions.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    do {
        const bool does = tryEdit([&](Case& candidate) {
            std::vector<Step> steps;
            for (const std::size_t number : order) {
                Step& step = steps.emplace_back(together);
                step.kind = StepKind::Act;
                step.actions = {together.actions[number]};
                step.settle = together.settle && steps.size() == order.size();
            }
            const auto at = candidate.steps.begin() + static_cast<std::ptrdiff_t>(s);
            candidate.steps.insert(candidate.steps.erase(at), steps.begin(), steps.end());
            return true;
        });
        if (does) return true;
    } while (order.size() <= 4 && std::next_permutation(order.begin(), order.end()));
    return false;
}

}  // namespace mdsync::search
