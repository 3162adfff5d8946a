// Names: what a scenario declares, and how steps refer to it.
//
// `tab{1..11}` stands for eleven names; `alice/tab{1..3}`, `bob{1..5}/phone` and `alice/*` for several devices. A
// reference to something undeclared is reported with the nearest name that is declared.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "mdsync/scenario.hpp"
#include "scenario/scope.hpp"

namespace mdsync::scenario {

// A NameRange is a name, or a name with one range in it.
struct NameRange {
    std::string_view before;  // the whole name where there is no range
    std::string_view behind;
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    bool isRange = false;

    [[nodiscard]] std::size_t size() const { return isRange ? std::size_t{last} - first + 1 : 1; }
    // The name at `index`, made in `buffer` where it is one of a range.
    [[nodiscard]] std::string_view at(std::size_t index, std::string& buffer) const;
};

// The Budget of a file: what it expands to is counted as it grows, so that a range or count with a digit too many is
// found before memory or time are gone.
class Budget {
public:
    static constexpr std::size_t kMostNames = 10'000;
    static constexpr std::size_t kMostSteps = 100'000;
    static constexpr std::size_t kMostParts = 2'000'000;  // in all cases together
    static constexpr std::size_t kPartsOfStep = 4;        // a step takes about as much memory as four actions

    explicit Budget(Mistakes& mistakes) : mistakes_(mistakes) {}

    // Counts `parts` more things; false, and reported at `place`, if they are too many.
    [[nodiscard]] bool take(std::size_t parts, Place place);
    // Counts a step of the current case.
    [[nodiscard]] bool takeStep(Place place);
    void nextCase() { steps_ = 0; }
    // Reports `message`; nothing is read from here on.
    void overrun(Place place, std::string message);
    [[nodiscard]] bool exhausted() const { return exhausted_; }

private:
    Mistakes& mistakes_;
    std::size_t parts_ = 0;
    std::size_t steps_ = 0;
    bool exhausted_ = false;
};

class Names {
public:
    Names(Scope& scope, Budget& budget, Case& into) : scope_(scope), budget_(budget), case_(into) {}

    // ---- Declarations
    void declareUsers(const Value& users);
    void declareGroups(const Value& groups);
    void declareRooms(const Value& rooms);

    // ---- References. Mistakes are reported; what could be read is returned or appended.
    [[nodiscard]] std::vector<DeviceId> devices(const Value& value, std::string_view key);
    // The same, which must not be empty.
    [[nodiscard]] std::vector<DeviceId> someDevices(const Value& value, std::string_view key);
    [[nodiscard]] std::vector<UserId> users(const Value& value, std::string_view key);
    [[nodiscard]] std::optional<UserId> user(const Value& value, std::string_view key);
    [[nodiscard]] std::vector<Address> targets(const Value& value, std::string_view key);
    [[nodiscard]] std::optional<Address> target(const Value& value, std::string_view key);

    // Messages that a send or publish names: each must be new.
    [[nodiscard]] std::vector<MessageId> newMessages(const Value& value, std::string_view key);
    // Messages that a recall names, sent or not.
    [[nodiscard]] std::vector<MessageId> anyMessages(const Value& value, std::string_view key);
    // The same, for a recall that is no mistake only if some step sends them: see reportNeverSent().
    [[nodiscard]] std::vector<MessageId> recalledMessages(const Value& value, std::string_view key);
    // Messages that an expectation names: sent before.
    [[nodiscard]] std::vector<MessageId> sentMessages(const Value& value, std::string_view key);

    // At the end of a case: warns of recalls of what no step sends.
    void reportNeverSent();

    // What is declared, by the offset of its declaration, and whether something needs it: over all cases of a file.
    struct Use {
        std::string sentence;
        Place place;
        bool isUsed = false;
    };
    using Uses = std::map<std::uint32_t, Use>;
    void addUses(Uses& uses) const;

    // A faulty step may have sent anything: unknown messages are not reported from here on.
    void forgiveUnknownMessages() { forgiveMessages_ = true; }

