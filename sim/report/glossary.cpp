// Glossary: the page's sections, cut at their headings.
#include "mdsync/glossary.hpp"

#include "report/glossary.hpp"

namespace mdsync {

namespace {

constexpr std::string_view kHeading = "\n## ";

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of('\n');
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of('\n') - first + 1);
}

std::vector<GlossaryEntry> entriesOf(std::string_view page) {
    std::vector<GlossaryEntry> entries;
    for (std::size_t at = page.find(kHeading); at != std::string_view::npos;) {
        const std::size_t word = at + kHeading.size();
        const std::size_t text = page.find('\n', word);
        at = page.find(kHeading, text);
        entries.push_back({page.substr(word, text - word), trimmed(page.substr(text, at - text))});
    }
    return entries;
}

}  // namespace

const std::vector<GlossaryEntry>& glossary() {
    static const std::vector<GlossaryEntry> kEntries = entriesOf(glossaryPages().front().text);
    return kEntries;
}

}  // namespace mdsync
