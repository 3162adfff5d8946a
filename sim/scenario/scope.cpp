#include "scenario/scope.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <charconv>

namespace mdsync::scenario {

namespace {

constexpr std::uint8_t kindBit(ValueKind kind) {
    switch (kind) {
        case ValueKind::Truth:
            return kTruth;
        case ValueKind::Number:
            return kNumber;
        case ValueKind::Text:
            return kText;
        case ValueKind::List:
            return kList;
        case ValueKind::Object:
            return kObject;
        default:
            return 0;
    }
}

bool isScalar(ValueKind kind) {
    return kind == ValueKind::Truth || kind == ValueKind::Number;
}

// `did you mean "compensationDays" or "offlineDays"?` for "days": the names that contain the word, where it says anything.
std::string suggestLonger(std::string_view word, const std::vector<std::string_view>& names) {
    constexpr std::size_t kShortest = 3;
    const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
    std::vector<std::string_view> longer;
    for (const std::string_view name : names) {
        if (std::search(name.begin(), name.end(), word.begin(), word.end(), same) != name.end()) longer.push_back(name);
    }
    if (word.size() < kShortest || longer.empty() || longer.size() > 3) return {};
    return fmt::format("did you mean {}?", alternatives(longer));
}

std::vector<std::string_view> namesOf(const Table& table) {
    std::vector<std::string_view> names;
    for (const Field& field : table.fields) names.push_back(field.name);
    return names;
}

// What to write instead of a value of the wrong type: `write true` for "on", `write "enable"` for true.
std::string insteadOf(const Value& value, Shape shape, std::span<const std::string_view> words) {
    const auto isOneOf = [&value](std::initializer_list<std::string_view> texts) {
        return value.kind == ValueKind::Text && std::find(texts.begin(), texts.end(), value.text) != texts.end();
    };
    if (shape == Shape::Truth && isOneOf({"true", "on", "yes", "enable", "enabled", "1"})) return "write true";
    if (shape == Shape::Truth && isOneOf({"false", "off", "no", "disable", "disabled", "0"})) return "write false";
    if (value.kind == ValueKind::Truth && words.size() == 2) {
        return fmt::format("write \"{}\"", words[value.truth ? 0 : 1]);
    }
    if (!words.empty()) return alternatives({words.begin(), words.end()});
    if ((about(shape).kinds & kNumber) != 0 && value.kind == ValueKind::Text && !value.text.empty() &&
        value.text.find_first_not_of("0123456789") == std::string_view::npos) {
        return fmt::format("write {}", value.text);
    }
    return {};
}

std::string listed(const std::vector<std::string_view>& words) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
        out += words[i];
    }
    return out;
}

}  // namespace

std::string describe(const Value& value) {
    switch (value.kind) {
        case ValueKind::Null:
            return "null";
        case ValueKind::Truth:
            return value.truth ? "true" : "false";
        case ValueKind::Number:
            return fmt::format("the number {}", value.text.substr(0, 40));
        case ValueKind::Text:
            return fmt::format("the text {}", quoted(value.text));
        case ValueKind::List:
            return "a list";
        case ValueKind::Object:
            return "an object";
        default:
            return "nothing";
    }
}

std::size_t Fields::indexOf(std::string_view name) const {
    const auto& fields = table_->fields;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].name == name) return i;
    }
    assert(false && "the table has no such field");
    return kMostFields - 1;
}

// ---- Variables ------------------------------------------------------------------------------------------------------

void Scope::clear() {
    variables_.clear();
    made_.clear();
}

const Scope::Variable* Scope::find(std::string_view name) const {
    const auto found = std::find_if(variables_.rbegin(), variables_.rend(),
                                    [name](const Variable& variable) { return variable.name == name; });
    return found == variables_.rend() ? nullptr : &*found;
}

const Scope::Variable* Scope::use(std::string_view name, const Value& value) {
    const Variable* variable = find(name);
    if (variable == nullptr) {
        if (forgiving_) return nullptr;
        std::vector<std::string_view> known;
        for (const Variable& other : variables_) known.push_back(other.name);
        std::string hint = suggest(name, known);
        if (hint.empty() && known.empty()) hint = "variables come from \"matrix\" and from a repeat";
        mistakes_.add(name.empty() ? Mistake::BadSubstitution : Mistake::Undeclared, value.place,
                      name.empty() ? "there is no name in ${}" : fmt::format("nothing is called ${{{}}} here", name),
                      hint);
        return nullptr;
    }
    if (variable->slot != Variable::kNoSlot) {
        if (used_.size() <= variable->slot) used_.resize(variable->slot + 1);
        used_[variable->slot] = true;
    }
    return variable;
}

