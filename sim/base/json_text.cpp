// See json_text.hpp.
#include "base/json_text.hpp"

#include <nlohmann/json.hpp>

namespace mdsync {
namespace {

std::string text(const nlohmann::ordered_json& value, int indent) {
    return value.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

std::string documentText(const nlohmann::ordered_json& document) {
    return text(document, 2) + "\n";
}

std::string lineText(const nlohmann::ordered_json& value) {
    return text(value, -1);
}

}  // namespace mdsync
