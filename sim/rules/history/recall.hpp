// Recall: the words for a recall: who asked for it, when it was accepted, who must show it.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "rules/history/message.hpp"

namespace mdsync::rules {

// A RecallRequest is one asking for a recall: by a device, or by a user through the API.
struct RecallRequest {
    DeviceId device;  // none: through the API
    UserId user;
    bool open = true;
    bool maybeAnswered = false;  // there was an answer that may be this one's or another's
    bool deviceOffline = false;  // when it asked
    bool isDue = false;          // its answer was due and did not come: what happens later explains nothing
    bool isPast = false;         // its answer was due, whether it came or not:
    bool wasGone = false;        // ... by then its device, or the server, was found to have gone
    bool byShown = false;        // what answered it is that it was shown: its own answer may still come
    Place asked = 0;
    Place closed = 0;  // when it was answered
    Instant askedAt{};
    std::uint32_t origin = 0;
    Regime regime;
    std::vector<std::pair<DeviceId, std::uint16_t>> holders;  // at that moment, with the session if online, else 0
    std::vector<DeviceId> had;                                // who had it by then, in any installation
};

// A RecallFacts is what is known of the recalls of one message; the first that is accepted counts.
struct RecallFacts {
    MessageId message;
    bool accepted = false;
    bool regimeSure = false;
    bool shownSomewhere = false;
    Regime regime;
    Place from = 0, until = 0;
    Instant fromAt{}, untilAt{};
    std::uint32_t origin = 0;
    DeviceId device;  // of the request that was accepted; either may be none when that is undecided
    UserId user;      // whose recall it is
    bool byApi = false;
    std::vector<RecallRequest> requests;
    std::vector<std::pair<DeviceId, std::uint16_t>> owed;  // devices, with the sessions, that must show it
    std::vector<DeviceId> tombstones;  // devices that showed it before the message was known to be accepted

    // Whether the device asked for it, before it was taken.
    [[nodiscard]] bool isAskedBy(DeviceId d) const {
        return std::any_of(requests.begin(), requests.end(), [this, d](const RecallRequest& q) {
            return q.device == d && (!accepted || q.asked <= until);
        });
    }
    // Whether it is the user's own, but not this device's, whichever of the requests was taken.
    [[nodiscard]] bool isAskedByOthersOf(UserId u, DeviceId d) const {
        return std::all_of(requests.begin(), requests.end(), [this, u, d](const RecallRequest& q) {
            return q.asked > until || (q.user == u && q.device != d);
        });
    }
    // Whether it may be one through the API.
    [[nodiscard]] bool isAskedByApi() const {
        return std::any_of(requests.begin(), requests.end(),
                           [this](const RecallRequest& q) { return q.asked <= until && !q.device.exists(); });
    }
    // Whether the device held the message when its recall was first asked for.
    [[nodiscard]] bool wasHeldBy(DeviceId d) const {
        const auto& holders = requests.front().holders;
        return std::any_of(holders.begin(), holders.end(), [d](const auto& one) { return one.first == d; });
    }
    // Whether it had the message by then, in any installation.
    [[nodiscard]] bool wasHadBy(DeviceId d) const {
        const auto& had = requests.front().had;
        return wasHeldBy(d) || std::find(had.begin(), had.end(), d) != had.end();
    }
    // Whether the device held it then, and was online.
    [[nodiscard]] bool wasHeldOnlineBy(DeviceId d) const {
        const auto& holders = requests.front().holders;
        return std::any_of(holders.begin(), holders.end(),
                           [d](const auto& one) { return one.first == d && one.second != 0; });
    }
    // Of the requests that the answer may belong to, one that tells who recalled it; null if they differ in that.
    [[nodiscard]] const RecallRequest* askerOf(std::size_t request) const;
    // Whether an answer that may be another request's left one open that it may belong to.
    [[nodiscard]] bool isAnyLeft() const {
        return std::any_of(requests.begin(), requests.end(),
                           [](const RecallRequest& q) { return q.open && q.maybeAnswered; });
    }
    [[nodiscard]] bool askedFor() const;  // by somebody, and not rejected throughout
    // Whether it is, or may be, the recall of this device: an answer may be on its way, or nobody knows whose it was.
    [[nodiscard]] bool maybeBy(DeviceId d) const;
};

// Which open request an answer belongs to: the earliest, unless the device of one has gone offline since or the
// answer's kind is silent; then it may be any of them.
struct Answered {
    std::size_t request = 0;
    bool certain = true;
    bool any = false;
};

// What decides who must show a recall that becomes accepted.
struct RecallOwed {
    bool exact = false;  // it is known when
    bool on = false;     // ON decides
    bool basic = false;  // ON does not
    const std::vector<std::pair<DeviceId, std::uint16_t>>* heldWhenAsked = nullptr;

    [[nodiscard]] bool held(DeviceId d, std::uint16_t session) const {
        return heldWhenAsked != nullptr &&
               std::find(heldWhenAsked->begin(), heldWhenAsked->end(), std::pair{d, session}) != heldWhenAsked->end();
    }
};

// Of a recall: who asked for it, and whose message it is.
[[nodiscard]] inline Aspects aspectsOf(const MessageFacts& m, const RecallFacts& r) {
    const Aspects by = r.device.exists() ? bit(Aspect::Device) : r.byApi ? bit(Aspect::Api) : 0;
    return (aspectsOf(m) & ~(bit(Aspect::Device) | bit(Aspect::Api))) | by;
}

}  // namespace mdsync::rules
