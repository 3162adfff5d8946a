// online.*: several devices are online and the service is on: all receive, and all see what one of them sent.
#include "rules/families.hpp"

namespace mdsync::rules {

constinit const Duty kOnlineReceived{
    .rule = RuleId::OnlineReceived, .says = missedLive, .because = sinceAcceptance, .noMore = NoMore::Message};

constinit const Duty kOnlineSent{
    .rule = RuleId::OnlineSent, .says = missedLive, .because = sinceAcceptance, .noMore = NoMore::Message};

}  // namespace mdsync::rules
