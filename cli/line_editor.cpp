// LineEditor: libedit, through the face that it shares with GNU readline.
#include "line_editor.hpp"

#include <editline/readline.h>

#include <clocale>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace mdsync::cli {

namespace {

// libedit asks back through plain functions.
LineEditor::Complete& completer() {
    static LineEditor::Complete complete;
    return complete;
}

// Called with 0, 1, ... until it returns null; who called frees the words.
char* nextWord(const char* /*begun*/, int number) {
    static std::vector<std::string> words;
    if (number == 0) words = completer()(std::string_view(rl_line_buffer, static_cast<std::size_t>(rl_point)));
    const auto index = static_cast<std::size_t>(number);
    return index < words.size() ? ::strdup(words[index].c_str()) : nullptr;
}

char** completionsOf(const char* begun, int /*begin*/, int /*end*/) {
    rl_attempted_completion_over = 1;  // no names of files
    return rl_completion_matches(begun, nextWord);
}

}  // namespace

LineEditor::LineEditor(Complete complete) {
    std::setlocale(LC_CTYPE, "");  // libedit drops what the locale does not know
    completer() = std::move(complete);
    rl_attempted_completion_function = completionsOf;
    using_history();
}

LineEditor::~LineEditor() {
    completer() = nullptr;
    rl_attempted_completion_function = nullptr;
}

std::optional<std::string> LineEditor::ask(const std::string& prompt) {
    const std::unique_ptr<char, decltype(&std::free)> line(::readline(prompt.c_str()), &std::free);
    if (line == nullptr) return std::nullopt;
    if (*line != '\0') add_history(line.get());
    return std::string(line.get());
}

}  // namespace mdsync::cli
