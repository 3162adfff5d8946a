#include "story/membership.hpp"

#include <fmt/format.h>

namespace mdsync::story {

namespace {

bool isMembership(const Event& e) {
    return (e.kind == EventKind::Join || e.kind == EventKind::Leave) && !e.refused;
}

}  // namespace

const Event* lastMembership(const Knowledge& k, GroupId group, UserId user) {
    return k.last([&](const Event& e) { return isMembership(e) && e.to == Address::of(group) && e.user == user; });
}

Reason whyNotMember(const Knowledge& k, GroupId group, UserId user, rules::Place accepted) {
    const std::string who = k.name(user);
    const std::string where = k.name(Address::of(group));
    const Event* change = lastMembership(k, group, user);
    if (change == nullptr) return {.text = fmt::format("{} is not in {}", who, where)};
    const bool isAfter = k.numberOf(*change) + 1 > accepted;
    if (change->kind == EventKind::Join && isAfter) {
        return {.text = fmt::format("{} joined {} {}, after it was accepted", who, where, k.moment(*change)),
                .event = change};
    }
    if (change->kind == EventKind::Leave && !isAfter) {
        return {.text = fmt::format("{} left {} {}, before it was accepted", who, where, k.moment(*change)),
                .event = change};
    }
    return {.text = fmt::format("{} was not in {} when it was accepted", who, where), .event = k.at(accepted)};
}

Reason whyNotInRoom(const Knowledge& k, const Pair& p) {
    const std::string who = k.name(p.device);
    const std::string where = k.name(p.m.to);
    const Event* accepted = k.at(p.m.until);
    if (!p.wasOnline()) {
        return {.text = fmt::format("{} was offline when it was accepted, and what goes to {} is not kept "
                                    "(chatroom.live-only)",
                                    who, where),
                .event = accepted};
    }
    const Event* joined = k.last([&](const Event& e) {
        return isMembership(e) && e.kind == EventKind::Join && e.to == p.m.to && e.device == p.device;
    });
    if (joined != nullptr && k.numberOf(*joined) + 1 > p.m.until) {
        return {.text = fmt::format("{} joined {} {}, after it was accepted (chatroom.live-only)", who, where,
                                    k.moment(*joined)),
                .event = joined};
    }
    return {.text = fmt::format("{} was not in {} when it was accepted (chatroom.live-only)", who, where),
            .event = accepted};
}

}  // namespace mdsync::story
