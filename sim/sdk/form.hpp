// Form: `application/x-www-form-urlencoded`, and the query of a URL, which is written alike.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mdsync::sdk {

struct FormField {
    std::string key{};    // UTF-8
    std::string value{};  // UTF-8; empty where there is no `=`
};

// What a form says. A key may come several times: `toUserId=bob&toUserId=carol`.
struct Form {
    std::vector<FormField> fields{};  // in the order of the text; none where there is a problem
    std::string problem{};            // a sentence that names the key as it was written; empty: the form is good

    // The first value of `key`. Null: it has none.
    [[nodiscard]] const std::string* find(std::string_view key) const;
    // All values of `key`, in order.
    [[nodiscard]] std::vector<std::string_view> all(std::string_view key) const;
};

// Reads `text`: `+` is a blank, `%4F` a byte. A `%` without two hexadecimal digits, and bytes that are no UTF-8, are a
// problem. A pair without anything, as in `a=1&&b=2`, is passed over.
[[nodiscard]] Form readForm(std::string_view text);

}  // namespace mdsync::sdk
