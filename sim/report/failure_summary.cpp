#include "report/failure_summary.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "mdsync/again.hpp"
#include "mdsync/diagnostic.hpp"
#include "report/text.hpp"

namespace mdsync {

namespace {

// `words` in lines of at most `width`, with `between` behind each but the last of all; at most `most` lines. Then how many
// are left out.
struct Packed {
    std::string text;
    std::size_t left = 0;
};

Packed packed(const std::vector<std::string>& words, std::string_view indent, std::string_view between,
              std::string_view lineEnd, std::size_t most, std::size_t width) {
    std::vector<std::string> lines;
    std::size_t taken = 0;
    for (const std::string& word : words) {
        if (!lines.empty() && lines.back().size() + between.size() + word.size() <= width) {
            lines.back() += fmt::format("{}{}", between, word);
        } else if (lines.size() < most) {
            lines.push_back(fmt::format("{}{}", indent, word));
        } else {
            break;
        }
        ++taken;
    }
    return {fmt::format("{}", fmt::join(lines, fmt::format("{}\n", lineEnd))), words.size() - taken};
}

// ` --seed 7 --server x` without the seed.
std::string withoutSeed(const std::string& flags) {
    constexpr std::string_view kSeed = " --seed ";
    const std::size_t at = flags.find(kSeed);
    if (at == std::string::npos) return flags;
    const std::size_t end = std::min(flags.find(' ', at + kSeed.size()), flags.size());
    return flags.substr(0, at) + flags.substr(end);
}

}  // namespace

FailureSummary::Again FailureSummary::takenApart(const CaseResult& c) {
    for (const std::string_view command : {"mdsync run", "mdsync check"}) {
        for (const std::string& path : {c.id, c.file}) {
            const std::string begin = fmt::format("{} {}", command, shellWord(path));
            if (c.again.starts_with(begin))
                return {std::string(command), shellWord(path), c.again.substr(begin.size())};
        }
    }
    return {"", shellWord(c.id), ""};
}

void FailureSummary::add(const CaseResult& c, const std::vector<ReportedFailure>& failures) {
    failed_.push_back(takenApart(c));
    for (const ReportedFailure& failure : failures) {
        if (failure.isConsequence) continue;
        const std::string text = failure.cause();
        const auto [place, isNew] = places_.emplace(text, causes_.size());
        if (isNew) causes_.push_back({text, {}});
        std::vector<std::string>& cases = causes_[place->second].cases;
        if (cases.empty() || cases.back() != c.id) cases.push_back(c.id);
    }
}

std::string FailureSummary::write(const Limits& limits) const {
    return failed_.size() < 2 ? "" : causesText(limits) + againText(limits);
}

std::string FailureSummary::causesText(const Limits& limits) const {
    if (causes_.empty()) return {};
    std::vector<const Cause*> causes;
    for (const Cause& cause : causes_) causes.push_back(&cause);
    std::stable_sort(causes.begin(), causes.end(),
                     [](const Cause* a, const Cause* b) { return a->cases.size() > b->cases.size(); });
    std::string text = counted(causes.size(), "cause") + ":\n";
    for (std::size_t i = 0; i < std::min(limits.causes, causes.size()); ++i) {
        const Cause& cause = *causes[i];
        std::vector<std::string> ids;
        for (const std::string& id : cause.cases) ids.push_back(printable(id));
        ids.front() = fmt::format("in {}: {}", counted(ids.size(), "case"), ids.front());
        const Packed list = packed(ids, "      ", ", ", ",", limits.cases, width_);
        text += fmt::format("  {}\n{}{}\n", clipped(printable(cause.text), width_), list.text,
                            list.left > 0 ? fmt::format(" and {} more", list.left) : "");
    }
    if (causes.size() > limits.causes) text += fmt::format("  and {} more\n", causes.size() - limits.causes);
    return text + "\n";
}

// `mdsync run --server mutant:evict-second`, where one line repeats all; else nothing.
std::string FailureSummary::commandOfAll() const {
    constexpr std::string_view kName = "mdsync";
    const auto agree = [this](auto flagsOf) {
        return std::all_of(failed_.begin(), failed_.end(), [&](const Again& again) {
            return !again.command.empty() && again.command == failed_.front().command &&
                   flagsOf(again) == flagsOf(failed_.front());
        });
    };
    const std::string& first = failed_.front().command;
    const std::string command = first.starts_with(kName) ? program_ + first.substr(kName.size()) : first;
    if (agree([](const Again& again) { return again.flags; })) return command + failed_.front().flags;
    // Each has a seed of its own, which is the scenario's.
    if (!agree([](const Again& again) { return withoutSeed(again.flags); })) return {};
    return command + withoutSeed(failed_.front().flags);
}

std::string FailureSummary::again(std::size_t lines) const {
    if (failed_.empty()) return {};
    std::vector<std::string> words;
    for (const Again& again : failed_) words.push_back(printable(again.path));
    const Packed list = packed(words, "  ", " ", " \\", lines, width_);
    const std::string command = commandOfAll();
    return list.left > 0 || command.empty() ? "" : fmt::format("{} \\\n{}\n", printable(command), list.text);
}

std::string FailureSummary::againText(const Limits& limits) const {
    std::vector<std::string> words;
    for (const Again& again : failed_) words.push_back(printable(again.path));
    const Packed list = packed(words, "    ", " ", " \\", limits.again, width_);
    const std::string command = commandOfAll();
    std::string text = list.left == 0
                           ? "what failed, again:\n"
                           : fmt::format("what failed, again; without {} more, which -v lists:\n", list.left);
    if (!command.empty()) text += fmt::format("  {} \\\n", printable(command));
    return text + list.text + "\n\n";
}

}  // namespace mdsync
