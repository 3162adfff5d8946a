// Settings: what a turn of the switch, or a setting, changes from here on. Whether the console was right to take it is
// judged in service.cpp.
#include <algorithm>

#include "rules/judge.hpp"

namespace mdsync {

using namespace rules;

void Checker::State::onSync(const Event& e) {
    judgePrepaid(*this, *this, e);
    if (e.refused || e.enabled == service.target()) return;
    limitsChange();
    service.turn(e.enabled, now);
}

void Checker::State::onSet(const Event& e) {
    const SettingsChange& change = annex->settings[e.annex];
    judgeDaysRange(*this, *this, change, e.refused);
    if (e.refused) return;
    if (change.mobileLimit || change.miniprogramLimit) limitsChange();
    const auto number = [](std::int64_t n) {
        return static_cast<int>(std::clamp<std::int64_t>(n, -1'000'000, 1'000'000));
    };
    if (change.compensationDays) {
        // A longer window may reach what was owed no more.
        for (DeviceSide& side : sides) side.heldUntil = 0;
        settings.compensationDays = number(*change.compensationDays);
    }
    if (change.offlineDays) settings.offlineDays = number(*change.offlineDays);
    if (change.mobileLimit) settings.mobileLimit = number(*change.mobileLimit);
    if (change.miniprogramLimit) settings.miniprogramLimit = number(*change.miniprogramLimit);
    if (change.prepaid) settings.prepaid = *change.prepaid;
}

}  // namespace mdsync
