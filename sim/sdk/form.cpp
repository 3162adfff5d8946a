// See form.hpp.
#include "sdk/form.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace mdsync::sdk {

namespace {

// 16 and more: `c` is no hexadecimal digit.
unsigned digitOf(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
    return 16;
}

// The text that `written` stands for. Nothing: a `%` in it begins no escape.
std::optional<std::string> decoded(std::string_view written) {
    constexpr std::size_t kEscape = 3;  // characters: %4F
    std::string text;
    for (std::size_t i = 0; i < written.size(); ++i) {
        if (written[i] != '%') {
            text += written[i] == '+' ? ' ' : written[i];
            continue;
        }
        if (written.size() - i < kEscape) return std::nullopt;
        const unsigned high = digitOf(written[i + 1]);
        const unsigned low = digitOf(written[i + 2]);
        if (high > 15 || low > 15) return std::nullopt;
        text += static_cast<char>(static_cast<unsigned char>(high * 16 + low));
        i += kEscape - 1;
    }
    return text;
}

// `key` as a message quotes it, which is UTF-8 whatever the key is.
std::string named(std::string_view key) {
    const std::size_t wrong = findInvalidUtf8(key);
    return mdsync::quoted(key.substr(0, wrong));
}

// Adds the pair `written`. Returns what is wrong with it.
std::string takePair(std::string_view written, std::vector<FormField>& fields) {
    const std::size_t equals = std::min(written.find('='), written.size());
    const std::string_view key = written.substr(0, equals);
    std::optional<std::string> decodedKey = decoded(key);
    std::optional<std::string> value = decoded(written.substr(std::min(equals + 1, written.size())));
    if (!decodedKey || !value) return named(key) + " has a % without two hexadecimal digits behind it";
    if (!isUtf8(*decodedKey) || !isUtf8(*value)) return named(key) + " holds bytes that are no UTF-8";
    fields.push_back({*std::move(decodedKey), *std::move(value)});
    return {};
}

}  // namespace

const std::string* Form::find(std::string_view key) const {
    const auto found = std::find_if(fields.begin(), fields.end(), [&](const FormField& f) { return f.key == key; });
    return found == fields.end() ? nullptr : &found->value;
}

std::vector<std::string_view> Form::all(std::string_view key) const {
    std::vector<std::string_view> values;
    for (const FormField& field : fields) {
        if (field.key == key) values.push_back(field.value);
    }
    return values;
}

Form readForm(std::string_view text) {
    Form form;
    while (!text.empty() && form.problem.empty()) {
        const std::size_t end = std::min(text.find('&'), text.size());
        if (end > 0) form.problem = takePair(text.substr(0, end), form.fields);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (!form.problem.empty()) form.fields.clear();
    return form;
}

}  // namespace mdsync::sdk
