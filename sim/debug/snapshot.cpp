#include "debug/snapshot.hpp"

namespace mdsync::debug {

namespace {

void take(DeviceSnapshot& device, const Event& e) {
    switch (e.kind) {
        case EventKind::Online:
        case EventKind::Offline:
        case EventKind::Refused:
            device.last = &e;
            break;
        case EventKind::Reinstall:
            device.last = &e;
            ++device.installation;
            device.has.clear();
            break;
        case EventKind::Send:
        case EventKind::Receive:
            device.has.emplace(e.message, false);
            break;
        case EventKind::Recalled:
            if (device.has.contains(e.message)) device.has[e.message] = true;
            break;
        default:
            break;
    }
}

void take(MessageSnapshot& message, const Event& e) {
    switch (e.kind) {
        case EventKind::Send:
        case EventKind::Publish:
            message.asked = &e;
            break;
        case EventKind::Accept:
        case EventKind::Reject:
            message.answered = &e;
            break;
        case EventKind::Recall:
            message.recall = &e;
            message.recallAnswered = nullptr;
            break;
        case EventKind::RecallAccept:
        case EventKind::RecallReject:
            message.recallAnswered = &e;
            break;
        default:
            break;
    }
}

// Who had the message recalled shows it so from the acceptance on; what was rejected, its sender does not have.
void takeAnswer(std::vector<DeviceSnapshot>& devices, const MessageSnapshot& message, const Event& e) {
    if (e.kind == EventKind::Reject && message.asked != nullptr && message.asked->device.exists())
        devices[message.asked->device.index()].has.erase(e.message);
    if (e.kind != EventKind::RecallAccept || message.recall == nullptr || !message.recall->device.exists()) return;
    auto& has = devices[message.recall->device.index()].has;
    if (has.contains(e.message)) has[e.message] = true;
}

}  // namespace

Snapshot snapshotOf(const Trace& trace, std::uint64_t position) {
    Snapshot snapshot;
    snapshot.devices.resize(trace.header.devices.size());
    snapshot.messages.resize(trace.lexicon.messages.size());
    for (std::uint64_t i = 0; i < position; ++i) {
        const Event& e = trace.events[i];
        if (e.device.exists()) take(snapshot.devices[e.device.index()], e);
        if (!e.message.exists()) continue;
        MessageSnapshot& message = snapshot.messages[e.message.index()];
        takeAnswer(snapshot.devices, message, e);
        take(message, e);
    }
    return snapshot;
}

}  // namespace mdsync::debug
