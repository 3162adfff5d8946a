#include "mdsync/schemas.hpp"

#include <string>

#include "report/schemas.hpp"

namespace mdsync {

std::string_view documentSchema(std::string_view kind) {
    return textOf(schemaFiles(), std::string(kind) + ".schema.json").value_or(std::string_view{});
}

}  // namespace mdsync
