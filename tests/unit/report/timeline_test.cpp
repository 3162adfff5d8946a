// Timeline: the ladder, its columns and rails, and what it says where columns do not fit.
#include <doctest/doctest.h>

#include "mdsync/timeline.hpp"

using namespace mdsync;

namespace {

constexpr DeviceId kPhone{0U};
constexpr DeviceId kPixel{1U};

// alice/phone and bob/pixel, and events added one by one.
class Story {
public:
    Story() {
        trace_.header.t = Instant{std::chrono::milliseconds{1714525200000}};
        trace_.header.addUser("alice");
        trace_.header.addDevice("phone", Platform::Android);
        trace_.header.addUser("bob");
        trace_.header.addDevice("pixel", Platform::Android);
        trace_.header.groups.push_back({"team", {UserId{0U}, UserId{1U}}});
    }

    Event& add(EventKind kind, int milliseconds, DeviceId device = {}) {
        Event& event = trace_.events.emplace_back();
        event.kind = kind;
        event.device = device;
        event.t = trace_.header.t + std::chrono::milliseconds{milliseconds};
        return event;
    }
    Event& message(EventKind kind, int milliseconds, DeviceId device = {}) {
        Event& event = add(kind, milliseconds, device);
        event.message = trace_.lexicon.messages.intern("m1");
        return event;
    }
    TextId text(const std::string& words) { return trace_.lexicon.texts.intern(words); }
    Trace& trace() { return trace_; }
    [[nodiscard]] std::string draw(const View& view = {}) const {
        return drawLadder({trace_, result_}, {.view = view});
    }
    CaseResult& result() { return result_; }

private:
    Trace trace_;
    CaseResult result_;
};

}  // namespace

TEST_CASE("a ladder shows who did what, with a rail for who is online") {
    Story story;
    story.add(EventKind::Online, 20, kPhone).origin = 1;
    story.add(EventKind::Online, 40, kPixel).origin = 1;
    story.add(EventKind::Settled, 60).origin = 1;
    Event& send = story.message(EventKind::Send, 80, kPixel);
    send.origin = 2;
    send.to = Address::of(UserId{0U});
    send.payloadKind = PayloadKind::Text;
    send.text = story.text("hi");
    story.message(EventKind::Accept, 90).origin = 2;
    Event& receive = story.message(EventKind::Receive, 100, kPhone);
    receive.origin = 2;
    receive.via = Via::Live;
    Event& offline = story.add(EventKind::Offline, 120, kPhone);
    offline.reason = OfflineReason::Replaced;
    offline.by = kPixel;
    offline.origin = 3;
    story.add(EventKind::CaughtUp, 130, kPixel).origin = 3;
    CHECK(story.draw() ==
          "2024-05-01 (+08:00)\n"
          "                     server            alice/phone  bob/pixel\n"
          "   :1  09:00:00.020                    online\n"
          "       09:00:00.040                    |            online\n"
          "       09:00:00.060  ----------------  |            |\n"
          "   :2  09:00:00.080                    |            send m1 to alice \"hi\"\n"
          "       09:00:00.090  accepts m1        |            |\n"
          "       09:00:00.100                    m1 live      |\n"
          "   :3  09:00:00.120                    offline (replaced by bob/pixel)\n"
          "       09:00:00.130                                 caught up\n");
}

TEST_CASE("long pauses and new days are named") {
    Story story;
    story.add(EventKind::Online, 0, kPhone);
    story.add(EventKind::Settled, 25 * 3600 * 1000);
    const std::string text = story.draw();
    CHECK(text.find("... 1d1h later\n") != std::string::npos);
    CHECK(text.find("2024-05-02 (+08:00)\n") != std::string::npos);
}

TEST_CASE("devices that do nothing have no column") {
    Story story;
    story.add(EventKind::Online, 0, kPhone);
    CHECK(story.draw().find("bob/pixel") == std::string::npos);
}

TEST_CASE("many devices stand under their user's name, and more have rails, with the words behind") {
    Story story;
    const auto addTabs = [&](unsigned from, unsigned to) {
        for (unsigned i = from; i < to; ++i) {
            story.trace().header.addDevice("tab" + std::to_string(i), Platform::Web);
            story.add(EventKind::Online, 10, DeviceId{i});
        }
    };
    story.add(EventKind::Online, 0, kPhone);
    addTabs(2, 14);
    CHECK(story.draw().find("                     server    phone   tab2    tab3") != std::string::npos);
    CHECK(story.draw().find("                               alice   bob\n") != std::string::npos);
    addTabs(14, 20);
    CHECK(story.draw().find("server") == std::string::npos);
    CHECK(story.draw().find(" * bob/tab2 online\n") == std::string::npos);
    CHECK(story.draw().find("| | | | | | | | | | | | | | | | | | *  bob/tab19 online\n") != std::string::npos);
    addTabs(20, 200);
    CHECK(story.draw().find("09:00:00.010  bob/tab199 online\n") != std::string::npos);
}

