// A trace in plain words, for tests of the rules.
//
//     traceOf(R"(
//         alice/phone online
//         bob/pixel online
//         settled
//         bob/pixel sends m1 to alice
//         m1 accepted
//         alice/phone receives m1 live
//         settled)")
//
// The service is on; alice has a phone (android) and a mac (macos), bob a pixel (android). A line happens 10 ms after the
// one before it, or, where it begins with `at 140`, that many milliseconds after the trace began. The words:
//
//     DEVICE online | offline REASON | reinstalled | sends M to USER | receives M [VIA] | recalls M
//     M accepted | recall-accepted
//     settled | note
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "mdsync/trace_io.hpp"

namespace mdsync {

inline constexpr std::int64_t kTraceBegin = 1714525200000;

// What stands in the line after its time, as JSON.
inline std::string eventOf(const std::vector<std::string>& words) {
    const auto key = [](const std::string& name, const std::string& value) {
        return ",\"" + name + "\":\"" + value + "\"";
    };
    const auto ev = [&](const std::string& kind) { return key("ev", kind); };
    const std::string& who = words.at(0);
    if (words.size() == 1) return ev(who) + (who == "note" ? key("text", "-") : "");
    const std::string& verb = words.at(1);
    if (verb == "accepted") return ev("accept") + key("msg", who);
    if (verb == "recall-accepted") return ev("recall-accept") + key("msg", who);
    if (verb == "online") return ev("online") + key("dev", who);
    if (verb == "reinstalled") return ev("reinstall") + key("dev", who);
    const std::string& what = words.at(2);
    if (verb == "offline") return ev("offline") + key("dev", who) + key("reason", what);
    if (verb == "sends") return ev("send") + key("msg", what) + key("dev", who) + key("to", words.at(4));
    if (verb == "recalls") return ev("recall") + key("msg", what) + key("dev", who);
    if (verb == "receives")
        return ev("receive") + key("msg", what) + key("dev", who) + (words.size() > 3 ? key("via", words[3]) : "");
    FAIL("no such word: " << verb);
    return {};
}

// The trace as a file.
inline std::string traceTextOf(const std::string& lines) {
    std::string text = R"({"mdsync":"trace/1","t":)" + std::to_string(kTraceBegin) +
                       R"(,"app":{"sync":true},"users":{"alice":{"phone":"android","mac":"macos"},)"
                       R"("bob":{"pixel":"android"}}})"
                       "\n";
    std::int64_t t = kTraceBegin;
    std::istringstream stream(lines);
    for (std::string line; std::getline(stream, line);) {
        std::istringstream split(line);
        std::vector<std::string> words;
        for (std::string word; split >> word;) words.push_back(word);
        if (words.empty()) continue;
        t += 10;
        if (words.front() == "at") {
            t = kTraceBegin + std::stoll(words.at(1));
            words.erase(words.begin(), words.begin() + 2);
        }
        text += "{\"t\":" + std::to_string(t) + eventOf(words) + "}\n";
    }
    return text;
}

inline Trace traceOf(const std::string& lines) {
    TraceFile file = parseTrace(traceTextOf(lines), "test");
    for (const Diagnostic& mistake : file.diagnostics) FAIL(render(mistake));
    return std::move(file.trace);
}

}  // namespace mdsync
