// Known-bad servers: wrong in how many devices of a user may be online, and in who goes.
#include <algorithm>

#include "world/mutants/rows.hpp"

namespace mdsync::world {
namespace {

bool isTabWhileOn(DeviceClass deviceClass, bool on) {
    return deviceClass == DeviceClass::Web && on;
}

std::size_t neverTooMany(const State&, DeviceClass, bool, std::size_t) {
    return 0;
}

std::size_t oneMoreThanAllowed(const State& s, DeviceClass deviceClass, bool on, std::size_t count) {
    return over(count, allowed(s, deviceClass, on) + 1);
}

std::size_t moreThanOne(const State& s, DeviceClass deviceClass, bool on, std::size_t count) {
    return isTabWhileOn(deviceClass, on) ? right::excess(s, deviceClass, on, count) : over(count, 1);
}

// The others' devices go for a newcomer before those of its class.
Admission kicksOthers(State& s, DeviceId newcomer) {
    Admission admission = right::admissionOf(s, newcomer);
    std::vector<DeviceId> leaving;
    for (const DeviceId d : DeviceRange{s.at(s.at(newcomer).user)}) {
        const bool isOther = s.at(d).deviceClass != s.at(newcomer).deviceClass;
        if (d != newcomer && s.at(d).online && isOther) leaving.push_back(d);
    }
    admission.leaving.insert(admission.leaving.begin(), leaving.begin(), leaving.end());
    return admission;
}

std::vector<DeviceId> theNewestLeave(const State&, DeviceId, const std::vector<DeviceId>& others, std::size_t tooMany) {
    return {others.end() - static_cast<std::ptrdiff_t>(tooMany), others.end()};
}

bool refusesAnyNewcomer(const State&, DeviceId, bool) {
    return true;
}

// The user's online devices that count against a newcomer.
std::vector<DeviceId> rivalsOf(const State& s, DeviceId newcomer) {
    std::vector<DeviceId> rivals;
    for (const DeviceId d : DeviceRange{s.at(s.at(newcomer).user)}) {
        const bool counts = s.at(d).online && s.at(d).deviceClass == s.at(newcomer).deviceClass;
        if (d != newcomer && counts) rivals.push_back(d);
    }
    return rivals;
}

// When the device was last heard of in this session: when it connected, or what it sent last was accepted.
Instant lastHeardOf(const State& s, DeviceId d) {
    Instant last = s.side(d).beganAt;
    for (std::size_t i = s.acceptedBegin; i < s.accepted.size(); ++i) {
        const Message& m = s.messages[s.accepted[i]];
        if (m.from == d) last = std::max(last, m.acceptedAt);
    }
    return last;
}

}  // namespace

std::vector<Row> limitRows() {
    return {
        {.name = "ignores-limits",
         .breaks = "lets any number of devices of a class stay online",
         .expected = {"limit.per-class"},
         .decisions = {.excess = neverTooMany}},
        {.name = "ignores-desktop-limit",
         .breaks = "lets any number of desktops stay online",
         .expected = {"limit.per-class"},
         .scope = only(DeviceClass::Desktop),
         .decisions = {.excess = neverTooMany}},
        {.name = "allows-one-more",
         .breaks = "lets one device more than the number stay online",
         .expected = {"limit.per-class", "web.evict-earliest"},
         .decisions = {.excess = oneMoreThanAllowed}},
        {.name = "allows-one-more-mobile",
         .breaks = "lets one mobile more than the number stay online",
         .expected = {"limit.per-class"},
         .scope = only(DeviceClass::Mobile),
         .decisions = {.excess = oneMoreThanAllowed}},
        {.name = "kicks-across-classes",
         .breaks = "disconnects the user's devices of other classes at a login",
         .expected = {"limit.classes-independent"},
         .decisions = {.admissionOf = kicksOthers}},
        {.name = "desktop-kicks-others",
         .breaks = "a desktop's login disconnects the other classes",
         .expected = {"limit.classes-independent"},
         .scope = only(DeviceClass::Desktop),
         .decisions = {.admissionOf = kicksOthers}},
        {.name = "counts-web-as-mobile",
         .breaks = "counts web tabs with mobiles",
         .expected = {"limit.classes-independent", "limit.within"},
         .decisions = {.countsTogether =
                           [](const State&, DeviceClass own, DeviceClass other) {
                               const auto merged = [](DeviceClass c) {
                                   return c == DeviceClass::Web ? DeviceClass::Mobile : c;
                               };
                               return merged(own) == merged(other);
                           }}},
        {.name = "ignores-raised-limit",
         .breaks = "keeps to one device though a ticket raised the number",
         .expected = {"limit.within"},
         .decisions = {.excess = moreThanOne}},
        {.name = "ignores-raised-miniprogram-limit",
         .breaks = "keeps to one mini-program though a ticket raised the number",
         .expected = {"limit.within"},
         .scope = only(DeviceClass::Miniprogram),
         .decisions = {.excess = moreThanOne}},
        {.name = "evict-newest",
         .breaks = "disconnects the newest instead of the earliest",
         .expected = {"web.evict-earliest", "limit.newest-wins"},
         .decisions = {.whoLeaves = theNewestLeave}},
        {.name = "evict-newest-mobile",
         .breaks = "disconnects the newest mobile instead of the earliest",
         .expected = {"limit.newest-wins"},
         .scope = only(DeviceClass::Mobile),
         .decisions = {.whoLeaves = theNewestLeave}},
        {.name = "refuses-newcomer",
         .breaks = "refuses the newcomer where it should replace",
         .expected = {"limit.newest-wins", "web.newest-connects"},
         .decisions = {.refusesNewcomer = refusesAnyNewcomer}},
        {.name = "replaces-where-refusing",
         .breaks = "replaces where it was set to refuse",
         .expected = {"limit.newest-wins"},
         .decisions = {.refusesNewcomer = [](const State&, DeviceId, bool) { return false; }}},
        {.name = "races-past-the-limit",
         .breaks = "does not count a device that connected less than a second before",
         .expected = {"limit.per-class", "limit.newest-wins"},
         .decisions = {.admissionOf =
                           [](State& s, DeviceId newcomer) {
                               std::vector<DeviceId> rivals = rivalsOf(s, newcomer);
                               std::erase_if(rivals, [&s](DeviceId d) {
                                   return s.now() - s.side(d).beganAt < std::chrono::seconds{1};
                               });
                               return admissionAgainst(s, newcomer, std::move(rivals));
                           }},
         .memory = {.ofDevice = [](const State& s, DeviceId d,
                                   Encoder& out) { out.ahead(s.side(d).beganAt + std::chrono::seconds{1}, s.now()); }}},
        {.name = "limits-of-the-start",
         .breaks = "keeps to the numbers of the start whatever a ticket changes",
         .expected = {"limit.within", "limit.per-class"},
         .decisions = {.excess =
                           [](const State& s, DeviceClass deviceClass, bool on, std::size_t count) {
                               const App& then = s.service.initial;
                               if (deviceClass == DeviceClass::Mobile) {
                                   return over(count, static_cast<std::size_t>(then.mobileLimit));
                               }
                               if (deviceClass == DeviceClass::Miniprogram) {
                                   return over(count, static_cast<std::size_t>(then.miniprogramLimit));
                               }
                               return right::excess(s, deviceClass, on, count);
                           }}},
    };
}

std::vector<Row> webRows() {
    return {
        {.name = "nine-tabs",
         .breaks = "allows nine tabs",
         .expected = {"web.ten-tabs"},
         .decisions = {.excess =
                           [](const State& s, DeviceClass deviceClass, bool on, std::size_t count) {
                               return isTabWhileOn(deviceClass, on) ? over(count, 9)
                                                                    : right::excess(s, deviceClass, on, count);
                           }}},
        {.name = "one-tab",
         .breaks = "keeps to one tab while on",
         .expected = {"web.ten-tabs"},
         .decisions = {.excess =
                           [](const State& s, DeviceClass deviceClass, bool on, std::size_t count) {
                               return isTabWhileOn(deviceClass, on) ? over(count, 1)
                                                                    : right::excess(s, deviceClass, on, count);
                           }}},
        {.name = "eleven-tabs",
         .breaks = "allows eleven tabs",
         .expected = {"web.evict-earliest"},
         .decisions = {.excess =
                           [](const State& s, DeviceClass deviceClass, bool on, std::size_t count) {
                               return isTabWhileOn(deviceClass, on) ? over(count, 11)
                                                                    : right::excess(s, deviceClass, on, count);
                           }}},
        {.name = "evict-newest-tab",
         .breaks = "disconnects the newest tab instead of the earliest",
         .expected = {"web.evict-earliest"},
         .scope = only(DeviceClass::Web),
         .decisions = {.whoLeaves = theNewestLeave}},
        {.name = "evict-second",
         .breaks = "disconnects the second earliest",
         .expected = {"web.evict-earliest", "limit.newest-wins"},
         .decisions = {.whoLeaves =
                           [](const State& s, DeviceId newcomer, const std::vector<DeviceId>& others,
                              std::size_t tooMany) {
                               std::vector<DeviceId> leaving = right::whoLeaves(s, newcomer, others, tooMany);
                               if (tooMany < others.size()) leaving.back() = others[tooMany];
                               return leaving;
                           }}},
        {.name = "evict-two",
         .breaks = "disconnects two for one login",
         .expected = {"web.evict-earliest", "limit.newest-wins"},
         .decisions = {.whoLeaves =
                           [](const State& s, DeviceId newcomer, const std::vector<DeviceId>& others,
                              std::size_t tooMany) {
                               return right::whoLeaves(s, newcomer, others, std::min(tooMany + 1, others.size()));
                           }}},
        {.name = "ages-by-first-connection",
         .breaks = "counts the age of a tab from its first connection ever",
         .expected = {"web.evict-earliest", "limit.newest-wins"},
         .decisions = {.whoLeaves =
                           [](const State& s, DeviceId newcomer, const std::vector<DeviceId>& others,
                              std::size_t tooMany) {
                               std::vector<DeviceId> byAge = others;
                               std::sort(byAge.begin(), byAge.end(), [&s](DeviceId a, DeviceId b) {
                                   return s.side(a).firstBegan < s.side(b).firstBegan;
                               });
                               return right::whoLeaves(s, newcomer, byAge, tooMany);
                           }},
         .memory = {.ofDevice =
                        [](const State& s, DeviceId d, Encoder& out) {
                            unsigned older = 0;
                            for (const DeviceId other : DeviceRange{s.at(s.at(d).user)}) {
                                older += s.side(other).firstBegan < s.side(d).firstBegan ? 1U : 0U;
                            }
                            out.number(older);
                        }}},
        {.name = "refuses-eleventh-tab",
         .breaks = "refuses the eleventh tab",
         .expected = {"web.newest-connects"},
         .scope = only(DeviceClass::Web),
         .decisions = {.refusesNewcomer = refusesAnyNewcomer}},
        {.name = "evict-idle",
         .breaks = "disconnects what has written nothing for longest instead of what connected first",
         .expected = {"web.evict-earliest", "limit.newest-wins"},
         .decisions = {.whoLeaves =
                           [](const State& s, DeviceId newcomer, const std::vector<DeviceId>& others,
                              std::size_t tooMany) {
                               std::vector<DeviceId> byIdleness = others;
                               std::stable_sort(byIdleness.begin(), byIdleness.end(), [&s](DeviceId a, DeviceId b) {
                                   return lastHeardOf(s, a) < lastHeardOf(s, b);
                               });
                               return right::whoLeaves(s, newcomer, byIdleness, tooMany);
                           }},
         .memory = {.ofDevice =
                        [](const State& s, DeviceId d, Encoder& out) {
                            unsigned earlier = 0;
                            for (const DeviceId other : DeviceRange{s.at(s.at(d).user)}) {
                                earlier += lastHeardOf(s, other) < lastHeardOf(s, d) ? 1U : 0U;
                            }
                            out.number(earlier);
                        }}},
        {.name = "evict-by-name",
         .breaks = "disconnects in the order in which the devices are declared",
         .expected = {"web.evict-earliest", "limit.newest-wins"},
         .decisions = {.whoLeaves =
                           [](const State& s, DeviceId newcomer, const std::vector<DeviceId>& others,
                              std::size_t tooMany) {
                               std::vector<DeviceId> byName = others;
                               std::sort(byName.begin(), byName.end());
                               return right::whoLeaves(s, newcomer, byName, tooMany);
                           }},
         .memory = {.ofDevice = [](const State&, DeviceId d, Encoder& out) { out.number(d.value); }}},
        {.name = "counts-ghosts",
         .breaks = "counts a tab whose connection broke until it connects again",
         .expected = {"web.ten-tabs", "limit.within"},
         .decisions = {.admissionOf =
                           [](State& s, DeviceId newcomer) {
                               Admission admission = right::admissionOf(s, newcomer);
                               std::vector<DeviceId> rivals = rivalsOf(s, newcomer);
                               if (!admission.leaving.empty() || rivals.empty()) return admission;
                               std::size_t count = rivals.size() + 1;
                               for (const DeviceId d : DeviceRange{s.at(s.at(newcomer).user)}) {
                                   const bool isGhost = d.index() < s.notes.size() && s.notes[d.index()] != 0;
                                   const bool isLikeIt = s.at(d).deviceClass == s.at(newcomer).deviceClass;
                                   count += isGhost && isLikeIt && d != newcomer && !s.at(d).online ? 1U : 0U;
                               }
                               const DeviceClass own = s.at(newcomer).deviceClass;
                               if (right::excess(s, own, right::serviceOn(s), count) == 0) return admission;
                               const auto earliest = std::min_element(
                                   rivals.begin(), rivals.end(),
                                   [&s](DeviceId a, DeviceId b) { return s.at(a).began < s.at(b).began; });
                               admission.leaving = {*earliest};
                               return admission;
                           }},
         .deeds = {.atEnd =
                       [](State& s, DeviceId d, OfflineReason reason) {
                           s.notes.resize(s.devices.size());
                           s.notes[d.index()] = reason == OfflineReason::Drop ? 1 : 0;
                       }},
         .memory = {.ofDevice = [](const State& s, DeviceId d,
                                   Encoder& out) { out.flag(d.index() < s.notes.size() && s.notes[d.index()] != 0); }}},
        {.name = "counts-everybodys-tabs",
         .breaks = "counts the tabs of all users together",
         .expected = {"web.ten-tabs"},
         .decisions = {.admissionOf =
                           [](State& s, DeviceId newcomer) {
                               Admission admission = right::admissionOf(s, newcomer);
                               std::vector<DeviceId> rivals = rivalsOf(s, newcomer);
                               const bool isTab = isTabWhileOn(s.at(newcomer).deviceClass, right::serviceOn(s));
                               if (!admission.leaving.empty() || rivals.empty() || !isTab) return admission;
                               std::size_t count = 1;
                               for (std::size_t i = 0; i < s.devices.size(); ++i) {
                                   const Device& device = s.devices[i];
                                   const bool counts = device.online && device.deviceClass == DeviceClass::Web;
                                   count += counts && DeviceId{i} != newcomer ? 1U : 0U;
                               }
                               if (count <= 10) return admission;
                               const auto earliest = std::min_element(
                                   rivals.begin(), rivals.end(),
                                   [&s](DeviceId a, DeviceId b) { return s.at(a).began < s.at(b).began; });
                               admission.leaving = {*earliest};
                               admission.reason = OfflineReason::Evicted;
                               return admission;
                           }}},
    };
}

}  // namespace mdsync::world
