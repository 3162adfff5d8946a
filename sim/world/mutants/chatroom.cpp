// Known-bad servers: wrong in who is in a chatroom, and since when.
#include "world/mutants/rows.hpp"
#include "world/network.hpp"

namespace mdsync::world {

std::vector<Row> chatroomRows() {
    return {
        {.name = "room-remembers-device",
         .breaks = "keeps a device in the room after its session",
         .expected = {"chatroom.live-only"},
         .decisions = {.leavesRooms = [](const State& s,
                                         DeviceId d) { return s.shelves[s.side(d).shelf].rooms.empty(); }}},
        {.name = "room-replays",
         .breaks = "shows the last message to who joins",
         .expected = {"chatroom.live-only"},
         .deeds = {.afterEntry =
                       [](State& s, RoomId r, DeviceId d) {
                           const MessageId last = s.rooms[r.index()].last;
                           if (!last.exists() || s.messages[last].from == d) return;
                           if (s.messages[last].fate != Fate::Accepted || !strays(s)) return;
                           sendDown(s, Packet{d, last, 0, kNoPlace, PacketKind::CatchUp, Via::Compensation});
                       }},
         .memory = {.ofRoom = [](const State&, const Room& r, const Naming& names,
                                 Encoder& out) { out.number(names.of(r.last)); }}},
        {.name = "room-survives-restart",
         .breaks = "keeps the devices in a room over a restart",
         .expected = {"chatroom.live-only", "delivery.no-leak"},
         .decisions = {.leavesRooms =
                           [](const State& s, DeviceId d) {
                               return s.notes.empty() || s.shelves[s.side(d).shelf].rooms.empty();
                           }},
         .deeds = {.atEnd =
                       [](State& s, DeviceId, OfflineReason reason) {
                           s.notes.clear();
                           if (reason == OfflineReason::Server) s.notes = {1};
                       }}},
    };
}

}  // namespace mdsync::world
