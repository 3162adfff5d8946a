// Late: what came about, but not within the time that an expectation asks.
//
// bob sends m1, and bob's pixel has it 3.2 seconds later: `has` is met, `"within": "2s"` is not.
#pragma once

#include <string>
#include <vector>

#include "mdsync/scenario.hpp"
#include "mdsync/story.hpp"
#include "run/expectations.hpp"
#include "run/observer.hpp"

namespace mdsync {

// `a, b, c`, or `nothing`; of very many the first.
[[nodiscard]] std::string listedNames(const std::vector<std::string>& names);
[[nodiscard]] std::string listedNames(const std::vector<MessageId>& messages, const Lexicon& lexicon);
[[nodiscard]] std::string listedNames(const std::vector<DeviceId>& devices, const Header& header);

// What one check was late with.
struct Late {
    std::string what{};  // `bob/pixel got m1`
    std::size_t things = 0;
    Instant last = Observer::kEver;
    std::vector<MessageId> messages{};
    std::vector<Doubt> doubts{};
    [[nodiscard]] bool isAny() const { return things > 0; }
};

// Compares the moments of one expectation, which asks `within`, with the time that it gives. REQUIRES of each question:
// it is so.
class Lateness {
public:
    Lateness(const Expectation& expect, const Observer& observer, const Header& header, const Lexicon& lexicon,
             const Moment& moment)
        : expect_(expect), observer_(observer), header_(header), lexicon_(lexicon), moment_(moment) {}

    // The device has these messages.
    [[nodiscard]] Late toGet(DeviceId device, const std::vector<MessageId>& messages) const;
    // The device has what `exactly` lists.
    [[nodiscard]] Late toHaveExactly(DeviceId device) const;
    // The device shows recalled what `recalled` lists.
    [[nodiscard]] Late toShowRecalled(DeviceId device) const;
    // These devices are online or offline.
    [[nodiscard]] Late toTurn(const std::vector<DeviceId>& devices) const;
    // These devices received the message.
    [[nodiscard]] Late toReceive(const std::vector<DeviceId>& receivers) const;

    // `bob/pixel got m1 3s200ms after the last step, line 7; within 2s was asked`. REQUIRES: there is any.
    [[nodiscard]] std::string sentence(const Late& late) const;

private:
    template <class Id, class MomentOf>
    std::vector<Id> lateOnes(const std::vector<Id>& things, Late& late, const MomentOf& momentOf) const;
    [[nodiscard]] bool isLate(Instant t) const;

    const Expectation& expect_;
    const Observer& observer_;
    const Header& header_;
    const Lexicon& lexicon_;
    const Moment& moment_;
};

}  // namespace mdsync
