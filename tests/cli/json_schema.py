"""Enough of JSON Schema, draft-07, to hold our schemas against what the tool writes and reads: all the words that they use,
and no others."""

import json
import re

KINDS = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


class Schema:
    def __init__(self, text):
        self.root = json.loads(text)

    def faults(self, value):
        """What is wrong with a value, each as `/place: why`."""
        return list(self._faults(self.root, value, ""))

    def _faults(self, schema, value, place):
        if schema is True:
            return
        if "$ref" in schema:
            name = schema["$ref"].removeprefix("#/definitions/")
            yield from self._faults(self.root["definitions"][name], value, place)
        for word, wanted in schema.items():
            yield from getattr(self, "_" + WORDS[word])(wanted, value, place, schema)

    def _nothing(self, *_):
        return ()

    def _fits(self, schema, value):
        return next(self._faults(schema, value, ""), None) is None

    def _type(self, wanted, value, place, _):
        for kind in [wanted] if isinstance(wanted, str) else wanted:
            isNumber = isinstance(value, (int, float)) and not isinstance(value, bool)
            if kind == "integer" and isNumber and value == int(value) or kind == "number" and isNumber:
                return
            if kind in KINDS and isinstance(value, KINDS[kind]):
                return
        yield f"{place}: is no {wanted}"

    def _enum(self, wanted, value, place, _):
        if not any(value == each and type(value) is type(each) for each in wanted):
            yield f"{place}: {value!r} is none of {wanted}"

    def _const(self, wanted, value, place, schema):
        yield from self._enum([wanted], value, place, schema)

    def _pattern(self, wanted, value, place, _):
        if isinstance(value, str) and not re.search(wanted, value):
            yield f"{place}: {value!r} does not match {wanted}"

    def _length(self, wanted, value, place, schema):
        sizes = {"minLength": str, "maxLength": str, "minItems": list, "maxItems": list, "minProperties": dict}
        for word, kind in sizes.items():
            if word in schema and isinstance(value, kind):
                if len(value) < schema[word] if word.startswith("min") else len(value) > schema[word]:
                    yield f"{place}: {word} is {schema[word]}"

    def _bound(self, wanted, value, place, schema):
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if value < schema.get("minimum", value) or value > schema.get("maximum", value):
                yield f"{place}: {value} is out of bounds"

    def _required(self, wanted, value, place, _):
        if isinstance(value, dict):
            yield from (f"{place}: {key} is missing" for key in wanted if key not in value)

    def _dependencies(self, wanted, value, place, _):
        if isinstance(value, dict):
            for key in wanted.keys() & value.keys():
                yield from self._faults(wanted[key], value, place)

    def _properties(self, wanted, value, place, _):
        if isinstance(value, dict):
            for key in wanted.keys() & value.keys():
                yield from self._faults(wanted[key], value[key], f"{place}/{key}")

    def _additional(self, wanted, value, place, schema):
        if not isinstance(value, dict):
            return
        for key, item in value.items():
            if key in schema.get("properties", {}) or any(re.search(p, key) for p in schema.get("patternProperties", {})):
                continue
            if wanted is False:
                yield f"{place}: {key} is not known"
            else:
                yield from self._faults(wanted, item, f"{place}/{key}")

    def _names(self, wanted, value, place, _):
        if isinstance(value, dict):
            for key in value:
                yield from self._faults(wanted, key, f"{place}/{key}")

    def _items(self, wanted, value, place, _):
        if isinstance(value, list):
            for number, item in enumerate(value):
                yield from self._faults(wanted, item, f"{place}/{number}")

    def _unique(self, wanted, value, place, _):
        if isinstance(value, list) and len({json.dumps(item) for item in value}) < len(value):
            yield f"{place}: an item is there twice"

    def _all(self, wanted, value, place, _):
        for schema in wanted:
            yield from self._faults(schema, value, place)

    def _any(self, wanted, value, place, _):
        if not any(self._fits(schema, value) for schema in wanted):
            yield f"{place}: fits none of {len(wanted)}"

    def _one(self, wanted, value, place, _):
        if sum(self._fits(schema, value) for schema in wanted) != 1:
            yield f"{place}: does not fit just one of {len(wanted)}"

    def _not(self, wanted, value, place, _):
        if self._fits(wanted, value):
            yield f"{place}: fits what it must not"

    def _if(self, wanted, value, place, schema):
        branch = schema.get("then" if self._fits(wanted, value) else "else", True)
        yield from self._faults(branch, value, place)


WORDS = {"type": "type", "enum": "enum", "const": "const", "pattern": "pattern", "minLength": "length", "maxLength": "length",
         "minItems": "length", "maxItems": "length", "minProperties": "length", "minimum": "bound", "maximum": "bound",
         "required": "required", "dependencies": "dependencies", "properties": "properties", "additionalProperties": "additional", "propertyNames": "names",
         "items": "items", "uniqueItems": "unique", "allOf": "all", "anyOf": "any", "oneOf": "one", "not": "not", "if": "if",
         "then": "nothing", "else": "nothing", "patternProperties": "nothing", "$ref": "nothing", "$schema": "nothing",
         "title": "nothing", "description": "nothing", "examples": "nothing", "definitions": "nothing"}