TEST_CASE("who receives a message at one moment shares a line, if the words fit") {
    Story story;
    story.add(EventKind::Online, 0, kPhone);
    story.message(EventKind::Receive, 10, kPhone).via = Via::Live;
    story.message(EventKind::Receive, 10, kPixel).via = Via::Live;
    story.message(EventKind::Receive, 20, kPhone).via = Via::Compensation;
    story.message(EventKind::Receive, 20, kPixel).via = Via::Compensation;
    const std::string text = story.draw();
    CHECK(text.find("  m1 live      m1 live\n") != std::string::npos);
    CHECK(text.find("  m1 compensation\n                                          m1 compensation\n") ==
          std::string::npos);
}

TEST_CASE("the violated rule stands beneath its event, and what did not come in its column") {
    Story story;
    story.add(EventKind::Online, 0, kPhone);
    story.add(EventKind::Online, 0, kPixel);
    story.message(EventKind::Accept, 10);
    story.add(EventKind::Settled, 20);
    ReportedViolation lost;
    lost.rule = RuleId::OnlineReceived;
    lost.event = 3;
    lost.device = "alice/phone";
    lost.message = "m1";
    lost.text = "alice/phone did not receive m1";
    story.result().violations.push_back(lost);
    lost.rule = RuleId::LimitPerClass;
    lost.event = 1;
    lost.device = "bob/pixel";
    lost.message.clear();
    lost.text = "one too many";
    story.result().violations.push_back(lost);
    const std::string text = story.draw();
    CHECK(text.find("!      09:00:00.000                    |            online\n! limit.per-class: one too many\n") !=
          std::string::npos);
    CHECK(text.find("!      09:00:00.020                    ✗ m1 missing |\n! online.received: alice/phone did") !=
          std::string::npos);
}

TEST_CASE("around failures the rest is counted, and nothing is drawn of what passed") {
    Story story;
    CHECK(story.draw({.isAroundFailures = true}) == "nothing happened\n");
    for (int i = 0; i < 20; ++i) story.message(EventKind::Receive, 10 * i, kPhone);
    story.add(EventKind::Online, 200, kPixel);
    CHECK(story.draw({.isAroundFailures = true}).empty());
    ReportedViolation alone;
    alone.rule = RuleId::LimitPerClass;
    alone.event = 20;
    alone.device = "bob/pixel";
    story.result().violations.push_back(alone);
    const std::string text = story.draw({.isAroundFailures = true});
    CHECK(text.find("... 17 events\n") != std::string::npos);
    CHECK(text.find("! limit.per-class") != std::string::npos);
}

TEST_CASE("settings, memberships, recalls and refusals are told in words") {
    Story story;
    Event& set = story.add(EventKind::Set, 0);
    set.annex = 0;
    set.refused = true;
    set.code = story.text("mdsync:range");
    story.trace().annex.settings.emplace_back().compensationDays = 8;
    Event& join = story.add(EventKind::Join, 1);
    join.to = Address::of(GroupId{0U});
    join.user = UserId{1U};
    story.message(EventKind::Recall, 2).user = UserId{0U};
    story.message(EventKind::RecallReject, 3).code = story.text("mdsync:unknown");
    story.add(EventKind::Sync, 4).enabled = true;
    Event& list = story.add(EventKind::CaughtUp, 5, kPhone);
    list.annex = 0;
    CatchUp& catchUp = story.trace().annex.catchUps.emplace_back();
    catchUp.count = 2;
    catchUp.hasConversations = true;
    catchUp.conversations = {Address::of(UserId{1U}), Address::of(GroupId{0U})};
    story.add(EventKind::Note, 6).text = story.text("look \x1b here");
    const std::string text = story.draw();
    for (const char* words : {"set compensationDays=8 refused (mdsync:range)", "bob joins group:team",
                              "recall m1 for alice", "rejects recall of m1 (mdsync:unknown)", "sync enable",
                              "caught up (2) list: bob group:team", "note: look ? here"}) {
        CHECK_MESSAGE(text.find(words) != std::string::npos, words);
    }
}

TEST_CASE("an empty trace says so") {
    CHECK(drawLadder({Trace{}, CaseResult{}}, {}) == "nothing happened\n");
}
