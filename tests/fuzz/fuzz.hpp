// What the fuzz targets share.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace fuzz {

inline std::string_view textOf(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

// Ends the process, so that libFuzzer keeps the input, unless `holds`.
inline void require(bool holds, const char* otherwise, std::string_view text) {
    if (holds) return;
    std::fprintf(stderr, "%s:\n%.*s\n", otherwise, static_cast<int>(text.size()), text.data());
    std::abort();
}

}  // namespace fuzz
