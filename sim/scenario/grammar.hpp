// Grammar: which keys a scenario has, what each takes, and what it means.
//
// One table, two uses: the reader finds unknown, missing and wrongly typed keys by it, and the JSON Schema for editors
// is printed from it (schema.cpp). What a value *means* is not here.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace mdsync::scenario {

// What a key's value looks like.
enum class Shape : std::uint8_t {
    Text,
    Truth,
    Whole,        // a whole number within Field::least..most
    Seed,         // a whole number of 64 bits without sign
    Count,        // how often to repeat: a whole number from 0
    Probability,  // 0..1
    Word,         // one of Field::words
    Duration,
    Latency,
    Date,
    Zone,
    Devices,   // one text or a list of texts
    Messages,  // the same, for message ids
    Users,     // the same, for users
    User,
    Target,
    Conversations,
    TextList,
    RuleList,
    Refusal,  // true, or a code
    WaitFor,  // a duration, or {"until": date}
    ViaMap,   // message -> way
    UserMap,
    GroupMap,
    TypeMap,
    Matrix,
    Object,       // an object of Field::table
    Expectation,  // an object of one of the subjects' tables
    Steps,
    Actions
};
inline constexpr std::size_t kShapes = 30;

// JSON kinds a shape accepts, as bits.
enum : std::uint8_t { kTruth = 1, kNumber = 2, kText = 4, kList = 8, kObject = 16 };

struct ShapeInfo {
    std::uint8_t kinds;
    std::string_view what;    // as a message says it: `a duration such as "10m"`
    std::string_view schema;  // its JSON Schema; empty where Field decides (Whole, Word, Object, Expectation)
};
[[nodiscard]] const ShapeInfo& about(Shape shape);

struct Table;

struct Field {
    std::string_view name;
    Shape shape;
    std::string_view says;  // what it means, for the schema
    bool required = false;
    std::int64_t least = 0;  // Whole
    std::int64_t most = std::numeric_limits<std::int64_t>::max();
    std::span<const std::string_view> words = {};   // Word
    const Table* table = nullptr;                   // Object
    std::span<const std::string_view> beside = {};  // keys of which one must stand beside it
};

struct Table {
    std::string_view what;  // as a message says it: `a scenario`, `"send"`
    std::span<const Field> fields;
    std::span<const std::string_view> either = {};  // keys of which it has exactly one
};

// The whole file; one that is only there to be extended, which needs nothing.
[[nodiscard]] const Table& fileTable();
[[nodiscard]] const Table& castTable();

// A Verb is a kind of step: its first field names it.
struct Verb {
    Table table;
    bool isAction = true;  // may carry `refused` and stand in `concurrently`
    bool inConcurrently = true;
    [[nodiscard]] std::string_view name() const { return table.fields.front().name; }
};
[[nodiscard]] std::span<const Verb> verbs();

// The subjects of `expect`: device, user, message, service; the first field of each names it.
[[nodiscard]] std::span<const Table> subjects();

// The most fields that a table has.
inline constexpr std::size_t kMostFields = 20;

}  // namespace mdsync::scenario
