// Time in steps: `wait`, and what is certain about the clock.
#include <fmt/format.h>

#include "scenario/steps.hpp"

namespace mdsync::scenario {

namespace {

constexpr Instant kYear2038{Millis{2'145'916'800'000}};
constexpr Instant kYear1970{Millis{0}};
constexpr Instant kYear10000{Millis{253'402'300'800'000}};

constexpr Field kUntil[] = {{"until", Shape::Date, "virtual time passes until then", true}};
constexpr Table kUntilTable{"\"wait\"", kUntil};

}  // namespace

bool isTrusted(const Zone& zone, Instant t) {
    if (t >= kYear10000) return false;
    return !zone.named() || (t >= kYear1970 && t < kYear2038);
}

void StepReader::readWait(const Value& value, Step& out) {
    if (value.kind == ValueKind::Text) {
        const auto duration = scope_.duration(value);
        if (!duration) return;
        out.wait = *duration;
        return passTime(now_ + *duration, value);
    }
    const Fields fields = scope_.fields(value, kUntilTable, value.place);
    const Value& until = fields["until"];
    if (!until.usable()) return;
    out.until = scope_.date(until);
    if (!out.until) return;
    if (*out.until < now_) {
        scope_.fault(
            Mistake::ImpossibleStep, until, "this moment has certainly passed",
            fmt::format("it is {} or later here", spellInstant(now_, case_.header.app.timezone.offsetAt(now_))));
        return;
    }
    passTime(*out.until, until);
}

void StepReader::passTime(Instant atLeast, const Value& value) {
    const Zone& zone = case_.header.app.timezone;
    if (!isTrusted(zone, atLeast)) {
        scope_.fault(Mistake::OutOfRange, value,
                     zone.named() ? fmt::format("with the time zone {} a run lies in 1970..2037", zone.name())
                                  : "a run ends before the year 10000");
        return;
    }
    now_ = atLeast;
}

}  // namespace mdsync::scenario
