// fingerprint(). It must never change: fingerprints are in run hashes, and in digests that others write.
#include "mdsync/short_key.hpp"

#include <xxhash.h>

namespace mdsync {

std::uint64_t fingerprint(std::string_view bytes) {
    return XXH64(bytes.data(), bytes.size(), 0);
}

}  // namespace mdsync
