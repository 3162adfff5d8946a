#include "story/groups.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "story/reasons.hpp"
#include "story/words.hpp"

namespace mdsync::story {

namespace {

constexpr std::size_t kQuestions = 500;  // that are looked into

// All that have one reason.
struct Group {
    char sign;
    Reason reason;
    Instant first, last;  // its moments
    std::vector<std::string> names;
};

std::string subjectOf(const Knowledge& k, const Doubt& doubt) {
    if (doubt.byDevice || !doubt.message.exists()) return doubt.device.exists() ? k.name(doubt.device) : "";
    return k.name(doubt.message);
}

void add(std::vector<Group>& groups, const Knowledge& k, const Doubt& doubt) {
    Reason reason = reasonOf(k, doubt);
    const Instant when = reason.moment.value_or(Instant{});
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const Group& g) { return g.sign == doubt.sign && g.reason.text == reason.text; });
    if (group == groups.end()) {
        groups.push_back({doubt.sign, std::move(reason), when, when, {}});
        group = groups.end() - 1;
    }
    group->first = std::min(group->first, when);
    group->last = std::max(group->last, when);
    group->names.push_back(subjectOf(k, doubt));
}

std::string sentenceOf(const Knowledge& k, const Group& group) {
    const std::size_t mark = group.reason.text.find(Reason::kMoment);
    if (mark == std::string::npos || group.first == group.last) return spell(k, group.reason);
    std::string text = group.reason.text;
    return text.replace(mark, 1, fmt::format("{} to {}", k.moment(group.first), k.moment(group.last)));
}

Because told(const Knowledge& k, const Group& group) {
    std::string text = sentenceOf(k, group);
    // `alice/mac: alice/mac was never online` says it twice.
    const std::string names = listed(group.names);
    if (!names.empty() && !text.starts_with(names + " ")) text = fmt::format("{}: {}", names, text);
    if (group.sign != ' ') text = fmt::format("{} {}", group.sign, text);
    const Event* event = group.reason.event;
    if (event == nullptr) {
        const std::uint64_t last = k.read() > 0 ? k.read() - 1 : 0;
        return {.event = last, .t = k.now(), .origin = 0, .text = std::move(text)};
    }
    return {.event = k.numberOf(*event), .t = event->t, .origin = event->origin, .text = std::move(text)};
}

}  // namespace

Because toldAlone(const Knowledge& k, const Doubt& doubt) {
    const Reason reason = reasonOf(k, doubt);
    return told(k, {' ', reason, reason.moment.value_or(Instant{}), reason.moment.value_or(Instant{}), {}});
}

std::vector<Because> toldTogether(const Knowledge& k, std::span<const Doubt> doubts) {
    std::vector<Group> groups;
    for (const Doubt& doubt : doubts.first(std::min(doubts.size(), kQuestions))) add(groups, k, doubt);
    std::vector<Because> all;
    for (const Group& group : groups) all.push_back(told(k, group));
    if (doubts.size() > kQuestions) all.back().text += fmt::format("; and {} more", doubts.size() - kQuestions);
    return all;
}

}  // namespace mdsync::story
