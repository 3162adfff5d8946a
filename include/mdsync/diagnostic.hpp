// Diagnostic: what is wrong with an input file, and where.
//
// Readers collect diagnostics instead of stopping at the first. A diagnostic has a stable code
// (`scenario.unknown-verb`) that `mdsync explain` knows, and a place that is rendered with the line and a caret.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mdsync {

// A place in a text: byte offset and length, and the line and column (both from 1, columns in bytes) of its first byte.
struct Span {
    std::uint64_t offset = 0;
    std::uint32_t length = 0;
    std::uint32_t line = 0;  // 0: the place is unknown
    std::uint32_t column = 0;
};

enum class Severity : std::uint8_t { Error, Warning };

struct Diagnostic {
    Severity severity = Severity::Error;
    std::string code;     // stable word, `family.what`
    std::string message;  // one sentence without a full stop, in lower case: `unknown step "sned"`
    std::string file;
    Span span;
    std::string excerpt;               // the line of the file at `span`, without its end, or a part of it; may be empty
    std::string hint;                  // what to type instead: `did you mean "send"?`; may be empty
    std::uint32_t excerptColumn = 1;   // the column of the excerpt's first byte
    std::vector<std::string> notes{};  // more that may help, a line each: what a program said before it failed
};

// Sets the excerpt to the part of `line` around the diagnostic's column, so that a line of any length costs little.
// REQUIRES: `diagnostic.span` is set, and `line` is its line without the end.
void setExcerpt(Diagnostic& diagnostic, std::string_view line);

// The diagnostic as text, with file:line:column, the line and a caret below it. Long lines are cut around the caret and
// control characters are shown as `?` (tabs as a blank), so that any file can be shown on a terminal. Ends with a
// newline.
[[nodiscard]] std::string render(const Diagnostic& diagnostic);

// `text` as render() shows it: control characters and bytes that are not UTF-8 as `?`, tabs as a blank.
[[nodiscard]] std::string printable(std::string_view text);

// The columns that printable(text) takes on a terminal: a Chinese character takes two.
[[nodiscard]] std::size_t widthOf(std::string_view text);

// As much of the beginning of `text` as so many columns hold.
[[nodiscard]] std::string_view fitting(std::string_view text, std::size_t columns);

// The known word nearest to `word` (letters changed, inserted, dropped or swapped with a neighbour, ignoring case; at
// most a third of them), the first of several equally near, or an empty string.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string_view>& known);

// `did you mean "send"?` for the nearest known word, or an empty string.
[[nodiscard]] std::string suggest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace mdsync
