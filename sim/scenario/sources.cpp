#include "scenario/sources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "base/file_kind.hpp"
#include "base/input_file.hpp"
#include "base/text.hpp"
#include "scenario/extends.hpp"

namespace mdsync {

std::string_view ScenarioText::own() const {
    return std::string_view(text).substr(0, parts.size() > 1 ? parts[1].begin : text.size());
}

std::vector<std::string> ScenarioText::bases() const {
    std::vector<std::string> names;
    for (std::size_t i = 1; i < parts.size(); ++i) {
        if (parts[i].variable.empty()) names.push_back(parts[i].name);
    }
    return names;
}

}  // namespace mdsync

namespace mdsync::scenario {

namespace {

namespace fs = std::filesystem;

std::string besides(const std::string& file, std::string_view path) {
    return (fs::path(file).parent_path() / fs::path(path)).lexically_normal().string();
}

// `did you mean "cast.json"?`, of the files that lie where `path` should.
std::string fileLike(const std::string& path) {
    std::vector<std::string> names;
    std::error_code error;
    const fs::path folder = fs::path(path).parent_path();
    for (fs::directory_iterator at{folder.empty() ? "." : folder, error}; !error && at != fs::directory_iterator{};
         at.increment(error)) {
        if (names.size() > 500) return {};
        if (at->path().extension() == ".json") names.push_back(at->path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return suggest(fs::path(path).filename().string(), {names.begin(), names.end()});
}

std::string asJsonText(std::string_view value) {
    std::string text = "\"";
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20) {
            text += fmt::format("\\u{:04x}", byte);
        } else {
            if (c == '"' || c == '\\') text += '\\';
            text += c;
        }
    }
    return text + "\"";
}

constexpr std::size_t kMostBases = 8;

// A Gathering follows `extends` from file to file.
class Gathering {
public:
    explicit Gathering(ScenarioText& text) : text_(text) {}

    void add(std::string name, std::string_view text, std::string variable = {}) {
        if (!text_.text.ends_with('\n')) text_.text += '\n';
        text_.parts.push_back({std::move(name), text_.text.size(), std::move(variable)});
        text_.text += text;
    }

    // Reads the file that the last one extends, if it does.
    bool follow(const std::atomic<bool>* stop) {
        const ScenarioText::Part last = text_.parts.back();
        const std::string_view own = std::string_view(text_.text).substr(last.begin);
        const bool mayExtend =
            own.find("extends") != std::string_view::npos || own.find("\\u") != std::string_view::npos;
        if (!mayExtend) return false;
        json::Document tree;
        if (!tree.read(text_.text, scenarioJson(last.begin)) || tree.root().kind != json::Kind::Object) return false;
        const json::Node* const node = tree.find(tree.root(), "extends");
        return node != nullptr && read(*node, tree.text(*node), last.name, stop);
    }

    [[nodiscard]] std::vector<WrongSource> wrong() && { return std::move(wrong_); }

private:
    bool refuse(const json::Node& node, Mistake what, std::string message, std::string hint = {}) {
        wrong_.push_back({what, node.place, std::move(message), std::move(hint)});
        return false;
    }

    bool read(const json::Node& node, std::string_view wanted, const std::string& from, const std::atomic<bool>* stop) {
        if (node.kind != json::Kind::String) {
            return refuse(node, Mistake::WrongType, "\"extends\" takes the path of a file");
        }
        if (wanted.find("${") != std::string_view::npos) {
            return refuse(node, Mistake::BadExtends, "the file to extend can't depend on a variable");
        }
        if (wanted.empty() || wanted.find('\0') != std::string_view::npos) {
            return refuse(node, Mistake::BadExtends, "\"extends\" names no file");
        }
        const std::string path = besides(from, wanted);
        for (const ScenarioText::Part& part : text_.parts) {
            if (fs::path(part.name).lexically_normal() != path) continue;
            return refuse(node, Mistake::BadExtends, fmt::format("{} would extend itself", mdsync::quoted(path)));
        }
        if (text_.parts.size() > kMostBases) {
            return refuse(node, Mistake::BadExtends, fmt::format("more than {} files extend each other", kMostBases));
        }
        return readFrom(path, node, stop);
    }

