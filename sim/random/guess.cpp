#include "random/guess.hpp"

#include <algorithm>
#include <array>

namespace mdsync::search {

namespace {

// Which limit counts a device.
int classOf(Platform platform) {
    switch (platform) {
        case Platform::Android:
        case Platform::Ios:
        case Platform::Harmony:
            return 0;
        case Platform::Web:
            return 1;
        case Platform::Miniprogram:
            return 2;
        default:
            return 3;
    }
}

}  // namespace

void Guess::begin(const Case& scenario) {
    header_ = &scenario.header;
    app_ = header_->app;
    before_ = target_ = app_.sync;
    delay_ = header_->readings.switchDelay;
    now_ = header_->t;
    turnedAt_ = now_ - delay_;
    latency_ = scenario.network.latencyHigh;
    exact_ = latency_ == Millis{0} && scenario.network.lossPpm == 0;
    busy_ = false;
    logins_ = 0;
    seats_.assign(header_->devices.size(), Seat{});
    sent_.clear();
}

std::uint32_t Guess::numberOf(Platform platform) const {
    switch (classOf(platform)) {
        case 0:
            return static_cast<std::uint32_t>(app_.mobileLimit);
        case 1:
            return isOn() ? 10 : 1;
        case 2:
            return static_cast<std::uint32_t>(app_.miniprogramLimit);
        default:
            return 1;
    }
}

// The newcomer is online, and the earliest go; or it is refused.
void Guess::login(DeviceId device) {
    Seat& seat = seats_[device.index()];
    seat.online = false;
    seat.unnoticed = false;
    const DeviceInfo& info = header_->devices[device.index()];
    const UserInfo& user = header_->users[info.user.index()];
    std::uint32_t count = 1;
    Seat* earliest = nullptr;
    for (std::uint32_t i = 0; i < user.deviceCount; ++i) {
        const std::size_t other = user.firstDevice.index() + i;
        if (!seats_[other].online || classOf(header_->devices[other].platform) != classOf(info.platform)) continue;
        ++count;
        if (earliest == nullptr || seats_[other].began < earliest->began) earliest = &seats_[other];
    }
    if (count > numberOf(info.platform) && earliest != nullptr) {
        const bool isTab = classOf(info.platform) == 1 && isOn();
        if (app_.onLimit == OnLimit::Refuse && !isTab) return;
        earliest->online = false;
    }
    seat.online = true;
    seat.began = ++logins_;
}

void Guess::take(const Action& action) {
    const Op& op = action.op;
    switch (op.kind) {
        case OpKind::Login:
            login(op.device);
            now_ += latency_;
            break;
        case OpKind::Logout:
        case OpKind::Reinstall:
            seats_[op.device.index()].online = false;
            seats_[op.device.index()].unnoticed = false;
            break;
        case OpKind::Drop:
            seats_[op.device.index()].online = false;
            seats_[op.device.index()].unnoticed = op.noticedAfter > Millis{0};
            break;
        case OpKind::Hold:
        case OpKind::Release:
            seats_[op.device.index()].held = op.kind == OpKind::Hold;
            break;
        case OpKind::Send:
        case OpKind::Publish: {
            const UserId author = op.device.exists() ? header_->devices[op.device.index()].user : op.user;
            sent_.push_back({op.message, op.device, author, now_});
            break;
        }
        case OpKind::Sync:
            if (op.enabled == target_) break;
            if (op.enabled && app_.environment == Environment::Production && !app_.prepaid) break;
            before_ = isOn();
            target_ = op.enabled;
            turnedAt_ = now_;
            break;
        case OpKind::Set: {
            const SettingsChange& change = op.settings;
            const auto isDays = [](std::int64_t days) { return days >= 1 && days <= 7; };
            if (change.compensationDays && isDays(*change.compensationDays))
                app_.compensationDays = static_cast<int>(*change.compensationDays);
            if (change.offlineDays && isDays(*change.offlineDays))
                app_.offlineDays = static_cast<int>(*change.offlineDays);
            if (change.mobileLimit) app_.mobileLimit = static_cast<int>(*change.mobileLimit);
            if (change.miniprogramLimit) app_.miniprogramLimit = static_cast<int>(*change.miniprogramLimit);
            if (change.prepaid) app_.prepaid = *change.prepaid;
            break;
        }
        case OpKind::Network:
            latency_ = std::max(latency_, op.network.latencyHigh);
            exact_ = exact_ && op.network.latencyHigh == Millis{0} && op.network.lossPpm == 0;
            break;
        case OpKind::ServerRestart:
            for (Seat& seat : seats_) seat.online = seat.unnoticed = false;
            break;
        case OpKind::Recall:
        case OpKind::Join:
        case OpKind::Leave:
            break;
    }
    busy_ = true;
}

void Guess::settle() {
    if (busy_) now_ += 2 * latency_;
    busy_ = false;
}

void Guess::momentsAhead(std::vector<Instant>& out, bool recent) const {
    using std::chrono::days;
    out.clear();
    if (isTurning()) {
        for (int i = 0; i < 3; ++i) out.push_back(turnedAt_ + delay_);
        if (recent) return;
    }
    const LocalDay today = app_.timezone.dayOf(now_);
    out.push_back(app_.timezone.startOf(today + days{1}));
    out.push_back(app_.timezone.startOf(today + days{app_.compensationDays}));
    // The moments of the oldest and the newest message at which they leave a window, the offline store, or the horizon.
    const std::size_t last = sent_.size();
    for (std::size_t i = 0; i < last; ++i) {
        if ((recent || i >= 2) && i + 2 < last) continue;
        const Instant t = sent_[i].at;
        out.push_back(t + days{app_.offlineDays});
        if (header_->readings.window != WindowReading::Calendar) out.push_back(t + days{app_.compensationDays});
        out.push_back(t + days{8});
        // The first midnight at which it is out of the calendar's window.
        out.push_back(app_.timezone.startOf(app_.timezone.dayOf(t) + days{app_.compensationDays}));
    }
    std::erase_if(out, [this](Instant t) { return t <= now_; });
}

}  // namespace mdsync::search
