// Matrix: the choices for which a scenario file runs, one case each.
//
// Combinations are numbered and made one by one, so that a product of lists may be counted before anything grows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "scenario/mistakes.hpp"

namespace mdsync::scenario {

class Matrix {
public:
    static constexpr std::size_t kMostCases = 10'000;
    static constexpr std::size_t kMostKeys = 100;

    // The matrix that `node` describes, or, for null, the one of a file without matrix: one case without choices.
    // Mistakes are reported; then the matrix is broken and has one case without choices, so that the rest can be read.
    Matrix(const json::Document& document, const json::Node* node, Mistakes& mistakes);

    struct Choice {
        std::vector<std::pair<std::size_t, const json::Node*>> values;  // slot of the key, value; in the file's order
        const json::Node* entry = nullptr;                              // of a list of objects
    };
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] Choice at(std::size_t number) const;
    [[nodiscard]] bool broken() const { return broken_; }

    // Keys by slot, and where each first stands.
    [[nodiscard]] const std::vector<std::string_view>& keys() const { return keys_; }
    [[nodiscard]] Place placeOf(std::size_t slot) const { return places_[slot]; }

private:
    void readLists(const json::Node& node);
    void readEntries(const json::Node& node);
    void checkEntry(const json::Node& entry);
    [[nodiscard]] bool addKey(const json::Node& node);
    void refuseVariables(const json::Node& node);
    void fail(Mistake what, Place place, std::string message, std::string hint = {});
    [[nodiscard]] std::size_t slotOf(std::string_view key) const;

    const json::Document& document_;
    Mistakes& mistakes_;
    std::vector<std::string_view> keys_;
    std::vector<Place> places_;
    std::vector<std::vector<const json::Node*>> lists_;  // object of lists: the values of each key
    std::vector<const json::Node*> entries_;             // list of objects
    std::size_t size_ = 1;
    bool broken_ = false;
};

}  // namespace mdsync::scenario
