#include "story/pair.hpp"

namespace mdsync::story {

Pair pairOf(const Knowledge& k, MessageId message, DeviceId device) {
    const rules::History& h = k.history();
    const rules::MessageFacts& m = h.message(message);
    const rules::DeviceFacts& d = h.device(device);
    const rules::Receipt* receipt = m.state == rules::MessageState::Accepted ? h.receipt(m, device) : nullptr;
    return {.message = message,
            .device = device,
            .user = d.user,
            .m = m,
            .d = d,
            .side = h.side(device),
            .receipt = receipt,
            .isAuthors = d.user == m.author};
}

bool isKnown(const Knowledge& k, MessageId message) {
    const rules::History& h = k.history();
    return message.index() < h.messages.size() && h.message(message).state != rules::MessageState::Unknown;
}

}  // namespace mdsync::story
