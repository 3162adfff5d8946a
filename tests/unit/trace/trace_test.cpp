// Headers, spellings and fingerprints.
#include "mdsync/trace.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace mdsync;

namespace {
Header small() {
    Header header;
    header.addUser("alice");
    header.addDevice("phone", Platform::Android);
    header.addDevice("web", Platform::Web);
    header.addUser("nobody");
    header.addUser("bob");
    header.addDevice("phone", Platform::Ios);
    header.groups.push_back({"team", {UserId{0U}, UserId{2U}}});
    header.rooms.emplace_back("lobby");
    return header;
}
}  // namespace

TEST_CASE("users and devices are numbered in the order they are added") {
    const Header header = small();
    CHECK(header.findUser("bob") == UserId{2U});
    CHECK(header.findDevice("alice/web") == DeviceId{1U});
    CHECK(header.findDevice("bob/phone") == DeviceId{2U});
    CHECK(header.path(DeviceId{2U}) == "bob/phone");
    CHECK(header.users[1].deviceCount == 0);
    CHECK(header.users[2].firstDevice == DeviceId{2U});
    CHECK(header.devices[2].user == UserId{2U});
    CHECK(header.findGroup("team") == GroupId{0U});
    CHECK(header.findRoom("lobby") == RoomId{0U});
}

TEST_CASE("what is not declared is not found") {
    const Header header = small();
    CHECK_FALSE(header.findUser("carol").exists());
    for (const char* path :
         {"alice", "alice/", "/phone", "bob/web", "nobody/phone", "alice/phone/", "carol/phone", ""}) {
        CAPTURE(path);
        CHECK_FALSE(header.findDevice(path).exists());
    }
    CHECK_FALSE(header.findGroup("lobby").exists());
    CHECK_FALSE(header.findRoom("team").exists());
}

TEST_CASE("targets are spelled as in the trace") {
    const Header header = small();
    CHECK(spell(header, Address::of(UserId{2U})) == "bob");
    CHECK(spell(header, Address::of(GroupId{0U})) == "group:team");
    CHECK(spell(header, Address::of(RoomId{0U})) == "chatroom:lobby");
    CHECK(spell(header, Address{}).empty());
}

TEST_CASE("every word is read back as what it spells, and nothing else is") {
    for (std::size_t i = 0; i < kEventKinds; ++i) {
        CHECK(eventKindOf(spell(static_cast<EventKind>(i))) == static_cast<EventKind>(i));
    }
    for (std::size_t i = 0; i < kPlatforms; ++i) {
        CHECK(platformOf(spell(static_cast<Platform>(i))) == static_cast<Platform>(i));
    }
    for (const auto reason : {OfflineReason::Logout, OfflineReason::Server})
        CHECK(offlineReasonOf(spell(reason)) == reason);
    for (const auto via : {Via::Live, Via::Offline, Via::Compensation}) CHECK(viaOf(spell(via)) == via);
    CHECK(spell(Via::Unknown).empty());
    CHECK(spell(EventKind::RecallReject) == "recall-reject");
    CHECK(spell(Platform::Miniprogram) == "miniprogram");
    CHECK_FALSE(viaOf(""));
    CHECK_FALSE(eventKindOf("Send"));
    CHECK_FALSE(platformOf("symbian"));
    CHECK_FALSE(offlineReasonOf("kicked"));
}

TEST_CASE("fingerprints are XXH64 and never change") {
    CHECK(fingerprint("") == 0xef46db3751d8e999ULL);
    CHECK(fingerprint("a") == 0xd24ec4f1a98c6e5bULL);
    CHECK(fingerprint("abc") == 0x44bc2cf5ad770999ULL);
    CHECK(fingerprint("Nobody inspects the spammish repetition") == 0xfbcea83c8a378bf1ULL);
    std::string zeros(1000, '\0');
    CHECK(fingerprint(zeros) != fingerprint(zeros.substr(1)));
}
