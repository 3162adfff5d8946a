// See protobuf.hpp.
#include "sdk/protobuf.hpp"

#include <cstddef>

namespace mdsync::sdk {

namespace {

// How a field's value is laid out: the lowest three bits of its key. 3 and 4 were groups; 6 and 7 never were.
enum Layout : unsigned { kVarint = 0, kEightBytes = 1, kBytes = 2, kFourBytes = 5 };
constexpr unsigned kLayoutBits = 3;
constexpr std::uint64_t kLargestNumber = (1U << 29U) - 1;

}  // namespace

std::optional<Field> Reader::next() {
    while (!left_.empty() && !failed_) {
        const std::optional<std::uint64_t> key = takeVarint();
        const std::uint64_t number = key ? *key >> kLayoutBits : 0;
        failed_ = number == 0 || number > kLargestNumber;
        if (failed_) break;
        Field field;
        field.number = static_cast<std::uint32_t>(number);
        switch (*key & ((1U << kLayoutBits) - 1)) {
            case kVarint:
            case kBytes:
                field.kind = (*key & kBytes) != 0 ? Field::Kind::Bytes : Field::Kind::Varint;
                failed_ = !takeValue(field);
                if (!failed_) return field;
                break;
            case kEightBytes:
                failed_ = !takeBytes(8);
                break;
            case kFourBytes:
                failed_ = !takeBytes(4);
                break;
            default:
                failed_ = true;
        }
    }
    return std::nullopt;
}

bool Reader::takeValue(Field& field) {
    const std::optional<std::uint64_t> number = takeVarint();
    if (!number) return false;
    if (field.kind == Field::Kind::Varint) {
        field.varint = *number;
        return true;
    }
    const std::optional<std::string_view> bytes = takeBytes(*number);
    field.bytes = bytes.value_or(std::string_view{});
    return bytes.has_value();
}

std::optional<std::uint64_t> Reader::takeVarint() {
    constexpr std::size_t kLongest = 10;  // bytes: seven bits each
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < left_.size() && i < kLongest; ++i) {
        const std::uint64_t byte = static_cast<unsigned char>(left_[i]);
        if (i == kLongest - 1 && byte > 1) return std::nullopt;  // only one bit is left
        value |= (byte & 0x7fU) << (7 * i);
        if (byte < 0x80U) {
            left_.remove_prefix(i + 1);
            return value;
        }
    }
    return std::nullopt;
}

std::optional<std::string_view> Reader::takeBytes(std::uint64_t size) {
    if (size > left_.size()) return std::nullopt;
    const std::string_view bytes = left_.substr(0, static_cast<std::size_t>(size));
    left_.remove_prefix(bytes.size());
    return bytes;
}

void Writer::varint(std::uint32_t number, std::int64_t value) {
    put((std::uint64_t{number} << kLayoutBits) | kVarint);
    put(static_cast<std::uint64_t>(value));
}

void Writer::bytes(std::uint32_t number, std::string_view value) {
    put((std::uint64_t{number} << kLayoutBits) | kBytes);
    put(value.size());
    out_ += value;
}

void Writer::put(std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U) out_ += static_cast<char>(static_cast<unsigned char>((value & 0x7fU) | 0x80U));
    out_ += static_cast<char>(static_cast<unsigned char>(value));
}

}  // namespace mdsync::sdk
