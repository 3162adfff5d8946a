// Emulation: what an adapter does by itself because the system behind it has no such thing.
//
// A chat server without limits can be judged by the rules about limits only if its adapter throws out the second phone.
// What those rules then say is said of the adapter: reports show it apart, and --require does not count it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace mdsync {

// Sync: the switch. Set: the range of the settings. Window: how far back compensation reaches. Limits: devices of one
// class, and browser tabs. Once: that a message comes once. Groups: a list of members to whom the adapter sends.
enum class Emulation : std::uint8_t { Sync, Set, Window, Limits, Once, Groups };

inline constexpr std::array<std::string_view, 6> kEmulationWords{"sync", "set", "window", "limits", "once", "groups"};

// A set of them.
class Emulations {
public:
    void add(Emulation emulation) { bits_ = static_cast<std::uint8_t>(bits_ | bit(emulation)); }
    [[nodiscard]] bool has(Emulation emulation) const { return (bits_ & bit(emulation)) != 0; }
    [[nodiscard]] bool empty() const { return bits_ == 0; }

private:
    static constexpr std::uint8_t bit(Emulation emulation) {
        return static_cast<std::uint8_t>(1U << static_cast<unsigned>(emulation));
    }
    std::uint8_t bits_ = 0;
};

[[nodiscard]] constexpr std::string_view spell(Emulation emulation) {
    return kEmulationWords[static_cast<std::size_t>(emulation)];
}

[[nodiscard]] inline std::vector<std::string_view> wordsOf(const Emulations& emulates) {
    std::vector<std::string_view> words;
    for (std::size_t i = 0; i < kEmulationWords.size(); ++i) {
        if (emulates.has(static_cast<Emulation>(i))) words.push_back(kEmulationWords[i]);
    }
    return words;
}

// Nothing: there is no such word.
[[nodiscard]] constexpr std::optional<Emulation> findEmulation(std::string_view word) {
    for (std::size_t i = 0; i < kEmulationWords.size(); ++i) {
        if (kEmulationWords[i] == word) return static_cast<Emulation>(i);
    }
    return std::nullopt;
}

}  // namespace mdsync
