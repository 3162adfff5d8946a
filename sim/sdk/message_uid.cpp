// See message_uid.hpp.
#include "sdk/message_uid.hpp"

namespace mdsync::sdk {

namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUV";
constexpr std::size_t kCharacters = 16;
constexpr std::size_t kGroup = 4;  // characters between two dashes

}  // namespace

std::string messageUid(Instant at, std::uint32_t count, std::uint32_t type, std::uint32_t conversation) {
    const auto time = static_cast<std::uint64_t>(at.time_since_epoch().count()) & ((1ULL << 42U) - 1);
    const std::uint64_t spin = count & 0xfffU;
    const std::uint64_t tail = (static_cast<std::uint64_t>(type & 0xfU) << 22U) | (conversation & 0x3fffffU);
    // The upper and the lower forty bits: eight characters each.
    const std::uint64_t upper = time >> 2U;
    const std::uint64_t lower = ((time & 3U) << 38U) | (spin << 26U) | tail;
    std::string uid;
    for (std::size_t i = 0; i < kCharacters; ++i) {
        if (i > 0 && i % kGroup == 0) uid += '-';
        const std::uint64_t half = i < kCharacters / 2 ? upper : lower;
        uid += kAlphabet[(half >> (5 * (7 - i % 8))) & 31U];
    }
    return uid;
}

bool isMessageUid(std::string_view text) {
    if (text.size() != kCharacters + kCharacters / kGroup - 1) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool isDash = i % (kGroup + 1) == kGroup;
        if (isDash ? text[i] != '-' : kAlphabet.find(text[i]) == std::string_view::npos) return false;
    }
    return true;
}

}  // namespace mdsync::sdk
