// `expect`: one subject and what must be so of it.
#include <fmt/format.h>

#include <algorithm>

#include "scenario/steps.hpp"

namespace mdsync::scenario {

namespace {

// The subject's table of an `expect`; null and reported if it has none, or several.
const Table* subjectOf(Scope& scope, const Value& expectation) {
    const Table* found = nullptr;
    std::vector<std::string_view> names;
    for (const Table& subject : subjects()) names.push_back(subject.fields.front().name);
    for (const json::Node& child : scope.children(expectation)) {
        const std::string_view key = scope.rawKey(child);
        const auto at = std::find(names.begin(), names.end(), key);
        if (at == names.end()) continue;
        if (found != nullptr) {
            scope.mistakes().add(Mistake::ConflictingKeys, child.keyPlace(),
                                 fmt::format("an expectation has one subject, not both \"{}\" and \"{}\"",
                                             found->fields.front().name, key),
                                 "make two steps of it");
            return nullptr;
        }
        found = &subjects()[static_cast<std::size_t>(at - names.begin())];
    }
    if (found != nullptr) return found;
    for (const json::Node& child : scope.children(expectation)) {
        const std::string hint = suggest(scope.rawKey(child), names);
        if (hint.empty()) continue;
        scope.mistakes().add(Mistake::UnknownKey, child.keyPlace(),
                             fmt::format("unknown subject {}", quoted(scope.rawKey(child))), hint);
        return nullptr;
    }
    scope.mistakes().add(Mistake::MissingKey, {expectation.place.offset, 1}, "this expectation has no subject",
                         fmt::format("one of {}", fmt::join(names, ", ")));
    return nullptr;
}

}  // namespace

void StepReader::readExpectation(const Value& value, std::vector<Expectation>& out) {
    const Table* subject = subjectOf(scope_, value);
    if (subject == nullptr) return;
    const std::string_view name = subject->fields.front().name;
    Place anchor = value.place;
    std::size_t checks = 0;
    for (const json::Node& child : scope_.children(value)) {
        if (scope_.rawKey(child) == name) {
            anchor = child.keyPlace();
        } else {
            ++checks;
        }
    }
    const Fields fields = scope_.fields(value, *subject, anchor);
    Expectation expectation;
    if (name != "service") expectation.within = readWithin(fields["within"]);
    if (checks == 0 && name != "service") {
        scope_.mistakes().add(Mistake::MissingKey, anchor, "this expectation checks nothing",
                              fmt::format("add one of {}", subject->fields[1].name));
    }
    if (name == "device") {
        readDeviceChecks(fields, expectation);
        out.push_back(std::move(expectation));
    } else if (name == "user") {
        readUserChecks(fields, expectation);
        out.push_back(std::move(expectation));
    } else if (name == "message") {
        readMessageChecks(fields, expectation, out);
    } else {
        expectation.subject = ExpectKind::Service;
        expectation.state = fields["state"].text;
        out.push_back(std::move(expectation));
    }
}

std::optional<Millis> StepReader::readWithin(const Value& value) {
    if (!value.usable()) return std::nullopt;
    if (!isSomethingDone_) {
        scope_.fault(Mistake::ImpossibleStep, value, "no step before this one does anything",
                     "\"within\" counts from the last step that is no expect, wait or note");
    }
    return scope_.duration(value);
}

void StepReader::readDeviceChecks(const Fields& fields, Expectation& out) {
    const auto messages = [&](std::string_view key, std::optional<std::vector<MessageId>>& list) {
        if (fields[key].usable()) list = names_.sentMessages(fields[key], key);
    };
    out.subject = ExpectKind::Device;
    out.devices = names_.someDevices(fields["device"], "device");
    if (fields["online"].usable()) out.online = fields["online"].truth;
    if (fields["offlineReason"].usable()) out.offlineReason = offlineReasonOf(fields["offlineReason"].text);
    messages("has", out.has);
    messages("lacks", out.lacks);
    messages("exactly", out.exactly);
    messages("visible", out.visible);
    messages("hidden", out.hidden);
    messages("recalled", out.recalled);
    messages("order", out.order);
    if (fields["via"].usable()) readVia(fields["via"], out);
    if (fields["count"].usable()) out.count = Scope::wholeUnsigned(fields["count"]);
    if (!fields["conversations"].usable()) return;
    out.conversations = names_.targets(fields["conversations"], "conversations");
    for (const Address& address : *out.conversations) {
        if (address.kind != AddressKind::Room) continue;
        scope_.fault(Mistake::WrongTarget, fields["conversations"],
                     fmt::format("{} is no conversation", spell(case_.header, address)),
                     "conversations are with users and groups");
    }
}

void StepReader::readVia(const Value& value, Expectation& out) {
    static constexpr std::string_view kWays[] = {"live", "offline", "compensation"};
    for (const json::Node& child : scope_.children(value)) {
        if (scope_.mistakes().full()) return;
        const Value key = scope_.key(child);
        const Value way = scope_.checked(scope_.value(child), Shape::Word, key.text);
        const std::vector<MessageId> messages = names_.sentMessages(key, "via");
        if (!way.usable()) continue;
        const bool isKnown = std::find(std::begin(kWays), std::end(kWays), way.text) != std::end(kWays);
        const auto via = isKnown ? viaOf(way.text) : std::nullopt;
        if (!via) {
            scope_.fault(Mistake::UnknownWord, way,
                         fmt::format("a message comes live, offline or by compensation, not {}", quoted(way.text)),
                         suggest(way.text, {std::begin(kWays), std::end(kWays)}));
            continue;
        }
        for (const MessageId message : messages) out.via.emplace_back(message, *via);
    }
}

// Devices of another user can't be among those of `user` that are online.
void StepReader::checkOwners(const Value& value, UserId user, const std::vector<DeviceId>& devices) {
    for (const DeviceId device : devices) {
        if (case_.header.devices[device.index()].user == user) continue;
        scope_.fault(
            Mistake::BadReference, value,
            fmt::format("{} is not a device of {}", case_.header.path(device), case_.header.users[user.index()].name));
        return;
    }
}

void StepReader::readUserChecks(const Fields& fields, Expectation& out) {
    out.subject = ExpectKind::User;
    const auto user = names_.user(fields["user"], "user");
    if (user) out.user = *user;
    if (fields["onlineCount"].usable()) out.onlineCount = Scope::wholeUnsigned(fields["onlineCount"]);
    if (fields["class"].usable()) out.deviceClass = fields["class"].text;
    if (!fields["online"].usable()) return;
    out.onlineDevices = names_.devices(fields["online"], "online");
    if (user) checkOwners(fields["online"], *user, *out.onlineDevices);
}

void StepReader::readMessageChecks(const Fields& fields, Expectation expectation, std::vector<Expectation>& out) {
    expectation.subject = ExpectKind::Message;
    const std::vector<MessageId> messages = names_.sentMessages(fields["message"], "message");
    if (fields["receivedBy"].usable()) expectation.receivedBy = names_.devices(fields["receivedBy"], "receivedBy");
    if (fields["oneOf"].usable()) expectation.oneOf = names_.someDevices(fields["oneOf"], "oneOf");
    if (fields["accepted"].usable()) expectation.accepted = fields["accepted"].truth;
    for (const MessageId message : messages) {
        expectation.message = message;
        const std::size_t listed = (expectation.receivedBy ? expectation.receivedBy->size() : 0) +
                                   (expectation.oneOf ? expectation.oneOf->size() : 0);
        if (!budget_.take(listed, fields["message"].place)) return;
        out.push_back(expectation);
    }
}

}  // namespace mdsync::scenario
