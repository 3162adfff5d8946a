// SHA-1 and the signature of the vendor's server API.
#include "sdk/signature.hpp"

#include <doctest/doctest.h>

#include <cctype>

using mdsync::sdk::isSigned;
using mdsync::sdk::sha1Hex;

namespace {

// The vendor's own sample.
constexpr std::string_view kSecret = "Y1W2MeFwwwRxa0";
constexpr std::string_view kNonce = "14314";
constexpr std::string_view kTimestamp = "1408710653000";
constexpr std::string_view kSignature = "30be0bbca9c9b2e27578701e9fda2358a814c88f";

bool accepts(std::string_view signature) {
    return isSigned(kSecret, kNonce, kTimestamp, signature);
}

}  // namespace

TEST_CASE("SHA-1 gives the published digests") {
    CHECK(sha1Hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(sha1Hex("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    CHECK(sha1Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
    CHECK(sha1Hex(std::string(1000000, 'a')) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

TEST_CASE("SHA-1 pads texts around the length of a block") {
    // Of 55 bytes the padding fits their block, of 56 it does not, and 64 fill one.
    CHECK(sha1Hex(std::string(55, 'a')) == "c1c8bbdc22796e28c0e15163d20899b65621d65a");
    CHECK(sha1Hex(std::string(56, 'a')) == "c2db330f6083854c99d4b5bfb6e8f29f201be699");
    CHECK(sha1Hex(std::string(63, 'a')) == "03f09f5b158a7a8cdad920bddc29b81c18a551f5");
    CHECK(sha1Hex(std::string(64, 'a')) == "0098ba824b5c16427bd7a1122a5a442a25ec644d");
}

TEST_CASE("the vendor's sample is signed, in digits of either case") {
    CHECK(accepts(kSignature));
    std::string loud(kSignature);
    for (char& c : loud) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    CHECK(accepts(loud));
}

TEST_CASE("any other signature is refused") {
    for (std::size_t i = 0; i < kSignature.size(); ++i) {
        std::string other(kSignature);
        other[i] = other[i] == '0' ? '1' : '0';
        CHECK_FALSE(accepts(other));
        CHECK_FALSE(accepts(kSignature.substr(0, i)));
    }
    CHECK_FALSE(accepts(std::string(kSignature) + "0"));
    CHECK_FALSE(isSigned("Y1W2MeFwwwRxa1", kNonce, kTimestamp, kSignature));
    CHECK_FALSE(isSigned(kSecret, "14315", kTimestamp, kSignature));
    CHECK_FALSE(isSigned(kSecret, kNonce, "1408710653001", kSignature));
    CHECK_FALSE(isSigned(kSecret, "", "", ""));
}
