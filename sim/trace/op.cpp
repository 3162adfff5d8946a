// Op: how its kinds are spelled.
#include "mdsync/op.hpp"

namespace mdsync {

std::string_view spell(OpKind kind) {
    switch (kind) {
        case OpKind::Login:
            return "login";
        case OpKind::Logout:
            return "logout";
        case OpKind::Drop:
            return "drop";
        case OpKind::Reinstall:
            return "reinstall";
        case OpKind::Hold:
            return "hold";
        case OpKind::Release:
            return "release";
        case OpKind::Send:
            return "send";
        case OpKind::Publish:
            return "publish";
        case OpKind::Recall:
            return "recall";
        case OpKind::Sync:
            return "sync";
        case OpKind::Set:
            return "set";
        case OpKind::Join:
            return "join";
        case OpKind::Leave:
            return "leave";
        case OpKind::Network:
            return "network";
        case OpKind::ServerRestart:
            return "server";
    }
    return "";
}

}  // namespace mdsync
