// Presence: who is connected, as the events of a trace tell it.
//
// Only three things are kept of a device: that it is online, that it asked to connect and waits for the answer, and
// that its network went without the server's notice. The last one no event tells: whoever asked for the drop says so.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "mdsync/ids.hpp"
#include "mdsync/op.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

class Presence {
public:
    // Everybody is offline.
    explicit Presence(std::size_t devices = 0) : seats_(devices) {}
    void begin(std::size_t devices) { seats_.assign(devices, Seat{}); }

    // `op` goes out.
    void ask(const Op& op) {
        if (op.kind == OpKind::Drop && op.noticedAfter > Millis{0}) seat(op.device).unnoticed = true;
    }

    // REQUIRES: events in the order of the trace.
    void see(const Event& event) {
        switch (event.kind) {
            case EventKind::Connect:
                seat(event.device).connecting = true;
                break;
            case EventKind::Online:
                seat(event.device).online = true;
                seat(event.device).connecting = false;
                break;
            case EventKind::Refused:
                seat(event.device).connecting = false;
                break;
            case EventKind::Offline:
                seat(event.device).online = seat(event.device).unnoticed = false;
                break;
            case EventKind::Reinstall:
                seat(event.device).online = false;
                break;
            case EventKind::Settled:  // what nobody answered by now, nobody will
                for (Seat& each : seats_) each.connecting = false;
                break;
            default:
                break;
        }
    }

    // Whether the server takes the device for connected: also one whose network went, until that is noticed.
    [[nodiscard]] bool online(DeviceId device) const { return at(device).online; }
    // Whether the device takes itself for connected.
    [[nodiscard]] bool reaches(DeviceId device) const { return at(device).online && !at(device).unnoticed; }
    // Whether it does, or asked to connect and waits for the answer.
    [[nodiscard]] bool connected(DeviceId device) const { return reaches(device) || at(device).connecting; }
    [[nodiscard]] std::size_t howManyOnline() const {
        const auto isOnline = [](const Seat& seat) { return seat.online; };
        return static_cast<std::size_t>(std::count_if(seats_.begin(), seats_.end(), isOnline));
    }

    // What the device is, where that makes `op` impossible: `online` for a login, `offline` or `off the network` for a
    // logout or a drop. Empty: nothing stands in the way.
    [[nodiscard]] std::string_view obstacle(const Op& op) const {
        switch (op.kind) {
            case OpKind::Login:
                return reaches(op.device) ? "online" : "";
            case OpKind::Logout:
            case OpKind::Drop:
                if (connected(op.device)) return "";
                return at(op.device).unnoticed ? "off the network" : "offline";
            default:
                return "";
        }
    }

private:
    struct Seat {
        bool online = false;
        bool connecting = false;
        bool unnoticed = false;
    };
    [[nodiscard]] const Seat& at(DeviceId device) const { return seats_[device.index()]; }
    Seat& seat(DeviceId device) { return seats_[device.index()]; }

    std::vector<Seat> seats_;  // by device
};

}  // namespace mdsync