Value Scope::plain(const json::Node& node) const {
    Value value;
    value.node = &node;
    value.place = node.place;
    value.keyPlace = node.keyPlace();
    switch (node.kind) {
        case json::Kind::Null:
            value.kind = ValueKind::Null;
            break;
        case json::Kind::Boolean:
            value.kind = ValueKind::Truth;
            value.truth = node.truth;
            break;
        case json::Kind::Number:
            value.kind = ValueKind::Number;
            value.text = document_.text(node);
            break;
        case json::Kind::String:
            value.kind = ValueKind::Text;
            value.text = document_.text(node);
            break;
        case json::Kind::List:
            value.kind = ValueKind::List;
            break;
        case json::Kind::Object:
            value.kind = ValueKind::Object;
            break;
    }
    return value;
}

Value Scope::value(const json::Node& node) {
    Value value = plain(node);
    if (value.kind == ValueKind::Text && value.text.find("${") != std::string_view::npos) return substitute(value);
    return value;
}

Value Scope::key(const json::Node& node) {
    Value value;
    value.kind = ValueKind::Text;
    value.text = document_.key(node);
    value.place = node.keyPlace();
    value.keyPlace = node.keyPlace();
    if (value.text.find("${") == std::string_view::npos) return value;
    value = substitute(value);
    if (value.kind == ValueKind::Number) value.kind = ValueKind::Text;  // a key is a text, whatever it was made of
    if (value.usable() && value.kind != ValueKind::Text) {
        fault(Mistake::WrongType, value, fmt::format("a key is a text, not {}", describe(value)));
        value.kind = ValueKind::Broken;
    }
    return value;
}

Value Scope::substitute(Value value) {
    const std::string_view text = value.text;
    const Value original = value;
    value.kind = ValueKind::Broken;
    value.substituted = true;
    std::string made;
    std::size_t at = 0;
    while (true) {
        const std::size_t open = text.find("${", at);
        made += text.substr(at, open == std::string_view::npos ? open : open - at);
        if (open == std::string_view::npos) break;
        const std::size_t close = text.find('}', open);
        if (close == std::string_view::npos) {
            mistakes_.add(Mistake::BadSubstitution, value.place, "${ is never closed", "write ${name}");
            return value;
        }
        const Variable* variable = use(text.substr(open + 2, close - open - 2), original);
        if (variable == nullptr) return value;
        const bool isWhole = open == 0 && close + 1 == text.size();
        if (isWhole && variable->node != nullptr) {
            Value whole = plain(*variable->node);
            whole.place = value.place;
            whole.keyPlace = value.keyPlace;
            whole.substituted = true;
            return whole;
        }
        made += variable->text;
        at = close + 1;
        if (isWhole) {
            value.kind = ValueKind::Number;
            value.text = made_.emplace_back(std::move(made));
            return value;
        }
    }
    value.kind = ValueKind::Text;
    value.text = made_.emplace_back(std::move(made));
    return value;
}

void Scope::fault(Mistake what, const Value& value, std::string message, std::string hint) {
    if (value.substituted && !variables_.empty()) {
        std::string with;
        for (const Variable& variable : variables_) {
            fmt::format_to(std::back_inserter(with), "{}{}={}", with.empty() ? "" : ", ", variable.name, variable.text);
        }
        message += fmt::format(" (with {})", with.size() > 200 ? with.substr(0, 200) + "..." : with);
    }
    mistakes_.add(what, value.place, std::move(message), std::move(hint));
}

// ---- Objects --------------------------------------------------------------------------------------------------------

Value Scope::checked(Value value, Shape shape, std::string_view name, std::span<const std::string_view> words) {
    if (!value.usable()) return value;
    const ShapeInfo& info = about(shape);
    const std::uint8_t bit = kindBit(value.kind);
    if ((bit & info.kinds) != 0) return value;
    // "text": "${i}" is a number by the letter; as nobody can mean that, it is its text.
    if (value.substituted && isScalar(value.kind) && (info.kinds & kText) != 0) {
        if (value.kind == ValueKind::Truth) value.text = value.truth ? "true" : "false";
        value.kind = ValueKind::Text;
        return value;
    }
    fault(Mistake::WrongType, value, fmt::format("\"{}\" takes {}, not {}", name, info.what, describe(value)),
          insteadOf(value, shape, words));
    value.kind = ValueKind::Broken;
    return value;
}

