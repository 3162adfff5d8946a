#include "project_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "mdsync/diagnostic.hpp"

namespace mdsync::cli {

namespace {

constexpr std::string_view kPaths = "paths";

// `MDSYNC_TARGET`
std::string variableOf(std::string_view key) {
    std::string name = "MDSYNC_";
    for (const char c : key) name += static_cast<char>(c - 'a' + 'A');
    return name;
}

// A list in the environment has colons between its items, as PATH has.
std::vector<std::string> apart(const std::string& text) {
    std::vector<std::string> items;
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find(':', at), text.size());
        if (end > at) items.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return items;
}

}  // namespace

const std::vector<std::string_view>& ProjectFile::keys() {
    static const std::vector<std::string_view> keys{"target", "timeout", "baseline", kPaths};
    return keys;
}

void ProjectFile::complain(std::string text) {
    if (wrong_.empty()) wrong_ = fmt::format("{}: {}", name_, text);
}

void ProjectFile::add(const std::vector<std::string>& parents, const std::string& key,
                      const std::vector<std::string>& values) {
    if (!parents.empty()) return complain(fmt::format("there are no sections, and \"{}\" is one", parents.front()));
    if (std::find(keys().begin(), keys().end(), key) == keys().end()) {
        const std::string near = suggest(key, keys());
        return complain(fmt::format("there is no key \"{}\"; {}", key,
                                    near.empty() ? fmt::format("known: {}", fmt::join(keys(), ", ")) : near));
    }
    values_.emplace(key, values);
    if (key != kPaths && values.size() != 1) {
        return complain(fmt::format("\"{0}\" takes one text: {0} = \"...\"", key));
    }
    if (std::any_of(values.begin(), values.end(), [](const std::string& value) { return value.empty(); }) ||
        values.empty()) {
        complain(fmt::format("\"{}\" is empty", key));
    }
}

std::optional<ProjectFile::Setting> ProjectFile::setting(std::string_view key) const {
    const std::string variable = variableOf(key);
    const char* const said = std::getenv(variable.c_str());
    if (said != nullptr && *said != '\0') {
        return Setting{key == kPaths ? apart(said) : std::vector<std::string>{said}, variable};
    }
    const auto value = values_.find(key);
    if (value == values_.end()) return std::nullopt;
    return Setting{value->second, fmt::format("{}: {}", name_, key)};
}

}  // namespace mdsync::cli
