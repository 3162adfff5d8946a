// Diagnostic: drawing a place in a file, and finding the word that was meant. See mdsync/diagnostic.hpp.
#include "mdsync/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "mdsync/drawing.hpp"

namespace mdsync {
namespace {

constexpr std::size_t kShown = 100;        // columns of a line that are shown where nobody says how wide it is
constexpr std::size_t kNarrowest = 20;     // of them
constexpr std::size_t kKept = 512;         // bytes kept in front of and behind a place
constexpr std::size_t kLongestWord = 128;  // longer ones are not compared

// One character as a terminal shows it: what to print and how many columns that takes.
struct Glyph {
    std::string_view text;
    std::size_t bytes = 1;  // in the source
    std::size_t width = 1;
};

bool within(char32_t c, char32_t first, char32_t last) {
    return c >= first && c <= last;
}

// Characters that move the cursor or turn the direction of writing.
bool isControl(char32_t c) {
    return c < 0x20 || within(c, 0x7f, 0x9f) || c == 0x61c || within(c, 0x200e, 0x200f) || within(c, 0x2028, 0x202e) ||
           within(c, 0x2066, 0x2069) || c == 0xfeff;
}

bool isWide(char32_t c) {
    return within(c, 0x1100, 0x115f) || within(c, 0x2e80, 0xa4cf) || within(c, 0xac00, 0xd7a3) ||
           within(c, 0xf900, 0xfaff) || within(c, 0xfe30, 0xfe6f) || within(c, 0xff00, 0xff60) ||
           within(c, 0xffe0, 0xffe6) || within(c, 0x1f300, 0x1f64f) || within(c, 0x1f900, 0x1f9ff) ||
           within(c, 0x20000, 0x3fffd);
}

bool isCombining(char32_t c) {
    return within(c, 0x300, 0x36f) || within(c, 0x200b, 0x200f) || within(c, 0xfe00, 0xfe0f);
}

Glyph glyphAt(std::string_view text) {
    if (text.front() == '\t') return {" ", 1, 1};
    const CodePoint c = decodeUtf8(text);
    if (c.bytes == 0) return {"?", 1, 1};
    if (isControl(c.value)) return {"?", c.bytes, 1};
    return {text.substr(0, c.bytes), c.bytes, isCombining(c.value) ? 0U : isWide(c.value) ? 2U : 1U};
}

}  // namespace

std::string printable(std::string_view text) {
    std::string shown;
    while (!text.empty()) {
        const Glyph glyph = glyphAt(text);
        shown += glyph.text;
        text.remove_prefix(glyph.bytes);
    }
    return shown;
}

std::size_t widthOf(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const Glyph glyph = glyphAt(text);
        width += glyph.width;
        text.remove_prefix(glyph.bytes);
    }
    return width;
}

std::string_view fitting(std::string_view text, std::size_t columns) {
    std::size_t bytes = 0;
    while (bytes < text.size()) {
        const Glyph glyph = glyphAt(text.substr(bytes));
        if (glyph.width > columns) break;
        columns -= glyph.width;
        bytes += glyph.bytes;
    }
    return text.substr(0, bytes);
}

namespace {

// The part of a line that is shown, and the caret's columns within it.
struct Window {
    std::string text;
    std::size_t caret = 0;
    std::size_t carets = 1;
};

// `at` and `length` in bytes of `line`; `cutFront`: the line has a beginning that is not in `line`; `most` columns are
// shown, besides the dots where it is cut.
Window windowOf(std::string_view line, std::size_t at, std::size_t length, bool cutFront, std::size_t most) {
    at = std::min(at, line.size());
    length = std::min(length, line.size() - at);
    std::size_t skipped = 0;  // bytes
    std::size_t before = widthOf(line.substr(0, at));
    if (before + widthOf(line.substr(at)) > most) {
        while (before > most * 2 / 5) {
            const Glyph glyph = glyphAt(line.substr(skipped));
            before -= glyph.width;
            skipped += glyph.bytes;
        }
    }
    Window window;
    if (skipped > 0 || cutFront) window.text = "...";
    window.caret = window.text.size() + before;
    std::size_t shown = 0;
    std::size_t underCaret = 0;
    while (skipped < line.size() && shown < most) {
        const Glyph glyph = glyphAt(line.substr(skipped));
        if (skipped >= at && skipped < at + length) underCaret += glyph.width;
        window.text += glyph.text;
        shown += glyph.width;
        skipped += glyph.bytes;
    }
    if (skipped < line.size()) window.text += "...";
    window.carets = std::max<std::size_t>(underCaret, 1);
    return window;
}

// Letters to change, insert, drop or swap with a neighbour to turn `a` into `b`, ignoring case.
std::size_t distance(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    std::vector<std::size_t> older(b.size() + 1);
    std::vector<std::size_t> old(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) old[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const bool same = lower(a[i - 1]) == lower(b[j - 1]);
            row[j] = std::min({old[j] + 1, row[j - 1] + 1, old[j - 1] + (same ? 0U : 1U)});
            const bool swapped =
                i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
            if (swapped) row[j] = std::min(row[j], older[j - 2] + 1);
        }
        older.swap(old);
        old.swap(row);
    }
    return old[b.size()];
}

}  // namespace

