// ShortKey: words as keys of sixteen bytes, for the hot lookups of reading: a device by its path and a message by its
// id, both mostly shorter than that.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace mdsync {

// The fingerprint of a word, a text or a digest: XXH64 with seed 0, so that others can compute it too.
[[nodiscard]] std::uint64_t fingerprint(std::string_view bytes);

// A ShortKey holds a word of up to 15 bytes whole, with its length; a longer one by fingerprint and length, so that
// equal keys of long words need a look at the words themselves.
struct ShortKey {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    // REQUIRES: 16 bytes can be read at `word.data()` if the word is no longer than 15.
    static ShortKey ofPadded(std::string_view word) {
        const std::uint64_t size = word.size();
        if (size <= 8) return {load(word.data(), size), size << 56U};
        if (size <= 15) return {load(word.data(), 8), load(word.data() + 8, size - 8) | (size << 56U)};
        return {fingerprint(word), (std::uint64_t{0xff} << 56U) | size};
    }
    static ShortKey of(std::string_view word) {
        if (word.size() > 15) return ofPadded(word);
        char padded[16] = {};
        if (!word.empty()) std::memcpy(padded, word.data(), word.size());
        return ofPadded({padded, word.size()});
    }

    [[nodiscard]] bool isWhole() const { return high >> 56U != 0xff; }
    [[nodiscard]] std::uint64_t hash() const {
        std::uint64_t h = low * 0x9e3779b97f4a7c15ULL ^ high * 0xc2b2ae3d27d4eb4fULL;
        h = (h ^ (h >> 32U)) * 0xd6e8feb86659fd93ULL;
        return h ^ (h >> 32U);
    }
    friend bool operator==(const ShortKey&, const ShortKey&) = default;

private:
    // The first `size` of eight bytes; little end first on every machine is not needed, only sameness.
    static std::uint64_t load(const char* bytes, std::uint64_t size) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes, 8);
        if (size == 0) return 0;
        if constexpr (std::endian::native == std::endian::little) return word << (64 - 8 * size) >> (64 - 8 * size);
        return word >> (64 - 8 * size);
    }
};

}  // namespace mdsync
