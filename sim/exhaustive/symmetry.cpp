// The choice of names. See naming.hpp.
#include "exhaustive/symmetry.hpp"

#include <algorithm>
#include <tuple>

#include "world/canonical.hpp"

namespace mdsync::search {

using world::Fate;
using world::State;

namespace {

// The common name of all messages that are not accepted: whatever their number is.
constexpr std::uint32_t kNotAccepted = 0xffff;

// Platforms of one class are alike but for their word.
bool sameClass(Platform a, Platform b) {
    const auto number = [](Platform p) {
        switch (p) {
            case Platform::Android:
            case Platform::Ios:
            case Platform::Harmony:
                return 0;
            case Platform::Web:
                return 1;
            case Platform::Miniprogram:
                return 2;
            default:
                return 3;
        }
    };
    return number(a) == number(b);
}

}  // namespace

Symmetry::Symmetry(const Header& header, bool symmetry) : symmetry_(symmetry) {
    order_.resize(header.devices.size());
    looks_.resize(header.devices.size());
    std::vector<bool> placed(header.devices.size(), false);
    for (std::uint32_t i = 0; i < header.devices.size(); ++i) {
        order_[i] = i;
        if (placed[i]) continue;
        std::vector<std::uint32_t> members{i};
        for (std::uint32_t j = i + 1; j < header.devices.size(); ++j) {
            const DeviceInfo& a = header.devices[i];
            const DeviceInfo& b = header.devices[j];
            if (a.user == b.user && sameClass(a.platform, b.platform)) members.push_back(j);
        }
        for (const std::uint32_t member : members) placed[member] = true;
        if (members.size() > 1) classes_.push_back(std::move(members));
    }
}

// The accepted ones in the order of acceptance; all others behind, under one and the same name.
void Symmetry::nameAccepted(const State& s) {
    rough_.message.assign(s.messages.size(), kNotAccepted);
    rough_.byMessage.clear();
    for (std::size_t i = s.acceptedBegin; i < s.accepted.size(); ++i) {
        rough_.message[s.accepted[i].index()] = static_cast<std::uint32_t>(rough_.byMessage.size());
        rough_.byMessage.push_back(s.accepted[i].value);
    }
}

bool Symmetry::choose(const State& s, std::uint32_t touched) {
    alike_.clear();
    if (!symmetry_) {
        names_.keep(s.devices.size(), s.messages.size());
        return false;
    }
    nameAccepted(s);
    for (const std::vector<std::uint32_t>& members : classes_) {
        for (const std::uint32_t d : members) {
            encoder_.clear();
            encodeDevice(s, rough_, DeviceId{d}, encoder_);
            looks_[d] = fingerprintOf(encoder_.bytes());
        }
        // The places of a class stay its own.
        std::vector<std::uint32_t>& sorted = sorted_;
        sorted = members;
        std::sort(sorted.begin(), sorted.end(),
                  [this](std::uint32_t a, std::uint32_t b) { return std::tie(looks_[a], a) < std::tie(looks_[b], b); });
        for (std::size_t i = 0; i < members.size(); ++i) order_[members[i]] = sorted[i];
        for (std::size_t i = 0; i < members.size();) {
            std::size_t end = i + 1;
            while (end < members.size() && looks_[sorted[end]] == looks_[sorted[i]]) ++end;
            const bool anyTouched = std::any_of(sorted.begin() + static_cast<std::ptrdiff_t>(i),
                                                sorted.begin() + static_cast<std::ptrdiff_t>(end),
                                                [touched](std::uint32_t d) { return ((touched >> d) & 1U) != 0; });
            if (end - i > 1 && anyTouched) {
                alike_.emplace_back(members.begin() + static_cast<std::ptrdiff_t>(i),
                                    members.begin() + static_cast<std::ptrdiff_t>(end));
            }
            i = end;
        }
    }
    setDevices();
    nameMessages(s);
    return !alike_.empty();
}

void Symmetry::setDevices() {
    names_.byDevice = order_;
    names_.device.resize(order_.size());
    for (std::uint32_t i = 0; i < order_.size(); ++i) names_.device[order_[i]] = i;
}

// The next order of the devices that are alike, as an odometer of permutations; false after the last.
bool Symmetry::nextOrder(const State& s) {
    for (const std::vector<std::uint32_t>& names : alike_) {
        std::vector<std::uint32_t> devices;
        for (const std::uint32_t name : names) devices.push_back(order_[name]);
        const bool more = std::next_permutation(devices.begin(), devices.end());
        for (std::size_t i = 0; i < names.size(); ++i) order_[names[i]] = devices[i];
        setDevices();
        nameMessages(s);
        if (more) return true;
    }
    return false;
}

// What is not accepted is named by where it is under way; what is over, last.
void Symmetry::nameMessages(const State& s) {
    names_.byMessage = rough_.byMessage;
    rest_.clear();
    for (std::uint32_t i = 0; i < s.messages.size(); ++i) {
        const world::Message& m = s.messages[MessageId{i}];
        if (rough_.message[i] != kNotAccepted) continue;
        std::size_t place = s.lines.size();
        for (std::size_t k = 0; k < s.lines.size() && m.fate == Fate::UnderWay; ++k) {
            const world::Packet& p = s.lines[k].packet;
            if (p.message == MessageId{i} &&
                (p.kind == world::PacketKind::Send || p.kind == world::PacketKind::Publish))
                place = k;
        }
        const std::uint32_t from = m.from.exists() ? names_.device[m.from.index()] + 1 : 0;
        const unsigned fate = m.fate == Fate::UnderWay ? 0 : m.fate == Fate::Rejected ? 1 : 2;
        rest_.emplace_back(fate, from, place, i);
    }
    std::sort(rest_.begin(), rest_.end());
    for (const auto& [fate, from, place, i] : rest_) names_.byMessage.push_back(i);
    names_.message.resize(s.messages.size());
    for (std::uint32_t i = 0; i < names_.byMessage.size(); ++i) names_.message[names_.byMessage[i]] = i;
}

}  // namespace mdsync::search
