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
    };
}

}  // namespace mdsync::world
