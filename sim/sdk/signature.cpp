// See signature.hpp.
#include "sdk/signature.hpp"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace mdsync::sdk {

namespace {

constexpr std::size_t kBlock = 64;  // bytes

using Words = std::array<std::uint32_t, 5>;

// `text` as FIPS 180-4 pads it to whole blocks: a bit 1, zeros, and its length in bits in eight bytes.
std::string padded(std::string_view text) {
    constexpr std::size_t kLength = 8;
    std::string blocks(text);
    blocks += '\x80';
    blocks.resize((blocks.size() + kLength + kBlock - 1) / kBlock * kBlock, '\0');
    std::uint64_t bits = std::uint64_t{text.size()} * 8;
    for (std::size_t i = 1; i <= kLength; ++i, bits >>= 8U) {
        blocks[blocks.size() - i] = static_cast<char>(static_cast<unsigned char>(bits & 0xffU));
    }
    return blocks;
}

// What is mixed in step `t` of 80: a function of three words, and a constant.
std::uint32_t mixed(std::size_t t, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    if (t < 20) return ((b & c) | (~b & d)) + 0x5a827999U;
    if (t < 40) return (b ^ c ^ d) + 0x6ed9eba1U;
    if (t < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdcU;
    return (b ^ c ^ d) + 0xca62c1d6U;
}

void addBlock(Words& hash, std::string_view block) {
    std::array<std::uint32_t, 80> schedule{};
    for (std::size_t i = 0; i < kBlock; ++i) {
        schedule[i / 4] = (schedule[i / 4] << 8U) | static_cast<unsigned char>(block[i]);
    }
    for (std::size_t t = 16; t < schedule.size(); ++t) {
        schedule[t] = std::rotl(schedule[t - 3] ^ schedule[t - 8] ^ schedule[t - 14] ^ schedule[t - 16], 1);
    }
    auto [a, b, c, d, e] = hash;
    for (std::size_t t = 0; t < schedule.size(); ++t) {
        const std::uint32_t next = std::rotl(a, 5) + mixed(t, b, c, d) + e + schedule[t];
        e = d;
        d = c;
        c = std::rotl(b, 30);
        b = a;
        a = next;
    }
    const Words add{a, b, c, d, e};
    for (std::size_t i = 0; i < hash.size(); ++i) hash[i] += add[i];
}

char lowered(char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string sha1Hex(std::string_view text) {
    Words hash{0x67452301U, 0xefcdab89U, 0x98badcfeU, 0x10325476U, 0xc3d2e1f0U};
    const std::string blocks = padded(text);
    for (std::size_t at = 0; at < blocks.size(); at += kBlock) {
        addBlock(hash, std::string_view(blocks).substr(at, kBlock));
    }
    std::string digits;
    for (const std::uint32_t word : hash) {
        for (unsigned shift = 32; shift > 0; shift -= 4) digits += "0123456789abcdef"[(word >> (shift - 4)) & 0xfU];
    }
    return digits;
}

bool isSigned(std::string_view secret, std::string_view nonce, std::string_view timestamp, std::string_view signature) {
    std::string text(secret);
    text += nonce;
    text += timestamp;
    const std::string right = sha1Hex(text);
    if (signature.size() != right.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < right.size(); ++i) {
        difference |= static_cast<unsigned char>(right[i] ^ lowered(signature[i]));
    }
    return difference == 0;
}

}  // namespace mdsync::sdk
