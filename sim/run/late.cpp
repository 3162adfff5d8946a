#include "run/late.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "run/doubts.hpp"

namespace mdsync {

namespace {

using About = Doubt::About;

// So many names of a list are spelled out.
constexpr std::size_t kNamesShown = 12;

}  // namespace

std::string listedNames(const std::vector<std::string>& names) {
    if (names.empty()) return "nothing";
    const std::size_t shown = std::min(names.size(), kNamesShown);
    std::string text =
        fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
    if (shown < names.size()) text += fmt::format(" and {} more", names.size() - shown);
    return text;
}

std::string listedNames(const std::vector<MessageId>& messages, const Lexicon& lexicon) {
    std::vector<std::string> words;
    for (const MessageId message : messages) words.push_back(lexicon.messages[message]);
    return listedNames(words);
}

std::string listedNames(const std::vector<DeviceId>& devices, const Header& header) {
    std::vector<std::string> words;
    for (const DeviceId device : devices) words.push_back(header.path(device));
    return listedNames(words);
}

bool Lateness::isLate(Instant t) const {
    return t > moment_.began + *expect_.within;
}

// Those of `things` of which the moment is late.
template <class Id, class MomentOf>
std::vector<Id> Lateness::lateOnes(const std::vector<Id>& things, Late& late, const MomentOf& momentOf) const {
    std::vector<Id> ones;
    for (const Id thing : things) {
        const Instant moment = momentOf(thing);
        if (!isLate(moment)) continue;
        ones.push_back(thing);
        late.last = std::max(late.last, moment);
    }
    late.things = ones.size();
    return ones;
}

Late Lateness::toGet(DeviceId device, const std::vector<MessageId>& messages) const {
    Late late;
    late.messages =
        lateOnes(messages, late, [&](MessageId message) { return observer_.holding(device, message).since; });
    late.what = fmt::format("{} got {}", header_.path(device), listedNames(late.messages, lexicon_));
    late.doubts = doubtsOf(About::Has, device, late.messages);
    return late;
}

// What changed last may be that another message went: m2 was refused after 3 s.
Late Lateness::toHaveExactly(DeviceId device) const {
    const Instant changed = observer_.changed(device);
    Late late = toGet(device, *expect_.exactly);
    if (!isLate(changed) || changed <= late.last) return late;
    return {.what = fmt::format("{} came to have {}", header_.path(device), listedNames(*expect_.exactly, lexicon_)),
            .things = 1,
            .last = changed};
}

Late Lateness::toShowRecalled(DeviceId device) const {
    Late late;
    late.messages = lateOnes(*expect_.recalled, late,
                             [&](MessageId message) { return observer_.holding(device, message).recalledSince; });
    late.what = fmt::format("{} showed {} recalled", header_.path(device), listedNames(late.messages, lexicon_));
    late.doubts = doubtsOf(About::Recalled, device, late.messages);
    return late;
}

Late Lateness::toTurn(const std::vector<DeviceId>& devices) const {
    Late late;
    std::vector<DeviceId> came;
    std::vector<DeviceId> went;
    for (const DeviceId device : lateOnes(devices, late, [this](DeviceId d) { return observer_.turned(d); })) {
        const bool isOnline = observer_.online(device);
        (isOnline ? came : went).push_back(device);
        late.doubts.push_back(connectionDoubt(device, isOnline));
    }
    if (!came.empty()) late.what = listedNames(came, header_) + " came online";
    if (!went.empty())
        late.what += fmt::format("{}{} went offline", came.empty() ? "" : " and ", listedNames(went, header_));
    return late;
}

Late Lateness::toReceive(const std::vector<DeviceId>& receivers) const {
    Late late;
    const std::vector<DeviceId> devices =
        lateOnes(receivers, late, [this](DeviceId device) { return observer_.received(device, expect_.message); });
    late.what = fmt::format("{} got {}", listedNames(devices, header_), lexicon_.messages[expect_.message]);
    late.messages = {expect_.message};
    late.doubts = doubtsOf(About::Has, devices, expect_.message);
    return late;
}

std::string Lateness::sentence(const Late& late) const {
    return fmt::format("{} {}{} after the last step, {}; within {} was asked", late.what,
                       late.things > 1 ? "up to " : "", spellDuration(late.last - moment_.began), moment_.place,
                       spellDuration(*expect_.within));
}

}  // namespace mdsync
