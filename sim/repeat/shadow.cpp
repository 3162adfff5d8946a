#include "repeat/shadow.hpp"

namespace mdsync {

Shadow::Shadow(const Header& header, const Lexicon& lexicon, const NetworkConditions& network)
    : lexicon_(lexicon),
      online_(header.devices.size(), false),
      unnoticed_(header.devices.size(), false),
      connecting_(header.devices.size(), false),
      world_(header, lexicon_, ServerPolicy{}, 1) {
    Op op;
    op.kind = OpKind::Network;
    op.network = network;
    (void)world_.start(op);
}

void Shadow::start(const Op& op, bool together) {
    if (op.kind == OpKind::Login) connecting_[op.device.index()] = true;
    const bool waits = op.kind == OpKind::Login && !together;
    const Answer answer = waits ? world_.login(op) : world_.start(op);
    if (op.kind == OpKind::Drop && op.noticedAfter > Millis{0} && answer.kind == Answer::Kind::Ok) {
        unnoticed_[op.device.index()] = true;
    }
    if (waits) connecting_[op.device.index()] = false;
    look();
}

Millis Shadow::settle() {
    const Instant before = world_.now();
    (void)world_.settle();
    look();
    return world_.now() - before;
}

void Shadow::advance(Millis duration) {
    world_.advance(duration);
    look();
}

void Shadow::look() {
    for (const Event& event : world_.events()) {
        if (!event.device.exists()) continue;
        const std::size_t device = event.device.index();
        if (event.kind == EventKind::Online) online_[device] = true;
        if (event.kind == EventKind::Online || event.kind == EventKind::Refused) connecting_[device] = false;
        if (event.kind == EventKind::Offline) online_[device] = unnoticed_[device] = false;
    }
    world_.events().clear();
    world_.annex() = Annex{};
}

}  // namespace mdsync
