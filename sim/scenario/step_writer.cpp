#include "scenario/step_writer.hpp"

#include <fmt/format.h>

#include <set>
#include <span>

#include "scenario/spelling.hpp"

namespace mdsync::scenario {

namespace {

using Strings = std::vector<std::string>;
using Actions = std::span<const Action>;

// The verbs, in the order of OpKind.
constexpr std::string_view kVerbNames[kOpKinds] = {"login",   "logout", "drop",    "reinstall", "hold",
                                                   "release", "send",   "publish", "recall",    "sync",
                                                   "set",     "join",   "leave",   "network",   "server"};

std::string_view verbOf(const Op& op) {
    return kVerbNames[static_cast<std::size_t>(op.kind)];
}

std::string limitsOf(const SettingsChange& settings) {
    Inline limits;
    if (settings.mobileLimit) limits.add("mobile", std::to_string(*settings.mobileLimit));
    if (settings.miniprogramLimit) limits.add("miniprogram", std::to_string(*settings.miniprogramLimit));
    return limits.str();
}

std::string spellSettings(const SettingsChange& settings) {
    Inline out;
    if (settings.compensationDays) out.add("compensationDays", std::to_string(*settings.compensationDays));
    if (settings.offlineDays) out.add("offlineDays", std::to_string(*settings.offlineDays));
    if (settings.mobileLimit || settings.miniprogramLimit) out.add("limits", limitsOf(settings));
    if (settings.prepaid) out.truth("prepaid", *settings.prepaid);
    return out.str();
}

// Whether `b` is the same request as `a` but for the thing that a list may name: the device of a login, the message of
// a send, the user who joins a group.
bool alike(const Action& a, const Action& b) {
    const Op& x = a.op;
    const Op& y = b.op;
    if (x.kind != y.kind || a.refusal.wanted != b.refusal.wanted || a.refusal.code != b.refusal.code) return false;
    switch (x.kind) {
        case OpKind::Login:
        case OpKind::Logout:
        case OpKind::Reinstall:
        case OpKind::Hold:
        case OpKind::Release:
            return true;
        case OpKind::Drop:
            return x.noticedAfter == y.noticedAfter;
        case OpKind::Send:
            return x.device == y.device && x.to == y.to && x.type == y.type && x.text == y.text;
        case OpKind::Publish:
            return x.user == y.user && x.to == y.to && x.type == y.type && x.text == y.text && x.api == y.api &&
                   x.path == y.path && x.includeSender == y.includeSender;
        case OpKind::Join:
        case OpKind::Leave:
            return x.to == y.to;
        case OpKind::Recall:
            return x.user == y.user && x.device.exists() == y.device.exists();
        default:
            return false;
    }
}

// A recall names messages and devices, and means each message by each device: how many devices recall the first one.
std::size_t recallersOf(Actions actions) {
    std::size_t count = 1;
    while (count < actions.size() && alike(actions[0], actions[count]) && actions[0].op.device.exists() &&
           actions[count].op.message == actions[0].op.message) {
        ++count;
    }
    return count;
}

// How many of `actions`, from the first on, one object can name.
std::size_t nameable(Actions actions) {
    const Action& first = actions.front();
    std::size_t count = 1;
    if (first.op.kind != OpKind::Recall) {
        while (count < actions.size() && alike(first, actions[count])) ++count;
        return count;
    }
    const std::size_t recallers = recallersOf(actions);
    const auto isNextMessage = [&](std::size_t from) {
        for (std::size_t i = 0; i < recallers; ++i) {
            const Op& op = actions[from + i].op;
            if (!alike(first, actions[from + i]) || op.device != actions[i].op.device ||
                op.message != actions[from].op.message) {
                return false;
            }
        }
        return true;
    };
    count = recallers;
    while (count + recallers <= actions.size() && isNextMessage(count)) count += recallers;
    return count;
}

class StepWriter {
public:
    explicit StepWriter(const Case& scenario) : case_(scenario), header_(scenario.header) {}

    Strings write() {
        const std::vector<Step>& steps = case_.steps;
        for (std::size_t i = 0; i < steps.size(); ++i) {
            if (steps[i].kind == StepKind::Expect) {
                i = writeExpectations(i);
            } else {
                writeStep(steps[i]);
            }
        }
        return std::move(lines_);
    }

private:
    void writeStep(const Step& step) {
        Inline line;
        switch (step.kind) {
            case StepKind::Act:
                return writeActions(step);
            case StepKind::Concurrently:
                line.add("concurrently", together(step.actions));
                break;
            case StepKind::Wait:
                line.add("wait", waitOf(step));
                break;
            default:
                line.text("note", step.note);
                lines_.push_back(line.str());
                return;
        }
        if (!step.settle) line.truth("settle", false);
        lines_.push_back(line.str());
    }

