// Witness: hears what each rule says while a trace is judged, for those who explain a judgement. Nothing is judged by it.
//
// bob's m1 reaches alice/mac: the witness hears each ban that is asked about it, in order, until one is broken. alice/mac
// was owed m1 and lapsed: it hears the duty, what it was about, and that it lapsed.
#pragma once

#include <string>

#include "rules/rule.hpp"

namespace mdsync::rules {

class Witness {
public:
    Witness() = default;
    Witness(const Witness&) = delete;
    Witness& operator=(const Witness&) = delete;
    virtual ~Witness() = default;

    // A ban was asked about what arrived with the event at hand. Yes: it is broken, and no further one is asked.
    virtual void hear(const Ban& ban, const Arrival& arrival, Tri broken) = 0;
    // A duty was looked at. Broken: a violation, unless the trace ended (`atEnd`), which leaves it open.
    virtual void hear(const Duty& duty, const Claim& claim, Outcome outcome, bool atEnd) = 0;
    // A rule about connections was asked: `about` is `the login of alice/tab11, 11 of 10`, `says` the violation, if there
    // is one.
    virtual void hear(RuleId rule, const std::string& about, Outcome outcome, const std::string& says) = 0;
};

}  // namespace mdsync::rules
