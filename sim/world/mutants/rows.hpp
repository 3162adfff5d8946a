// Rows of the table of known-bad servers: each is the reference server with a decision replaced.
//
// A row says what the server does wrong, which rules must notice, and, beside it, what it decides instead. A row with a
// scope is partial: wrong in some cases only, which is how real servers are wrong. Each family of rules has its file of
// rows; table.cpp puts them in order, at least one row for every rule.
#pragma once

#include <string_view>
#include <vector>

#include "mdsync/policy.hpp"
#include "world/fault.hpp"

namespace mdsync::world {

struct Row {
    std::string_view name;
    std::string_view breaks;
    std::vector<std::string_view> expected;  // the rules of which one must catch it
    Scope scope{};
    Decisions decisions{};  // those that are replaced; the others are right
    Deeds deeds{};
    Memory memory{};
};

// ---- Scopes ---------------------------------------------------------------------------------------------------------

[[nodiscard]] constexpr Scope only(DeviceClass deviceClass) {
    return Scope{deviceClass, std::nullopt, 1};
}
[[nodiscard]] constexpr Scope only(AddressKind target) {
    return Scope{std::nullopt, target, 1};
}
[[nodiscard]] constexpr Scope oneIn(std::uint32_t number) {
    return Scope{std::nullopt, std::nullopt, number};
}

// ---- By family ------------------------------------------------------------------------------------------------------

[[nodiscard]] std::vector<Row> offRows();
[[nodiscard]] std::vector<Row> onlineRows();
[[nodiscard]] std::vector<Row> limitRows();
[[nodiscard]] std::vector<Row> webRows();
[[nodiscard]] std::vector<Row> statusRows();
[[nodiscard]] std::vector<Row> serviceRows();
[[nodiscard]] std::vector<Row> compensationRows();
[[nodiscard]] std::vector<Row> recallRows();
[[nodiscard]] std::vector<Row> apiRows();
[[nodiscard]] std::vector<Row> chatroomRows();
[[nodiscard]] std::vector<Row> deliveryRows();
[[nodiscard]] std::vector<Row> wholeRows();  // wrong in everything at once

}  // namespace mdsync::world
