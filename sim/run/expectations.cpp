// Expectations: compares what a scenario expects with what the events showed.
#include "run/expectations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>
#include <type_traits>
#include <utility>

#include "run/doubts.hpp"
#include "run/late.hpp"

namespace mdsync {

namespace {

using About = Doubt::About;

using LateOf = std::function<Late()>;

// Looks up the checks of one expectation. Every check adds one finding.
class Look {
public:
    Look(const Expectation& expect, const Observer& observer, const Header& header, const Lexicon& lexicon,
         const Moment& moment)
        : expect_(expect),
          observer_(observer),
          header_(header),
          lexicon_(lexicon),
          now_(moment.now),
          lateness_(expect, observer, header, lexicon, moment) {}

    std::vector<Finding> run() {
        switch (expect_.subject) {
            case ExpectKind::Device:
                for (const DeviceId device : expect_.devices) lookAt(device);
                break;
            case ExpectKind::User:
                lookAt(expect_.user);
                break;
            case ExpectKind::Message:
                lookAt(expect_.message);
                break;
            case ExpectKind::Service:
                lookAtService();
                break;
        }
        return std::move(findings_);
    }

private:
    void add(bool met, const std::string& seen, const std::string& expected, std::vector<MessageId> about = {},
             std::vector<Doubt> doubts = {}) {
        if (met) {
            about.clear();
            doubts.clear();
        }
        findings_.push_back(
            {met, met ? seen : fmt::format("{}, expected {}", seen, expected), std::move(about), std::move(doubts)});
    }

    // As add(), of a check that `within` may stand beside: what is so may have become so too late.
    void addSoon(bool met, const std::string& seen, const std::string& expected, std::vector<MessageId> about,
                 std::vector<Doubt> doubts, const LateOf& lateOf) {
        if (!met || !expect_.within) return add(met, seen, expected, std::move(about), std::move(doubts));
        Late late = lateOf();
        if (!late.isAny()) return add(true, seen + soon(), expected);
        findings_.push_back({false, lateness_.sentence(late), std::move(late.messages), std::move(late.doubts)});
    }

    // ` within 2s`, if that is asked.
    std::string soon() const { return expect_.within ? " within " + spellDuration(*expect_.within) : ""; }

    std::string names(const std::vector<MessageId>& messages) const { return listedNames(messages, lexicon_); }
    std::string names(const std::vector<DeviceId>& devices) const { return listedNames(devices, header_); }

    // The messages of the device's store that `test` picks, in the order of the file.
    template <class Test>
    std::vector<MessageId> picked(DeviceId device, Test test) const {
        std::vector<MessageId> messages;
        for (const auto& [message, held] : observer_.store(device)) {
            if (test(held)) messages.push_back(message);
        }
        return messages;
    }

    // ---- device -----------------------------------------------------------------------------------------------------

    void lookAt(DeviceId device) {
        const std::string name = header_.path(device);
        // How it went offline says that it is, but not when.
        const bool isSaidByReason = expect_.offlineReason && expect_.online && !*expect_.online &&
                                    (!expect_.within || observer_.online(device));
        if (expect_.online && !isSaidByReason) checkOnline(device, name);
        if (expect_.offlineReason) checkReason(device, name);
        if (expect_.has) checkHas(device, name);
        if (expect_.lacks) checkLacks(device, name);
        if (expect_.exactly) checkExactly(device, name);
        if (expect_.visible) checkVisible(device, name);
        if (expect_.hidden) checkHidden(device, name);
        if (expect_.recalled) checkRecalled(device, name);
        if (expect_.order) checkOrder(device, name);
        for (const auto& [message, via] : expect_.via) checkVia(device, name, message, via);
        if (expect_.count) checkCount(device, name);
        if (expect_.conversations) checkConversations(device, name);
    }

    static std::string_view onlineWord(bool online) { return online ? "online" : "offline"; }

    void checkOnline(DeviceId device, const std::string& name) {
        const bool online = observer_.online(device);
        addSoon(online == *expect_.online, fmt::format("{} is {}", name, onlineWord(online)),
                std::string(onlineWord(*expect_.online)) + soon(), {}, {connectionDoubt(device, online)},
                [this, device] { return lateness_.toTurn({device}); });
    }

