// Requests: what the tool writes for an operation is what a server reads back.
#include <doctest/doctest.h>

#include <vector>

#include "system/request_reader.hpp"
#include "system/request_writer.hpp"

using namespace mdsync;

namespace {

Header people() {
    Header header;
    header.addUser("alice");
    header.addDevice("phone", Platform::Android);
    header.addUser("bob");
    header.addDevice("pixel", Platform::Android);
    header.groups.push_back({"team", {UserId{0U}, UserId{1U}}});
    header.rooms.push_back("lobby");
    return header;
}

// A world of names, in which requests are written and read.
class Stage {
public:
    Op op(OpKind kind) {
        Op made;
        made.kind = kind;
        return made;
    }
    Op of(OpKind kind, std::uint32_t device) {
        Op made = op(kind);
        made.device = DeviceId{device};
        return made;
    }
    Op about(OpKind kind, const std::string& message) {
        Op made = op(kind);
        made.message = lexicon.messages.intern(message);
        return made;
    }
    std::string written(const Op& made) {
        std::string line = "{\"id\":7,";
        appendRequest(line, made, header, lexicon);
        return line + "}";
    }
    // What is read back, spelled again; or what is wrong.
    std::string again(const std::string& line) {
        json::Document json;
        Faults faults;
        REQUIRE(json.read(line, kLine));
        const std::optional<OpKind> kind = opKindOf(json.text(*json.find(json.root(), "op")));
        REQUIRE(kind);
        const NameIndex names(header);
        const Op read = readRequest(json, faults, *kind, {header, names, lexicon});
        return faults.empty() ? written(read) : faults.list().front().message;
    }
    void same(const Op& made, const std::string& line) {
        CHECK(written(made) == line);
        CHECK(again(line) == line);
    }

    Header header = people();
    Lexicon lexicon;
};

}  // namespace

TEST_CASE_FIXTURE(Stage, "requests of a device name it") {
    same(of(OpKind::Login, 0), R"({"id":7,"op":"login","dev":"alice/phone"})");
    same(of(OpKind::Logout, 1), R"({"id":7,"op":"logout","dev":"bob/pixel"})");
    same(of(OpKind::Reinstall, 0), R"({"id":7,"op":"reinstall","dev":"alice/phone"})");
    same(of(OpKind::Hold, 0), R"({"id":7,"op":"hold","dev":"alice/phone"})");
    same(of(OpKind::Release, 0), R"({"id":7,"op":"release","dev":"alice/phone"})");
    Op drop = of(OpKind::Drop, 0);
    same(drop, R"({"id":7,"op":"drop","dev":"alice/phone","noticedAfter":0})");
    drop.noticedAfter = Millis{90000};
    same(drop, R"({"id":7,"op":"drop","dev":"alice/phone","noticedAfter":90000})");
}

TEST_CASE_FIXTURE(Stage, "a send says all there is to say, defaults included") {
    Op send = about(OpKind::Send, "m1");
    send.device = DeviceId{0U};
    send.to = Address::of(UserId{1U});
    same(send, R"({"id":7,"op":"send","msg":"m1","dev":"alice/phone","to":"bob","type":"RC:TxtMsg","text":""})");
    send.to = Address::of(RoomId{0U});
    send.type = lexicon.texts.intern("app:Poke");
    send.text = lexicon.texts.intern("a \"quote\"\n\xe2\x82\xac");
    same(send,
         "{\"id\":7,\"op\":\"send\",\"msg\":\"m1\",\"dev\":\"alice/"
         "phone\",\"to\":\"chatroom:lobby\",\"type\":\"app:Poke\","
         "\"text\":\"a \\\"quote\\\"\\n\xe2\x82\xac\"}");
}

TEST_CASE_FIXTURE(Stage, "a publish names its endpoint as it was asked for") {
    Op publish = about(OpKind::Publish, "m1");
    publish.user = UserId{0U};
    publish.to = Address::of(GroupId{0U});
    const std::string begin =
        R"({"id":7,"op":"publish","msg":"m1","from":"alice","to":"group:team","type":"RC:TxtMsg",)";
    same(publish, begin + R"("text":"","api":"message","includeSender":false})");
    publish.api = Api::Status;
    publish.includeSender = true;
    same(publish, begin + R"("text":"","api":"status","includeSender":true})");
    publish.api = Api::Path;
    publish.path = lexicon.texts.intern("/message/group/publish.json");
    same(publish, begin + R"("text":"","api":"/message/group/publish.json","includeSender":true})");
}

