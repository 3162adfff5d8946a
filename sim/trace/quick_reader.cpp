// See quick_reader.hpp. Each function takes the place in the line and returns the place behind what it read, or null.
#include "trace/quick_reader.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace mdsync {
namespace {

std::uint64_t load8(const char* p) {
    std::uint64_t word = 0;
    std::memcpy(&word, p, 8);
    return word;
}

// Takes the literal `text` if it stands at `p`.
template <std::size_t N>
bool take(const char*& p, const char (&text)[N]) {
    if (std::memcmp(p, text, N - 1) != 0) return false;
    p += N - 1;
    return true;
}

// The end of the string that begins at `p`: its closing quote, or null if an escape or a control character comes first.
// Eight bytes at a time: a byte's high bit in `stop` says that it is a quote, a backslash or a control character. A
// wrong bit can only stand above a right one, so that the lowest is right.
const char* stringEnd(const char* p) {
    if constexpr (std::endian::native == std::endian::little) {
        constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
        constexpr std::uint64_t kHigh = 0x8080808080808080ULL;
        for (;; p += 8) {
            const std::uint64_t word = load8(p);
            const std::uint64_t quote = word ^ (kOnes * '"');
            const std::uint64_t backslash = word ^ (kOnes * '\\');
            const std::uint64_t stop =
                (((quote - kOnes) & ~quote) | ((backslash - kOnes) & ~backslash) | ((word - kOnes * 0x20) & ~word)) &
                kHigh;
            if (stop != 0) {
                p += static_cast<unsigned>(std::countr_zero(stop)) / 8U;
                return *p == '"' ? p : nullptr;
            }
        }
    }
    while (*p != '"' && *p != '\\' && static_cast<unsigned char>(*p) >= 0x20) ++p;
    return *p == '"' ? p : nullptr;
}

std::string_view between(const char* begin, const char* end) {
    return {begin, static_cast<std::size_t>(end - begin)};
}

// Takes a string up to its closing quote, which is taken too.
bool takeString(const char*& p, std::string_view& text) {
    const char* const end = stringEnd(p);
    if (end == nullptr) return false;
    text = between(p, end);
    p = end + 1;
    return true;
}

// The value of eight digits, the first in the lowest byte: pairs are joined to numbers of two digits, these to such of
// four, and these to the whole.
std::uint64_t valueOf8(std::uint64_t digits) {
    digits = (digits & 0x0f0f0f0f0f0f0f0fULL) * (1 + (10ULL << 8U)) >> 8U;
    digits = (digits & 0x00ff00ff00ff00ffULL) * (1 + (100ULL << 16U)) >> 16U;
    return (digits & 0x0000ffff0000ffffULL) * (1 + (10000ULL << 32U)) >> 32U;
}

bool are8Digits(std::uint64_t bytes) {
    constexpr std::uint64_t kHalves = 0xf0f0f0f0f0f0f0f0ULL;
    constexpr std::uint64_t kZeros = 0x3030303030303030ULL;
    return (bytes & kHalves) == kZeros && ((bytes + 0x0606060606060606ULL) & kHalves) == kZeros;
}

// A whole number without sign and leading zeros, of at most 15 digits. Those of an instant are thirteen: the first eight
// at once.
bool takeNumber(const char*& p, std::int64_t& number) {
    const char* const begin = p;
    std::int64_t value = 0;
    if constexpr (std::endian::native == std::endian::little) {
        if (const std::uint64_t bytes = load8(p); are8Digits(bytes)) {
            value = static_cast<std::int64_t>(valueOf8(bytes));
            p += 8;
        }
    }
    while (*p >= '0' && *p <= '9' && p - begin < 16) value = value * 10 + (*p++ - '0');
    number = value;
    return p != begin && p - begin <= 15 && (*begin != '0' || p - begin == 1);
}

bool takeBool(const char*& p, bool& value) {
    value = *p == 't';
    return value ? take(p, "true") : take(p, "false");
}

bool takeMessage(const char*& p, std::string_view& message) {
    return take(p, ",\"msg\":\"") && takeString(p, message);
}

bool takeVia(const char*& p, Via& via) {
    if (!take(p, ",\"via\":\"")) return true;
    via = take(p, "live\"")           ? Via::Live
          : take(p, "offline\"")      ? Via::Offline
          : take(p, "compensation\"") ? Via::Compensation
                                      : Via::Unknown;
    return via != Via::Unknown;
}

bool takeReason(const char*& p, OfflineReason& reason) {
    std::string_view word;
    if (!take(p, ",\"reason\":\"") || !takeString(p, word)) return false;
    const auto found = offlineReasonOf(word);
    reason = found.value_or(OfflineReason::Logout);
    return found.has_value();
}

bool takePayload(const char*& p, PayloadKind& kind, std::string_view& payload) {
    if (*p != ',') return true;
    if (take(p, ",\"digest\":\"")) {
        kind = PayloadKind::Digest;
        return takeString(p, payload) && payload.size() <= 64;
    }
    kind = PayloadKind::Text;
    return take(p, ",\"text\":\"") && takeString(p, payload);
}

}  // namespace