    std::string waitOf(const Step& step) const {
        if (!step.until) return quotedText(spellDuration(step.wait));
        Inline until;
        until.text("until", spellDate(*step.until, header_.app.timezone));
        return until.str();
    }

    // ---- Actions ----------------------------------------------------------------------------------------------------

    void writeActions(const Step& step) {
        for (Actions left = step.actions; !left.empty();) {
            const std::size_t count = nameable(left);
            Inline line = action(left.first(count));
            left = left.subspan(count);
            if (!step.settle || !left.empty()) line.truth("settle", false);
            lines_.push_back(line.str());
        }
    }

    std::string together(Actions actions) const {
        std::string out;
        while (!actions.empty()) {
            const std::size_t count = nameable(actions);
            out += fmt::format("{}\n      {}", out.empty() ? "" : ",", action(actions.first(count)).str());
            actions = actions.subspan(count);
        }
        return fmt::format("[{}\n    ]", out);
    }

    // One object that names all of `actions`, which are alike.
    Inline action(Actions actions) const {
        const Action& first = actions.front();
        const Op& op = first.op;
        Inline line;
        switch (op.kind) {
            case OpKind::Send:
            case OpKind::Publish:
                writeMessages(actions, line);
                break;
            case OpKind::Recall:
                writeRecalls(actions, line);
                break;
            case OpKind::Sync:
                line.text("sync", op.enabled ? "enable" : "disable");
                break;
            case OpKind::Set:
                line.add("set", spellSettings(op.settings));
                break;
            case OpKind::Join:
            case OpKind::Leave:
                line.text(verbOf(op), spell(header_, op.to));
                if (op.device.exists()) {
                    line.add("by", oneOrList(devicesOf(actions)));
                } else {
                    line.add("user", oneOrList(usersOf(actions)));
                }
                break;
            case OpKind::Network:
                line.add("network", spellNetwork(op.network));
                if (!op.on.empty()) line.add("on", oneOrList(paths(op.on)));
                break;
            case OpKind::ServerRestart:
                line.text("server", "restart");
                break;
            default:
                line.add(verbOf(op), oneOrList(devicesOf(actions)));
                if (op.noticedAfter != Millis{0}) line.text("noticedAfter", spellDuration(op.noticedAfter));
        }
        if (first.refusal.wanted && first.refusal.code.empty()) line.truth("refused", true);
        if (first.refusal.wanted && !first.refusal.code.empty()) line.text("refused", first.refusal.code);
        return line;
    }

    void writeMessages(Actions actions, Inline& line) const {
        const Op& op = actions.front().op;
        const auto& texts = case_.lexicon.texts;
        line.add(verbOf(op), oneOrList(messagesOf(actions)));
        line.text("from", op.kind == OpKind::Send ? header_.path(op.device) : header_.users[op.user.index()].name);
        line.text("to", spell(header_, op.to));
        if (op.type.exists() && texts[op.type] != "RC:TxtMsg") line.text("type", texts[op.type]);
        if (op.text.exists() && !texts[op.text].empty()) line.text("text", texts[op.text]);
        if (op.api == Api::Status) line.text("api", "status");
        if (op.api == Api::Path) line.text("api", texts[op.path]);
        if (op.includeSender) line.truth("includeSender", true);
    }

    void writeRecalls(Actions actions, Inline& line) const {
        const std::size_t recallers = recallersOf(actions);
        Strings messages;
        for (std::size_t i = 0; i < actions.size(); i += recallers) messages.push_back(name(actions[i].op.message));
        line.add("recall", oneOrList(messages));
        if (actions.front().op.device.exists()) {
            line.add("by", oneOrList(devicesOf(actions.first(recallers))));
        } else {
            line.text("api", header_.users[actions.front().op.user.index()].name);
        }
    }

    // ---- Expectations -----------------------------------------------------------------------------------------------

    // Writes the expectation at `at`, with those of more messages that follow and ask the same; returns the last.
    std::size_t writeExpectations(std::size_t at) {
        const Expectation& first = case_.steps[at].expect;
        const std::string checks = checksOf(first);
        std::size_t last = at;
        Strings subjects;
        if (first.subject == ExpectKind::Message) {
            subjects.push_back(name(first.message));
            while (last + 1 < case_.steps.size() && asksTheSame(case_.steps[last + 1], checks)) {
                subjects.push_back(name(case_.steps[++last].expect.message));
            }
        }
        Inline inside;
        if (first.subject == ExpectKind::Device) inside.add("device", oneOrList(paths(first.devices)));
        if (first.subject == ExpectKind::User) inside.text("user", header_.users[first.user.index()].name);
        if (first.subject == ExpectKind::Message) inside.add("message", oneOrList(subjects));
        if (first.subject == ExpectKind::Service) inside.text("service", "sync");
        const std::string subject = inside.str();
        lines_.push_back(fmt::format(R"({{ "expect": {}{}{} }} }})", subject.substr(0, subject.size() - 2),
                                     checks.empty() ? "" : ", ", checks));
        return last;
    }

