// The names of a header, indexed: devices by path and targets by spelling, in constant time however many there are.
#pragma once

#include <string_view>
#include <vector>

#include "base/fetch.hpp"
#include "base/text.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

// The first few thousand words, for hints.
template <class WordId>
[[nodiscard]] std::vector<std::string_view> someOf(const Words<WordId>& words) {
    std::vector<std::string_view> some;
    for (std::size_t i = 0; i < words.size() && i < 5000; ++i) some.emplace_back(words[WordId{i}]);
    return some;
}

// NameIndex is built from a header that has only unique names; what events declare is added.
class NameIndex {
public:
    NameIndex() = default;
    explicit NameIndex(const Header& header);
    // The new names of a `device`, `group` or `room` that `header` has declared.
    void add(const Header& header, const Event& event);

    [[nodiscard]] DeviceId device(const ShortKey& key, std::string_view path) const { return devices_.find(key, path); }
    [[nodiscard]] DeviceId device(std::string_view path) const { return devices_.find(path); }
    // Begins to fetch what device() will look up.
    void fetchDevice(const ShortKey& key) const { fetch(devices_.placeOf(key)); }
    [[nodiscard]] UserId user(std::string_view name) const;
    [[nodiscard]] GroupId group(std::string_view name) const;
    [[nodiscard]] RoomId room(std::string_view name) const;
    // `bob`, `group:team` or `chatroom:lobby`; kind None if there is no such target.
    [[nodiscard]] Address target(const ShortKey& key, std::string_view spelling) const {
        const Spelling found = targets_.find(key, spelling);
        return found.exists() ? addresses_[found.index()] : Address{};
    }
    [[nodiscard]] Address target(std::string_view spelling) const { return target(ShortKey::of(spelling), spelling); }

    // For hints: some thousands at most, so that a hint is never slow.
    [[nodiscard]] std::vector<std::string_view> devicePaths() const;
    [[nodiscard]] std::vector<std::string_view> targetSpellings(AddressKind kind) const;  // None: all

private:
    using Spelling = Id<struct SpellingKind>;

    void addTarget(std::string_view spelling, Address address) {
        if (targets_.add(spelling)) addresses_.push_back(address);
    }

    Words<DeviceId> devices_;
    Words<Spelling> targets_;
    std::vector<Address> addresses_;
};

}  // namespace mdsync
