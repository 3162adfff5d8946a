// Message: what the server and the devices know about each message, in one small record.
//
// Every message has a list of the devices that may ever have to do with it: the author's, then the audience's as it was
// at acceptance. A device's position in this list is its *place*, and what is known about message and device is a bit
// there:
//   held   the device's installation has it (it received it, or sent it). The device's own knowledge.
//   sent   the server has taken care of that device: it sent the message in a session that lasts, or knows that it
//   arrived.
// So "which devices of bob lack it" is a few bits of a record that is in the cache anyway. The rare rest (recalls,
// earlier installations) is an Aftermath beside it.
#pragma once

#include <cstdint>
#include <vector>

#include "mdsync/ids.hpp"
#include "mdsync/trace.hpp"

namespace mdsync::world {

// A Bits is a set of places: up to 64 in the record itself, more in the arena of Messages.
struct Bits {
    std::uint64_t bits = 0;  // or, in a wide message, where its words begin
};

enum class Fate : std::uint8_t { Unknown, UnderWay, Accepted, Rejected };

// A Standing is what a user is to a message: where their devices' places begin, and in which roles they have it.
struct Standing {
    std::uint32_t place = 0;
    bool author = false;
    bool audience = false;
    [[nodiscard]] bool any() const { return author || audience; }
};

struct alignas(64) Message {
    Instant acceptedAt{};  // until acceptance: when it was asked for
    std::uint64_t payload = 0;
    Bits held;
    Bits sent;
    UserId author;
    DeviceId from;  // none: through the server API
    Address to;
    TextId text;
    std::uint32_t roster = 0;     // group and room: its audience, see Rosters
    std::uint32_t aftermath = 0;  // 0: none
    Fate fate = Fate::Unknown;
    PayloadKind payloadKind = PayloadKind::Unknown;
    bool status : 1 = false;         // a status message, whatever made it one
    bool includeSender : 1 = false;  // server API only
    bool recalled : 1 = false;
    bool wide : 1 = false;         // more than 64 places
    bool acceptedOff : 1 = false;  // accepted while the service was off
    bool forgotten : 1 = false;    // the server has forgotten it (a wrong one)

    [[nodiscard]] bool byApi() const { return !from.exists(); }
    [[nodiscard]] bool toRoom() const { return to.kind == AddressKind::Room; }
    // Private or group, and not a status message: kept in mailboxes.
    [[nodiscard]] bool kept() const { return !status && !toRoom(); }
};
static_assert(sizeof(Message) == 64);

// What happens to few messages: a recall, or the reinstallation of a device that had it.
struct Aftermath {
    Bits had;    // an earlier installation of the device has it, as the server knows
    Bits told;   // the server told this device of the recall
    Bits shown;  // the device shows it recalled
    UserId recaller;
    DeviceId recallerDevice;  // none: through the server API
    Instant recalledAt{};
    // OFF, and only one of the sender's devices gets the copy of a server-API message: how many sessions of all had
    // begun at acceptance.
    std::uint32_t sessions = 0;
};

// The messages of a world, by id, with their sets of places.
class Messages {
public:
    Messages() { aftermaths_.emplace_back(); }

    [[nodiscard]] bool knows(MessageId id) const { return id.index() < records_.size(); }
    [[nodiscard]] Message& operator[](MessageId id) { return records_[id.index()]; }
    [[nodiscard]] const Message& operator[](MessageId id) const { return records_[id.index()]; }
    [[nodiscard]] std::size_t size() const { return records_.size(); }

    // The record of a message that is asked for, with nothing in it yet.
    Message& begin(MessageId id) {
        if (id.index() >= records_.size()) records_.resize(id.index() + 1);
        Message& m = records_[id.index()];
        m = Message{};
        return m;
    }

    // Makes room for `places` devices. Called once, at acceptance.
    void setPlaces(Message& m, std::uint32_t places);

    // Gives back what the record holds outside itself; the record is then unknown again.
    void forget(Message& m, std::uint32_t places);

    [[nodiscard]] bool has(const Message& m, const Bits& set, std::uint32_t place) const {
        if (!m.wide) return ((set.bits >> place) & 1U) != 0;
        return ((words_[set.bits + place / 64] >> (place % 64)) & 1U) != 0;
    }
    void add(const Message& m, Bits& set, std::uint32_t place) {
        if (!m.wide) {
            set.bits |= 1ULL << place;
        } else {
            words_[set.bits + place / 64] |= 1ULL << (place % 64);
        }
    }
    void remove(const Message& m, Bits& set, std::uint32_t place) {
        if (!m.wide) {
            set.bits &= ~(1ULL << place);
        } else {
            words_[set.bits + place / 64] &= ~(1ULL << (place % 64));
        }
    }
    // Whether any of `count` places from `first` on is in the set.
    [[nodiscard]] bool hasAny(const Message& m, const Bits& set, std::uint32_t first, std::uint32_t count) const {
        for (std::uint32_t i = 0; i < count; ++i) {
            if (has(m, set, first + i)) return true;
        }
        return false;
    }

    // The aftermath of a message; the second makes one. `places` as given to setPlaces().
    [[nodiscard]] const Aftermath& aftermath(const Message& m) const { return aftermaths_[m.aftermath]; }
    Aftermath& aftermath(Message& m, std::uint32_t places);

    // Sets of an aftermath; none of them if the message has none.
    [[nodiscard]] bool had(const Message& m, std::uint32_t place) const {
        return m.aftermath != 0 && has(m, aftermaths_[m.aftermath].had, place);
    }
    [[nodiscard]] bool told(const Message& m, std::uint32_t place) const {
        return m.aftermath != 0 && has(m, aftermaths_[m.aftermath].told, place);
    }
    [[nodiscard]] bool shown(const Message& m, std::uint32_t place) const {
        return m.aftermath != 0 && has(m, aftermaths_[m.aftermath].shown, place);
    }

    [[nodiscard]] std::size_t bytes() const {
        return records_.capacity() * sizeof(Message) + words_.capacity() * sizeof(std::uint64_t) +
               aftermaths_.capacity() * sizeof(Aftermath);
    }

private:
    static std::uint32_t wordsFor(std::uint32_t places) { return (places + 63) / 64; }
    Bits newBits(std::uint32_t words);
    void freeBits(Bits bits, std::uint32_t words);

    std::vector<Message> records_;
    std::vector<std::uint64_t> words_;
    std::vector<std::vector<std::uint64_t>> freeWords_;  // by size: where blocks of this many words are free
    std::vector<Aftermath> aftermaths_;                  // [0] is empty, so that 0 means none
    std::vector<std::uint32_t> freeAftermaths_;
};

}  // namespace mdsync::world
