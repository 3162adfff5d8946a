#include "trace/keys.hpp"

namespace mdsync {
namespace {

constexpr KeyUse must(Key key) {
    return {key, true};
}
constexpr KeyUse may(Key key) {
    return {key, false};
}

constexpr KeyUse kDevice[] = {must(Key::Dev)};
constexpr KeyUse kMessage[] = {must(Key::Msg)};
constexpr KeyUse kMessageAndDevice[] = {must(Key::Msg), must(Key::Dev)};
constexpr KeyUse kRecall[] = {must(Key::Msg), may(Key::Dev), may(Key::Api)};

// ---- Events ---------------------------------------------------------------------------------------------------------

constexpr KeyUse kRefusedDevice[] = {must(Key::Dev), must(Key::Code)};
constexpr KeyUse kOffline[] = {must(Key::Dev), must(Key::Reason), may(Key::By)};
constexpr KeyUse kSend[] = {must(Key::Msg), must(Key::Dev),   must(Key::To),
                            may(Key::Type), may(Key::Digest), may(Key::Text)};
constexpr KeyUse kPublish[] = {must(Key::Msg), must(Key::From),         must(Key::To),    may(Key::Type),
                               may(Key::Api),  may(Key::IncludeSender), may(Key::Digest), may(Key::Text)};
constexpr KeyUse kRejected[] = {must(Key::Msg), must(Key::Code)};
constexpr KeyUse kReceive[] = {must(Key::Msg), must(Key::Dev), may(Key::Via), may(Key::Digest), may(Key::Text)};
constexpr KeyUse kCaughtUp[] = {must(Key::Dev), may(Key::Count), may(Key::Conversations)};
constexpr KeyUse kSync[] = {must(Key::Enabled), may(Key::Refused)};
constexpr KeyUse kSet[] = {must(Key::App), may(Key::Refused)};
constexpr KeyUse kMembership[] = {may(Key::Group), may(Key::User), may(Key::Chatroom), may(Key::Dev),
                                  may(Key::Refused)};
constexpr KeyUse kNote[] = {must(Key::Text)};
constexpr KeyUse kNewDevice[] = {must(Key::Dev), must(Key::Platform)};
constexpr KeyUse kNewGroup[] = {must(Key::Group), must(Key::Members)};
constexpr KeyUse kNewRoom[] = {must(Key::Chatroom)};

// ---- Requests -------------------------------------------------------------------------------------------------------

constexpr KeyUse kDropRequest[] = {must(Key::Dev), may(Key::NoticedAfter)};
constexpr KeyUse kSendRequest[] = {must(Key::Msg), must(Key::Dev), must(Key::To), may(Key::Type), may(Key::Text)};
constexpr KeyUse kPublishRequest[] = {must(Key::Msg), must(Key::From), must(Key::To),          may(Key::Type),
                                      may(Key::Text), may(Key::Api),   may(Key::IncludeSender)};
constexpr KeyUse kSyncRequest[] = {must(Key::Enabled)};
constexpr KeyUse kSetRequest[] = {must(Key::App)};
constexpr KeyUse kMembershipRequest[] = {may(Key::Group), may(Key::User), may(Key::Chatroom), may(Key::Dev)};
constexpr KeyUse kNetworkRequest[] = {may(Key::Latency), may(Key::Loss), may(Key::Duplicate), may(Key::On)};
constexpr KeyUse kServerRequest[] = {must(Key::Do)};

}  // namespace

std::span<const KeyUse> keysOf(EventKind kind) {
    switch (kind) {
        case EventKind::Connect:
        case EventKind::Online:
        case EventKind::Reinstall:
            return kDevice;
        case EventKind::Refused:
            return kRefusedDevice;
        case EventKind::Offline:
            return kOffline;
        case EventKind::Send:
            return kSend;
        case EventKind::Publish:
            return kPublish;
        case EventKind::Accept:
        case EventKind::RecallAccept:
            return kMessage;
        case EventKind::Reject:
        case EventKind::RecallReject:
            return kRejected;
        case EventKind::Receive:
            return kReceive;
        case EventKind::CaughtUp:
            return kCaughtUp;
        case EventKind::Recall:
            return kRecall;
        case EventKind::Recalled:
            return kMessageAndDevice;
        case EventKind::Sync:
            return kSync;
        case EventKind::Set:
            return kSet;
        case EventKind::Join:
        case EventKind::Leave:
            return kMembership;
        case EventKind::Settled:
            return {};
        case EventKind::Note:
            return kNote;
        case EventKind::Device:
            return kNewDevice;
        case EventKind::Group:
            return kNewGroup;
        case EventKind::Room:
            return kNewRoom;
    }
    return {};
}

std::span<const KeyUse> keysOf(OpKind kind) {
    switch (kind) {
        case OpKind::Login:
        case OpKind::Logout:
        case OpKind::Reinstall:
        case OpKind::Hold:
        case OpKind::Release:
            return kDevice;
        case OpKind::Drop:
            return kDropRequest;
        case OpKind::Send:
            return kSendRequest;
        case OpKind::Publish:
            return kPublishRequest;
        case OpKind::Recall:
            return kRecall;
        case OpKind::Sync:
            return kSyncRequest;
        case OpKind::Set:
            return kSetRequest;
        case OpKind::Join:
        case OpKind::Leave:
            return kMembershipRequest;
        case OpKind::Network:
            return kNetworkRequest;
        case OpKind::ServerRestart:
            return kServerRequest;
    }
    return {};
}

}  // namespace mdsync
