// Reading one typed value of a JSON line, with the complaint if it is another type.
#pragma once

#include <array>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "trace/fault.hpp"

namespace mdsync {

class Fields {
public:
    Fields(const JsonLine& json, Faults& faults) : json_(json), faults_(faults) {}

    // Each complains and gives nothing if the value is something else. `key` names the value in the message.
    std::optional<std::string_view> string(std::size_t node, std::string_view key);
    std::optional<bool> boolean(std::size_t node, std::string_view key);
    // A whole number in [low, high].
    std::optional<std::int64_t> integer(std::size_t node, std::string_view key,
                                        std::int64_t low = std::numeric_limits<std::int64_t>::min(),
                                        std::int64_t high = std::numeric_limits<std::int64_t>::max());
    bool object(std::size_t node, std::string_view key);
    bool array(std::size_t node, std::string_view key);
    std::optional<Instant> instant(std::size_t node);

    // A string that is one of `words`: its index.
    std::optional<std::size_t> oneOf(std::size_t node, std::string_view key,
                                     const std::vector<std::string_view>& words);

    // A member that the object of `what` does not have, unless it begins with `x-`.
    void unknownKey(std::size_t key, std::string_view what, const std::vector<std::string_view>& known);
    void duplicateKey(std::size_t key);
    bool wrongType(std::size_t node, std::string_view key, std::string_view wanted);

private:
    const JsonLine& json_;
    Faults& faults_;
};

// Calls each(index of the key among `known`, value node) for the members of an object that are known, and complains
// about the others and about what comes twice.
template <class Each>
void eachMember(const JsonLine& json, Fields& fields, std::size_t object, std::string_view what,
                const std::vector<std::string_view>& known, Each each) {
    std::uint64_t seen = 0;
    json.members(object, [&](std::size_t key, std::size_t value) {
        const std::string_view name = json.text(key);
        std::size_t index = 0;
        while (index < known.size() && known[index] != name) ++index;
        if (index == known.size()) return fields.unknownKey(key, what, known);
        if ((seen >> index & 1U) != 0) return fields.duplicateKey(key);
        seen |= std::uint64_t{1} << index;
        each(index, value);
    });
}

}  // namespace mdsync
