// Reading one typed value of a JSON line, with the complaint if it is another type.
#pragma once

#include <array>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "mdsync/ids.hpp"
#include "mdsync/trace.hpp"
#include "trace/fault.hpp"

namespace mdsync {

class Fields {
public:
    Fields(const json::Document& json, Faults& faults) : json_(json), faults_(faults) {}

    // Each complains and gives nothing if the value is something else. `key` names the value in the message.
    std::optional<std::string_view> string(const json::Node& node, std::string_view key);
    std::optional<bool> boolean(const json::Node& node, std::string_view key);
    // A whole number in [low, high].
    std::optional<std::int64_t> integer(const json::Node& node, std::string_view key,
                                        std::int64_t low = std::numeric_limits<std::int64_t>::min(),
                                        std::int64_t high = std::numeric_limits<std::int64_t>::max());
    bool object(const json::Node& node, std::string_view key);
    bool array(const json::Node& node, std::string_view key);
    std::optional<Instant> instant(const json::Node& node);

    // A string that is one of `words`: its index.
    std::optional<std::size_t> oneOf(const json::Node& node, std::string_view key,
                                     const std::vector<std::string_view>& words);

    // A member that the object of `what` does not have, unless it begins with `x-`.
    void unknownKey(const json::Node& key, std::string_view what, const std::vector<std::string_view>& known);
    void duplicateKey(const json::Node& key);
    bool wrongType(const json::Node& node, std::string_view key, std::string_view wanted);

private:
    const json::Document& json_;
    Faults& faults_;
};

// Calls each(index of the key among `known`, value) for the members of an object that are known, and complains about the
// others and about what comes twice.
template <class Each>
void eachMember(const json::Document& json, Fields& fields, const json::Node& object, std::string_view what,
                const std::vector<std::string_view>& known, Each each) {
    std::uint64_t seen = 0;
    for (const json::Node& value : json.children(object)) {
        const std::string_view name = json.key(value);
        std::size_t index = 0;
        while (index < known.size() && known[index] != name) ++index;
        if (index == known.size()) {
            fields.unknownKey(value.key(), what, known);
        } else if ((seen >> index & 1U) != 0) {
            fields.duplicateKey(value.key());
        } else {
            seen |= std::uint64_t{1} << index;
            each(index, value);
        }
    }
}

// The words for a platform.
[[nodiscard]] std::vector<std::string_view> platformWords();

// A list of a group's members, each once. find() gives a user by name or none, known() the names for a hint.
template <class Find, class Known>
std::vector<UserId> readMembers(const json::Document& json, Faults& faults, const json::Node& array, Find find,
                                Known known) {
    Fields fields(json, faults);
    std::vector<UserId> members;
    if (!fields.array(array, "a group's members")) return members;
    Words<UserId> seen;
    for (const json::Node& item : json.children(array)) {
        const auto user = fields.string(item, "a member");
        if (!user) continue;
        const UserId found = find(*user);
        if (!found.exists()) {
            faults.add("trace.undeclared-user", item, "no user " + quoted(*user) + " is declared",
                       faults.wantsHints() ? suggest(*user, known()) : std::string());
        } else if (!seen.add(*user)) {
            faults.add("trace.duplicate-key", item, "the member " + quoted(*user) + " is declared twice");
        } else {
            members.push_back(found);
        }
    }
    return members;
}

}  // namespace mdsync
