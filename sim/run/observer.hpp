// Observer: what an onlooker knows from the events alone.
//
// Expectations are looked up here: who is online, what each device has since its installation began, what it shows
// recalled. It knows no rule and no server; it only keeps what events said.
#pragma once

#include <deque>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "mdsync/presence.hpp"
#include "mdsync/trace.hpp"

namespace mdsync {

// `mobile`, `web`, `desktop` or `miniprogram`, the word that `expect` uses.
[[nodiscard]] std::string_view classWord(Platform platform);

enum class SwitchState : std::uint8_t { On, Off, Changing };
[[nodiscard]] std::string_view spell(SwitchState state);

class Observer {
public:
    // The moment of what nothing brought about: nobody was ever online.
    static constexpr Instant kEver = Instant::min();

    // What is known of one message on one device, in the present installation.
    struct Holding {
        bool sent = false;
        bool received = false;
        bool recalled = false;
        Via via = Via::Unknown;      // of the first receipt
        std::uint64_t position = 0;  // of the first receipt, among all events
        Instant since = kEver;       // it was had, or no longer
        Instant recalledSince = kEver;
        [[nodiscard]] bool had() const { return sent || received; }
    };

    // What to keep: who is online, or, where expectations ask for more, everything.
    enum class Detail : std::uint8_t { Connections, Everything };

    // A device's messages by their ids, which is mostly the order in which they come: a sorted list.
    using Store = std::vector<std::pair<MessageId, Holding>>;

    explicit Observer(const Header& header, Detail detail = Detail::Everything);

    // REQUIRES: events in the order of the trace; ask() before those of the request.
    void see(const Event& event);
    void ask(const Op& op) { presence_.ask(op); }

    [[nodiscard]] const Presence& presence() const { return presence_; }
    [[nodiscard]] bool online(DeviceId device) const { return presence_.online(device); }
    // When the device last came online or went offline. REQUIRES: details of everything, as all moments here.
    [[nodiscard]] Instant turned(DeviceId device) const { return devices_[device.index()].turned; }
    // When the messages that the device has last became more or fewer.
    [[nodiscard]] Instant changed(DeviceId device) const { return devices_[device.index()].changed; }
    // How the device's last connection ended; nothing while it is online or if it never was.
    [[nodiscard]] std::optional<OfflineReason> offlineReason(DeviceId device) const;
    [[nodiscard]] const Store& store(DeviceId device) const { return devices_[device.index()].store; }
    [[nodiscard]] Holding holding(DeviceId device, MessageId message) const;

    // The devices that ever received it, in the order of their ids.
    [[nodiscard]] std::vector<DeviceId> receivers(MessageId message) const;
    // When the device first received it, in any installation. REQUIRES: it is one of the receivers.
    [[nodiscard]] Instant received(DeviceId device, MessageId message) const;
    [[nodiscard]] bool accepted(MessageId message) const;

    // The conversation that `message` belongs to on `device`: the other user or the group. Nothing for a chatroom or
    // for a message that nobody sent.
    [[nodiscard]] std::optional<Address> conversation(DeviceId device, MessageId message) const;

    [[nodiscard]] SwitchState sync(Instant now) const;

private:
    struct DeviceView {
        std::optional<OfflineReason> reason;
        std::uint32_t installation = 0;
        std::uint32_t connections = 0;  // begun or ended
        Store store;
        Instant turned = kEver;
        Instant changed = kEver;
    };
    struct RecallRequest {
        DeviceId device;  // none: through the API
        std::uint32_t installation = 0;
        std::uint32_t connections = 0;
    };
    struct MessageView {
        UserId author;
        DeviceId sender;
        Address to;
        bool accepted = false;
        std::vector<std::pair<DeviceId, Instant>> receipts;  // in their order, once an installation
        std::deque<RecallRequest> recalls;                   // unanswered, earliest first
    };

    void seeConnection(const Event& event);
    void seeMessage(const Event& event);
    void seeAsked(const Event& event);
    void seeReceive(const Event& event);
    void seeReject(const Event& event);
    void answerRecall(const Event& event, bool taken);
    [[nodiscard]] bool stillConnected(const RecallRequest& request) const;
    void noteHad(DeviceId device, Holding& holding, bool hadBefore, Instant t);
    void noteRecalled(DeviceId device, MessageId message, Instant t);
    MessageView& message(MessageId id);
    Holding& held(DeviceId device, MessageId message);
    DeviceView& device(DeviceId id) { return devices_[id.index()]; }

    const Header& header_;
    Detail detail_;
    Presence presence_;
    std::vector<DeviceView> devices_;
    std::vector<MessageView> messages_;
    bool syncTarget_;
    std::optional<Instant> lastTurn_;
    std::uint64_t position_ = 0;
};

}  // namespace mdsync