namespace {

constexpr std::string_view kRed = "31;1";
constexpr std::string_view kYellow = "33;1";
constexpr std::string_view kBlue = "34;1";

std::string painted(bool color, std::string_view code, std::string_view text) {
    return color && !text.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string{text};
}

// Draws the diagnostic; `most` columns of its line.
std::string draw(const Diagnostic& diagnostic, bool color, std::size_t most) {
    const Span& span = diagnostic.span;
    const bool isError = diagnostic.severity == Severity::Error;
    const std::string_view paint = isError ? kRed : kYellow;
    std::string text = fmt::format(
        "{}: {}\n", painted(color, paint, fmt::format("{}[{}]", isError ? "error" : "warning", diagnostic.code)),
        printable(diagnostic.message));
    const std::string number = span.line == 0 ? "" : std::to_string(span.line);
    const std::string margin(std::max<std::size_t>(number.size(), 1), ' ');
    if (!diagnostic.file.empty()) {
        text += fmt::format("{}{} {}", margin, painted(color, kBlue, "-->"), printable(diagnostic.file));
        if (span.line != 0) text += fmt::format(":{}:{}", span.line, span.column);
        text += "\n";
    }
    const std::string hint = printable(diagnostic.hint);
    std::string notes;
    for (const std::string& note : diagnostic.notes) notes += fmt::format("{} | {}\n", margin, printable(note));
    if (diagnostic.excerpt.empty() || span.line == 0) {
        return text + notes + (hint.empty() ? hint : fmt::format("{} = {}\n", margin, hint));
    }
    const std::size_t column = std::max(span.column, diagnostic.excerptColumn);
    const Window window = windowOf(diagnostic.excerpt, column - diagnostic.excerptColumn, span.length,
                                   diagnostic.excerptColumn > 1, most);
    const std::string bar = painted(color, kBlue, "|");
    text += fmt::format("{} {}\n", margin, bar);
    text += fmt::format("{} {} {}\n", painted(color, kBlue, number), bar, window.text);
    text += fmt::format("{} {} {}{}{}{}\n", margin, bar, std::string(window.caret, ' '),
                        painted(color, paint, std::string(window.carets, '^')), hint.empty() ? "" : " ",
                        painted(color, paint, hint));
    return text + notes;
}

}  // namespace

std::string render(const Diagnostic& diagnostic) {
    return draw(diagnostic, false, kShown);
}

std::string render(const Diagnostic& diagnostic, const Drawing& drawing) {
    // The number of the line, the bar, and the dots on either side take room, too.
    const std::size_t around = std::to_string(diagnostic.span.line).size() + 3 + 6;
    const std::size_t room = drawing.width > around ? drawing.width - around : 0;
    return draw(diagnostic, drawing.color, std::max(room, kNarrowest));
}

void setExcerpt(Diagnostic& diagnostic, std::string_view line) {
    const std::size_t at = std::min<std::size_t>(std::max<std::uint32_t>(diagnostic.span.column, 1) - 1, line.size());
    const std::size_t from = at > kKept ? at - kKept : 0;
    diagnostic.excerpt = line.substr(from, at - from + kKept);
    diagnostic.excerptColumn = static_cast<std::uint32_t>(from + 1);
}

std::string nearest(std::string_view word, const std::vector<std::string_view>& known) {
    if (word.size() > kLongestWord) return {};
    std::size_t best = word.size() / 3 + 1;
    std::string_view found;
    for (const std::string_view candidate : known) {
        const std::size_t longer = std::max(candidate.size(), word.size());
        if (longer - std::min(candidate.size(), word.size()) >= best) continue;
        const std::size_t letters = distance(word, candidate);
        if (letters < best) {
            best = letters;
            found = candidate;
        }
    }
    return std::string(found);
}

std::string suggest(std::string_view word, const std::vector<std::string_view>& known) {
    const std::string found = nearest(word, known);
    return found.empty() ? found : fmt::format("did you mean \"{}\"?", found);
}

}  // namespace mdsync
