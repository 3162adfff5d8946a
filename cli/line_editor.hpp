// LineEditor: commands typed on a terminal, with the keys that people know: arrows, history, TAB.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mdsync::cli {

class LineEditor {
public:
    using Complete = std::function<std::vector<std::string>(std::string_view line)>;

    // `complete` gives what the last word of a line may become. At most one editor at a time.
    explicit LineEditor(Complete complete);
    LineEditor(const LineEditor&) = delete;
    LineEditor& operator=(const LineEditor&) = delete;
    ~LineEditor();

    // The next line, without its end; none once there is no more. REQUIRES: standard input is a terminal.
    [[nodiscard]] std::optional<std::string> ask(const std::string& prompt);
};

}  // namespace mdsync::cli
