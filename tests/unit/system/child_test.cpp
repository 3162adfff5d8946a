// Child: a process of ours, in a process group of its own, that never outlives us.
#include "system/child.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <string>
#include <vector>

using namespace mdsync;

namespace {

constexpr Millis kLong{20000};

// A child, and what it says until it closes its output.
class Shell {
public:
    explicit Shell(const std::string& script) : started(child.start({"sh", "-c", script})) {}
    Shell(const Shell&) = delete;
    Shell& operator=(const Shell&) = delete;
    ~Shell() {
        for (const int file : {started.input, started.output, started.errors}) {
            if (file >= 0) ::close(file);
        }
    }
    std::string read() const {
        std::string text;
        char byte = 0;
        while (::read(started.output, &byte, 1) == 1 && byte != '\n') text += byte;
        return text;
    }

    Child child;
    Child::Started started;
};

}  // namespace

TEST_CASE("a program that does not exist is told from one that fails") {
    Child child;
    CHECK(child.start({"./no-such-program"}).problem == "No such file or directory");
    Shell fails("exit 3");
    CHECK(fails.started.problem.empty());
    CHECK(fails.child.end(kLong) == "exited with code 3");
}

TEST_CASE("words are arguments as they are") {
    const Shell echo("printf '%s|' \"$0\" \"$@\"");
    CHECK(echo.read() == "sh|");
}

TEST_CASE("who exits by itself is not killed; who does not is, even if it ignores SIGTERM") {
    Shell good("read line; exit 0");
    ::close(good.started.input);
    good.started.input = -1;
    CHECK(good.child.end(kLong) == "exited with code 0");
    Shell patient("echo up; sleep 600");
    CHECK(patient.read() == "up");
    CHECK(patient.child.fate().empty());
    CHECK(patient.child.end(Millis{0}) == "was killed by signal 15");
    Shell stubborn("trap '' TERM; echo up; sleep 600; sleep 600");
    CHECK(stubborn.read() == "up");
    CHECK(stubborn.child.end(Millis{0}) == "was killed by signal 9");
    CHECK(stubborn.child.end(Millis{0}) == "was killed by signal 9");
}

TEST_CASE("a child sees the end of its input though another was started after it") {
    Shell first("cat > /dev/null; exit 7");
    Shell second("sleep 600");
    ::close(first.started.input);
    first.started.input = -1;
    CHECK(first.child.end(kLong) == "exited with code 7");
}
