// Fuzz target: any bytes as a form or as the query of a URL. Nothing crashes; what is read is UTF-8, and is read again alike
// when it is written with every byte escaped.
#include "base/text.hpp"
#include "fuzz.hpp"
#include "sdk/form.hpp"

using namespace mdsync;
using namespace mdsync::sdk;

namespace {

std::string escaped(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789aBcDeF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 0xfU];
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = fuzz::textOf(data, size);
    const Form form = readForm(text);
    fuzz::require(form.problem.empty() || form.fields.empty(), "a faulty form has fields", text);
    fuzz::require(isUtf8(form.problem), "a complaint is no UTF-8", text);
    std::string again;
    for (const FormField& field : form.fields) {
        fuzz::require(isUtf8(field.key) && isUtf8(field.value), "a field is no UTF-8", text);
        again += escaped(field.key) + '=' + escaped(field.value) + '&';
    }
    if (!form.fields.empty()) {
        const FormField& first = form.fields.front();
        fuzz::require(form.find(first.key) == &first.value && form.all(first.key).front() == first.value,
                      "a field is not found", text);
    }
    const Form second = readForm(again);
    fuzz::require(second.problem.empty() && second.fields.size() == form.fields.size(),
                  "what was written does not read", text);
    for (std::size_t i = 0; i < form.fields.size(); ++i) {
        fuzz::require(second.fields[i].key == form.fields[i].key && second.fields[i].value == form.fields[i].value,
                      "what was written reads as something else", text);
    }
    return 0;
}
