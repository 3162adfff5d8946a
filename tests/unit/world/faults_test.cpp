// The network, holds, drops, restarts; and that a world is a deterministic value.
#include <doctest/doctest.h>

#include "stage.hpp"

using namespace mdsync;
using namespace mdsync::test;

namespace {

std::string numbered(const std::string& prefix, int count) {
    std::string list;
    for (int i = 0; i < count; ++i) list += (i == 0 ? "" : " ") + prefix + std::to_string(i);
    return list;
}

// A lively hour: everybody logs in, drops, sends, recalls; conditions are bad.
void play(Stage& s) {
    s.on();
    s.network(Millis{5}, Millis{200}, 50000, 20000);
    for (int round = 0; round < 8; ++round) {
        for (std::size_t i = 0; i < s.header.devices.size(); ++i) {
            const DeviceId d{i};
            const int turn = (round + static_cast<int>(i) * 7) % 5;
            Op op;
            op.device = d;
            if (turn == 0) op.kind = OpKind::Login;
            if (turn == 1) op.kind = OpKind::Drop, op.noticedAfter = seconds{round};
            if (turn == 2) op.kind = OpKind::Logout;
            if (turn >= 3) {
                op = s.sending("m" + std::to_string(round * 100 + static_cast<int>(i)), s.header.path(d),
                               turn == 3 ? "group:team" : "bob");
            }
            s.world().start(op);
            s.wait(Millis{static_cast<int>(i) * 13});
        }
        if (round == 4) s.restart();
        Op recall = s.op(OpKind::Recall);
        recall.user = s.user("alice");
        recall.message = s.msg("m" + std::to_string((round - 1) * 100 + 3));
        s.world().start(recall);
    }
    s.settle();
}

}  // namespace

TEST_CASE("a link keeps its order, however its latency varies and whatever it loses") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Stage s;
        s.seed = seed;
        s.on();
        s.logins({"alice/phone", "bob/pixel"});
        s.network(Millis{1}, Millis{500}, 200000, 200000);
        for (int i = 0; i < 50; ++i) s.startSend("m" + std::to_string(i), "alice/phone", "bob");
        s.settle();
        CHECK(s.received("bob/pixel") == numbered("m", 50));
    }
}

TEST_CASE("both orders of two concurrent sends occur within twenty seeds") {
    bool first = false;
    bool second = false;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Stage s;
        s.seed = seed;
        s.on();
        s.logins({"alice/phone", "bob/pixel", "carol/phone"});
        s.network(Millis{5}, Millis{80});
        s.startSend("m1", "alice/phone", "carol");
        s.startSend("m2", "bob/pixel", "carol");
        s.settle();
        (s.received("carol/phone") == "m1 m2" ? first : second) = true;
    }
    CHECK(first);
    CHECK(second);
}

TEST_CASE("what waits on hold arrives in order at the release") {
    Stage s;
    s.on().logins({"alice/phone", "bob/pixel"});
    s.hold("bob/pixel");
    s.send("m1", "alice/phone", "bob");
    s.send("m2", "alice/phone", "bob");
    CHECK(s.settle().held);
    CHECK(s.received("bob/pixel").empty());
    CHECK(s.send("m3", "bob/pixel", "alice").kind == Answer::Kind::Ok);
    CHECK(s.received("alice/phone") == "m3");
    s.release("bob/pixel");
    CHECK_FALSE(s.settle().held);
    CHECK(s.received("bob/pixel") == "m1 m2");
}

TEST_CASE("a hold outlives logout and login, and what waited comes with the next login") {
    Stage s;
    s.on().logins({"alice/phone", "bob/pixel"});
    s.hold("bob/pixel");
    s.send("m1", "alice/phone", "bob");
    s.logout("bob/pixel");
    CHECK_FALSE(s.settle().held);
    s.login("bob/pixel");
    CHECK(s.settle().held);
    CHECK(s.count(EventKind::CaughtUp) == 2);
    s.release("bob/pixel");
    CHECK(s.received("bob/pixel") == "m1");
}

TEST_CASE("a hold with nothing behind it holds nothing back; nor does what is past its horizon") {
    Stage s;
    s.on().logins({"alice/phone", "bob/pixel"});
    s.hold("bob/pixel");
    CHECK_FALSE(s.settle().held);
    s.send("m1", "alice/phone", "bob");
    s.wait(hours{8 * 24});
    CHECK_FALSE(s.settle().held);
    s.release("bob/pixel");
    CHECK(s.received("bob/pixel").empty());
}

