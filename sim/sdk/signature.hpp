// Signature: by what the vendor's server API knows an app: SHA-1 of its secret, a nonce and a timestamp.
#pragma once

#include <string>
#include <string_view>

namespace mdsync::sdk {

// SHA-1 (FIPS 180-4) of `text`, in 40 lower-case hexadecimal digits.
[[nodiscard]] std::string sha1Hex(std::string_view text);

// Whether `signature` is that of the request with these headers by an app with this secret, in digits of either case. How
// long it takes does not depend on how much of the signature is right. Whether the nonce is new and the timestamp recent is
// not asked: the vendor's own server SDK says the same in all its calls, and in seconds where milliseconds are documented.
[[nodiscard]] bool isSigned(std::string_view secret, std::string_view nonce, std::string_view timestamp,
                            std::string_view signature);

}  // namespace mdsync::sdk