QuickReader::QuickReader(const ReadContext& context, MessageTable& messages)
    : context_(context),
      messages_(messages),
      first_(context.header.app.timezone.named() ? kFirstOfZones : kFirstInstant),
      last_(context.header.app.timezone.named() ? kLastOfZones : kLastInstant) {}

// Some lines are parsed before the first of them is kept: where the tables of messages and devices are larger than the
// cache, looking them up would cost more than reading the line.
const char* QuickReader::read(const char* p, const char* end, Instant now, std::size_t limit,
                              std::vector<Event>& batch) {
    while (p < end && batch.size() < limit) {
        const std::size_t first = batch.size();
        std::size_t parsed = 0;
        while (p < end && parsed < ahead_ && first + parsed < limit) {
            Words& w = words_[parsed] = {};
            Event& event = batch.emplace_back();
            const char* const behind = readLine(p, now, event, w);
            if (behind == nullptr || behind - p > static_cast<std::ptrdiff_t>(kLineLimit)) {
                batch.pop_back();
                end = p;
                break;
            }
            if (w.message.data() != nullptr) {
                w.key = ShortKey::ofPadded(w.message);
                messages_.fetch(w.key);
            }
            if (w.device.data() != nullptr) {
                w.deviceKey = ShortKey::ofPadded(w.device);
                context_.names.fetchDevice(w.deviceKey);
            }
            w.begin = p;
            p = behind;
            now = event.t;
            ++parsed;
        }
        for (std::size_t i = 0; i < parsed; ++i) {
            if (keep(batch[first + i], words_[i])) continue;
            batch.resize(first + i);
            ahead_ = 1;  // what follows may be refused as well
            return words_[i].begin;
        }
        ahead_ = std::min(2 * ahead_, words_.size());
    }
    return p;
}

bool QuickReader::preview(const char* p, Instant& t) const {
    Event event;
    Words words;
    if (readLine(p, kFirstInstant, event, words) == nullptr) return false;
    if (words.message.data() != nullptr && !isName(words.message)) return false;
    if (words.device.data() != nullptr && !context_.names.device(words.device).exists()) return false;
    t = event.t;
    return true;
}

const char* QuickReader::readLine(const char* p, Instant now, Event& event, Words& words) const {
    p = readTime(p, now, event);
    if (p == nullptr) return nullptr;
    p = readKind(p, event, words);
    if (p == nullptr || !take(p, "}")) return nullptr;
    if (*p == '\r') ++p;
    return *p == '\n' ? p + 1 : nullptr;
}

// What the line changes outside the event. The device and the message come first: they alone can say no.
bool QuickReader::keep(Event& event, const Words& words) {
    if (words.device.data() != nullptr) {
        event.device = context_.names.device(words.deviceKey, words.device);
        if (!event.device.exists()) return false;
    }
    if (words.message.data() != nullptr) {
        if (messages_.apply(event, words.key, words.message) != MessageTable::Problem::None) return false;
    }
    if (words.type.data() != nullptr) event.type = typeOf(words.type);
    if (event.payloadKind != PayloadKind::Unknown) {
        event.payload = fingerprint(words.payload);
        if (context_.keepTexts) event.text = context_.lexicon.texts.intern(words.payload);
    }
    if (event.kind == EventKind::CaughtUp) {
        event.annex = static_cast<std::uint32_t>(context_.annex.catchUps.size());
        context_.annex.catchUps.push_back({words.count, false, {}});
    }
    return true;
}

TextId QuickReader::typeOf(std::string_view word) {
    if (word == "RC:TxtMsg") return {};
    if (word != lastType_ || !lastTypeId_.exists()) {
        lastTypeId_ = context_.lexicon.texts.intern(word);
        lastType_ = context_.lexicon.texts[lastTypeId_];
    }
    return lastTypeId_;
}

const char* QuickReader::readTime(const char* p, Instant now, Event& event) const {
    std::int64_t millis = 0;
    if (!take(p, "{\"t\":") || !takeNumber(p, millis) || !take(p, ",\"ev\":\"")) return nullptr;
    event.t = Instant{Millis{millis}};
    return event.t >= now && event.t >= first_ && event.t <= last_ ? p : nullptr;
}

