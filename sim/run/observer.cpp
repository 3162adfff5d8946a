// Observer: what an onlooker knows from the events alone.
#include "run/observer.hpp"

#include <algorithm>

namespace mdsync {

std::string_view classWord(Platform platform) {
    switch (platform) {
        case Platform::Android:
        case Platform::Ios:
        case Platform::Harmony:
            return "mobile";
        case Platform::Web:
            return "web";
        case Platform::Windows:
        case Platform::Macos:
        case Platform::Linux:
        case Platform::Electron:
            return "desktop";
        case Platform::Miniprogram:
            return "miniprogram";
    }
    return "";
}

std::string_view spell(SwitchState state) {
    switch (state) {
        case SwitchState::On:
            return "on";
        case SwitchState::Off:
            return "off";
        case SwitchState::Changing:
            return "changing";
    }
    return "";
}

Observer::Observer(const Header& header)
    : header_(header), devices_(header.devices.size()), syncTarget_(header.app.sync) {}

void Observer::see(const Event& event) {
    ++position_;
    switch (event.kind) {
        case EventKind::Online:
            device(event.device).online = true;
            ++device(event.device).connections;
            break;
        case EventKind::Offline:
            device(event.device).online = false;
            ++device(event.device).connections;
            device(event.device).reason = event.reason;
            break;
        case EventKind::Reinstall:
            device(event.device).online = false;
            device(event.device).store.clear();
            ++device(event.device).installation;
            break;
        case EventKind::Send:
        case EventKind::Publish:
            seeAsked(event);
            break;
        case EventKind::Accept:
            message(event.message).accepted = true;
            break;
        case EventKind::Reject:
            seeReject(event.message);
            break;
        case EventKind::Receive:
            seeReceive(event);
            break;
        case EventKind::Recall:
            message(event.message)
                .recalls.push_back(event.device.exists()
                                       ? RecallRequest{event.device, device(event.device).installation,
                                                       device(event.device).connections}
                                       : RecallRequest{});
            break;
        case EventKind::RecallAccept:
            answerRecall(event.message, true);
            break;
        case EventKind::RecallReject:
            answerRecall(event.message, false);
            break;
        case EventKind::Recalled:
            device(event.device).store[event.message].recalled = true;
            break;
        case EventKind::Sync:
            // A refused turn, or one that repeats the target, changes nothing.
            if (!event.refused && event.enabled != syncTarget_) {
                syncTarget_ = event.enabled;
                lastTurn_ = event.t;
            }
            break;
        case EventKind::Connect:
        case EventKind::Refused:
        case EventKind::CaughtUp:
        case EventKind::Set:
        case EventKind::Join:
        case EventKind::Leave:
        case EventKind::Settled:
        case EventKind::Note:
            break;
    }
}

void Observer::seeAsked(const Event& event) {
    MessageView& view = message(event.message);
    view = MessageView{};
    view.to = event.to;
    view.sender = event.device;
    if (event.kind == EventKind::Publish) {
        view.author = event.user;
    } else {
        view.author = header_.devices[event.device.index()].user;
        device(event.device).store[event.message].sent = true;
    }
}

void Observer::seeReceive(const Event& event) {
    message(event.message).receivers.insert(event.device);
    Holding& held = device(event.device).store[event.message];
    if (held.received) return;
    held.received = true;
    held.via = event.via;
    held.position = position_;
}

void Observer::seeReject(MessageId id) {
    const MessageView& view = message(id);
    if (view.sender.exists()) device(view.sender).store[id].sent = false;
}

bool Observer::stillConnected(const RecallRequest& request) const {
    return !request.device.exists() || devices_[request.device.index()].connections == request.connections;
}

// An answer belongs to the earliest open request; one whose connection broke may never have arrived and comes last.
void Observer::answerRecall(MessageId id, bool taken) {
    MessageView& view = message(id);
    if (view.recalls.empty()) return;
    auto answered = std::find_if(view.recalls.begin(), view.recalls.end(),
                                 [this](const RecallRequest& r) { return stillConnected(r); });
    if (answered == view.recalls.end()) answered = view.recalls.begin();
    const RecallRequest request = *answered;
    view.recalls.erase(answered);
    // The recalling device shows the recall from here, unless it was installed anew meanwhile.
    if (!taken || !request.device.exists()) return;
    DeviceView& asker = device(request.device);
    if (asker.installation == request.installation) asker.store[id].recalled = true;
}

Observer::MessageView& Observer::message(MessageId id) {
    if (id.index() >= messages_.size()) messages_.resize(id.index() + 1);
    return messages_[id.index()];
}

std::optional<OfflineReason> Observer::offlineReason(DeviceId id) const {
    const DeviceView& view = devices_[id.index()];
    return view.online ? std::nullopt : view.reason;
}

const std::map<MessageId, Observer::Holding>& Observer::store(DeviceId id) const {
    return devices_[id.index()].store;
}

Observer::Holding Observer::holding(DeviceId id, MessageId message) const {
    const auto& held = store(id);
    const auto found = held.find(message);
    return found == held.end() ? Holding{} : found->second;
}

const std::set<DeviceId>& Observer::receivers(MessageId id) const {
    static const std::set<DeviceId> kNobody;
    return id.index() < messages_.size() ? messages_[id.index()].receivers : kNobody;
}

bool Observer::accepted(MessageId id) const {
    return id.index() < messages_.size() && messages_[id.index()].accepted;
}

std::optional<Address> Observer::conversation(DeviceId id, MessageId message) const {
    if (message.index() >= messages_.size()) return std::nullopt;
    const MessageView& view = messages_[message.index()];
    switch (view.to.kind) {
        case TargetKind::Group:
            return view.to;
        case TargetKind::User: {
            const UserId owner = header_.devices[id.index()].user;
            return owner == view.author ? view.to : Address::of(view.author);
        }
        case TargetKind::Room:
        case TargetKind::None:
            return std::nullopt;
    }
    return std::nullopt;
}

SwitchState Observer::sync(Instant now) const {
    if (lastTurn_ && now < *lastTurn_ + header_.readings.switchDelay) return SwitchState::Changing;
    return syncTarget_ ? SwitchState::On : SwitchState::Off;
}

}  // namespace mdsync
