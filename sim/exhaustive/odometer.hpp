// Odometer: all outcomes of the draws of one transition, one after the other.
//
// The transition is made again from the same state for each reading: the first draws repeat the reading, those beyond
// it answer 0 and are added. What is left to a wrong server is "one case in so many": it asks for the last of `bound`
// only, so that of a server's draw the first and the last value stand for all.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "mdsync/choices.hpp"

namespace mdsync::search {

class Odometer {
public:
    // From the start: the next transition.
    void clear() {
        digits_.clear();
        read_ = 0;
    }
    // The readings given, for making a transition again.
    void set(const std::vector<std::uint32_t>& values) {
        clear();
        for (const std::uint32_t value : values) digits_.push_back({value, value + 1});
    }
    std::uint32_t draw(std::uint32_t alternatives) {
        if (read_ == digits_.size()) digits_.push_back({0, alternatives});
        return digits_[read_++].value;
    }
    // On to the next reading; false if that was the last.
    bool next() {
        read_ = 0;
        while (!digits_.empty() && digits_.back().value + 1 >= digits_.back().alternatives) digits_.pop_back();
        if (digits_.empty()) return false;
        ++digits_.back().value;
        return true;
    }
    [[nodiscard]] std::vector<std::uint32_t> values() const {
        std::vector<std::uint32_t> values;
        for (const Digit& digit : digits_) values.push_back(digit.value);
        return values;
    }

private:
    struct Digit {
        std::uint32_t value = 0;
        std::uint32_t alternatives = 1;
    };
    std::vector<Digit> digits_;
    std::size_t read_ = 0;
};

// A world's draws, answered by an odometer that outlives it.
class OdometerChoices final : public Choices {
public:
    explicit OdometerChoices(Odometer& odometer) : odometer_(&odometer) {}
    std::uint32_t draw(Stream stream, std::uint32_t bound, Label) override {
        const bool server = static_cast<std::uint64_t>(stream) >> 32U == static_cast<std::uint64_t>(Purpose::Server);
        if (!server || bound <= 2) return odometer_->draw(bound);
        return odometer_->draw(2) == 0 ? 0 : bound - 1;
    }
    [[nodiscard]] std::unique_ptr<Choices> clone() const override { return std::make_unique<OdometerChoices>(*this); }

private:
    Odometer* odometer_;
};

}  // namespace mdsync::search
