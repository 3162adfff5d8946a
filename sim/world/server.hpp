// Server: what the messaging server does with what arrives, and what the console and the app's backend change in it.
#pragma once

#include "world/fault.hpp"

namespace mdsync::world {

// ---- server_session.cpp ----

// A Connect arrives: the device is taken, for which others may have to go, or refused.
void connect(State& s, DeviceId d);

// Ends the session of a device. `by`: whose login caused it.
void endSession(State& s, DeviceId d, OfflineReason reason, DeviceId by = {});

// The time has come when the server notices that a device's network went.
void noticeDrop(State& s, const Packet& p);

// The process dies and comes back.
void restart(State& s);

// ---- server_accept.cpp ----

// A Send or Publish arrives. `installation`: which installation of the author's device sent it.
void accept(State& s, MessageId id, std::uint32_t installation);

// Forgets messages that are past their horizon.
void forgetOld(State& s);

// Whether a message is past its horizon. What is still on its way then the server takes back.
[[nodiscard]] inline bool isOver(State& s, const Message& m) {
    return decide<&Decisions::isOver>(s, m);
}

// The conversations that a device shows whose catch-up is complete: the server's list.
[[nodiscard]] inline std::vector<Address> conversationsOf(State& s, DeviceId d) {
    return decide<&Decisions::conversationsOf>(s, d);
}

// Whether the server's end of the connection is open though the session has ended: what is under way still arrives.
[[nodiscard]] inline bool isStillConnected(State& s, DeviceId d) {
    return decide<&Decisions::keepsSending>(s, d);
}

// Sends a message to one of the devices that it concerns; tells one of its recall.
void sendMessage(State& s, const Packet& p);
void tellRecalled(State& s, MessageId id, DeviceId d, std::uint32_t place);

// ---- server_catchup.cpp ----

// Takes stock of what a device has at its login, as it reports; then sends it what it lacks.
void catchUp(State& s, DeviceId d);

// A message that was sent to a device is known not to have come: if no other device of the user has it or is getting
// it, one that is online gets it now.
void lost(State& s, const Packet& p);

// Whether some device of the user has the message, or is getting it, as far as the server knows.
[[nodiscard]] bool claimed(const State& s, const Message& m, UserId u, std::uint32_t place);

// ---- server_recall.cpp ----

// A request to recall arrives. An answer does not say whose request it answers, so the one that was asked for first
// counts as answered first.
void recall(State& s, MessageId id);

// A device's request to recall was lost on the way.
void loseRecall(State& s, const Packet& p);

// ---- server_console.cpp ----

// Each gives the code with which it is refused, or none.
TextId turnSwitch(State& s, bool enable);
TextId changeSettings(State& s, const SettingsChange& change);
void joinGroup(State& s, GroupId g, UserId u);
void leaveGroup(State& s, GroupId g, UserId u);
void joinRoom(State& s, RoomId r, DeviceId d);
void leaveRoom(State& s, RoomId r, DeviceId d);
void leaveAllRooms(State& s, DeviceId d);

}  // namespace mdsync::world
