#include "drive/together.hpp"

#include <algorithm>
#include <utility>

namespace mdsync {

namespace {

bool touchesConnection(const Op& op) {
    return op.kind == OpKind::Login || op.kind == OpKind::Logout || op.kind == OpKind::Drop ||
           op.kind == OpKind::Reinstall;
}

}  // namespace

bool isContested(const Step& step, const Op& op) {
    if (!op.device.exists()) return false;
    const auto contends = [&op](const Action& other) {
        return touchesConnection(other.op) && other.op.device == op.device;
    };
    return std::count_if(step.actions.begin(), step.actions.end(), contends) > 1;
}

void sortOut(const Step& step, const Presence& presence, std::vector<const Action*>& order,
             std::vector<const Action*>& left) {
    for (const Action& action : step.actions) {
        const bool isPossible = isContested(step, action.op) || presence.obstacle(action.op).empty();
        (isPossible ? order : left).push_back(&action);
    }
}

void shuffle(std::vector<const Action*>& order, Choices& choices) {
    for (std::size_t i = 0; i + 1 < order.size(); ++i) {
        const auto left = static_cast<std::uint32_t>(order.size() - i);
        std::swap(order[i], order[i + choices.draw(streamOf(Purpose::Order, 0), left, Label::ConcurrentOrder)]);
    }
}

}  // namespace mdsync
