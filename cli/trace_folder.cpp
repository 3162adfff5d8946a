// TraceFolder: where --trace puts the traces of a run.
#include "trace_folder.hpp"

#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <set>

#include "mdsync/trace_io.hpp"
#include "output.hpp"
#include "tell.hpp"
#include "whole_file.hpp"

namespace mdsync::cli {

namespace {

constexpr std::size_t kLongestName = 200;

// A file name made of a case's id: `scenarios/web/tabs.json#days=2` gives `scenarios_web_tabs.days=2`.
std::string fileName(std::string id) {
    if (const std::size_t at = id.find(".json#"); at != std::string::npos) id.erase(at, 5);
    if (id.ends_with(".json")) id.resize(id.size() - 5);
    for (char& c : id) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '=' || c == '+' || c == ',';
        if (c == '#')
            c = '.';
        else if (!plain)
            c = '_';
    }
    id = id.substr(id.find_first_not_of("._") == std::string::npos ? 0 : id.find_first_not_of("._"));
    return id.substr(0, kLongestName);
}

}  // namespace

TraceFolder::TraceFolder(const std::string& path, const Suite& suite) : path_(path) {
    if (path.empty()) return;
    std::error_code error;
    const bool isFile = suite.cases == 1 && !std::filesystem::is_directory(path, error);
    std::set<std::string> taken;
    for (const Suite::Entry& entry : suite.entries) {
        if (isFile || !entry.isCase()) {
            files_.push_back(path);
            continue;
        }
        const std::string name = fileName(entry.scenario.id);
        std::string unique = name;
        for (int i = 2; !taken.insert(unique).second; ++i) unique = fmt::format("{}-{}", name, i);
        files_.push_back((std::filesystem::path(path) / (unique + ".jsonl")).string());
    }
    isFolder_ = suite.cases > 0 && !isFile;
}

void TraceFolder::make() {
    const int error = isFolder_ ? makeFolder(path_) : 0;
    if (error == 0) return;
    tell("mdsync: the folder {} could not be made: {}\n", printable(path_), std::strerror(error));
    isMissing_ = failed_ = true;
}

void TraceFolder::write(std::size_t number, const Trace& trace) {
    if (isMissing_) return;  // that was said
    const TraceWriter writer(trace.header, trace.lexicon, trace.annex);
    std::string text;
    writer.appendHeader(text);
    text += '\n';
    for (const Event& event : trace.events) writer.append(text, event);
    if (!writeFile(files_[number], text)) failed_ = true;
}

}  // namespace mdsync::cli
