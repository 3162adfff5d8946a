// Merge: one result of those of several runs, each of which judged other scenarios.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "mdsync/documents.hpp"

namespace mdsync {

namespace {

bool sameEntry(const Diagnostic& a, const Diagnostic& b) {
    return a.code == b.code && a.file == b.file && a.span.line == b.span.line && a.span.column == b.span.column;
}

// Shards are given the same baseline; each leaves the entries alone whose scenario is another's.
void addOutcome(Result& into, const Result& from) {
    if (!from.baseline) return;
    if (!into.baseline) {
        into.baseline = from.baseline;
        return;
    }
    BaselineOutcome& sum = *into.baseline;
    const bool sameFile = sum.file == from.baseline->file;
    if (!sameFile) {
        sum.file += ", " + from.baseline->file;
        sum.entries += from.baseline->entries;
    }
    sum.used += from.baseline->used;
    for (const Diagnostic& wrong : from.baseline->wrong) {
        if (std::none_of(sum.wrong.begin(), sum.wrong.end(),
                         [&](const Diagnostic& known) { return sameEntry(known, wrong); })) {
            sum.wrong.push_back(wrong);
        }
    }
    const std::uint64_t judged = sum.used + sum.wrong.size();
    sum.idle = sum.entries - std::min(sum.entries, judged);
}

void inCatalogueOrder(std::vector<RuleId>& rules) {
    std::sort(rules.begin(), rules.end());
    rules.erase(std::unique(rules.begin(), rules.end()), rules.end());
}

// The shards that are not there, where there are some.
std::vector<std::string> missingShards(std::span<const ResultFile> files) {
    std::uint32_t count = 0;
    std::set<std::uint32_t> there;
    for (const ResultFile& file : files) {
        if (!file.result.shard) continue;
        count = std::max(count, file.result.shard->of);
        there.insert(file.result.shard->number);
    }
    std::vector<std::string> missing;
    for (std::uint32_t number = 1; number <= count; ++number) {
        if (!there.contains(number)) missing.push_back(spell(Shard{number, count}));
    }
    return missing;
}

// Where a result is of a shard that another one has, or of another number of shards, that is said.
void compareShards(std::span<const ResultFile> files, MergedResults& merged) {
    std::map<std::uint32_t, std::string> paths;  // by number
    std::optional<Shard> first;
    for (const ResultFile& file : files) {
        if (!file.result.shard) continue;
        const Shard shard = *file.result.shard;
        if (!first) first = shard;
        const auto [known, isNew] = paths.emplace(shard.number, file.path);
        if (isNew && shard.of == first->of) continue;
        Diagnostic wrong;
        wrong.code = "document.same-scenario";
        wrong.file = file.path;
        wrong.message = shard.of == first->of
                            ? fmt::format("this is shard {}, as is {}", spell(shard), known->second)
                            : fmt::format("this is shard {}, and others are of {}", spell(shard), first->of);
        merged.diagnostics.push_back(std::move(wrong));
    }
}

}  // namespace

MergedResults mergeResults(std::span<const ResultFile> files) {
    MergedResults merged;
    std::map<std::string, const Diagnostic*> seen;
    for (const ResultFile& file : files) {
        std::set<std::string> own;  // one run may judge the same trace twice
        for (std::size_t i = 0; i < file.result.cases.size(); ++i) {
            const CaseResult& c = file.result.cases[i];
            const auto [first, added] = seen.emplace(normalId(c.id), &file.places[i]);
            if (!added && !own.contains(first->first)) {
                Diagnostic twice = file.places[i];
                twice.code = "document.same-scenario";
                twice.message = fmt::format("{} is in {} too", c.id, first->second->file);
                twice.hint = fmt::format("it stands at {}:{}", first->second->file, first->second->span.line);
                merged.diagnostics.push_back(std::move(twice));
                continue;
            }
            own.insert(first->first);
            merged.result.cases.push_back(c);
        }
        const Result& r = file.result;
        for (const std::string& path : r.paths) {
            std::vector<std::string>& paths = merged.result.paths;
            if (std::find(paths.begin(), paths.end(), path) == paths.end()) paths.push_back(path);
        }
        merged.result.diagnostics.insert(merged.result.diagnostics.end(), r.diagnostics.begin(), r.diagnostics.end());
        merged.result.interrupted = merged.result.interrupted || r.interrupted;
        merged.result.failsOnFlaky = merged.result.failsOnFlaky || r.failsOnFlaky;
        merged.result.notRun += r.notRun;
        if (merged.result.interruptSignal == 0) merged.result.interruptSignal = r.interruptSignal;
        merged.result.namedNothing = merged.result.namedNothing || r.namedNothing;
        for (const LatencyBound& bound : r.bounds) {
            std::vector<LatencyBound>& bounds = merged.result.bounds;
            if (std::find(bounds.begin(), bounds.end(), bound) == bounds.end()) bounds.push_back(bound);
        }
        merged.result.required.insert(merged.result.required.end(), r.required.begin(), r.required.end());
        addOutcome(merged.result, r);
    }
    inCatalogueOrder(merged.result.required);
    compareShards(files, merged);
    merged.missing = missingShards(files);
    return merged;
}

}  // namespace mdsync
