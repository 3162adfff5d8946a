// The JSON Schema of scenario files, printed from the grammar's tables.
//
// It helps an editor to complete and to underline; it does not decide: the reader's own messages are better, and know
// what refers to what. Every value may also be "${name}".
#include <nlohmann/json.hpp>
#include <string>

#include "base/json_text.hpp"
#include "mdsync/scenario.hpp"
#include "scenario/grammar.hpp"

namespace mdsync {

using namespace scenario;

namespace {

using Json = nlohmann::ordered_json;

Json objectOf(const Table& table);

// What is no text, or a variable: so that an editor tells what is wrong with the one that it is.
Json unlessText(Json schema) {
    return {
        {"if", {{"type", "string"}}}, {"then", {{"$ref", "#/definitions/substitution"}}}, {"else", std::move(schema)}};
}

Json orSubstitution(Json schema) {
    return {{"anyOf", Json::array({std::move(schema), {{"$ref", "#/definitions/substitution"}}})}};
}

Json wholeNumber(const Field& field) {
    Json schema{{"type", "integer"}};
    if (field.least != std::numeric_limits<std::int64_t>::min()) schema["minimum"] = field.least;
    if (field.most != std::numeric_limits<std::int64_t>::max()) schema["maximum"] = field.most;
    return unlessText(std::move(schema));
}

Json valueOf(const Field& field) {
    switch (field.shape) {
        case Shape::Whole:
            return wholeNumber(field);
        case Shape::Word: {
            Json words = Json::array();
            for (const std::string_view word : field.words) words.push_back(std::string{word});
            return orSubstitution({{"enum", std::move(words)}});
        }
        case Shape::Object:
            return unlessText(objectOf(*field.table));
        case Shape::Expectation:
            return {{"$ref", "#/definitions/expectation"}};
        default:
            return Json::parse(about(field.shape).schema);
    }
}

Json oneRequired(std::span<const std::string_view> keys) {
    Json schema{{"anyOf", Json::array()}};
    for (const std::string_view key : keys) schema["anyOf"].push_back({{"required", {std::string{key}}}});
    return schema;
}

Json objectWith(std::span<const Field> fields, std::span<const std::string_view> either = {}) {
    Json properties = Json::object();
    Json required = Json::array();
    for (const Field& field : fields) {
        Json property{{"description", std::string{field.says}}};
        property.update(valueOf(field));
        properties[std::string{field.name}] = std::move(property);
        if (field.required) required.push_back(std::string{field.name});
    }
    Json schema{{"type", "object"}, {"additionalProperties", false}};
    if (!required.empty()) schema["required"] = std::move(required);
    for (const Field& field : fields) {
        if (!field.beside.empty()) schema["dependencies"][std::string{field.name}] = oneRequired(field.beside);
    }
    for (const std::string_view key : either) schema["oneOf"].push_back({{"required", {std::string{key}}}});
    schema["properties"] = std::move(properties);
    return schema;
}

Json objectOf(const Table& table) {
    return objectWith(table.fields, table.either);
}

// One of `tables`, of which the first key tells which: an editor then says what is wrong with that one.
Json oneOfThese(const std::vector<Json>& tables) {
    Json schema{{"type", "object"}, {"anyOf", Json::array()}, {"properties", Json::object()}, {"allOf", Json::array()}};
    for (const Json& table : tables) {
        const auto first = table["properties"].begin();
        const Json has{{"required", {first.key()}}};
        schema["anyOf"].push_back(has);
        schema["properties"][first.key()] = {{"description", first.value()["description"]}};
        schema["allOf"].push_back({{"if", has}, {"then", table}});
    }
    return schema;
}

Json expectationSchema() {
    std::vector<Json> all;
    for (const Table& subject : subjects()) all.push_back(objectOf(subject));
    return oneOfThese(all);
}

Json stepsSchema() {
    std::vector<Json> all;
    for (const Verb& verb : verbs()) all.push_back(objectOf(verb.table));
    return oneOfThese(all);
}

Json actionsSchema() {
    std::vector<Json> all;
    for (const Verb& verb : verbs()) {
        const auto withoutSettle = verb.table.fields.first(verb.table.fields.size() - 1);
        if (verb.inConcurrently) all.push_back(objectWith(withoutSettle, verb.table.either));
    }
    return oneOfThese(all);
}

// What stands in one file of several that extend each other; a file without a name is there to be extended.
Json fileSchema() {
    Json schema = objectOf(fileTable());
    schema.erase("required");
    schema["if"] = {{"required", {"name"}}};
    schema["then"] = {{"if", {{"required", {"extends"}}}}, {"else", {{"required", {"users", "steps"}}}}};
    return schema;
}

Json definitionsOf(const std::vector<std::string_view>& knownRules) {
    Json rules = Json::array();
    for (const std::string_view rule : knownRules) rules.push_back(std::string{rule});
    return {
        {"substitution",
         {{"description", "the value of a matrix key or the count of a repeat"},
          {"type", "string"},
          {"pattern", "^\\$\\{[^}]+\\}$"}}},
        {"duration",
         {{"type", "string"},
          {"pattern", "^([0-9]+(d|h|m|s|ms))+$|\\$\\{"},
          {"examples", {"250ms", "90s", "30m", "25h", "2d", "29m59s"}}}},
        {"date",
         {{"type", "string"},
          {"pattern",
           "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$|\\$\\{"},
          {"examples", {"2024-05-01T09:00:00+08:00"}}}},
        {"rule", {{"anyOf", Json::array({Json{{"enum", rules}}, Json{{"type", "string"}, {"pattern", "\\$\\{"}}})}}},
        {"expectation", expectationSchema()},
        {"step", stepsSchema()},
        {"action", actionsSchema()},
    };
}

}  // namespace

std::string scenarioSchema(const std::vector<std::string_view>& knownRules) {
    Json schema{
        {"$schema", "http://json-schema.org/draft-07/schema#"},
        {"title", "mdsync scenario"},
        {"description", "Generated by mdsync schema from the reader's own table. Comments are allowed in scenarios."}};
    schema.update(fileSchema());
    schema["definitions"] = definitionsOf(knownRules);
    return documentText(schema);
}

}  // namespace mdsync
