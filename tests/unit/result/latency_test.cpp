// Latency: percentiles by nearest rank, and the bounds that a run must keep.
#include <doctest/doctest.h>

#include "mdsync/latency.hpp"

using namespace mdsync;

TEST_CASE("a percentile is a time that was seen") {
    Latency latency;
    for (int i = 1; i <= 100; ++i) latency.add(Millis{i});
    CHECK(latency.percentile(500) == Millis{50});
    CHECK(latency.percentile(990) == Millis{99});
    CHECK(latency.percentile(1000) == Millis{100});
    Latency one;
    one.add(Millis{7});
    CHECK(one.percentile(10) == Millis{7});
    CHECK(one.percentile(1000) == Millis{7});
}

TEST_CASE("a bound names a percentile, and deliveries are meant unless it says otherwise") {
    CHECK(spell(findLatencyBound("p99=500ms").value()) == "delivery.p99=500ms");
    CHECK(spell(findLatencyBound("login.p50=1s").value()) == "login.p50=1s");
    CHECK(spell(findLatencyBound("catch-up.max=5s").value()) == "catch-up.max=5s");
    CHECK(findLatencyBound("p99.9=1s").value().permille == 999);
    for (const char* wrong :
         {"", "p99", "99=1s", "p0=1s", "p100=1s", "p99=soon", "logins.p50=1s", "p99.99=1s", "p=1s"}) {
        CHECK_MESSAGE(!findLatencyBound(wrong), wrong);
    }
}

TEST_CASE("what was never measured keeps no bound") {
    Latencies latencies;
    const LatencyBound bound = findLatencyBound("p99=500ms").value();
    CHECK(whyExceeded(bound, latencies) == "no delivery was measured");
    latencies[0].add(Millis{500}, 99);
    CHECK(whyExceeded(bound, latencies).empty());
    latencies[0].add(Millis{612}, 2);
    CHECK(whyExceeded(bound, latencies) == "the p99 of 101 deliveries is 612ms, and 500ms is allowed");
}
