// The JSON Schema for editors.
#include <nlohmann/json.hpp>

#include <set>

#include "reading.hpp"
#include "scenario/grammar.hpp"

using namespace mdsync;
using namespace mdsync::testing;
using Json = nlohmann::json;

namespace {

void collectReferences(const Json& schema, std::set<std::string>& out) {
    if (schema.is_object() && schema.contains("$ref")) out.insert(schema["$ref"].get<std::string>());
    for (const Json& child : schema) {
        if (child.is_structured()) collectReferences(child, out);
    }
}

}  // namespace

TEST_CASE("the schema names every key of the file and every verb") {
    const Json schema = Json::parse(scenarioSchema(someRules()));
    CHECK(schema["$schema"] == "http://json-schema.org/draft-07/schema#");
    CHECK(schema["then"]["else"]["required"] == Json{"users", "steps"});
    CHECK(schema["definitions"]["rule"]["anyOf"][0]["enum"] == Json(someRules()));
    CHECK(schema["additionalProperties"] == false);
    for (const scenario::Field& field : scenario::fileTable().fields) {
        CHECK(schema["properties"].contains(std::string{field.name}));
    }
    CHECK(schema["definitions"]["step"]["anyOf"].size() == scenario::verbs().size());
    std::set<std::string> verbs;
    for (const Json& step : schema["definitions"]["step"]["anyOf"]) {
        verbs.insert(step["required"][0].get<std::string>());
    }
    CHECK(verbs.size() == 20);
    CHECK(verbs.contains("concurrently"));
    CHECK(schema["definitions"]["action"]["anyOf"].size() == 14);
}

TEST_CASE("whatever the schema refers to is there") {
    const Json schema = Json::parse(scenarioSchema(someRules()));
    std::set<std::string> references;
    collectReferences(schema, references);
    CHECK(references.size() == 7);
    for (const std::string& reference : references) {
        INFO(reference);
        CHECK(schema.contains(Json::json_pointer{reference.substr(1)}));
    }
}
