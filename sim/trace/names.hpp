// The names of a header, indexed: devices by path and targets by spelling, in constant time however many there are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mdsync/trace.hpp"
#include "trace/short_key.hpp"

namespace mdsync {

// Whether `name` may name a user, device, group, room or message: 1..64 bytes, no blanks, control characters or any of
// `/ : { } * ,`.
[[nodiscard]] bool isName(std::string_view name);

// An index over words that are numbered from 0.
class NameIndex {
public:
    // False if the word is there already.
    bool add(std::string_view word) {
        const ShortKey key = ShortKey::of(word);
        if (find(key, word) != KeyTable::kNone) return false;
        table_.insert(key, static_cast<std::uint32_t>(words_.size()));
        words_.emplace_back(word);
        return true;
    }
    [[nodiscard]] std::uint32_t find(std::string_view word) const { return find(ShortKey::of(word), word); }
    [[nodiscard]] std::uint32_t find(const ShortKey& key, std::string_view word) const {
        return table_.find(key, [&](std::uint32_t number) { return words_[number] == word; });
    }
    [[nodiscard]] const std::vector<std::string>& words() const { return words_; }
    // The first few thousand words, for hints.
    [[nodiscard]] std::vector<std::string_view> someWords() const {
        const auto some = static_cast<std::ptrdiff_t>(words_.size() < 5000 ? words_.size() : 5000);
        return {words_.begin(), words_.begin() + some};
    }

private:
    KeyTable table_;
    std::vector<std::string> words_;
};

// Names is built once from a header that has only unique names.
class Names {
public:
    Names() = default;
    explicit Names(const Header& header);

    [[nodiscard]] DeviceId device(const ShortKey& key, std::string_view path) const {
        return DeviceId{devices_.find(key, path)};
    }
    [[nodiscard]] DeviceId device(std::string_view path) const { return device(ShortKey::of(path), path); }
    [[nodiscard]] UserId user(std::string_view name) const;
    [[nodiscard]] GroupId group(std::string_view name) const;
    [[nodiscard]] RoomId room(std::string_view name) const;
    // `bob`, `group:team` or `chatroom:lobby`; kind None if there is no such target.
    [[nodiscard]] Address target(const ShortKey& key, std::string_view spelling) const {
        const std::uint32_t found = targets_.find(key, spelling);
        return found == KeyTable::kNone ? Address{} : addresses_[found];
    }
    [[nodiscard]] Address target(std::string_view spelling) const { return target(ShortKey::of(spelling), spelling); }

    // For hints: some thousands at most, so that a hint is never slow.
    [[nodiscard]] std::vector<std::string_view> devicePaths() const;
    [[nodiscard]] std::vector<std::string_view> targetSpellings(TargetKind kind) const;  // None: all

private:
    NameIndex devices_;
    NameIndex targets_;
    std::vector<Address> addresses_;
};

}  // namespace mdsync
