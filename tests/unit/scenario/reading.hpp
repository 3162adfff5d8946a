// What the tests of the scenario reader share: a small world to write steps for, and short forms of what came out.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "mdsync/scenario.hpp"

namespace mdsync::testing {

inline const std::vector<std::string_view>& someRules() {
    static const std::vector<std::string_view> rules{"off.single-device", "web.ten-tabs", "web.evict-earliest",
                                                     "recall.offline-devices"};
    return rules;
}

inline ScenarioFile read(const std::string& text) {
    return parseScenario(text, "a.json", someRules());
}

// A file whose users are on line 3, `top` (more keys, each with a comma behind it) on line 2 and `steps` from line 6.
inline std::string world(const std::string& steps, const std::string& top = "") {
    return "{\"name\": \"a test\",\n" + top +
           "\n"
           "\"users\": {\"alice\": {\"phone\": \"android\", \"laptop\": \"web\", \"tab{1..3}\": \"web\"}, \"bob\": "
           "{\"pixel\": \"android\"}},\n"
           "\"groups\": {\"team\": [\"alice\", \"bob\"]}, \"chatrooms\": [\"lobby\"],\n"
           "\"steps\": [\n" +
           steps + "\n]}\n";
}

// What is wrong with a file, but not that it expects nothing, and that it declares more than it needs, as most do here.
inline std::vector<Diagnostic> told(const ScenarioFile& file) {
    std::vector<Diagnostic> out;
    for (const Diagnostic& found : file.diagnostics) {
        if (found.code != "scenario.tests-nothing" && found.code != "scenario.unused") out.push_back(found);
    }
    return out;
}

// Everything that is wrong with `text`, each as `line:column code message | hint`.
inline std::vector<std::string> complaints(const std::string& text) {
    std::vector<std::string> out;
    for (const Diagnostic& found : told(read(text))) {
        out.push_back(std::to_string(found.span.line) + ":" + std::to_string(found.span.column) + " " + found.code +
                      " " + found.message + " | " + found.hint);
    }
    return out;
}

// The one thing that is wrong with `text`.
inline std::string complaint(const std::string& text) {
    const std::vector<std::string> all = complaints(text);
    std::string together;
    for (const std::string& one : all) together += (together.empty() ? "" : "\n") + one;
    return together.empty() ? "nothing" : together;
}

// The cases of a file without errors.
inline std::vector<Case> cases(const std::string& text) {
    ScenarioFile file = read(text);
    INFO(text);
    for (const Diagnostic& found : file.diagnostics) INFO(render(found));
    REQUIRE(file.valid());
    return file.cases;
}

// The one case of a file without errors.
inline Case only(const std::string& text) {
    std::vector<Case> all = cases(text);
    REQUIRE(all.size() == 1);
    return all.front();
}

// The actions of a step in short: `login alice/phone`, `send m1 alice/phone -> bob`.
inline std::vector<std::string> actions(const Case& scenario, std::size_t step) {
    static constexpr std::string_view kKinds[] = {"login",   "logout", "drop",    "reinstall", "hold",
                                                  "release", "send",   "publish", "recall",    "sync",
                                                  "set",     "join",   "leave",   "network",   "server"};
    std::vector<std::string> out;
    REQUIRE(step < scenario.steps.size());
    for (const Action& action : scenario.steps[step].actions) {
        std::string text{kKinds[static_cast<std::size_t>(action.op.kind)]};
        if (action.op.message.exists()) text += " " + scenario.lexicon.messages[action.op.message];
        if (action.op.device.exists()) text += " " + scenario.header.path(action.op.device);
        if (action.op.user.exists()) text += " " + scenario.header.users[action.op.user.index()].name;
        if (action.op.to.kind != AddressKind::None) text += " -> " + spell(scenario.header, action.op.to);
        out.push_back(text);
    }
    return out;
}

inline std::vector<std::string> messageNames(const Case& scenario, const std::vector<MessageId>& ids) {
    std::vector<std::string> out;
    for (const MessageId id : ids) out.push_back(scenario.lexicon.messages[id]);
    return out;
}

inline std::vector<std::string> deviceNames(const Case& scenario, const std::vector<DeviceId>& ids) {
    std::vector<std::string> out;
    for (const DeviceId id : ids) out.push_back(scenario.header.path(id));
    return out;
}

using Strings = std::vector<std::string>;

}  // namespace mdsync::testing