TEST_CASE_FIXTURE(Stage, "a recall is asked for by a device or through the API") {
    Op recall = about(OpKind::Recall, "m1");
    recall.user = UserId{0U};
    same(recall, R"({"id":7,"op":"recall","msg":"m1","api":"alice"})");
    recall.device = DeviceId{0U};
    same(recall, R"({"id":7,"op":"recall","msg":"m1","dev":"alice/phone"})");
}

TEST_CASE_FIXTURE(Stage, "the console, membership, the network and the server") {
    Op sync = op(OpKind::Sync);
    sync.enabled = true;
    same(sync, R"({"id":7,"op":"sync","enabled":true})");

    Op set = op(OpKind::Set);
    set.settings.compensationDays = 8;
    same(set, R"({"id":7,"op":"set","app":{"compensationDays":8}})");
    set.settings.offlineDays = 2;
    set.settings.mobileLimit = 3;
    set.settings.miniprogramLimit = 4;
    set.settings.prepaid = false;
    same(set, R"({"id":7,"op":"set","app":{"compensationDays":8,"offlineDays":2,"limits":{"mobile":3,"miniprogram":4},)"
              R"("prepaid":false}})");

    Op join = op(OpKind::Join);
    join.to = Address::of(GroupId{0U});
    join.user = UserId{1U};
    same(join, R"({"id":7,"op":"join","group":"team","user":"bob"})");
    Op leave = of(OpKind::Leave, 1);
    leave.to = Address::of(RoomId{0U});
    same(leave, R"({"id":7,"op":"leave","chatroom":"lobby","dev":"bob/pixel"})");

    Op network = op(OpKind::Network);
    same(network, R"({"id":7,"op":"network","latency":[20,20],"loss":0,"duplicate":0})");
    network.network = {Millis{5}, Millis{80}, 50000, 1};
    network.on = {DeviceId{0U}, DeviceId{1U}};
    same(network, R"({"id":7,"op":"network","latency":[5,80],"loss":0.05,"duplicate":0.000001,)"
                  R"("on":["alice/phone","bob/pixel"]})");
    network.network.lossPpm = 1'000'000;
    network.on.clear();
    same(network, R"({"id":7,"op":"network","latency":[5,80],"loss":1,"duplicate":0.000001})");

    same(op(OpKind::ServerRestart), R"({"id":7,"op":"server","do":"restart"})");
}

TEST_CASE_FIXTURE(Stage, "keys with a default may be missing") {
    CHECK(again(R"({"id":7,"op":"drop","dev":"alice/phone"})") ==
          R"({"id":7,"op":"drop","dev":"alice/phone","noticedAfter":0})");
    CHECK(again(R"({"op":"send","id":7,"msg":"m1","dev":"alice/phone","to":"bob"})") ==
          R"({"id":7,"op":"send","msg":"m1","dev":"alice/phone","to":"bob","type":"RC:TxtMsg","text":""})");
    CHECK(again(R"({"id":7,"op":"network"})") == R"({"id":7,"op":"network","latency":[20,20],"loss":0,"duplicate":0})");
}

TEST_CASE_FIXTURE(Stage, "what is wrong with a request is said") {
    CHECK(again(R"({"id":7,"op":"login"})") == R"("login" lacks "dev")");
    CHECK(again(R"({"id":7,"op":"login","dev":7})") == R"("dev" must be a string, not a number)");
    CHECK(again(R"({"id":7,"op":"login","dev":"alice/fridge"})") == R"(no device "alice/fridge" is declared)");
    CHECK(again(R"({"id":7,"op":"login","dev":"alice/phone","at":"noon"})") == R"(unknown key "at" in "login")");
    CHECK(again(R"({"id":7,"op":"send","msg":"m 1","dev":"alice/phone","to":"bob"})") ==
          R"("msg" cannot be the id of a message)");
    CHECK(again(R"({"id":7,"op":"send","msg":"m1","dev":"alice/phone","to":"carol"})") ==
          R"("to" names nobody: "carol")");
    CHECK(again(R"({"id":7,"op":"recall","msg":"m1"})") == R"("recall" lacks "api")");
    CHECK(again(R"({"id":7,"op":"network","loss":1.5})") == R"("loss" must lie within 0..1)");
    CHECK(again(R"({"id":7,"op":"network","loss":"much"})") == R"("loss" must lie within 0..1)");
    CHECK(again(R"({"id":7,"op":"network","latency":[9,5]})") == R"("latency" must be [least, most])");
    CHECK(again(R"({"id":7,"op":"server","do":"explode"})") == R"("do" can only be "restart")");
    CHECK(again(R"({"id":7,"op":"set"})") == R"("set" lacks "app")");
    CHECK(again(R"({"id":7,"op":"join","group":"crew","user":"bob"})") == R"("group" names no group: "crew")");
}
