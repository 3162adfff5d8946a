// The rows of the eleven families, each defined in the file of its family.
#pragma once

#include "rules/live.hpp"
#include "rules/login.hpp"
#include "rules/rule.hpp"

namespace mdsync::rules {

// off.cpp
extern const Ban kOffApiOnlineOnly;
extern const Ban kOffNoCompensation;
extern const Ban kOffNoSentSync;
extern const Ban kOffSingleDevice;
extern const Ban kOffRecallStaysLocal;
void temptOff(Ledger& ledger, const Acceptance& a);
void temptNoCompensation(const History& h, Ledger& ledger, const Newcomer& n, const MessageFacts& m, bool& counted);
void temptApiOnlineOnly(const History& h, Ledger& ledger, const Newcomer& n, const MessageFacts& m, Aspects& counted);
void temptRecallStaysLocal(const History& h, Ledger& ledger, const RecallFacts& r, DeviceId newcomer);
bool mayShowOff(const History& h, const Arrival& a);

// online.cpp
extern const Duty kOnlineReceived;
extern const Duty kOnlineSent;

// status.cpp
extern const Ban kStatusApiOnlineOnly;
extern const Ban kStatusOnlineOnly;
extern const Duty kStatusOnlineSync;
void temptStatus(const History& h, Ledger& ledger, const Newcomer& n);

// service.cpp
void judgePrepaid(const History& h, Ledger& ledger, const Event& e);
void judgeDaysRange(const History& h, Ledger& ledger, const SettingsChange& change, bool refused);

// compensation.cpp
extern const Ban kCompensationWindow;
extern const Duty kCompensationDeviceSwitch;
extern const Duty kCompensationReinstall;
void temptWindow(const History& h, Ledger& ledger, const Newcomer& n, const MessageFacts& m, bool& counted);
void judgeConversations(const History& h, Ledger& ledger, DeviceId id, const CatchUp& list);

// recall.cpp
extern const Duty kRecallOnlineDevices;
extern const Duty kRecallBasic;
extern const Duty kRecallOfflineDevices;
extern const Duty kRecallNoReturn;
void temptNoReturn(const History& h, Ledger& ledger, const RecallFacts& r);
void temptNoReturn(const History& h, Ledger& ledger, const Newcomer& n, const MessageFacts& m);

// api.cpp
extern const Ban kApiExcludeSender;
extern const Duty kApiIncludeSenderOnline;
extern const Duty kApiIncludeSenderOnlineAny;
extern const Duty kApiIncludeSenderOffline;
void temptApi(Ledger& ledger, const Acceptance& a);
void temptApi(const History& h, Ledger& ledger, const Newcomer& n);

// chatroom.cpp
extern const Ban kChatroomLiveOnly;
void temptChatroom(const History& h, Ledger& ledger, const Newcomer& n);
void temptChatroom(const History& h, Ledger& ledger, RoomId joined);

// delivery.cpp
extern const Ban kDeliveryNoPhantom;
extern const Ban kDeliveryNoLeak;
extern const Ban kDeliveryOnlyOnline;
extern const Ban kDeliveryOnce;
extern const Ban kRecallNoPhantom;
extern const Ban kRecallNoLeak;
extern const Ban kRecallOnlyOnline;
extern const Duty kConnectAnswered;
extern const Duty kSendAnswered;
extern const Duty kRecallAnswered;
extern const Duty kDeliveryNoLossOnline;
extern const Duty kDeliveryNoLossLogin;
void judgeOrder(const History& h, Ledger& ledger, const Arrival& a, const Progress& progress);
void judgeIntact(const History& h, Ledger& ledger, const Arrival& a, const Event& e);
void countInOrder(Ledger& ledger, Aspects aspects, bool isSecond, bool isCompared);
void temptDelivery(Ledger& ledger, const Acceptance& a);
void temptDelivery(const History& h, Ledger& ledger, const Newcomer& n);
void temptNoLeak(const History& h, Ledger& ledger, const MessageFacts& m, std::uint32_t insiders);

}  // namespace mdsync::rules
