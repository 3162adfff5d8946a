// Scope: reads values of the tree with "${...}" replaced, and objects by the grammar's tables.
//
// A Scope has one case's view of the file: matrix keys and the counts of the repeats around are bound to values. What
// it hands out as `Broken` was reported already (or depends on something that was); readers pass over it in silence, so
// that one mistake gives one diagnostic.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "base/text.hpp"
#include "mdsync/time.hpp"
#include "scenario/grammar.hpp"
#include "scenario/mistakes.hpp"

namespace mdsync::scenario {

enum class ValueKind : std::uint8_t { Absent, Broken, Null, Truth, Number, Text, List, Object };

// A Value is a node after substitution. Views stay valid until the Scope is cleared.
struct Value {
    ValueKind kind = ValueKind::Absent;
    bool truth = false;
    bool substituted = false;          // what it says depends on the case or the round
    std::string_view text;             // a Text's characters, a Number's spelling
    const json::Node* node = nullptr;  // whose children a List or Object has
    Place place;
    Place keyPlace;

    // There, and of the type that its key takes.
    [[nodiscard]] bool usable() const { return kind != ValueKind::Absent && kind != ValueKind::Broken; }
    [[nodiscard]] bool absent() const { return kind == ValueKind::Absent; }
};

// The values of an object, by the names of its table's fields.
class Fields {
public:
    explicit Fields(const Table& table) : table_(&table) {}
    // REQUIRES: the table has a field of this name.
    [[nodiscard]] const Value& operator[](std::string_view name) const { return values_[indexOf(name)]; }
    [[nodiscard]] Value& at(std::size_t index) { return values_[index]; }
    [[nodiscard]] const Value& at(std::size_t index) const { return values_[index]; }
    [[nodiscard]] const Table& table() const { return *table_; }

private:
    [[nodiscard]] std::size_t indexOf(std::string_view name) const;

    const Table* table_;
    std::array<Value, kMostFields> values_;
};

class Scope {
public:
    Scope(const json::Document& document, Mistakes& mistakes) : document_(document), mistakes_(mistakes) {}

    // ---- Variables. The innermost of a name counts.
    struct Variable {
        std::string_view name;
        std::string text;                  // inside a longer string
        const json::Node* node = nullptr;  // as a whole string; null: the number `text`
        std::size_t slot = kNoSlot;        // number of the matrix key
        static constexpr std::size_t kNoSlot = static_cast<std::size_t>(-1);
    };
    void bind(Variable variable) { variables_.push_back(std::move(variable)); }
    void unbind() { variables_.pop_back(); }
    [[nodiscard]] bool isBound(std::string_view name) const { return find(name) != nullptr; }
    [[nodiscard]] bool isMatrixKey(std::string_view name) const {
        const Variable* variable = find(name);
        return variable != nullptr && variable->slot != Variable::kNoSlot;
    }
    // Forgets all variables and what was made of them: the next case begins.
    void clear();
    // Unknown variables are Broken without a word: the matrix itself was faulty.
    void forgiveUnknownVariables() { forgiving_ = true; }
    // Which matrix keys were used so far, by their slots.
    [[nodiscard]] bool wasUsed(std::size_t slot) const { return slot < used_.size() && used_[slot]; }

    // ---- Reading
    [[nodiscard]] Value value(const json::Node& node);
    [[nodiscard]] Value key(const json::Node& node);
    [[nodiscard]] json::Children children(const Value& value) const { return document_.children(*value.node); }
    [[nodiscard]] std::string_view rawKey(const json::Node& node) const { return document_.key(node); }

    // The values of `object` by `table`: unknown and missing keys, wrong types, words outside their list and whole
    // numbers outside their bounds are reported and come out Broken. `anchor` is where a missing key is reported.
    [[nodiscard]] Fields fields(const Value& object, const Table& table, Place anchor);

    // `value` if its JSON type fits `shape`, else a report and Broken. `name` is what the message calls it, `words` are
    // those that may stand there, if only a few may.
    [[nodiscard]] Value checked(Value value, Shape shape, std::string_view name,
                                std::span<const std::string_view> words = {});

    // Calls `each` for the one text, or every text of the list, that `value` is; elements of other types are reported.
    void texts(const Value& value, std::string_view name, const std::function<void(const Value&)>& each);

    // REQUIRES: `value` is a Number. Nothing if it has a fraction or exponent or does not fit.
    [[nodiscard]] static std::optional<std::int64_t> whole(const Value& value);
    [[nodiscard]] static std::optional<std::uint64_t> wholeUnsigned(const Value& value);

    // Parts per million of a Number from 0 to 1, exactly; reports what is outside or finer than a millionth.
    [[nodiscard]] std::optional<std::uint32_t> partsPerMillion(const Value& value, std::string_view name);
    // A duration or date; reports what is none.
    [[nodiscard]] std::optional<Millis> duration(const Value& value);
    [[nodiscard]] std::optional<Instant> date(const Value& value);
    // A latency: one duration or two.
    [[nodiscard]] std::optional<std::pair<Millis, Millis>> latency(const Value& value);

    // Adds a mistake about `value`; where that depends on the case, the message says which.
    void fault(Mistake what, const Value& value, std::string message, std::string hint = {});
    [[nodiscard]] Mistakes& mistakes() { return mistakes_; }

private:
    [[nodiscard]] const Variable* find(std::string_view name) const;
    [[nodiscard]] Value plain(const json::Node& node) const;
    [[nodiscard]] Value substitute(Value value);
    [[nodiscard]] const Variable* use(std::string_view name, const Value& value);
    void checkRange(Value& value, const Field& field);
    void checkWord(Value& value, const Field& field);
    void checkBeside(const Fields& fields);

    const json::Document& document_;
    Mistakes& mistakes_;
    std::vector<Variable> variables_;
    std::vector<bool> used_;
    std::deque<std::string> made_;  // texts with something replaced
    bool forgiving_ = false;
};

// How a message calls a value: `a number`, `"text"`.
[[nodiscard]] std::string describe(const Value& value);

}  // namespace mdsync::scenario
