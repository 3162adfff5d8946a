// The storage of messages. See message.hpp.
#include "world/message.hpp"

namespace mdsync::world {

void Messages::setPlaces(Message& m, std::uint32_t places) {
    if (places <= 64) return;
    m.wide = true;
    m.held = newBits(wordsFor(places));
    m.sent = newBits(wordsFor(places));
}

void Messages::forget(Message& m, std::uint32_t places) {
    if (m.aftermath != 0) {
        Aftermath& after = aftermaths_[m.aftermath];
        if (m.wide) {
            for (const Bits bits : {after.had, after.told, after.shown}) freeBits(bits, wordsFor(places));
        }
        after = Aftermath{};
        freeAftermaths_.push_back(m.aftermath);
    }
    if (m.wide) {
        for (const Bits bits : {m.held, m.sent}) freeBits(bits, wordsFor(places));
    }
    m = Message{};
}

Aftermath& Messages::aftermath(Message& m, std::uint32_t places) {
    if (m.aftermath == 0) {
        if (freeAftermaths_.empty()) {
            m.aftermath = static_cast<std::uint32_t>(aftermaths_.size());
            aftermaths_.emplace_back();
        } else {
            m.aftermath = freeAftermaths_.back();
            freeAftermaths_.pop_back();
        }
        Aftermath& fresh = aftermaths_[m.aftermath];
        if (m.wide) {
            for (Bits* bits : {&fresh.had, &fresh.told, &fresh.shown}) *bits = newBits(wordsFor(places));
        }
    }
    return aftermaths_[m.aftermath];
}

Bits Messages::newBits(std::uint32_t words) {
    if (words < freeWords_.size() && !freeWords_[words].empty()) {
        const Bits bits{freeWords_[words].back()};
        freeWords_[words].pop_back();
        for (std::uint32_t i = 0; i < words; ++i) words_[bits.bits + i] = 0;
        return bits;
    }
    const Bits bits{words_.size()};
    words_.resize(words_.size() + words);
    return bits;
}

void Messages::freeBits(Bits bits, std::uint32_t words) {
    if (words >= freeWords_.size()) freeWords_.resize(words + 1);
    freeWords_[words].push_back(bits.bits);
}

}  // namespace mdsync::world
