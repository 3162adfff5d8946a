// Protobuf: the form of the bodies that the vendor's SDK and its server exchange, as far as they use it.
//
// A message is a sequence of fields. A field is its number, then a varint (int32, int64, bool, enum) or bytes (text, bytes,
// a message). What a message means is written in bodies.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mdsync::sdk {

struct Field {
    enum class Kind : std::uint8_t { Varint, Bytes };
    std::uint32_t number = 0;  // 1 or more
    Kind kind = Kind::Varint;
    std::uint64_t varint = 0;  // of a Varint; a negative number as its two's complement
    std::string_view bytes{};  // of Bytes: a part of the message that is read
};

// Reads the fields of a message one by one. `message` must outlive it and the fields.
class Reader {
public:
    explicit Reader(std::string_view message) : left_(message) {}

    // The next varint or bytes; fields of 32 and of 64 bits, which no message here has, are passed over. Nothing: the end,
    // or failed().
    [[nodiscard]] std::optional<Field> next();

    // Whether what follows is no field: a varint that does not end or is beyond 64 bits, a length beyond the end, the
    // number 0, a kind that proto2 has not or has no longer. It stays so.
    [[nodiscard]] bool failed() const { return failed_; }

private:
    bool takeValue(Field& field);  // of its kind
    std::optional<std::uint64_t> takeVarint();
    std::optional<std::string_view> takeBytes(std::uint64_t size);

    std::string_view left_;
    bool failed_ = false;
};

// Appends fields to `out`, which must outlive it. REQUIRES: `number` is in 1..536870911.
class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}

    void varint(std::uint32_t number, std::int64_t value);  // an int32 or an enum, too: they travel as 64 bits
    void flag(std::uint32_t number, bool value) { varint(number, value ? 1 : 0); }
    void bytes(std::uint32_t number, std::string_view value);

    // A message within this one: fill(writer) writes its fields.
    template <class Fill>
    void message(std::uint32_t number, Fill&& fill) {
        std::string inner;
        Writer writer(inner);
        fill(writer);
        bytes(number, inner);
    }

private:
    void put(std::uint64_t value);

    std::string& out_;
};

}  // namespace mdsync::sdk
