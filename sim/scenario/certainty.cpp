#include "scenario/certainty.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mdsync::scenario {

namespace {

constexpr std::uint32_t kCrowds = 4;
constexpr std::uint32_t kTabs = 0;
constexpr std::int64_t kTabsWhileOn = 10;

// Which devices of a user one limit counts together.
std::uint32_t crowdOf(Platform platform) {
    switch (platform) {
        case Platform::Web:
            return kTabs;
        case Platform::Android:
        case Platform::Ios:
        case Platform::Harmony:
            return 1;
        case Platform::Miniprogram:
            return 2;
        default:
            return 3;
    }
}

bool isLogin(const Op& op) {
    return op.kind == OpKind::Login;
}
bool isDeparture(const Op& op) {
    return op.kind == OpKind::Logout || op.kind == OpKind::Drop || op.kind == OpKind::Reinstall;
}

// The devices that several of these actions log in or out.
std::vector<DeviceId> racing(const std::vector<Action>& together) {
    std::vector<DeviceId> touched;
    for (const Action& action : together) {
        if (isLogin(action.op) || isDeparture(action.op)) touched.push_back(action.op.device);
    }
    std::sort(touched.begin(), touched.end());
    std::vector<DeviceId> twice;
    for (std::size_t i = 1; i < touched.size(); ++i) {
        if (touched[i] == touched[i - 1]) twice.push_back(touched[i]);
    }
    return twice;
}

}  // namespace

Certainty::Certainty(const Header& header, const NetworkConditions& network)
    : header_(&header),
      devices_(header.devices.size()),
      crowds_(header.users.size() * kCrowds),
      switch_(header.app.sync ? Switch::On : Switch::Off),
      lossy_(network.lossPpm > 0),
      mobileLimit_(header.app.mobileLimit),
      miniprogramLimit_(header.app.miniprogramLimit) {
    for (std::size_t i = 0; i < devices_.size(); ++i) {
        const DeviceInfo& info = header.devices[i];
        devices_[i].crowd = info.user.value * kCrowds + crowdOf(info.platform);
    }
}

void Certainty::become(DeviceId id, Presence presence) {
    Device& device = devices_[id.index()];
    Crowd& crowd = crowds_[device.crowd];
    if (device.presence != Presence::Offline) --crowd.maybeOnline;
    if (presence != Presence::Offline) ++crowd.maybeOnline;
    if (presence == Presence::Online) crowd.wereOnline.push_back(id);
    device.presence = presence;
}

void Certainty::doubtAll(Crowd& crowd) {
    for (const DeviceId id : crowd.wereOnline) {
        if (presence(id) == Presence::Online) become(id, Presence::Unknown);
    }
    crowd.wereOnline.clear();
}

void Certainty::forget() {
    for (std::size_t i = 0; i < devices_.size(); ++i) become(DeviceId{i}, Presence::Unknown);
    switch_ = Switch::Unknown;
    wasTurnedOff_ = limitsFell_ = true;
}

std::string Certainty::obstacle(const Action& action) const {
    const Op& op = action.op;
    if (isLogin(op) && presence(op.device) == Presence::Online) {
        return fmt::format("{} is certainly online and can't log in", header_->path(op.device));
    }
    if (op.kind == OpKind::Logout && presence(op.device) == Presence::Offline) {
        return fmt::format("{} is certainly offline and can't log out", header_->path(op.device));
    }
    if (op.kind == OpKind::Drop && presence(op.device) == Presence::Offline) {
        return fmt::format("{} is certainly offline and has no connection to drop", header_->path(op.device));
    }
    return {};
}

void Certainty::apply(const Action& action, bool settled) {
    if (isLogin(action.op)) {
        login(action.op.device, settled && !action.refusal.wanted, false);
    } else if (isDeparture(action.op)) {
        depart(action, settled);
    } else {
        other(action);
    }
    if (settled) settle();
}

void Certainty::settle() {
    for (const DeviceId id : connecting_) devices_[id.index()].connecting = false;
    connecting_.clear();
}

std::int64_t Certainty::limitOf(Platform platform) const {
    switch (platform) {
        case Platform::Android:
        case Platform::Ios:
        case Platform::Harmony:
            return mobileLimit_;
        case Platform::Miniprogram:
            return miniprogramLimit_;
        case Platform::Web:
            return switch_ == Switch::On && !wasTurnedOff_ ? kTabsWhileOn : 1;
        default:
            return 1;
    }
}