    // Whatever could not be declared may be referred to: the matrix itself was faulty.
    void forgiveAll() { usersFaulty_ = groupsFaulty_ = roomsFaulty_ = forgiveMessages_ = true; }

    // By message: the line that sends it, 0 for none.
    using Sent = std::vector<std::uint32_t>;
    [[nodiscard]] const Sent& sent() const { return sentOn_; }
    // What follows never happens: it may send what was sent before. Null: it happens again. Returns what was so far.
    const Sent* rehearse(const Sent* before) { return std::exchange(rehearsedFrom_, before); }
    // Back to an earlier sent(), together with the case's lexicon.
    void takeBack(const Sent& sent) {
        sentOn_ = sent;
        std::erase_if(recalled_, [&sent](const auto& recall) { return recall.first.index() >= sent.size(); });
    }

private:
    enum class MessageUse : std::uint8_t { New, Any, Recalled, Sent };

    // What the file declares under one key, which may be a range.
    struct Declared {
        std::string_view what;  // `device`
        std::string name;
        Place place;
        std::size_t owner = kNobody;  // of a device: its user
        bool isUsed = false;
    };
    static constexpr std::size_t kNobody = static_cast<std::size_t>(-1);
    // The number among `declared_`.
    std::size_t declare(std::string_view what, std::string_view name, const Value& key, std::size_t owner = kNobody);
    void use(UserId user) { declared_[userKeys_[user.index()]].isUsed = true; }
    void use(DeviceId device);
    void use(const Address& address);

    [[nodiscard]] std::optional<NameRange> range(const Value& value, std::string_view text, std::string_view what);
    void declareUser(std::string_view name, const Value& key, const Value& devices);
    void declareDevice(UserId user, const Value& key, const Value& platform);
    void declareGroup(const Value& key, const Value& members);
    void appendDevices(const Value& value, std::string_view key, std::vector<DeviceId>& out);
    void appendDevicesOf(UserId user, std::string_view text, const Value& value, std::vector<DeviceId>& out);
    void appendUsers(const Value& value, std::string_view text, std::string_view key, std::vector<UserId>& out);
    void appendTargets(const Value& value, std::string_view key, std::vector<Address>& out);
    [[nodiscard]] std::vector<MessageId> messages(const Value& value, std::string_view key, MessageUse use);
    void useMessage(std::string_view name, const Value& value, MessageUse use, std::vector<MessageId>& out);
    void undeclared(const Value& value, std::string_view what, std::string_view name,
                    const std::vector<std::string_view>& known);
    [[nodiscard]] std::string otherTarget(std::string_view name) const;
    [[nodiscard]] std::vector<std::string_view> userNames() const;
    [[nodiscard]] std::vector<std::string_view> devicePaths(UserId user) const;
    [[nodiscard]] bool tooMany(std::size_t count, const Value& value, std::string_view what);

    Scope& scope_;
    Budget& budget_;
    Case& case_;
    std::unordered_map<std::string, UserId> userIndex_;      // looked up only; by name
    std::unordered_map<std::string, DeviceId> deviceIndex_;  // by path
    std::unordered_map<std::string, GroupId> groupIndex_;
    std::unordered_map<std::string, RoomId> roomIndex_;
    Sent sentOn_;
    const Sent* rehearsedFrom_ = nullptr;
    std::vector<std::pair<MessageId, Value>> recalled_;
    std::vector<Declared> declared_;
    std::map<std::uint32_t, std::size_t> declaredAt_;  // by the offset of the key
    std::vector<std::size_t> userKeys_;                // by user: its number among `declared_`; so of the others
    std::vector<std::size_t> deviceKeys_;
    std::vector<std::size_t> groupKeys_;
    std::vector<std::size_t> roomKeys_;
    bool usersFaulty_ = false;  // a declaration could not be read: unknown names are no news
    bool groupsFaulty_ = false;
    bool roomsFaulty_ = false;
    bool forgiveMessages_ = false;
};

}  // namespace mdsync::scenario