TEST_CASE("an eviction acts at once on a device on hold") {
    Stage s;
    s.on().logins({"alice/phone"});
    s.hold("alice/phone");
    s.login("alice/phone2");
    CHECK_FALSE(s.online("alice/phone"));
}

TEST_CASE("until a drop is noticed the device counts as online, and what is sent to it is lost") {
    Stage s;
    s.logins({"bob/pixel", "bob/laptop", "alice/phone"});
    s.drop("bob/laptop", seconds{60});
    CHECK(s.settle().held);
    s.send("m1", "alice/phone", "bob");
    CHECK(s.online("bob/laptop"));
    CHECK(s.received("bob/pixel").empty());
    CHECK(s.send("m2", "bob/laptop", "alice").text == "mdsync:offline");
    s.wait(seconds{60});
    CHECK_FALSE(s.online("bob/laptop"));
    s.settle();
    CHECK(s.received("bob/pixel") == "m1");
}

TEST_CASE("an unnoticed drop ends with the device's own login, or with a reinstall") {
    Stage s;
    s.on().logins({"alice/phone", "bob/pixel"});
    s.drop("bob/pixel", hours{1});
    s.send("m1", "alice/phone", "bob");
    s.login("bob/pixel");
    CHECK(s.offline("bob/pixel")->reason == OfflineReason::Drop);
    CHECK(s.received("bob/pixel") == "m1");
    s.drop("bob/pixel", hours{1});
    s.reinstall("bob/pixel");
    CHECK(s.offline("bob/pixel")->reason == OfflineReason::Uninstall);
    s.wait(hours{2});
    CHECK(s.count(EventKind::Offline) == 2);
}

TEST_CASE("after a restart everybody is offline and everything durable is there") {
    Stage s;
    s.network(Millis{30}, Millis{30});
    s.logins({"alice/phone", "bob/pixel"});
    s.sync(true);
    s.wait(minutes{31});
    s.send("m1", "alice/phone", "bob");
    s.membership(OpKind::Join, "group:team", "carol");
    s.startSend("m2", "alice/phone", "bob");
    s.wait(Millis{40});
    s.restart();
    CHECK(s.count(EventKind::Offline) == 2);
    CHECK(s.offline("bob/pixel")->reason == OfflineReason::Server);
    s.logins({"bob/laptop", "alice/phone", "carol/phone"});
    CHECK(s.received("bob/laptop", Via::Compensation) == "m1");
    CHECK(s.received("bob/laptop", Via::Offline) == "m2");
    s.send("m3", "alice/phone", "group:team");
    CHECK(s.received("carol/phone") == "m3");
}

TEST_CASE("an id that was forgotten is a new message") {
    Stage s;
    s.on().logins({"alice/phone", "bob/pixel"});
    s.send("m1", "alice/phone", "bob");
    CHECK(s.send("m1", "alice/phone", "bob").text == "mdsync:used");
    s.wait(hours{8 * 24});
    CHECK(s.send("m1", "alice/phone", "bob").kind == Answer::Kind::Ok);
    CHECK(s.received("bob/pixel") == "m1 m1");
}

TEST_CASE("an id is in use while something of it waits behind a hold") {
    Stage s;
    s.on().logins({"alice/phone", "bob/pixel"});
    s.hold("bob/pixel");
    s.send("m1", "alice/phone", "bob");
    s.wait(hours{9 * 24});
    CHECK(s.send("m1", "alice/phone", "carol").text == "mdsync:used");
    s.release("bob/pixel");
    CHECK(s.send("m1", "alice/phone", "carol").kind == Answer::Kind::Ok);
    CHECK(s.received("bob/pixel").empty());
}

TEST_CASE("an id is in use while something of it is on its way, though that takes weeks") {
    Stage s;
    s.on().logins({"alice/phone", "bob/pixel"});
    s.network(hours{20 * 24}, hours{20 * 24});
    s.startSend("m1", "alice/phone", "bob");
    s.wait(hours{9 * 24});
    CHECK(s.startSend("m1", "alice/phone", "bob").text == "mdsync:used");
    s.settle();
    CHECK(s.count(EventKind::Accept) == 1);
    CHECK(s.startSend("m1", "alice/phone", "bob").kind == Answer::Kind::Ok);
    s.settle();
    CHECK(s.count(EventKind::Accept) == 2);
}

