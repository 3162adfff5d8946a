#include "run/latency_meter.hpp"

#include <algorithm>
#include <utility>

namespace mdsync {

void LatencyMeter::ask(const Op& op) {
    if (op.kind == OpKind::Hold) devices_[op.device.index()].isHeld = true;
    if (op.kind == OpKind::Release) devices_[op.device.index()].isHeld = false;
}

void LatencyMeter::see(const Event& event) {
    switch (event.kind) {
        case EventKind::Connect:
            devices_[event.device.index()].connecting = event.t;
            break;
        case EventKind::Online: {
            Device& device = devices_[event.device.index()];
            if (device.connecting) add(Lag::Login, event.t - *device.connecting);
            device.connecting.reset();
            device.online = device.catchingUp = event.t;
            break;
        }
        case EventKind::CaughtUp: {
            Device& device = devices_[event.device.index()];
            if (device.catchingUp && !device.isHeld) add(Lag::CatchUp, event.t - *device.catchingUp);
            device.catchingUp.reset();
            break;
        }
        case EventKind::Refused:
        case EventKind::Offline:
        case EventKind::Reinstall: {
            Device& device = devices_[event.device.index()];
            device.connecting.reset();
            device.online.reset();
            device.catchingUp.reset();
            break;
        }
        case EventKind::Send:
        case EventKind::Publish:
            asked_.resize(std::max(asked_.size(), event.message.index() + 1));
            asked_[event.message.index()] = event.t;
            break;
        case EventKind::Receive:
            seeReceive(event);
            break;
        default:
            break;
    }
}

void LatencyMeter::seeReceive(const Event& event) {
    const Device& device = devices_[event.device.index()];
    if (event.message.index() >= asked_.size() || device.isHeld || !device.online) return;
    const std::optional<Instant>& asked = asked_[event.message.index()];
    if (asked && *device.online <= *asked) add(Lag::Delivery, event.t - *asked);
}

}  // namespace mdsync
