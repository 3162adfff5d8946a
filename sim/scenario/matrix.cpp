#include "scenario/matrix.hpp"

#include <fmt/format.h>

#include "scenario/names.hpp"
#include "scenario/scope.hpp"

namespace mdsync::scenario {

Matrix::Matrix(const json::Document& document, const json::Node* node, Mistakes& mistakes)
    : document_(document), mistakes_(mistakes) {
    if (node == nullptr) return;
    if (node->kind == json::Kind::Object) {
        readLists(*node);
    } else if (node->kind == json::Kind::List) {
        readEntries(*node);
    } else {
        fail(Mistake::WrongType, node->place, "\"matrix\" takes an object of lists or a list of objects");
    }
    if (broken_) {
        size_ = 1;
        lists_.clear();
        entries_.clear();
    }
}

void Matrix::fail(Mistake what, Place place, std::string message, std::string hint) {
    broken_ = true;
    mistakes_.add(what, place, std::move(message), std::move(hint));
}

std::size_t Matrix::slotOf(std::string_view key) const {
    std::size_t slot = 0;
    while (slot < keys_.size() && keys_[slot] != key) ++slot;
    return slot;
}

// False if there are so many that it makes no sense to go on.
bool Matrix::addKey(const json::Node& node) {
    const std::string_view key = document_.key(node);
    if (!isName(key) || key.find_first_of("=#$") != std::string_view::npos) {
        fail(Mistake::BadName, node.keyPlace(), fmt::format("{} can't be a matrix key", quoted(key)),
             "1..64 bytes without blanks and / : { } * , = # $");
    }
    if (slotOf(key) < keys_.size()) return true;
    if (keys_.size() == kMostKeys) {
        fail(Mistake::TooLarge, node.keyPlace(), fmt::format("the matrix has more than {} keys", kMostKeys));
        return false;
    }
    keys_.push_back(key);
    places_.push_back(node.keyPlace());
    return true;
}

void Matrix::refuseVariables(const json::Node& node) {
    if (node.kind == json::Kind::String && document_.text(node).find("${") != std::string_view::npos) {
        fail(Mistake::BadSubstitution, node.place, "the matrix can't refer to a variable");
    }
    for (const json::Node& child : document_.children(node)) refuseVariables(child);
}

void Matrix::readLists(const json::Node& node) {
    if (document_.children(node).empty())
        fail(Mistake::OutOfRange, node.place, "the matrix is empty", "remove it, or name a key");
    std::size_t product = 1;
    for (const json::Node& list : document_.children(node)) {
        if (!addKey(list)) return;
        refuseVariables(list);
        if (list.kind != json::Kind::List) {
            fail(Mistake::WrongType, list.place,
                 fmt::format("the matrix key {} takes a list", quoted(document_.key(list))),
                 "each value is one case: [1, 2, 7]");
            continue;
        }
        if (document_.children(list).empty()) {
            fail(Mistake::OutOfRange, list.place,
                 fmt::format("the matrix key {} has no values", quoted(document_.key(list))));
            continue;
        }
        product = product > kMostCases ? product : product * document_.children(list).size();
        if (product > kMostCases) continue;
        std::vector<const json::Node*>& values = lists_.emplace_back();
        for (const json::Node& value : document_.children(list)) values.push_back(&value);
    }
    if (product > kMostCases) {
        fail(Mistake::TooLarge, node.keyPlace(), fmt::format("the matrix has more than {} cases", kMostCases));
    }
    size_ = product;
}

void Matrix::readEntries(const json::Node& node) {
    if (document_.children(node).empty())
        fail(Mistake::OutOfRange, node.place, "the matrix is empty", "remove it, or name an entry");
    if (document_.children(node).size() > kMostCases) {
        return fail(Mistake::TooLarge, node.keyPlace(), fmt::format("the matrix has more than {} cases", kMostCases));
    }
    for (const json::Node& entry : document_.children(node)) {
        if (mistakes_.full()) return;
        if (entry.kind != json::Kind::Object) {
            fail(Mistake::WrongType, entry.place, "an entry of the matrix is an object: { \"days\": 2 }");
            continue;
        }
        if (document_.children(entry).empty())
            fail(Mistake::OutOfRange, entry.place, "this entry of the matrix is empty");
        refuseVariables(entry);
        entries_.push_back(&entry);
        for (const json::Node& value : document_.children(entry)) {
            if (!addKey(value)) return;
        }
    }
    for (const json::Node* entry : entries_) checkEntry(*entry);
    size_ = entries_.size();
}

// Every entry has every key: a variable that is there in some cases only would be a mistake in the others.
void Matrix::checkEntry(const json::Node& entry) {
    const std::size_t count = document_.children(entry).size();
    if (count == 0 || count >= keys_.size()) return;
    for (const std::string_view key : keys_) {
        bool isThere = false;
        for (const json::Node& value : document_.children(entry)) isThere = isThere || document_.key(value) == key;
        if (isThere) continue;
        return fail(Mistake::MissingKey, entry.place,
                    fmt::format("this entry of the matrix lacks the key {}", quoted(key)),
                    "all entries have the same keys");
    }
}

Matrix::Choice Matrix::at(std::size_t number) const {
    Choice choice;
    if (!entries_.empty()) {
        choice.entry = entries_[number];
        for (const json::Node& value : document_.children(*choice.entry)) {
            choice.values.emplace_back(slotOf(document_.key(value)), &value);
        }
        return choice;
    }
    choice.values.resize(lists_.size());
    for (std::size_t slot = lists_.size(); slot-- > 0;) {  // the last key changes fastest
        choice.values[slot] = {slot, lists_[slot][number % lists_[slot].size()]};
        number /= lists_[slot].size();
    }
    return choice;
}

}  // namespace mdsync::scenario
