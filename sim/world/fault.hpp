// Fault: how a known-bad server differs from the reference server, and how each decision is asked for.
//
// A fault replaces decisions. What it decides instead holds within the scope of its mutant only; whenever it comes out
// otherwise than the right decision, that is noted (State::activated). Few faults are not a decision but something that
// the server does besides (a Deed), and few look at something that no right server looks at (Memory).
#pragma once

#include <type_traits>

#include "base/encoder.hpp"
#include "mdsync/lexicon.hpp"
#include "world/decisions.hpp"

namespace mdsync::world {

// What a wrong server does at certain moments, where the reference server does nothing.
struct Deeds {
    void (*atStart)(State& s, Lexicon& words) = nullptr;
    void (*afterAcceptance)(State& s, MessageId m) = nullptr;
    void (*afterRecall)(State& s, MessageId m) = nullptr;
    void (*atSecondRecall)(State& s, MessageId m) = nullptr;
    void (*afterSetting)(State& s) = nullptr;
    void (*afterJoin)(State& s, GroupId g, UserId u) = nullptr;
    void (*afterEntry)(State& s, RoomId r, DeviceId d) = nullptr;  // into a chatroom
    void (*atLogin)(State& s, DeviceId d) = nullptr;
    void (*afterRefusal)(State& s, DeviceId d) = nullptr;
    void (*atEnd)(State& s, DeviceId d, OfflineReason reason) = nullptr;
    bool (*insteadOfSending)(State& s, DeviceId d) = nullptr;  // whether it did something instead
    void (*atRestart)(State& s) = nullptr;
};

// What only this server looks at, as bytes, so that search tells states apart that differ in it (canonical.hpp).
struct Memory {
    void (*ofSettings)(const State& s, Encoder& out) = nullptr;
    void (*ofMessage)(const State& s, const Message& m, Encoder& out) = nullptr;
    void (*ofGroup)(const State& s, const Group& g, const Naming& names, Encoder& out) = nullptr;
    void (*ofRoom)(const State& s, const Room& r, const Naming& names, Encoder& out) = nullptr;
    void (*ofDevice)(const State& s, DeviceId d, Encoder& out) = nullptr;
};

struct Fault {
    Decisions decisions;
    Deeds deeds;
    Memory memory;
};

// The facts of a case that the Scope of a mutant may ask for.
struct Facts {
    std::optional<DeviceClass> deviceClass{};
    std::optional<AddressKind> target{};
};

// Whether a wrong decision in this case is within the mutant's scope. May draw.
[[nodiscard]] bool isCovered(State& s, const Facts& facts);

// For a deed: the same, and notes that it makes a difference.
[[nodiscard]] bool strays(State& s, const Facts& facts = {});

// ---- Asking ---------------------------------------------------------------------------------------------------------

// A decision about a message is in the scope of its kind of conversation, one about a device in that of its class; of
// several devices the first counts, whom the decision is for.
template <class T>
void addFacts(Facts& facts, const State& s, const T& about) {
    const auto addClass = [&](DeviceClass c) {
        if (!facts.deviceClass) facts.deviceClass = c;
    };
    if constexpr (std::is_same_v<T, DeviceId>) {
        addClass(s.at(about).deviceClass);
    } else if constexpr (std::is_same_v<T, Reach> || std::is_same_v<T, Login>) {
        addClass(s.at(about.device).deviceClass);
    } else if constexpr (std::is_same_v<T, DeviceClass>) {
        addClass(about);
    } else if constexpr (std::is_same_v<T, Message> || std::is_same_v<T, Op>) {
        facts.target = about.to.kind;
    }
}

// What a known-bad server decides, where the right decision is `usual`.
template <auto Entry, class Usual, class... About>
[[gnu::noinline]] Usual decideWrongly(State& s, Usual usual, const About&... about) {
    const auto decision = s.policy.mutant->fault->decisions.*Entry;
    if (decision == kReference.*Entry) return usual;
    Usual other = decision(s, about...);
    if (other == usual) return usual;
    Facts facts;
    (addFacts(facts, s, about), ...);
    if (!isCovered(s, facts)) return usual;
    s.activated = true;
    return other;
}

// What the server decides: decide<&Decisions::serviceOn>(s). Everything else in this room asks like that. A right
// decision is called directly, so that the reference server pays nothing for the others.
template <auto Entry, class... About>
auto decide(State& s, const About&... about) {
    auto usual = (kReference.*Entry)(s, about...);
    if (s.policy.mutant == nullptr) [[likely]]
        return usual;
    return decideWrongly<Entry>(s, std::move(usual), about...);
}

// Lets a known-bad server do its deed of this moment: perform<&Deeds::atLogin>(s, d).
template <auto Moment, class... About>
void perform(State& s, About&&... about) {
    if (s.policy.mutant == nullptr) [[likely]]
        return;
    if (const auto deed = s.policy.mutant->fault->deeds.*Moment) deed(s, about...);
}

}  // namespace mdsync::world