void Certainty::login(DeviceId id, bool settled, bool inRace) {
    Device& device = devices_[id.index()];
    Crowd& crowd = crowds_[device.crowd];
    become(id, Presence::Unknown);  // counts itself
    const bool isOver = crowd.maybeOnline > limitOf(header_->devices[id.index()].platform);
    if (isOver) doubtAll(crowd);
    const bool newestStays =
        header_->app.onLimit == OnLimit::Replace && switch_ != Switch::Unknown && !limitsFell_ && !inRace;
    if (settled && !lossy_ && !device.held && (!isOver || newestStays)) become(id, Presence::Online);
    if (!settled && !device.connecting) {
        device.connecting = true;
        connecting_.push_back(id);
    }
}

void Certainty::depart(const Action& action, bool settled) {
    const Device& device = devices_[action.op.device.index()];
    const bool isNoticed = action.op.kind != OpKind::Drop || action.op.noticedAfter == Millis{0};
    const bool isCertain = settled && isNoticed && !action.refusal.wanted && !lossy_ && !device.connecting;
    become(action.op.device, isCertain ? Presence::Offline : Presence::Unknown);
}

void Certainty::other(const Action& action) {
    const Op& op = action.op;
    if (op.kind == OpKind::ServerRestart) {
        for (std::size_t i = 0; i < devices_.size(); ++i) {
            const bool isCertain = !action.refusal.wanted && !devices_[i].connecting;
            become(DeviceId{i}, isCertain ? Presence::Offline : Presence::Unknown);
        }
    } else if (op.kind == OpKind::Sync) {
        turn(op.enabled);
    } else if (op.kind == OpKind::Set) {
        change(op.settings);
    } else if (op.kind == OpKind::Network) {
        lossy_ = lossy_ || op.network.lossPpm > 0;
    } else if (op.kind == OpKind::Hold) {
        devices_[op.device.index()].held = true;
    } else if (op.kind == OpKind::Release) {
        devices_[op.device.index()].held = false;
    }
}

// A turn may be refused, takes effect within half an hour, and one to off may cut tabs when it does: who of several
// tabs stays is not certain any more.
void Certainty::turn(bool enabled) {
    switch_ = Switch::Unknown;
    if (enabled) return;
    wasTurnedOff_ = true;
    doubtWhereOver(Platform::Web);
}

// Whom a server may cut where a number fell below how many are there, the rules leave open.
void Certainty::doubtWhereOver(Platform platform) {
    for (std::size_t i = crowdOf(platform); i < crowds_.size(); i += kCrowds) {
        if (crowds_[i].maybeOnline > limitOf(platform)) doubtAll(crowds_[i]);
    }
}

void Certainty::change(const SettingsChange& settings) {
    const auto take = [this](const std::optional<std::int64_t>& limit, std::int64_t& now) {
        if (!limit) return;
        if (*limit < now) limitsFell_ = true;
        now = std::min(*limit, now);  // a raise may be refused
    };
    take(settings.mobileLimit, mobileLimit_);
    take(settings.miniprogramLimit, miniprogramLimit_);
    if (!limitsFell_) return;
    doubtWhereOver(Platform::Android);
    doubtWhereOver(Platform::Miniprogram);
}

// ---- One instant ----------------------------------------------------------------------------------------------------

std::vector<std::string> Certainty::obstacles(const std::vector<Action>& together) const {
    const std::vector<DeviceId> twice = racing(together);
    std::vector<std::string> out;
    for (const Action& action : together) {
        const bool inRace = std::binary_search(twice.begin(), twice.end(), action.op.device);
        out.push_back(inRace ? std::string{} : obstacle(action));
    }
    return out;
}

// Settings first, then logins, then departures, so that whoever may be there when somebody logs in is counted.
void Certainty::applyTogether(const std::vector<Action>& together, bool settled) {
    for (const Action& action : together) {
        if (!isLogin(action.op) && !isDeparture(action.op)) other(action);
    }
    for (const Action& action : together) {
        if (isLogin(action.op)) login(action.op.device, settled && !action.refusal.wanted, true);
    }
    for (const Action& action : together) {
        if (isDeparture(action.op)) depart(action, settled);
    }
    for (const DeviceId id : racing(together)) become(id, Presence::Unknown);
    if (settled) settle();
}

}  // namespace mdsync::scenario