    bool asksTheSame(const Step& step, const std::string& checks) const {
        return step.kind == StepKind::Expect && step.expect.subject == ExpectKind::Message &&
               checksOf(step.expect) == checks;
    }

    // What is asked, without the subject and the braces.
    std::string checksOf(const Expectation& expect) const {
        Inline line;
        if (expect.online) line.truth("online", *expect.online);
        if (expect.offlineReason) line.text("offlineReason", spell(*expect.offlineReason));
        const std::pair<std::string_view, const std::optional<std::vector<MessageId>>&> lists[] = {
            {"has", expect.has},         {"lacks", expect.lacks},   {"exactly", expect.exactly},
            {"visible", expect.visible}, {"hidden", expect.hidden}, {"recalled", expect.recalled},
            {"order", expect.order},
        };
        for (const auto& [key, list] : lists) {
            if (list) line.add(key, listOf(names(*list)));
        }
        if (!expect.via.empty()) line.add("via", viaOfAll(expect.via));
        if (expect.count) line.add("count", std::to_string(*expect.count));
        if (expect.conversations) line.add("conversations", listOf(spellings(*expect.conversations)));
        if (expect.onlineCount) line.add("onlineCount", std::to_string(*expect.onlineCount));
        if (expect.deviceClass) line.text("class", *expect.deviceClass);
        if (expect.onlineDevices) line.add("online", listOf(paths(*expect.onlineDevices)));
        if (expect.receivedBy) line.add("receivedBy", listOf(paths(*expect.receivedBy)));
        if (expect.oneOf) line.add("oneOf", listOf(paths(*expect.oneOf)));
        if (expect.accepted) line.truth("accepted", *expect.accepted);
        if (expect.state) line.text("state", *expect.state);
        if (expect.within) line.text("within", spellDuration(*expect.within));
        return line.empty() ? std::string() : line.str().substr(2, line.str().size() - 4);
    }

    // Neighbours that came the same way share a key where their names make a range. What stands there twice (as m1 and
    // within m{1..3}) needs a second spelling: m{1..1}.
    std::string viaOfAll(const std::vector<std::pair<MessageId, Via>>& ways) const {
        Inline line;
        std::set<std::string> used;
        for (std::size_t i = 0; i < ways.size();) {
            Strings together;
            const Via via = ways[i].second;
            while (i < ways.size() && ways[i].second == via) together.push_back(name(ways[i++].first));
            for (std::string key : inRanges(together)) {
                if (!used.insert(key).second) key = rangeOfOne(key);
                line.text(key, spell(via));
            }
        }
        return line.str();
    }

    // ---- Names ------------------------------------------------------------------------------------------------------

    std::string name(MessageId message) const { return case_.lexicon.messages[message]; }

    Strings names(const std::vector<MessageId>& messages) const {
        Strings out;
        for (const MessageId message : messages) out.push_back(name(message));
        return out;
    }
    Strings paths(const std::vector<DeviceId>& devices) const {
        Strings out;
        for (const DeviceId device : devices) out.push_back(header_.path(device));
        return out;
    }
    Strings spellings(const std::vector<Address>& addresses) const {
        Strings out;
        for (const Address& address : addresses) out.push_back(spell(header_, address));
        return out;
    }
    Strings devicesOf(Actions actions) const {
        Strings out;
        for (const Action& action : actions) out.push_back(header_.path(action.op.device));
        return out;
    }
    Strings usersOf(Actions actions) const {
        Strings out;
        for (const Action& action : actions) out.push_back(header_.users[action.op.user.index()].name);
        return out;
    }
    Strings messagesOf(Actions actions) const {
        Strings out;
        for (const Action& action : actions) out.push_back(name(action.op.message));
        return out;
    }

    const Case& case_;
    const Header& header_;
    Strings lines_;
};

}  // namespace

std::string spellNetwork(const NetworkConditions& network) {
    const NetworkConditions plain;
    Inline out;
    if (network.latencyLow != plain.latencyLow || network.latencyHigh != plain.latencyHigh) {
        out.text("latency", spellLatency(network));
    }
    if (network.lossPpm > 0) out.add("loss", spellMillionths(network.lossPpm));
    if (network.duplicatePpm > 0) out.add("duplicate", spellMillionths(network.duplicatePpm));
    return out.str();
}

std::vector<std::string> spellSteps(const Case& scenario) {
    return StepWriter{scenario}.write();
}

}  // namespace mdsync::scenario