const char* QuickReader::readKind(const char* p, Event& event, Words& words) const {
    switch (*p) {
        case 'r':
            if (take(p, "receive\"")) return readReceive(p, event, words);
            if (take(p, "recalled\"")) return readMessageAndDevice(p, EventKind::Recalled, event, words);
            if (take(p, "recall\"")) return readMessageAndDevice(p, EventKind::Recall, event, words);
            if (take(p, "reinstall\"")) return readDeviceOnly(p, EventKind::Reinstall, event, words);
            event.kind = EventKind::RecallAccept;
            return take(p, "recall-accept\"") && takeMessage(p, words.message) ? p : nullptr;
        case 's':
            if (take(p, "send\"")) return readSend(p, event, words);
            event.kind = EventKind::Settled;
            return take(p, "settled\"") ? p : nullptr;
        case 'a':
            event.kind = EventKind::Accept;
            return take(p, "accept\"") && takeMessage(p, words.message) ? p : nullptr;
        case 'c':
            if (take(p, "connect\"")) return readDeviceOnly(p, EventKind::Connect, event, words);
            return take(p, "caught-up\"") ? readCaughtUp(p, event, words) : nullptr;
        case 'o':
            if (take(p, "online\"")) return readDeviceOnly(p, EventKind::Online, event, words);
            return take(p, "offline\"") ? readOffline(p, event, words) : nullptr;
        case 'p':
            return take(p, "publish\"") ? readPublish(p, event, words) : nullptr;
        default:
            return nullptr;
    }
}

// `,"dev":` and the path of a device.
const char* QuickReader::readDeviceOnly(const char* p, EventKind kind, Event& event, Words& words) const {
    event.kind = kind;
    return take(p, ",\"dev\":\"") && takeString(p, words.device) ? p : nullptr;
}

const char* QuickReader::readMessageAndDevice(const char* p, EventKind kind, Event& event, Words& words) const {
    return takeMessage(p, words.message) ? readDeviceOnly(p, kind, event, words) : nullptr;
}

const char* QuickReader::readOffline(const char* p, Event& event, Words& words) const {
    p = readDeviceOnly(p, EventKind::Offline, event, words);
    if (p == nullptr || !takeReason(p, event.reason)) return nullptr;
    std::string_view path;
    if (!take(p, ",\"by\":\"")) return p;
    if (!takeString(p, path)) return nullptr;
    event.by = context_.names.device(ShortKey::ofPadded(path), path);
    const DeviceId left = context_.names.device(ShortKey::ofPadded(words.device), words.device);
    if (!event.by.exists() || !left.exists()) return nullptr;
    const std::vector<DeviceInfo>& devices = context_.header.devices;
    return devices[event.by.index()].user == devices[left.index()].user ? p : nullptr;
}

const char* QuickReader::readReceive(const char* p, Event& event, Words& words) const {
    p = readMessageAndDevice(p, EventKind::Receive, event, words);
    if (p == nullptr || !takeVia(p, event.via)) return nullptr;
    return takePayload(p, event.payloadKind, words.payload) ? p : nullptr;
}

const char* QuickReader::readTargetAndType(const char* p, Event& event, Words& words) const {
    std::string_view target;
    if (!take(p, ",\"to\":\"") || !takeString(p, target)) return nullptr;
    event.to = context_.names.target(ShortKey::ofPadded(target), target);
    if (event.to.kind == AddressKind::None) return nullptr;
    if (take(p, ",\"type\":\"") && !takeString(p, words.type)) return nullptr;
    return p;
}

const char* QuickReader::readSend(const char* p, Event& event, Words& words) const {
    p = readMessageAndDevice(p, EventKind::Send, event, words);
    if (p == nullptr) return nullptr;
    p = readTargetAndType(p, event, words);
    return p != nullptr && takePayload(p, event.payloadKind, words.payload) ? p : nullptr;
}

const char* QuickReader::readPublish(const char* p, Event& event, Words& words) const {
    event.kind = EventKind::Publish;
    std::string_view from;
    if (!takeMessage(p, words.message) || !take(p, ",\"from\":\"") || !takeString(p, from)) return nullptr;
    const Address author = context_.names.target(ShortKey::ofPadded(from), from);
    if (author.kind != AddressKind::User) return nullptr;
    event.user = author.user();
    p = readTargetAndType(p, event, words);
    if (p == nullptr) return nullptr;
    if (take(p, ",\"api\":\"")) {
        event.api = *p == 's' ? Api::Status : Api::Message;
        if (!(event.api == Api::Status ? take(p, "status\"") : take(p, "message\""))) return nullptr;
    }
    if (take(p, ",\"includeSender\":") && !takeBool(p, event.includeSender)) return nullptr;
    return takePayload(p, event.payloadKind, words.payload) ? p : nullptr;
}

// Without a list of conversations, which is rare and long.
const char* QuickReader::readCaughtUp(const char* p, Event& event, Words& words) const {
    p = readDeviceOnly(p, EventKind::CaughtUp, event, words);
    std::int64_t count = 0;
    if (p == nullptr || !take(p, ",\"count\":")) return p;
    if (!takeNumber(p, count)) return nullptr;
    words.count = static_cast<std::uint64_t>(count);
    return p;
}

}  // namespace mdsync