    void checkReason(DeviceId device, const std::string& name) {
        const std::optional<OfflineReason> reason = observer_.offlineReason(device);
        const std::string expected = fmt::format("offline ({})", spell(*expect_.offlineReason));
        if (reason) {
            add(*reason == *expect_.offlineReason, fmt::format("{} is offline ({})", name, spell(*reason)), expected,
                {}, {connectionDoubt(device, false)});
        } else if (observer_.online(device)) {
            add(false, fmt::format("{} is online", name), expected, {}, {connectionDoubt(device, true)});
        } else {
            add(false, fmt::format("{} was never online", name), expected, {}, {connectionDoubt(device, false)});
        }
    }

    void checkHas(DeviceId device, const std::string& name) {
        std::vector<MessageId> lacking;
        for (const MessageId message : *expect_.has) {
            if (!observer_.holding(device, message).had()) lacking.push_back(message);
        }
        if (lacking.empty()) {
            addSoon(true, fmt::format("{} has {}", name, names(*expect_.has)), "", {}, {},
                    [this, device] { return lateness_.toGet(device, *expect_.has); });
        } else {
            add(false, fmt::format("{} lacks {}", name, names(lacking)),
                fmt::format("it to have {}{}", names(*expect_.has), soon()), lacking,
                doubtsOf(About::Lacks, device, lacking, '-'));
        }
    }

    void checkLacks(DeviceId device, const std::string& name) {
        std::vector<MessageId> had;
        for (const MessageId message : *expect_.lacks) {
            if (observer_.holding(device, message).had()) had.push_back(message);
        }
        if (had.empty()) {
            add(true, fmt::format("{} lacks {}", name, names(*expect_.lacks)), "");
        } else {
            add(false, fmt::format("{} has {}", name, names(had)), "it to lack " + names(*expect_.lacks), had,
                doubtsOf(About::Has, device, had, '+'));
        }
    }

    // Compares sets; where they differ, `- m2 + m9` names what is missing and what is too much. `doubtsAbout` makes the
    // doubts of the one, or of the other. `lateOf`: where `within` may stand beside the check.
    template <class Id, class DoubtsAbout>
    void compareSets(const std::string& what, std::vector<Id> seen, std::vector<Id> wanted,
                     const DoubtsAbout& doubtsAbout, const LateOf& lateOf = {}) {
        sortUnique(seen);
        sortUnique(wanted);
        std::vector<Id> missing;
        std::vector<Id> extra;
        std::set_difference(wanted.begin(), wanted.end(), seen.begin(), seen.end(), std::back_inserter(missing));
        std::set_difference(seen.begin(), seen.end(), wanted.begin(), wanted.end(), std::back_inserter(extra));
        std::string expected = fmt::format("exactly {}{}:", names(wanted), lateOf ? soon() : "");
        if (!missing.empty()) expected += " - " + names(missing);
        if (!extra.empty()) expected += " + " + names(extra);
        std::vector<MessageId> about;
        if constexpr (std::is_same_v<Id, MessageId>) {
            about = missing;
            about.insert(about.end(), extra.begin(), extra.end());
        } else if (expect_.subject == ExpectKind::Message) {
            about = {expect_.message};
        }
        std::vector<Doubt> doubts = joined(doubtsAbout(missing, '-'), doubtsAbout(extra, '+'));
        const bool met = missing.empty() && extra.empty();
        const std::string all = fmt::format("{} {}", what, names(seen));
        if (lateOf) return addSoon(met, all, expected, std::move(about), std::move(doubts), lateOf);
        add(met, all, expected, std::move(about), std::move(doubts));
    }

    template <class Id>
    static void sortUnique(std::vector<Id>& ids) {
        std::sort(ids.begin(), ids.end());
        ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    }

    void checkExactly(DeviceId device, const std::string& name) {
        compareSets(
            name + " has", picked(device, [](const Observer::Holding& h) { return h.had(); }), *expect_.exactly,
            [device](const std::vector<MessageId>& messages, char sign) {
                return doubtsOf(sign == '-' ? About::Lacks : About::Has, device, messages, sign);
            },
            [this, device] { return lateness_.toHaveExactly(device); });
    }

    void checkVisible(DeviceId device, const std::string& name) {
        compareSets(name + " shows", picked(device, [](const Observer::Holding& h) { return h.had() && !h.recalled; }),
                    *expect_.visible, [&](const std::vector<MessageId>& messages, char sign) {
                        return doubtsOfShown(device, messages, sign);
                    });
    }

    // What is not shown is lacked, or recalled.
    std::vector<Doubt> doubtsOfShown(DeviceId device, const std::vector<MessageId>& messages, char sign) const {
        std::vector<Doubt> doubts = doubtsOf(About::Has, device, messages, sign);
        for (Doubt& doubt : doubts) {
            const Observer::Holding held = observer_.holding(device, doubt.message);
            if (sign == '-') doubt.about = held.recalled ? About::Recalled : About::Lacks;
        }
        return doubts;
    }

