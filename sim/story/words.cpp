#include "story/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mdsync::story {

namespace {

constexpr std::size_t kNames = 12;  // of a list

}  // namespace

std::string_view wayOf(Via via) {
    switch (via) {
        case Via::Unknown:
            return "";
        case Via::Live:
            return " live";
        case Via::Offline:
            return " from the offline store";
        case Via::Compensation:
            return " by compensation";
    }
    return "";
}

std::string_view word(rules::Service state) {
    if (state == rules::Service::Changing) return "changing";
    return state == rules::Service::On ? "on" : "off";
}

std::string listed(const std::vector<std::string>& names) {
    const auto shown = static_cast<std::ptrdiff_t>(std::min(names.size(), kNames));
    std::string text = fmt::format("{}", fmt::join(names.begin(), names.begin() + shown, ", "));
    if (names.size() > kNames) text += fmt::format(" and {} more", names.size() - kNames);
    return text;
}

std::string withoutName(const std::string& sentence, const std::string& name) {
    if (name.empty()) return sentence;
    std::string text = sentence;
    const auto ends = [&](std::size_t at) { return at >= text.size() || text[at] == ' ' || text[at] == ','; };
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
        const bool isWord = (at == 0 || text[at - 1] == ' ') && ends(at + name.size());
        if (isWord) text.replace(at, name.size(), "it");
    }
    return text;
}

}  // namespace mdsync::story