Fields Scope::fields(const Value& object, const Table& table, Place anchor) {
    Fields found{table};
    std::vector<std::string> meant;  // known keys that unknown ones probably stand for
    for (const json::Node& child : children(object)) {
        if (mistakes_.full()) break;
        const std::string_view key = document_.key(child);
        std::size_t index = 0;
        while (index < table.fields.size() && table.fields[index].name != key) ++index;
        if (index < table.fields.size()) {
            found.at(index) = value(child);
            continue;
        }
        const std::vector<std::string_view> names = namesOf(table);
        std::string hint = suggest(key, names);
        meant.push_back(nearest(key, names));
        if (hint.empty()) hint = suggestLonger(key, names);
        if (hint.empty()) hint = fmt::format("known here: {}", fmt::join(names, ", "));
        mistakes_.add(Mistake::UnknownKey, child.keyPlace(), fmt::format("{} has no key {}", table.what, quoted(key)),
                      hint);
    }
    for (std::size_t i = 0; i < table.fields.size(); ++i) {
        const Field& field = table.fields[i];
        Value& value = found.at(i);
        if (value.absent()) {
            if (!field.required || std::find(meant.begin(), meant.end(), field.name) != meant.end()) continue;
            mistakes_.add(Mistake::MissingKey, anchor, fmt::format("{} needs the key \"{}\"", table.what, field.name),
                          fmt::format("\"{}\": {}", field.name, about(field.shape).what));
            continue;
        }
        value = checked(value, field.shape, field.name, field.words);
        if (!value.usable()) continue;
        if (field.shape == Shape::Whole) checkRange(value, field);
        if (field.shape == Shape::Word) checkWord(value, field);
    }
    if (meant.empty()) checkBeside(found);
    return found;
}

void Scope::checkBeside(const Fields& fields) {
    for (const Field& field : fields.table().fields) {
        if (field.beside.empty() || fields[field.name].absent()) continue;
        std::vector<std::string> keys;
        for (const std::string_view key : field.beside) {
            if (fields[key].absent()) keys.push_back(quoted(key));
        }
        if (keys.size() < field.beside.size()) continue;
        mistakes_.add(Mistake::MissingKey, fields[field.name].keyPlace,
                      fmt::format("\"{}\" needs the key {}", field.name, listed({keys.begin(), keys.end()})),
                      std::string{field.says});
    }
}

void Scope::checkRange(Value& value, const Field& field) {
    const std::optional<std::int64_t> number = whole(value);
    if (number && *number >= field.least && *number <= field.most) return;
    const bool isWhole = value.text.find_first_of(".eE") == std::string_view::npos;
    constexpr auto kOpen = std::numeric_limits<std::int64_t>::max();
    const std::string bounds = field.least == std::numeric_limits<std::int64_t>::min() ? "a whole number of 64 bits"
                               : field.most == kOpen ? fmt::format("at least {}", field.least)
                                                     : fmt::format("{}..{}", field.least, field.most);
    fault(isWhole ? Mistake::OutOfRange : Mistake::WrongType, value,
          isWhole ? fmt::format("\"{}\" is {}, not {}", field.name, bounds, value.text.substr(0, 40))
                  : fmt::format("\"{}\" takes a whole number, not {}", field.name, value.text.substr(0, 40)));
    value.kind = ValueKind::Broken;
}

void Scope::checkWord(Value& value, const Field& field) {
    for (const std::string_view word : field.words) {
        if (word == value.text) return;
    }
    fault(Mistake::UnknownWord, value,
          fmt::format("\"{}\" is {}, not {}", field.name, listed({field.words.begin(), field.words.end()}),
                      quoted(value.text)),
          suggest(value.text, {field.words.begin(), field.words.end()}));
    value.kind = ValueKind::Broken;
}

void Scope::texts(const Value& value, std::string_view name, const std::function<void(const Value&)>& each) {
    if (value.kind == ValueKind::Text) each(value);
    if (value.kind != ValueKind::List) return;
    for (const json::Node& child : children(value)) {
        if (mistakes_.full()) return;
        const Value element = checked(this->value(child), Shape::Text, name);
        if (element.usable()) each(element);
    }
}

// ---- Numbers, durations, dates --------------------------------------------------------------------------------------

std::optional<std::int64_t> Scope::whole(const Value& value) {
    std::int64_t number = 0;
    const char* end = value.text.data() + value.text.size();
    const auto [stop, error] = std::from_chars(value.text.data(), end, number);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return number;
}

