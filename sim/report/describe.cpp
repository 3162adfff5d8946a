// Describe: an event in a few words, for people.
#include "report/describe.hpp"

#include <fmt/format.h>

#include "mdsync/diagnostic.hpp"
#include "report/text.hpp"

namespace mdsync {

namespace {

constexpr std::size_t kBodyShown = 24;  // columns of a message's text

class Wording {
public:
    explicit Wording(const Trace& trace) : trace_(trace) {}

    std::string message(const Event& e) const { return trace_.lexicon.messages[e.message]; }
    std::string code(const Event& e) const { return e.code.exists() ? trace_.lexicon.texts[e.code] : std::string(); }
    std::string refused(const Event& e) const { return e.refused ? fmt::format(" refused ({})", code(e)) : ""; }

    std::string asked(const Event& e) const {
        std::string text = fmt::format("{} {}", spell(e.kind), message(e));
        if (e.user.exists()) text += " from " + trace_.header.users[e.user.index()].name;
        text += " to " + spell(trace_.header, e.to);
        if (e.type.exists()) {
            const std::string& type = trace_.lexicon.texts[e.type];
            if (type != "RC:TxtMsg") text += " " + type;
        }
        if (e.api == Api::Status) text += " as status";
        if (e.api == Api::Path) text += " through " + code(e);
        if (e.includeSender) text += " +sender";
        return text + body(e);
    }

    std::string recall(const Event& e) const {
        const std::string who = e.user.exists() ? " for " + trace_.header.users[e.user.index()].name : "";
        return fmt::format("recall {}{}", message(e), who);
    }

    std::string offline(const Event& e) const {
        const std::string by = e.by.exists() ? " by " + trace_.header.path(e.by) : "";
        return fmt::format("offline ({}{})", spell(e.reason), by);
    }

    std::string caughtUp(const Event& e) const {
        std::string text = "caught up";
        if (e.annex == Event::kNoAnnex) return text;
        const CatchUp& catchUp = trace_.annex.catchUps[e.annex];
        if (catchUp.count) text += fmt::format(" ({})", *catchUp.count);
        if (!catchUp.hasConversations || (catchUp.conversations.empty() && catchUp.count == 0)) return text;
        std::vector<std::string> names;
        for (const Address& address : catchUp.conversations) names.push_back(spell(trace_.header, address));
        return text + fmt::format(" list: {}", names.empty() ? "empty" : fmt::format("{}", fmt::join(names, " ")));
    }

    std::string set(const Event& e) const {
        std::string text = "set";
        if (e.annex != Event::kNoAnnex) {
            const SettingsChange& change = trace_.annex.settings[e.annex];
            const auto add = [&](std::string_view name, const std::optional<std::int64_t>& value) {
                if (value) text += fmt::format(" {}={}", name, *value);
            };
            add("compensationDays", change.compensationDays);
            add("offlineDays", change.offlineDays);
            add("limits.mobile", change.mobileLimit);
            add("limits.miniprogram", change.miniprogramLimit);
            if (change.prepaid) text += fmt::format(" prepaid={}", *change.prepaid);
        }
        return text + refused(e);
    }

    std::string membership(const Event& e) const {
        const std::string who = e.to.kind == AddressKind::Group ? trace_.header.users[e.user.index()].name + " " : "";
        const char* verb = e.kind == EventKind::Join ? "joins" : "leaves";
        return fmt::format("{}{} {}{}", who, verb, spell(trace_.header, e.to), refused(e));
    }

private:
    std::string body(const Event& e) const {
        if (e.payloadKind != PayloadKind::Text || !e.text.exists()) return {};
        const std::string& text = trace_.lexicon.texts[e.text];
        if (text.empty()) return {};
        const std::string_view shown = fitting(text, kBodyShown);
        return fmt::format(" \"{}{}\"", shown, shown.size() < text.size() ? "..." : "");
    }

    const Trace& trace_;
};

std::string plain(const Event& e, const Trace& trace) {
    const Wording words(trace);
    switch (e.kind) {
        case EventKind::Connect:
            return "connect";
        case EventKind::Online:
            return "online";
        case EventKind::Refused:
            return fmt::format("refused ({})", words.code(e));
        case EventKind::Offline:
            return words.offline(e);
        case EventKind::Reinstall:
            return "reinstalled";
        case EventKind::Send:
        case EventKind::Publish:
            return words.asked(e);
        case EventKind::Accept:
            return "accepts " + words.message(e);
        case EventKind::Reject:
            return fmt::format("rejects {} ({})", words.message(e), words.code(e));
        case EventKind::Receive:
            return fmt::format("{} {}", words.message(e), e.via == Via::Unknown ? "received" : spell(e.via));
        case EventKind::CaughtUp:
            return words.caughtUp(e);
        case EventKind::Recall:
            return words.recall(e);
        case EventKind::RecallAccept:
            return fmt::format("accepts recall of {}", words.message(e));
        case EventKind::RecallReject:
            return fmt::format("rejects recall of {} ({})", words.message(e), words.code(e));
        case EventKind::Recalled:
            return words.message(e) + " recalled";
        case EventKind::Sync:
            return fmt::format("sync {}{}", e.enabled ? "enable" : "disable", words.refused(e));
        case EventKind::Set:
            return words.set(e);
        case EventKind::Join:
        case EventKind::Leave:
            return words.membership(e);
        case EventKind::Device:
            return fmt::format("exists ({})", spell(trace.header.devices[e.device.index()].platform));
        case EventKind::Group:
        case EventKind::Room:
            return spell(trace.header, e.to) + " exists";
        case EventKind::Settled:
            return "settled";
        case EventKind::Note:
            return "note: " + (e.text.exists() ? trace.lexicon.texts[e.text] : std::string());
    }
    return {};
}

}  // namespace

std::string describe(const Event& event, const Trace& trace) {
    return printable(plain(event, trace));
}

}  // namespace mdsync