    void checkHidden(DeviceId device, const std::string& name) {
        std::vector<MessageId> shown;
        for (const MessageId message : *expect_.hidden) {
            const Observer::Holding held = observer_.holding(device, message);
            if (held.had() && !held.recalled) shown.push_back(message);
        }
        if (shown.empty()) {
            add(true, fmt::format("{} does not show {}", name, names(*expect_.hidden)), "");
        } else {
            add(false, fmt::format("{} shows {}", name, names(shown)), "it to hide " + names(*expect_.hidden), shown,
                joined(doubtsOf(About::Has, device, shown, '+'), doubtsOf(About::NotRecalled, device, shown)));
        }
    }

    void checkRecalled(DeviceId device, const std::string& name) {
        std::vector<MessageId> missing;
        for (const MessageId message : *expect_.recalled) {
            if (!observer_.holding(device, message).recalled) missing.push_back(message);
        }
        if (missing.empty()) {
            addSoon(true, fmt::format("{} shows {} recalled", name, names(*expect_.recalled)), "", {}, {},
                    [this, device] { return lateness_.toShowRecalled(device); });
        } else {
            add(false, fmt::format("{} does not show {} recalled", name, names(missing)),
                fmt::format("{} recalled{}", names(*expect_.recalled), soon()), missing,
                doubtsOf(About::NotRecalled, device, missing, '-'));
        }
    }

    void checkOrder(DeviceId device, const std::string& name) {
        std::vector<MessageId> lacking;
        std::vector<std::pair<std::uint64_t, MessageId>> came;
        for (const MessageId message : *expect_.order) {
            const Observer::Holding held = observer_.holding(device, message);
            if (held.received) {
                came.emplace_back(held.position, message);
            } else {
                lacking.push_back(message);
            }
        }
        const std::string expected = "the order " + names(*expect_.order);
        if (!lacking.empty())
            return add(false, fmt::format("{} did not receive {}", name, names(lacking)), expected, lacking,
                       doubtsOf(About::Lacks, device, lacking, '-'));
        std::sort(came.begin(), came.end());
        std::vector<MessageId> order;
        for (const auto& [position, message] : came) order.push_back(message);
        add(order == *expect_.order, fmt::format("{} received {} in this order", name, names(order)), expected, {},
            doubtsOf(About::Has, device, order));
    }

    void checkVia(DeviceId device, const std::string& name, MessageId message, Via via) {
        const Observer::Holding held = observer_.holding(device, message);
        const std::string& word = lexicon_.messages[message];
        const std::string expected{spell(via)};
        if (!held.received)
            return add(false, fmt::format("{} did not receive {}", name, word), "it via " + expected, {message},
                       doubtsOf(About::Lacks, device, {message}));
        const std::string_view how = held.via == Via::Unknown ? "unknown means" : spell(held.via);
        add(held.via == via, fmt::format("{} received {} via {}", name, word, how), expected, {},
            doubtsOf(About::Has, device, {message}));
    }

    void checkCount(DeviceId device, const std::string& name) {
        const std::vector<MessageId> had = picked(device, [](const Observer::Holding& h) { return h.had(); });
        add(had.size() == *expect_.count,
            fmt::format("{} has {} message{}", name, had.size(), had.size() == 1 ? "" : "s"),
            std::to_string(*expect_.count), {}, doubtsOf(About::Has, device, had));
    }

    // Conversations of which something unrecalled is known must be listed; those of which only recalled messages are
    // known may be.
    void checkConversations(DeviceId device, const std::string& name) {
        std::set<Address> must;
        std::set<Address> may;
        for (const auto& [message, held] : observer_.store(device)) {
            const std::optional<Address> conversation = observer_.conversation(device, message);
            if (!conversation || !(held.had() || held.recalled)) continue;
            (held.had() && !held.recalled ? must : may).insert(*conversation);
        }
        const std::set<Address> wanted(expect_.conversations->begin(), expect_.conversations->end());
        std::set<Address> allowed = must;
        allowed.insert(may.begin(), may.end());
        const bool met = std::includes(wanted.begin(), wanted.end(), must.begin(), must.end()) &&
                         std::includes(allowed.begin(), allowed.end(), wanted.begin(), wanted.end());
        add(met, fmt::format("{} has the conversations {}", name, spelled(met ? wanted : must)), spelled(wanted));
    }

    std::string spelled(const std::set<Address>& addresses) const {
        std::vector<std::string> words;
        for (const Address& address : addresses) words.push_back(spell(header_, address));
        return listedNames(words);
    }