std::optional<std::uint64_t> Scope::wholeUnsigned(const Value& value) {
    std::uint64_t number = 0;
    const char* end = value.text.data() + value.text.size();
    const auto [stop, error] = std::from_chars(value.text.data(), end, number);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return number;
}

namespace {

struct Millionths {
    bool isExact = true;   // finer than a millionth otherwise
    bool isInside = true;  // 0..1
    std::uint32_t count = 0;
};

// Reads a JSON number by its digits, so that 0.05 is 50,000 millionths and not almost.
Millionths millionths(std::string_view spelling) {
    const bool isNegative = spelling.starts_with('-');
    if (isNegative) spelling.remove_prefix(1);
    std::int64_t exponent = 0;
    if (const std::size_t e = spelling.find_first_of("eE"); e != std::string_view::npos) {
        std::string_view digits = spelling.substr(e + 1);
        if (digits.starts_with('+')) digits.remove_prefix(1);
        const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
        if (error != std::errc{}) exponent = digits.starts_with('-') ? -1'000'000'000 : 1'000'000'000;
        exponent = std::clamp<std::int64_t>(exponent, -1'000'000'000, 1'000'000'000);
        spelling = spelling.substr(0, e);
    }
    const std::size_t point = std::min(spelling.find('.'), spelling.size());
    Millionths out;
    std::int64_t power =
        static_cast<std::int64_t>(point) - 1 + exponent + 6;  // of ten, in millionths, of the next digit
    std::uint64_t count = 0;
    for (const char c : spelling) {
        if (c == '.') continue;
        if (c != '0') {
            if (isNegative || power > 6) {
                out.isInside = false;
            } else if (power < 0) {
                out.isExact = false;
            } else {
                std::uint64_t weight = 1;
                for (std::int64_t i = 0; i < power; ++i) weight *= 10;
                count += weight * static_cast<std::uint64_t>(c - '0');
            }
        }
        --power;
    }
    if (count > 1'000'000 || (count == 1'000'000 && !out.isExact)) out.isInside = false;
    out.count = static_cast<std::uint32_t>(std::min<std::uint64_t>(count, 1'000'000));
    return out;
}

// `5 % is 0.05`, for a whole number of percents.
std::string asShare(std::string_view percents) {
    const bool isShort = percents.size() <= 2 && percents.find_first_not_of("0123456789") == std::string_view::npos;
    if (!isShort && percents != "100") return {};
    if (percents == "100") return "100 % is 1";
    const std::string digits = fmt::format("{:0>2}", percents);
    return fmt::format("{} % is 0.{}", percents, digits.ends_with('0') ? digits.substr(0, 1) : digits);
}

}  // namespace

std::optional<std::uint32_t> Scope::partsPerMillion(const Value& value, std::string_view name) {
    const Millionths number = millionths(value.text);
    if (number.isInside && number.isExact) return number.count;
    fault(Mistake::OutOfRange, value, fmt::format("\"{}\" is 0..1, not {}", name, value.text.substr(0, 40)),
          number.isInside ? "in steps of 0.000001" : asShare(value.text));
    return std::nullopt;
}

std::optional<Millis> Scope::duration(const Value& value) {
    const std::optional<Millis> found = parseDuration(value.text);
    if (!found) {
        fault(Mistake::BadDuration, value, fmt::format("{} is not a duration", quoted(value.text)),
              "durations look like 250ms, 90s, 30m, 25h, 2d or 29m59s");
    }
    return found;
}

std::optional<Instant> Scope::date(const Value& value) {
    const std::optional<Instant> found = parseInstant(value.text);
    if (!found) {
        fault(Mistake::BadDate, value, fmt::format("{} is not a date", quoted(value.text)),
              "dates look like 2024-05-01T09:00:00+08:00");
    }
    return found;
}

std::optional<std::pair<Millis, Millis>> Scope::latency(const Value& value) {
    const std::size_t dots = value.text.find("..");
    const std::optional<Millis> low = parseDuration(value.text.substr(0, dots));
    const std::optional<Millis> high =
        dots == std::string_view::npos ? low : parseDuration(value.text.substr(dots + 2));
    if (!low || !high) {
        fault(Mistake::BadDuration, value, fmt::format("{} is not a latency", quoted(value.text)),
              "latencies look like 20ms or 5ms..80ms");
        return std::nullopt;
    }
    if (*low > *high) {
        fault(Mistake::OutOfRange, value, fmt::format("the latency {} falls", quoted(value.text)),
              "write the smaller first");
        return std::nullopt;
    }
    return std::pair{*low, *high};
}

}  // namespace mdsync::scenario