TEST_CASE("a latency may be anything up to a hundred thousand days") {
    Stage s;
    s.network(Millis{0}, hours{24 * 100'000});
    s.logins({"alice/phone"});
    CHECK(s.world().now() > s.header.t + hours{24});
}

TEST_CASE("equal seeds give equal events, and another seed others") {
    Stage a, b, c;
    c.seed = 2;
    for (Stage* s : {&a, &b, &c}) play(*s);
    CHECK(printed(a.events) == printed(b.events));
    CHECK(printed(a.events) != printed(c.events));
    CHECK(a.world().canonical() == b.world().canonical());
}

TEST_CASE("a seed and its Choices give equal events") {
    Stage a;
    Stage b;
    play(a);
    b.on();
    b.world() = World{b.header, b.lexicon, b.policy, randomChoices(1)};
    play(b);
    CHECK(printed(a.events) == printed(b.events));
}

TEST_CASE("a copy made in the middle of a run goes on like the original") {
    Stage s;
    s.on();
    s.network(Millis{5}, Millis{200}, 50000, 20000);
    s.logins({"alice/phone", "bob/pixel", "bob/laptop"});
    for (int i = 0; i < 20; ++i) s.startSend("m" + std::to_string(i), "alice/phone", "bob");
    s.wait(Millis{60});
    World copy = s.world();
    CHECK(copy.canonical() == s.world().canonical());
    World other = copy;
    for (World* world : {&copy, &other}) {
        world->start(s.op(OpKind::Drop, "bob/laptop"));
        world->settle();
    }
    CHECK(printed(copy.events()) == printed(other.events()));
    CHECK(copy.canonical() == other.canonical());
    CHECK(copy.canonical() != s.world().canonical());
}

TEST_CASE("equal states at different times have equal bytes") {
    Stage s;
    s.on().logins({"alice/phone"});
    s.wait(hours{24} - Millis{1000});
    const std::string before = s.world().canonical();
    s.wait(hours{24});
    CHECK(s.world().canonical() == before);
}

TEST_CASE("every known-bad server can be built and has rules that must catch it") {
    CHECK(mutants().size() >= 60);
    for (const Mutant& mutant : mutants()) {
        CHECK_FALSE(mutant.expected.empty());
        CHECK_FALSE(mutant.breaks.empty());
        Stage s;
        s.server("mutant:" + std::string{mutant.name});
        play(s);
        CHECK(s.policy.mutant == &mutant);
        CHECK(nameOf(s.policy) == "mutant:" + std::string{mutant.name});
    }
}

TEST_CASE("a server that does not exist is an error that says which was meant") {
    CHECK(findServer("reference"));
    CHECK(wrongServer("reference").empty());
    CHECK(nameOf(*findServer("reference:turns-at-once,off-device=earliest")) ==
          "reference:off-device=earliest,turns-at-once");
    for (const char* name :
         {"", "mutant:none", "referense", "mutant:evict-newst", "reference:turns-at-one", "mutant:"}) {
        CAPTURE(name);
        CHECK_FALSE(findServer(name));
        CHECK_FALSE(wrongServer(name).empty());
    }
    CHECK(wrongServer("mutant:evict-newst") ==
          R"(unknown server "mutant:evict-newst"; did you mean "mutant:evict-newest"?)");
    CHECK(wrongServer("reference:turns-at-one") ==
          R"(unknown server "reference:turns-at-one"; did you mean "reference:turns-at-once"?)");
}

TEST_CASE("a changed decision says whether it ever made a difference") {
    Stage s;
    s.server("mutant:evict-newest").on();
    s.logins({"alice/phone", "bob/pixel"});
    CHECK_FALSE(s.world().activated());
    Stage reference;
    play(reference);
    CHECK_FALSE(reference.world().activated());
    Stage off;
    off.server("mutant:off-delivers-to-all");
    off.logins({"bob/pixel", "bob/laptop", "alice/phone"});
    off.send("m1", "alice/phone", "bob");
    CHECK(off.world().activated());
    CHECK(off.received("bob/pixel") == "m1");
}
