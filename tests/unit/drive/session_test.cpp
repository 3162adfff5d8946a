// Session: what is written in which order, and what begins together.
#include "drive/session.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "drive/together.hpp"

using namespace mdsync;
using Said = std::vector<std::string>;

namespace {

constexpr DeviceId kPhone{0U};
constexpr DeviceId kTab{1U};

Op op(OpKind kind, DeviceId device = kPhone) {
    Op made;
    made.kind = kind;
    made.device = device;
    return made;
}

// Writes down what the session does, and answers as it is told.
class Scripted {
public:
    Said said;
    Answer answer;
    bool heed = true;

    Answer start(const Op& asked) { return say("start " + std::string(spell(asked.kind))); }
    template <class Each>
    void begin(std::span<const Op* const> ops, const Each& each) {
        for (std::size_t i = 0; i < ops.size(); ++i) each(i, say("begin " + std::string(spell(ops[i]->kind))));
    }
    Answer settle() { return say("settle"); }
    Answer advance(Millis) { return say("advance"); }
    [[nodiscard]] static Instant now() { return Instant{Millis{7}}; }
    void asks(const Op& asked) { said.push_back("ask " + std::string(spell(asked.kind))); }
    void write(const Event& event) {
        CHECK(event.t == now());
        said.push_back("write " + std::string(spell(event.kind)));
    }
    void drain() { said.emplace_back("drain"); }
    [[nodiscard]] bool heeds(const Answer&) const { return heed; }
    void answered(const Op&, bool refused, const std::string& code) {
        said.push_back(refused ? "refused " + code : "answered");
    }
    Lexicon& lexicon() { return lexicon_; }
    Annex& annex() { return annex_; }

private:
    Answer say(const std::string& word) {
        said.push_back(word);
        return answer;
    }
    Lexicon lexicon_;
    Annex annex_;
};

}  // namespace

TEST_CASE("a request is written, then what happened, then what its answer means") {
    Scripted party;
    Session(party).ask(op(OpKind::Login));
    CHECK(party.said == Said{"ask login", "write connect", "start login", "drain", "answered"});
    party.said.clear();
    party.answer = {Answer::Kind::Refused, "31010", false};
    Session(party).ask(op(OpKind::Login));
    CHECK(party.said == Said{"ask login", "write connect", "start login", "drain", "write refused", "refused 31010"});
}

TEST_CASE("requests that begin together are all written before the first is answered") {
    Scripted party;
    const Op login = op(OpKind::Login, kTab);
    const Op reinstall = op(OpKind::Reinstall);
    const Op* const both[] = {&login, &reinstall};
    Session(party).begin(both);
    CHECK(party.said == Said{"ask login", "write connect", "ask reinstall", "begin login", "drain", "answered",
                             "begin reinstall", "drain", "write reinstall", "answered", "drain"});
}

TEST_CASE("a moment at which a hold holds something back is not a settled one") {
    Scripted party;
    CHECK(Session(party).settle());
    CHECK(party.said == Said{"settle", "drain", "write settled"});
    party.said.clear();
    party.answer.held = true;
    CHECK_FALSE(Session(party).settle());
    CHECK(party.said == Said{"settle", "drain"});
}

TEST_CASE("of a system that gave up nothing more is written") {
    Scripted party;
    party.heed = false;
    Session(party).ask(op(OpKind::Reinstall));
    CHECK(party.said == Said{"ask reinstall", "start reinstall", "drain"});
}

TEST_CASE("of actions that begin together only those are impossible that no other one can make possible") {
    Step step;
    step.kind = StepKind::Concurrently;
    step.actions = {{op(OpKind::Logout), {}}, {op(OpKind::Logout, kTab), {}}, {op(OpKind::Login, kTab), {}}};
    std::vector<const Action*> order;
    std::vector<const Action*> left;
    sortOut(step, Presence(2), order, left);
    REQUIRE(left.size() == 1);
    CHECK(left[0]->op.device == kPhone);
    CHECK(order.size() == 2);
}
