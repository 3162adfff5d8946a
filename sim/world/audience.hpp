// Audience: whom a message concerns, and at which place each of their devices is in its record.
#pragma once

#include "world/state.hpp"

namespace mdsync::world {

// What `u` is to an accepted message.
[[nodiscard]] Standing standingOf(const State& s, const Message& m, UserId u);

// How many places the message has in all.
[[nodiscard]] std::uint32_t placesOf(const State& s, const Message& m);

// Takes down who is concerned, at acceptance: the author, and the recipient, the group's members or the users with a
// device in the room. Makes the places.
void takeDownAudience(State& s, Message& m);

// Lets go of what takeDownAudience() took.
void releaseAudience(State& s, const Message& m);

// The membership of a group or room has changed: the next message takes it down anew.
void membershipChanged(State& s, std::uint32_t& roster);

// Whether a concerned user is still to get what has not come: not who left the group since.
[[nodiscard]] bool stillEntitled(const State& s, const Message& m, UserId u);

// Calls f(user, standing) for the author and everybody of the audience, each once.
template <class F>
void forEachConcerned(const State& s, const Message& m, F&& f) {
    const bool toSelf = m.to.kind == AddressKind::User && m.to.user() == m.author;
    const Standing author = standingOf(s, m, m.author);
    f(m.author, author);
    if (m.to.kind == AddressKind::User) {
        if (!toSelf) f(m.to.user(), Standing{s.at(m.author).devices, false, true});
        return;
    }
    // By number: f may take down a new roster and so move the old one.
    for (std::size_t i = 0; i < s.rosters[m.roster].members.size(); ++i) {
        const Member member = s.rosters[m.roster].members[i];
        if (member.user != m.author) f(member.user, Standing{member.place, false, true});
    }
}

}  // namespace mdsync::world
