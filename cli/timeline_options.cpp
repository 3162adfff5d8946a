#include "timeline_options.hpp"

#include <algorithm>

#include "mdsync/diagnostic.hpp"
#include "output.hpp"
#include "tell.hpp"
#include "terminal.hpp"

namespace mdsync::cli {

void addTimelineOptions(const CommandLine& line, TimelineOptions& options, const std::string& what) {
    line.choice("--timeline", options.part, {"all", "fail"}, what);
    line.listed(
        "--only", options.only, "NAME",
        "Only what concerns these: devices or users, messages, or, of both, these messages on these devices: alice/phone,m3");
}

void OnlyNames::see(const Trace& trace) {
    if (unknown_.empty()) return;
    const std::vector<std::string> missing = unknownIn(trace, {unknown_.begin(), unknown_.end()});
    unknown_ = {missing.begin(), missing.end()};
    constexpr std::size_t kMostKnown = 10'000;
    if (unknown_.empty() || known_.size() > kMostKnown) return;
    for (std::size_t d = 0; d < trace.header.devices.size(); ++d) known_.insert(trace.header.path(DeviceId{d}));
    for (const UserInfo& user : trace.header.users) known_.insert(user.name);
    for (std::size_t m = 0; m < trace.lexicon.messages.size(); ++m) known_.insert(trace.lexicon.messages[MessageId{m}]);
}

void OnlyNames::complain() const {
    for (const std::string& name : unknown_) {
        const std::string hint = suggest(name, {known_.begin(), known_.end()});
        tell("mdsync: --only: no case has a device, user or message \"{}\"{}\n", printable(name),
             hint.empty() ? "" : "; " + printable(hint));
    }
}

Ladders::Ladders(const OutputOptions& options)
    : isWanted_(options.wantsTimeline()),
      options_{.columns = timelineColumns(options), .color = consoleOf(options).color, .view = options.timeline.view()},
      names_(options.timeline.only) {}

void Ladders::draw(const Trace& trace, const Case* scenario, CaseResult& result) {
    if (!isWanted_) return;
    result.timeline = drawLadder({trace, result, scenario}, options_);
    const std::lock_guard lock(mutex_);
    names_.see(trace);
}

}  // namespace mdsync::cli
