// RunHash: a number over the content of all events of a run, in order.
#include "drive/run_hash.hpp"

#include <fmt/format.h>

#include <bit>

namespace mdsync {

namespace {

std::uint64_t number(Address address) {
    return (static_cast<std::uint64_t>(address.kind) << 32U) | address.number;
}

std::uint64_t number(const std::optional<std::int64_t>& value) {
    return value ? std::bit_cast<std::uint64_t>(*value) : 0xfeed'0000'0000'0001ULL;
}

}  // namespace

// The finisher of splitmix64, over a running sum.
void RunHash::mix(std::uint64_t word) {
    std::uint64_t h = (hash_ ^ word) + 0x9e3779b97f4a7c15ULL;
    h = (h ^ (h >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    h = (h ^ (h >> 27U)) * 0x94d049bb133111ebULL;
    hash_ = h ^ (h >> 31U);
}

template <class WordId>
void RunHash::mixWord(WordId id, const Words<WordId>& words, std::vector<std::uint64_t>& known) {
    if (!id.exists()) return mix(0);
    while (known.size() <= id.index()) known.push_back(fingerprint(words[WordId{known.size()}]));
    mix(known[id.index()]);
}

void RunHash::mix(const CatchUp& catchUp) {
    mix(catchUp.count.value_or(0));
    mix(catchUp.hasConversations ? catchUp.conversations.size() + 1 : 0);
    for (const Address& address : catchUp.conversations) mix(number(address));
}

void RunHash::mix(const SettingsChange& change) {
    mix(number(change.compensationDays));
    mix(number(change.offlineDays));
    mix(number(change.mobileLimit));
    mix(number(change.miniprogramLimit));
    mix(change.prepaid ? 1U + static_cast<unsigned>(*change.prepaid) : 0U);
}

void RunHash::add(const Event& event, const Lexicon& lexicon, const Annex& annex) {
    mix(std::bit_cast<std::uint64_t>(std::int64_t{event.t.time_since_epoch().count()}));
    mix((static_cast<std::uint64_t>(event.kind) << 0U) | (static_cast<std::uint64_t>(event.reason) << 8U) |
        (static_cast<std::uint64_t>(event.via) << 16U) | (static_cast<std::uint64_t>(event.payloadKind) << 24U) |
        (static_cast<std::uint64_t>(event.api) << 32U) | (static_cast<std::uint64_t>(event.includeSender) << 40U) |
        (static_cast<std::uint64_t>(event.enabled) << 41U) | (static_cast<std::uint64_t>(event.refused) << 42U));
    mix((static_cast<std::uint64_t>(event.device.value) << 32U) | event.user.value);
    mix((static_cast<std::uint64_t>(event.by.value) << 32U));
    mix(number(event.to));
    mix(event.payload);
    mixWord(event.message, lexicon.messages, messages_);
    mixWord(event.type, lexicon.texts, texts_);
    mixWord(event.code, lexicon.texts, texts_);
    if (event.kind == EventKind::Note) mixWord(event.text, lexicon.texts, texts_);
    if (event.annex == Event::kNoAnnex) return;
    if (event.kind == EventKind::CaughtUp) mix(annex.catchUps[event.annex]);
    if (event.kind == EventKind::Set) mix(annex.settings[event.annex]);
}

std::string RunHash::hex() const {
    return fmt::format("{:016x}", hash_);
}

}  // namespace mdsync
