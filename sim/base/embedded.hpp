// Files that the program carries. They are edited where they stand in the tree, by an editor that knows their format,
// and CMake's mdsync_embed() compiles them in.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

namespace mdsync {

struct EmbeddedFile {
    std::string_view name;  // without its folder
    std::string_view text;
};

[[nodiscard]] inline std::optional<std::string_view> textOf(std::span<const EmbeddedFile> files,
                                                            std::string_view name) {
    const auto found = std::ranges::find(files, name, &EmbeddedFile::name);
    if (found == files.end()) return std::nullopt;
    return found->text;
}

}  // namespace mdsync