    // ---- user -------------------------------------------------------------------------------------------------------

    void lookAt(UserId user) {
        const UserInfo& info = header_.users[user.index()];
        std::vector<DeviceId> all;
        for (const DeviceId device : header_.devicesOf(user)) all.push_back(device);
        std::vector<DeviceId> online = all;
        std::erase_if(online, [this](DeviceId device) { return !observer_.online(device); });
        if (expect_.onlineCount) checkOnlineCount(info.name, online);
        if (expect_.onlineDevices)
            compareSets(
                fmt::format("{} is online on", info.name), online, *expect_.onlineDevices,
                [](const std::vector<DeviceId>& devices, char sign) {
                    return doubtsOf(sign == '-' ? About::Offline : About::Online, devices, {}, sign);
                },
                [this, &all] { return lateness_.toTurn(all); });
    }

    // Where too few are online, those that are not; else those that are.
    std::vector<Doubt> countedDevices(bool tooFew) const {
        std::vector<DeviceId> devices;
        for (const DeviceId device : header_.devicesOf(expect_.user)) {
            const bool isCounted =
                !expect_.deviceClass || classWord(header_.devices[device.index()].platform) == *expect_.deviceClass;
            if (isCounted && observer_.online(device) != tooFew) devices.push_back(device);
        }
        return doubtsOf(tooFew ? About::Offline : About::Online, devices, {}, ' ');
    }

    void checkOnlineCount(const std::string& name, const std::vector<DeviceId>& online) {
        const auto counted = [this](DeviceId device) {
            return !expect_.deviceClass || classWord(header_.devices[device.index()].platform) == *expect_.deviceClass;
        };
        const auto count = static_cast<std::uint64_t>(std::count_if(online.begin(), online.end(), counted));
        const std::string kind = expect_.deviceClass ? *expect_.deviceClass + " " : "";
        add(count == *expect_.onlineCount,
            fmt::format("{} has {} {}device{} online", name, count, kind, count == 1 ? "" : "s"),
            std::to_string(*expect_.onlineCount), {}, countedDevices(count < *expect_.onlineCount));
    }

    // ---- message ----------------------------------------------------------------------------------------------------

    void lookAt(MessageId message) {
        const std::string& name = lexicon_.messages[message];
        const std::vector<DeviceId> receivers = observer_.receivers(message);
        if (expect_.receivedBy) {
            compareSets(
                fmt::format("{} was received by", name), receivers, *expect_.receivedBy,
                [message](const std::vector<DeviceId>& devices, char sign) {
                    return doubtsOf(sign == '-' ? About::Lacks : About::Has, devices, message, sign);
                },
                [this, &receivers] { return lateness_.toReceive(receivers); });
        }
        if (expect_.oneOf) checkOneOf(name, receivers);
        if (expect_.accepted) {
            const bool accepted = observer_.accepted(message);
            add(accepted == *expect_.accepted, fmt::format("{} was {}accepted", name, accepted ? "" : "not "),
                *expect_.accepted ? "acceptance" : "none", {message},
                {{.about = accepted ? About::Accepted : About::NotAccepted, .message = message}});
        }
    }

    void checkOneOf(const std::string& name, const std::vector<DeviceId>& receivers) {
        std::vector<DeviceId> among;
        for (const DeviceId device : *expect_.oneOf) {
            if (std::binary_search(receivers.begin(), receivers.end(), device)) among.push_back(device);
        }
        sortUnique(among);
        add(among.size() == 1, fmt::format("{} was received by {}", name, names(among)),
            "exactly one of " + names(*expect_.oneOf), {expect_.message},
            doubtsOf(among.empty() ? About::Lacks : About::Has, among.empty() ? *expect_.oneOf : among, expect_.message,
                     among.empty() ? '-' : '+'));
    }

    // ---- service ----------------------------------------------------------------------------------------------------

    void lookAtService() {
        const std::string_view state = spell(observer_.sync(now_));
        if (expect_.state) {
            add(state == *expect_.state, fmt::format("the service is {}", state), *expect_.state, {},
                {{.about = About::Service}});
        }
    }

    const Expectation& expect_;
    const Observer& observer_;
    const Header& header_;
    const Lexicon& lexicon_;
    Instant now_;
    Lateness lateness_;
    std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> lookUp(const Expectation& expect, const Observer& observer, const Header& header,
                            const Lexicon& lexicon, const Moment& moment) {
    return Look(expect, observer, header, lexicon, moment).run();
}

}  // namespace mdsync
