// Threads: every piece of work once, whatever the number of threads.
#include <doctest/doctest.h>

#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>
#include <latch>
#include <stdexcept>

#include "mdsync/run.hpp"

using namespace mdsync;

TEST_CASE("every number is worked on once, with any number of threads") {
    const std::atomic<bool> never{false};
    for (const unsigned jobs : {0U, 1U, 3U, 64U}) {
        std::vector<std::atomic<int>> times(100);
        inParallel(jobs, times.size(), never, [&](std::size_t i) { ++times[i]; });
        for (const std::atomic<int>& count : times) CHECK(count == 1);
    }
}

TEST_CASE("nobody works before all are started") {
    // Else the first would work while what is left of the memory is kept from them.
    const std::atomic<bool> never{false};
    std::atomic_flag isFirstIn;
    std::latch counted(1);  // nobody leaves before
    std::ptrdiff_t threads = 0;
    const auto countThreads = [&]() -> std::function<void(std::size_t)> {
        if (!isFirstIn.test_and_set()) {
            const std::filesystem::directory_iterator tasks("/proc/self/task");
            threads = std::distance(begin(tasks), end(tasks));
            counted.count_down();
        }
        counted.wait();
        return [](std::size_t) {};
    };
    inParallel(16, 16, never, countThreads);
    CHECK(threads >= 16 + 1);
}

TEST_CASE("nothing to do is done at once") {
    const std::atomic<bool> never{false};
    inParallel(4, 0, never, [](std::size_t) { FAIL("called"); });
}

TEST_CASE("a stop starts nothing more") {
    std::atomic<bool> stop{false};
    std::atomic<int> done{0};
    inParallel(1, 100, stop, [&](std::size_t i) {
        ++done;
        if (i == 9) stop = true;
    });
    CHECK(done == 10);
}

TEST_CASE("the first exception by number comes out") {
    const std::atomic<bool> never{false};
    const auto work = [](std::size_t i) {
        if (i % 2 == 1) throw std::runtime_error(std::to_string(i));
    };
    CHECK_THROWS_WITH(inParallel(4, 10, never, work), "1");
}

TEST_CASE("a signal sets the flag and is remembered") {
    const Interrupt interrupt;
    CHECK(interrupt.signal() == 0);
    REQUIRE(::kill(::getpid(), SIGTERM) == 0);
    while (!interrupt.flag().load()) continue;
    CHECK(interrupt.signal() == SIGTERM);
}

TEST_CASE("readings are read, and what is wrong with one is said") {
    ReadingChoice choice;
    CHECK(addReading("window=rolling", choice).empty());
    CHECK(choice.window == WindowReading::Rolling);
    CHECK(addReading("switch-delay=15m", choice).empty());
    CHECK(choice.switchDelay == std::chrono::minutes{15});
    CHECK(addReading("group-status-path=seed", choice).empty());
    CHECK(choice.groupStatusPath == GroupStatusPath::Seed);
    CHECK(addReading("window=daily", choice) == "window is calendar, rolling or any, not \"daily\"");
    CHECK(addReading("windw=any", choice) == "unknown reading \"windw\"; did you mean \"window\"?");
    CHECK(addReading("switch-delay=soon", choice) == "switch-delay is a duration such as 30m, not \"soon\"");
    CHECK(addReading("window", choice) == "\"window\" is not of the form NAME=VALUE");
}
