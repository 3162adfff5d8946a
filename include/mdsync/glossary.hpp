// Glossary: the words that reports and rules use, each with a short explanation. The text is docs/glossary.md.
#pragma once

#include <string_view>
#include <vector>

namespace mdsync {

struct GlossaryEntry {
    std::string_view word;  // `horizon`, `offline store`
    std::string_view text;  // plain text, lines of at most 130 columns, without a final newline
};

// All entries, in the order of the page.
[[nodiscard]] const std::vector<GlossaryEntry>& glossary();

}  // namespace mdsync
