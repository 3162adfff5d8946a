// InOrder: results leave in the order of mention, whoever was first.
#include "run/in_order.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace mdsync;

namespace {

CaseResult named(const std::string& id) {
    CaseResult result;
    result.id = id;
    return result;
}

}  // namespace

TEST_CASE("a result is handed on as soon as all before it are there") {
    std::vector<std::string> seen;
    InOrder order([&](std::size_t, const CaseResult& result) {
        seen.push_back(result.id);
        return true;
    });
    order.ended(1, named("b"));
    CHECK(seen.empty());
    order.ended(0, named("a"));
    CHECK(seen == std::vector<std::string>{"a", "b"});
    order.ended(3, named("d"));  // c was interrupted
    CHECK(seen.size() == 2);
    order.finish();
    CHECK(seen == std::vector<std::string>{"a", "b", "d"});
    CHECK(order.taken() == 3);
}

TEST_CASE("once it is enough, nothing that stands behind is taken, though it ended before") {
    InOrder order([](std::size_t number, const CaseResult&) { return number < 1; });
    order.ended(2, named("c"));
    order.ended(0, named("a"));
    CHECK_FALSE(order.enough());
    order.ended(1, named("b"));
    CHECK(order.enough());
    order.finish();
    CHECK(order.taken() == 2);
}
