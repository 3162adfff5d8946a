// Protobuf: fields are read as they are written, and bytes that are no fields are told apart.
#include "sdk/protobuf.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "vectors.hpp"

using mdsync::sdk::Field;
using mdsync::sdk::Reader;
using mdsync::sdk::Writer;

namespace {

// How many fields can be read of `message`; -1: it is malformed.
int fieldsOf(std::string_view message) {
    Reader reader(message);
    int count = 0;
    while (reader.next()) ++count;
    CHECK_FALSE(reader.next());  // it stays at its end
    return reader.failed() ? -1 : count;
}

int fieldsOfHex(std::string_view hex) {
    return fieldsOf(vectors::bytes(hex));
}

}  // namespace

TEST_CASE("numbers of any size are read as they were written") {
    using Limits = std::numeric_limits<std::int64_t>;
    for (const std::int64_t value :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{127}, std::int64_t{128}, std::int64_t{16383},
          std::int64_t{16384}, std::int64_t{1795897376696}, std::int64_t{-1}, Limits::min(), Limits::max()}) {
        std::string message;
        Writer(message).varint(6, value);
        Reader reader(message);
        const std::optional<Field> field = reader.next();
        REQUIRE(field);
        CHECK(field->number == 6);
        CHECK(field->kind == Field::Kind::Varint);
        CHECK(static_cast<std::int64_t>(field->varint) == value);
        CHECK_FALSE(reader.next());
        CHECK_FALSE(reader.failed());
    }
}

TEST_CASE("a negative number takes ten bytes, as in every protobuf") {
    std::string message;
    Writer(message).varint(1, -1);
    CHECK(message == vectors::bytes("08 ffffffffffffffffff01"));
}

TEST_CASE("texts and messages are written and read") {
    std::string message;
    Writer writer(message);
    writer.bytes(2, "hi");
    writer.flag(3, true);
    writer.flag(4, false);
    writer.message(5, [](Writer& inner) { inner.varint(1, 300); });
    writer.bytes(16, "");
    CHECK(message == vectors::bytes("1202 6869 1801 2000 2a03 08ac02 820100"));
    Reader reader(message);
    CHECK(reader.next()->bytes == "hi");
    CHECK(reader.next()->varint == 1);
    CHECK(reader.next()->varint == 0);
    CHECK(reader.next()->bytes == vectors::bytes("08ac02"));
    const std::optional<Field> last = reader.next();
    CHECK(last->number == 16);
    CHECK(last->kind == Field::Kind::Bytes);
    CHECK(last->bytes.empty());
    CHECK_FALSE(reader.next());
    CHECK_FALSE(reader.failed());
}

TEST_CASE("a varint has at most ten bytes and 64 bits, and has an end") {
    CHECK(fieldsOfHex("08 ffffffffffffffffff01") == 1);
    CHECK(fieldsOfHex("08 ffffffffffffffffff02") == -1);    // the 65th bit
    CHECK(fieldsOfHex("08 80808080808080808001") == 1);     // long, not too long
    CHECK(fieldsOfHex("08 8080808080808080808001") == -1);  // eleven bytes
    CHECK(fieldsOfHex("08 ffff") == -1);
    CHECK(fieldsOfHex("08") == -1);
    CHECK(fieldsOfHex("8800 01") == 1);  // a key may be long, too
}

TEST_CASE("bytes end within the message") {
    CHECK(fieldsOfHex("0a02 6869") == 1);
    CHECK(fieldsOfHex("0a03 6869") == -1);
    CHECK(fieldsOfHex("0a ffffffffffffffffff01") == -1);  // 2^64 - 1 bytes
    CHECK(fieldsOfHex("0a ffffffff07 00") == -1);
    CHECK(fieldsOfHex("0a") == -1);
    CHECK(fieldsOfHex("0a00") == 1);
}

TEST_CASE("fields of 32 and 64 bits are passed over") {
    CHECK(fieldsOfHex("0801 09 0102030405060708 15 01020304 1801") == 2);
    CHECK(fieldsOfHex("09 0102030405060708") == 0);
    CHECK(fieldsOfHex("09 01020304050607") == -1);
    CHECK(fieldsOfHex("15 010203") == -1);
}

TEST_CASE("what is no field ends the message") {
    CHECK(fieldsOfHex("0000") == -1);  // the number 0
    CHECK(fieldsOfHex("0b") == -1);    // the start of a group
    CHECK(fieldsOfHex("0c") == -1);    // its end
    CHECK(fieldsOfHex("0e01") == -1);
    CHECK(fieldsOfHex("0f01") == -1);
    CHECK(fieldsOfHex("f8ffffff0f 01") == 1);   // the largest number, 2^29 - 1
    CHECK(fieldsOfHex("8080808010 01") == -1);  // the next
    CHECK(fieldsOfHex("0801 00 0801") == -1);   // what was read before does not help
    CHECK(fieldsOfHex("") == 0);
}
