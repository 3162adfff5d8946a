// JsonText: the documents that we write, as text. What is not UTF-8 in them becomes the replacement character.
//
// nlohmann's dump() is compiled here once: each room that called it took two seconds longer. cli/ calls it still, as it sees public
// headers only.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace mdsync {

// Each key on a line of its own, two blanks deeper than what it belongs to, with a newline at the end.
[[nodiscard]] std::string documentText(const nlohmann::ordered_json& document);

// In one line, without blanks and without a newline.
[[nodiscard]] std::string lineText(const nlohmann::ordered_json& value);

}  // namespace mdsync