    bool readFrom(const std::string& path, const json::Node& node, const std::atomic<bool>* stop) {
        std::error_code ignored;
        if (fs::exists(path, ignored) && !isRegularFile(path)) {
            return refuse(node, Mistake::BadExtends, fmt::format("{} is no file", mdsync::quoted(path)));
        }
        const WholeFile file = readFile(path, kMostScenarioBytes, stop);
        if (file.error != 0) {
            return refuse(node, Mistake::BadExtends,
                          fmt::format("can't read {}: {}", mdsync::quoted(path), std::strerror(file.error)),
                          fileLike(path));
        }
        if (file.tooLarge)
            return refuse(node, Mistake::TooLarge, fmt::format("{} has more than 16 MiB", mdsync::quoted(path)));
        add(path, file.bytes);
        return true;
    }

    ScenarioText& text_;
    std::vector<WrongSource> wrong_;
};

// Whether the part of the text is another one of our documents, as its beginning says.
bool isOtherKind(std::string_view part, std::size_t begin, const std::string& name, Mistakes& mistakes) {
    const std::string_view kind = fileKind(part);
    if (kind.empty() || kind == "scenario") return false;
    const std::size_t key = part.find("\"mdsync\"");
    mistakes.add(Mistake::WrongKind, {static_cast<std::uint32_t>(begin + key), 8},
                 fmt::format("{}, not a scenario", fileNoun(kind)), fileUse(kind, printable(name)));
    return true;
}

bool isScenario(const json::Document& tree, bool isOwn, Mistakes& mistakes) {
    if (tree.root().kind == json::Kind::Object) return true;
    mistakes.add(Mistake::WrongType, {tree.root().place.offset, 1}, "a scenario is one JSON object",
                 isOwn ? "{ \"name\": ..., \"users\": ..., \"steps\": [...] }" : "{ \"users\": ... }");
    return false;
}

}  // namespace

std::vector<WrongSource> gatherSources(ScenarioText& text, const MatrixValues& values, const std::atomic<bool>* stop) {
    Gathering gathering{text};
    while (gathering.follow(stop)) {
    }
    for (const auto& [name, value] : values) {
        json::Document tree;
        const bool isJson = tree.read(value, {.uniqueKeys = true});
        gathering.add(fmt::format("--set {}={}", name, value), isJson ? value : asJsonText(value), name);
    }
    return std::move(gathering).wrong();
}

bool Sources::readAll(Mistakes& mistakes) {
    bool isUsable = true;
    trees_.resize(text_.parts.size());
    for (std::size_t i = 0; i < trees_.size(); ++i) {
        const bool isFile = text_.parts[i].variable.empty();
        const std::size_t begin = text_.parts[i].begin;
        const std::size_t end = i + 1 < trees_.size() ? text_.parts[i + 1].begin : text_.text.size();
        const std::string_view part = std::string_view(text_.text).substr(begin, end - begin);
        if (isFile && isOtherKind(part, begin, text_.parts[i].name, mistakes)) {
            isUsable = false;
            continue;
        }
        const bool isRead = trees_[i].read(std::string_view(text_.text).substr(0, end), scenarioJson(begin));
        reportFaults(trees_[i], mistakes);
        if (!isRead || (isFile && !isScenario(trees_[i], i == 0, mistakes))) isUsable = false;
    }
    return isUsable;
}

const json::Document* Sources::tree(Mistakes& mistakes, const std::vector<WrongSource>& wrong) {
    for (std::size_t i = 1; i < text_.parts.size(); ++i) mistakes.addPart(text_.parts[i].begin, text_.parts[i].name);
    const bool isUsable = readAll(mistakes);
    for (const WrongSource& one : wrong) mistakes.add(one.what, one.place, one.message, one.hint);
    // Without what it extends nobody knows which names are declared.
    if (!isUsable || !wrong.empty()) return nullptr;

    VariableTrees values;
    std::size_t files = 0;
    for (std::size_t i = 0; i < text_.parts.size(); ++i) {
        if (text_.parts[i].variable.empty()) {
            ++files;
        } else {
            values.emplace_back(text_.parts[i].variable, &trees_[i]);
        }
    }
    made_.reserve(files);  // what was made before stays where it is
    const json::Document* whole = &trees_[files - 1];
    for (std::size_t i = files - 1; i-- > 0;) {
        whole = &made_.emplace_back(extended(text_.text, trees_[i], *whole, mistakes));
    }
    if (!values.empty()) whole = &made_.emplace_back(withValues(text_.text, *whole, values));
    return whole;
}

bool Sources::has(std::string_view key) const {
    return trees_.front().find(trees_.front().root(), key) != nullptr;
}

}  // namespace mdsync::scenario
