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

Observer::Observer(const Header& header, Detail detail)
    : header_(header),
      detail_(detail),
      presence_(header.devices.size()),
      devices_(header.devices.size()),
      syncTarget_(header.app.sync) {}

void Observer::see(const Event& event) {
    ++position_;
    const bool wasOnline = event.device.exists() && online(event.device);
    presence_.see(event);
    if (event.device.exists() && online(event.device) != wasOnline) device(event.device).turned = event.t;
    switch (event.kind) {
        case EventKind::Online:
        case EventKind::Offline:
        case EventKind::Reinstall:
            seeConnection(event);
            break;
        case EventKind::Sync:
            // A refused turn, or one that repeats the target, changes nothing.
            if (!event.refused && event.enabled != syncTarget_) {
                syncTarget_ = event.enabled;
                lastTurn_ = event.t;
            }
            break;
        default:
            if (detail_ == Detail::Everything) seeMessage(event);
    }
}

void Observer::seeConnection(const Event& event) {
    DeviceView& view = device(event.device);
    ++view.connections;
    if (event.kind == EventKind::Offline) view.reason = event.reason;
    if (event.kind == EventKind::Reinstall) {
        if (std::any_of(view.store.begin(), view.store.end(), [](const auto& entry) { return entry.second.had(); })) {
            view.changed = event.t;
        }
        view.store.clear();
        ++view.installation;
    }
}

void Observer::seeMessage(const Event& event) {
    switch (event.kind) {
        case EventKind::Send:
        case EventKind::Publish:
            seeAsked(event);
            break;
        case EventKind::Accept:
            message(event.message).accepted = true;
            break;
        case EventKind::Reject:
            seeReject(event);
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
            answerRecall(event, true);
            break;
        case EventKind::RecallReject:
            answerRecall(event, false);
            break;
        case EventKind::Recalled:
            noteRecalled(event.device, event.message, event.t);
            break;
        default:
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
        Holding& holding = held(event.device, event.message);
        const bool hadBefore = holding.had();
        holding.sent = true;
        noteHad(event.device, holding, hadBefore, event.t);
    }
}

void Observer::seeReceive(const Event& event) {
    Holding& holding = held(event.device, event.message);
    if (holding.received) return;
    const bool hadBefore = holding.had();
    holding.received = true;
    noteHad(event.device, holding, hadBefore, event.t);
    holding.via = event.via;
    holding.position = position_;
    message(event.message).receipts.emplace_back(event.device, event.t);
}

void Observer::seeReject(const Event& event) {
    const DeviceId sender = message(event.message).sender;
    if (!sender.exists()) return;
    Holding& holding = held(sender, event.message);
    const bool hadBefore = holding.had();
    holding.sent = false;
    noteHad(sender, holding, hadBefore, event.t);
}

void Observer::noteHad(DeviceId id, Holding& holding, bool hadBefore, Instant t) {
    if (holding.had() == hadBefore) return;
    holding.since = t;
    device(id).changed = t;
}

void Observer::noteRecalled(DeviceId id, MessageId message, Instant t) {
    Holding& holding = held(id, message);
    if (!holding.recalled) holding.recalledSince = t;
    holding.recalled = true;
}

bool Observer::stillConnected(const RecallRequest& request) const {
    return !request.device.exists() || devices_[request.device.index()].connections == request.connections;
}

// An answer belongs to the earliest open request; one whose connection broke may never have arrived and comes last.
void Observer::answerRecall(const Event& event, bool taken) {
    MessageView& view = message(event.message);
    if (view.recalls.empty()) return;
    auto answered = std::find_if(view.recalls.begin(), view.recalls.end(),
                                 [this](const RecallRequest& r) { return stillConnected(r); });
    if (answered == view.recalls.end()) answered = view.recalls.begin();
    const RecallRequest request = *answered;
    view.recalls.erase(answered);
    // The recalling device shows the recall from here, unless it was installed anew meanwhile.
    if (!taken || !request.device.exists()) return;
    DeviceView& asker = device(request.device);
    if (asker.installation == request.installation) noteRecalled(request.device, event.message, event.t);
}

namespace {

// Where `message` stands in a store, or would.
template <class Store>
auto placeOf(Store& store, MessageId message) {
    return std::lower_bound(store.begin(), store.end(), message,
                            [](const auto& entry, MessageId wanted) { return entry.first < wanted; });
}

}  // namespace

Observer::Holding& Observer::held(DeviceId id, MessageId message) {
    Store& store = device(id).store;
    auto place = placeOf(store, message);
    if (place == store.end() || place->first != message) place = store.insert(place, {message, Holding{}});
    return place->second;
}

Observer::MessageView& Observer::message(MessageId id) {
    if (id.index() >= messages_.size()) messages_.resize(id.index() + 1);
    return messages_[id.index()];
}

std::optional<OfflineReason> Observer::offlineReason(DeviceId id) const {
    return online(id) ? std::nullopt : devices_[id.index()].reason;
}

Observer::Holding Observer::holding(DeviceId id, MessageId message) const {
    const Store& store = devices_[id.index()].store;
    const auto found = placeOf(store, message);
    return found == store.end() || found->first != message ? Holding{} : found->second;
}

std::vector<DeviceId> Observer::receivers(MessageId id) const {
    if (id.index() >= messages_.size()) return {};
    std::vector<DeviceId> devices;
    for (const auto& [device, t] : messages_[id.index()].receipts) devices.push_back(device);
    std::sort(devices.begin(), devices.end());
    devices.erase(std::unique(devices.begin(), devices.end()), devices.end());
    return devices;
}

Instant Observer::received(DeviceId id, MessageId message) const {
    const auto& receipts = messages_[message.index()].receipts;
    return std::find_if(receipts.begin(), receipts.end(), [id](const auto& receipt) { return receipt.first == id; })
        ->second;
}

bool Observer::accepted(MessageId id) const {
    return id.index() < messages_.size() && messages_[id.index()].accepted;
}

std::optional<Address> Observer::conversation(DeviceId id, MessageId message) const {
    if (message.index() >= messages_.size()) return std::nullopt;
    const MessageView& view = messages_[message.index()];
    switch (view.to.kind) {
        case AddressKind::Group:
            return view.to;
        case AddressKind::User: {
            const UserId owner = header_.devices[id.index()].user;
            return owner == view.author ? view.to : Address::of(view.author);
        }
        case AddressKind::Room:
        case AddressKind::None:
            return std::nullopt;
    }
    return std::nullopt;
}

SwitchState Observer::sync(Instant now) const {
    if (lastTurn_ && now < *lastTurn_ + header_.readings.switchDelay) return SwitchState::Changing;
    return syncTarget_ ? SwitchState::On : SwitchState::Off;
}

}  // namespace mdsync
