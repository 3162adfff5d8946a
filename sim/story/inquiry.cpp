#include "mdsync/story.hpp"
#include "story/belongings.hpp"
#include "story/groups.hpp"
#include "story/hearing.hpp"
#include "story/nearest.hpp"
#include "story/tale.hpp"

namespace mdsync {

class Inquiry::Mind : public story::Knowledge {
public:
    using Knowledge::Knowledge;
};

Inquiry::Inquiry(const Trace& trace, std::optional<Millis> settle) : mind_(std::make_unique<Mind>(trace, settle)) {}
Inquiry::~Inquiry() = default;

void Inquiry::readTo(std::uint64_t events) {
    mind_->readTo(events);
}

Hearing Inquiry::hearNext() {
    return story::hearNext(*mind_);
}

std::vector<Because> Inquiry::reasons(std::span<const Doubt> doubts) const {
    return story::toldTogether(*mind_, doubts);
}

MessageStory Inquiry::story(DeviceId device, MessageId message) const {
    return story::taleOf(*mind_, device, message);
}

Belongings Inquiry::belongings(DeviceId device) const {
    return story::belongingsOf(*mind_, device);
}

std::vector<Owed> Inquiry::owed() const {
    return story::allOwed(*mind_);
}

std::string Inquiry::nearest(RuleId rule) const {
    return story::nearestTo(*mind_, rule);
}

}  // namespace mdsync
