#include "terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace mdsync::cli {

namespace {

constexpr std::size_t kUsualColumns = 100;
constexpr std::size_t kFewestColumns = 40;
constexpr std::size_t kMostColumns = 400;

std::string& called() {
    static std::string name = "mdsync";
    return name;
}

// What the environment says, or 0.
std::size_t said() {
    const char* const columns = std::getenv("COLUMNS");
    if (columns == nullptr) return 0;
    std::size_t number = 0;
    const char* const end = columns + std::strlen(columns);
    const auto [stop, error] = std::from_chars(columns, end, number);
    return error == std::errc{} && stop == end ? number : 0;
}

}  // namespace

std::optional<std::size_t> knownColumns(std::FILE* stream) {
    std::size_t columns = said();
    winsize size{};
    if (columns == 0 && ioctl(fileno(stream), TIOCGWINSZ, &size) == 0) columns = size.ws_col;
    if (columns == 0) return std::nullopt;
    return std::clamp(columns, kFewestColumns, kMostColumns);
}

std::size_t columnsOf(std::FILE* stream) {
    return knownColumns(stream).value_or(kUsualColumns);
}

void rememberProgram(const char* program) {
    const char* const said = std::getenv("MDSYNC_PROGRAM");
    if (said != nullptr && *said != '\0') program = said;
    if (program == nullptr) return;
    const bool isFound = std::string_view(program).find('/') == std::string_view::npos;  // by PATH
    if (said != nullptr || !isFound) called() = program;
}

const std::string& programName() {
    return called();
}

}  // namespace mdsync::cli
