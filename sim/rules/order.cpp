// Order: one fault, one violation. The bans are asked in this order, and the first that is broken counts.
//
// From what makes all the rest pointless to what presupposes it: a message that nobody sent has no audience; who is not
// in the audience is not asked whether he was online; what a device received twice is not a matter of ON and OFF.
#include "rules/order.hpp"

#include "rules/families.hpp"

namespace mdsync::rules {

namespace {

constexpr const Ban* kReceive[] = {&kDeliveryNoPhantom, &kDeliveryNoLeak,     &kChatroomLiveOnly, &kStatusApiOnlineOnly,
                                   &kStatusOnlineOnly,  &kDeliveryOnlyOnline, &kDeliveryOnce,     &kApiExcludeSender,
                                   &kOffApiOnlineOnly,  &kOffNoCompensation,  &kOffNoSentSync,    &kOffSingleDevice,
                                   &kCompensationWindow};

constexpr const Ban* kRecalled[] = {&kRecallNoPhantom, &kRecallNoLeak, &kRecallOnlyOnline, &kOffRecallStaysLocal};

}  // namespace

std::span<const Ban* const> bansOnReceive() {
    return kReceive;
}
std::span<const Ban* const> bansOnRecalled() {
    return kRecalled;
}

}  // namespace mdsync::rules
