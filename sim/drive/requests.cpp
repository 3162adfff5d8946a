// Requests: the events that the tool itself writes for what it asked, and the names of requests in reports.
#include "drive/requests.hpp"

#include <fmt/format.h>

namespace mdsync {

namespace {

Event eventOf(EventKind kind, const Op& op) {
    Event event;
    event.kind = kind;
    event.device = op.device;
    event.user = op.user;
    event.message = op.message;
    event.to = op.to;
    return event;
}

void describeMessage(Event& event, const Op& op, Lexicon& lexicon) {
    event.type = op.type;
    event.text = op.text.exists() ? op.text : lexicon.texts.intern("");
    event.payloadKind = PayloadKind::Text;
    event.payload = fingerprint(lexicon.texts[event.text]);
}

Event publishOf(const Op& op, Lexicon& lexicon) {
    Event event = eventOf(EventKind::Publish, op);
    describeMessage(event, op, lexicon);
    event.api = op.api;
    event.includeSender = op.includeSender;
    if (op.api == Api::Path) event.code = op.path;
    return event;
}

// An event of the kinds that carry `refused` themselves.
Event marked(Event event, bool refused, TextId code) {
    event.refused = refused;
    event.code = code;
    return event;
}

// An event that stands for a refusal.
Event refusal(EventKind kind, const Op& op, TextId code) {
    Event event;
    event.kind = kind;
    event.code = code;
    if (kind == EventKind::Refused) {
        event.device = op.device;
    } else {
        event.message = op.message;
    }
    return event;
}

}  // namespace

std::optional<Event> eventOfRequest(const Op& op, Lexicon& lexicon) {
    switch (op.kind) {
        case OpKind::Login:
            return eventOf(EventKind::Connect, op);
        case OpKind::Recall:
            return eventOf(EventKind::Recall, op);
        case OpKind::Publish:
            return publishOf(op, lexicon);
        case OpKind::Send: {
            Event event = eventOf(EventKind::Send, op);
            describeMessage(event, op, lexicon);
            return event;
        }
        default:
            return std::nullopt;
    }
}

std::optional<Event> eventOfAnswer(const Op& op, bool refused, TextId code, Annex& annex) {
    switch (op.kind) {
        case OpKind::Login:
            return refused ? std::optional(refusal(EventKind::Refused, op, code)) : std::nullopt;
        case OpKind::Send:
        case OpKind::Publish:
            return refused ? std::optional(refusal(EventKind::Reject, op, code)) : std::nullopt;
        case OpKind::Recall:
            return refused ? std::optional(refusal(EventKind::RecallReject, op, code)) : std::nullopt;
        case OpKind::Reinstall:
            return refused ? std::nullopt : std::optional(eventOf(EventKind::Reinstall, op));
        case OpKind::Join:
            return marked(eventOf(EventKind::Join, op), refused, code);
        case OpKind::Leave:
            return marked(eventOf(EventKind::Leave, op), refused, code);
        case OpKind::Sync: {
            Event event = marked(eventOf(EventKind::Sync, op), refused, code);
            event.enabled = op.enabled;
            return event;
        }
        case OpKind::Set: {
            Event event = marked(eventOf(EventKind::Set, op), refused, code);
            event.annex = static_cast<std::uint32_t>(annex.settings.size());
            annex.settings.push_back(op.settings);
            return event;
        }
        default:
            return std::nullopt;
    }
}

std::string nameOf(const Op& op, const Header& header, const Lexicon& lexicon) {
    const auto device = [&] { return header.path(op.device); };
    const auto asker = [&] {
        return op.device.exists() ? fmt::format("by {}", device())
                                  : fmt::format("through the API for {}", header.users[op.user.index()].name);
    };
    switch (op.kind) {
        case OpKind::Login:
        case OpKind::Logout:
        case OpKind::Drop:
        case OpKind::Reinstall:
        case OpKind::Hold:
        case OpKind::Release:
            return fmt::format("{} of {}", spell(op.kind), device());
        case OpKind::Send:
            return fmt::format("send of {} by {}", lexicon.messages[op.message], device());
        case OpKind::Publish:
            return fmt::format("publish of {} from {}", lexicon.messages[op.message],
                               header.users[op.user.index()].name);
        case OpKind::Recall:
            return fmt::format("recall of {} {}", lexicon.messages[op.message], asker());
        case OpKind::Sync:
            return op.enabled ? "sync enable" : "sync disable";
        case OpKind::Set:
            return "set";
        case OpKind::Join:
        case OpKind::Leave:
            return fmt::format("{} of {} by {}", spell(op.kind), spell(header, op.to),
                               op.device.exists() ? device() : header.users[op.user.index()].name);
        case OpKind::Network:
            return "network";
        case OpKind::ServerRestart:
            return "server restart";
    }
    return {};
}

std::string whyOpen(std::uint64_t openDuties) {
    return openDuties == 1 ? "1 duty was open when the trace ended"
                           : fmt::format("{} duties were open when the trace ended", openDuties);
}

}  // namespace mdsync
