"""Inheritance by `allOf` and a discriminator: who the heirs are, and what a made-up value then is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from speckit.document import load
from speckit.inheritance import inheritance
from speckit.sample import Making

PET: dict[str, Any] = {
    "type": "object",
    "required": ["kind"],
    "discriminator": {"propertyName": "kind"},
    "properties": {"kind": {"type": "string"}},
}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def child(base: str, **members: Any) -> dict[str, Any]:
    return {"allOf": [ref(base), {"type": "object", "required": [*members], "properties": members}]}


def document(**schemas: Any) -> dict[str, Any]:
    return {"openapi": "3.0.3", "components": {"schemas": schemas}}


FAMILY = {
    "Pet": PET,
    "Stone": {"type": "object", "properties": {"weight": {"type": "integer"}}},
    "Cat": child("Pet", mood={"type": "string", "enum": ["lazy"]}),
    "Dog": child("Pet", pack={"type": "integer", "minimum": 2}),
    "Siamese": child("Cat", voice={"type": "boolean"}),
}


def mapped(**mapping: str) -> dict[str, Any]:
    """The family, told apart by other words than their names."""
    discriminator = {"propertyName": "kind", "mapping": mapping}
    return document(**{**FAMILY, "Pet": {**PET, "discriminator": discriminator}})


def made(data: dict[str, Any], schema: Any) -> Any:
    return Making(data).value(schema, ())


def test_whatever_is_composed_of_a_base_is_its_heir() -> None:
    """Directly or not, in the order of the document; a discriminator with `oneOf` lists its own."""
    found = inheritance(document(**FAMILY))
    listed = {**PET, "oneOf": [ref("Cat")]}

    assert [each.name for each in found.heirs(ref("Pet"))] == ["Cat", "Dog", "Siamese"]
    assert [each.value for each in found.heirs(ref("Pet"))] == ["Cat", "Dog", "Siamese"]
    assert found.heirs(ref("Cat")) == ()
    assert found.heirs(ref("Stone")) == ()
    assert inheritance(document(**{**FAMILY, "Pet": listed})).heirs(ref("Pet")) == ()


@pytest.mark.parametrize("target", ["Dog", "#/components/schemas/Dog"])
def test_a_mapping_names_an_heir_by_reference_or_by_name(target: str) -> None:
    found = inheritance(mapped(hound=target)).heirs(ref("Pet"))

    assert [each.value for each in found] == ["Cat", "hound", "Siamese"]


def test_a_base_is_made_as_its_first_heir_and_says_so() -> None:
    """A value without what every real one has would teach the wrong thing."""
    data = document(**FAMILY)

    assert made(data, ref("Pet")) == {"kind": "Cat", "mood": "lazy"}
    assert made(data, {"type": "array", "items": ref("Pet")}) == [{"kind": "Cat", "mood": "lazy"}]
    assert made(data, {"allOf": [ref("Pet")], "nullable": True}) == {"kind": "Cat", "mood": "lazy"}
    assert made(data, {"oneOf": [ref("Pet"), ref("Stone")]}) == {"kind": "Cat", "mood": "lazy"}


def test_an_heir_says_which_it_is() -> None:
    data = mapped(hound="Dog")

    assert made(data, ref("Dog")) == {"kind": "hound", "pack": 2}
    assert made(data, ref("Siamese"))["kind"] == "Siamese"


def test_the_example_of_the_discriminator_chooses_the_heir() -> None:
    pet = {**PET, "properties": {"kind": {"type": "string", "example": "Dog"}}}

    assert made(document(**{**FAMILY, "Pet": pet}), ref("Pet")) == {"kind": "Dog", "pack": 2}


def test_an_example_of_the_base_itself_goes_before_its_heirs() -> None:
    pet = {**PET, "example": {"kind": "Cat", "mood": "glad"}}

    assert made(document(**{**FAMILY, "Pet": pet}), ref("Pet")) == {"kind": "Cat", "mood": "glad"}


def test_a_variant_is_named_as_the_discriminator_beside_it_says() -> None:
    one = {"type": "object", "properties": {"kind": {"type": "string"}}}
    choice = {"oneOf": [ref("A")], "discriminator": {"propertyName": "kind", "mapping": {"first": "A"}}}

    assert made(document(A=one), choice) == {"kind": "first"}


def test_words_that_a_property_does_not_allow_are_not_put_into_it() -> None:
    """The document then contradicts itself, and its schema is what is checked."""
    pet = {**PET, "properties": {"kind": {"type": "string", "enum": ["cat", "dog"]}}}

    assert made(document(**{**FAMILY, "Pet": pet}), ref("Pet"))["kind"] == "cat"


def test_those_who_hold_each_other_come_to_an_end() -> None:
    friends = {"type": "array", "items": ref("Pet")}
    data = document(**{**FAMILY, "Cat": child("Pet", friends=friends)})

    assert made(data, ref("Pet"))["kind"] == "Cat"


def test_swagger_names_its_base_by_a_word(tmp_path: Path) -> None:
    """In 2.0 the discriminator is the name of the property alone."""
    definitions = {
        "Pet": {**PET, "discriminator": "kind"},
        "Cat": {"allOf": [{"$ref": "#/definitions/Pet"}, {"properties": {"mood": {"type": "string"}}}]},
    }
    answer = {"200": {"description": "It.", "schema": {"$ref": "#/definitions/Pet"}}}
    swagger = {
        "swagger": "2.0",
        "info": {"title": "Pets", "version": "1"},
        "paths": {"/pet": {"get": {"produces": ["application/json"], "responses": answer}}},
        "definitions": definitions,
    }
    file = tmp_path / "pets.yaml"
    file.write_text(yaml.safe_dump(swagger))

    data = load(file).data

    assert [each.name for each in inheritance(data).heirs(ref("Pet"))] == ["Cat"]
    assert made(data, ref("Pet")) == {"kind": "Cat", "mood": "string"}


def test_a_base_in_a_file_of_its_own_has_heirs(tmp_path: Path) -> None:
    """Many keep each schema apart."""
    (tmp_path / "pet.yaml").write_text(yaml.safe_dump(PET))
    (tmp_path / "cat.yaml").write_text(
        "allOf: [{$ref: pet.yaml}, {type: object, properties: {mood: {type: string}}}]\n"
    )
    (tmp_path / "api.yaml").write_text(
        "openapi: 3.0.3\ninfo: {title: Pets, version: '1'}\npaths: {}\n"
        "components: {schemas: {Pet: {$ref: pet.yaml}, Cat: {$ref: cat.yaml}}}\n"
    )

    data = load(tmp_path / "api.yaml").data

    assert [each.name for each in inheritance(data).heirs(ref("Pet"))] == ["Cat"]
