"""What a mistake in the settings is called: pydantic's errors in our words.

What the operator wrote is not repeated, but for keys: a password may stand in the wrong place.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

_KINDS: Final = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "keys with values",
    type(None): "nothing",
}
_EXPECTED: Final = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
    "tuple_type": "a list",
    "path_type": "the path of a file",
}
_BOUNDS: Final = {
    "greater_than_equal": ("too small", "{ge:g} or more"),
    "less_than_equal": ("too large", "{le:g} or less"),
    "string_too_long": ("too long", "{max_length} characters at most"),
    "too_long": ("too many", "{max_length} at most"),
}


def one_of(name: str, names: Iterable[str]) -> str:
    """Say what could have been meant instead of ``name``."""
    known = list(names)
    close = get_close_matches(name, known, n=1) if len(known) > 1 else []
    hint = f" (did you mean '{close[0]}'?)" if close else ""
    more = f" and {len(known) - 40} more" if len(known) > 40 else ""
    return ("one of " if len(known) > 1 else "") + ", ".join(known[:40]) + more + hint


def word(error: ErrorDetails, model: type[BaseModel]) -> tuple[str, str]:
    """Return what is wrong and what was expected, for an error that ``model`` gave."""
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    if kind == "mistake":
        return context["what"], context["expected"]
    if kind == "missing":
        *above, key = error["loc"]
        field = _at(model, above).get(str(key))
        return "nothing is written here", _phrase((field and field.description) or "two values")
    if kind == "extra_forbidden":
        *above, key = error["loc"]
        return f"unknown key '{key}'", one_of(str(key), _at(model, above))
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        what = "unknown kind" if kind == "union_tag_invalid" else "no kind is given"
        return what, "kind: " + one_of(_tag(value), _kinds(model, error["loc"]))
    if kind == "literal_error":
        choices = context["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        what = "not one of the choices" if isinstance(value, str) else f"{_kind(value)} stands here"
        quoted = ", in quotes" if isinstance(value, bool | int | float) else ""
        return what, one_of(value if isinstance(value, str) else "", choices) + quoted
    if kind in _BOUNDS:
        what, expected = _BOUNDS[kind]
        return what, expected.format(**context)
    if kind in ("string_too_short", "too_short"):
        return "nothing is written here", "at least one" if kind == "too_short" else "some text"
    if kind == "string_pattern_mismatch":
        return "not an address", "an IP address or a host name"
    if kind == "finite_number":
        return "not a number that can be reached", "a number"
    if kind in _EXPECTED:
        hint = "; write it in quotes" if kind == "string_type" and isinstance(value, bool | int | float) else ""
        what = (
            "a number with a fraction"
            if kind in ("int_type", "int_from_float") and isinstance(value, float)
            else _kind(value)
        )
        return f"{what} stands here", _EXPECTED[kind] + hint
    return error["msg"], ""


def _phrase(sentence: str) -> str:
    """Make a sentence fit to stand within another."""
    return (sentence[:1].lower() if sentence[1:2].islower() else sentence[:1]) + sentence[1:].rstrip(".")


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "something else")


def _tag(value: object) -> str:
    kind = value.get("kind") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else ""


def _inside(annotation: Any, step: str | int) -> Any:
    """Return the annotation of what stands one step inside another; a kind's name chooses among several."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if step in annotation.model_fields:
            return annotation.model_fields[str(step)].annotation
        return get_args(get_type_hints(annotation).get("__pydantic_extra__"))[1]
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is dict:
        return parts[1]
    if origin in (tuple, Annotated):
        return parts[0] if origin is tuple else _inside(parts[0], step)
    models = [part for part in parts if part is not type(None)]
    for model in models:
        if len(models) > 1 and step in get_args(model.model_fields["kind"].annotation):
            return model
    return _inside(models[0], step)


def _kinds(model: type[BaseModel], path: Iterable[str | int]) -> list[str]:
    """Name the kinds of what stands at an error's path."""
    annotation: Any = model
    for step in path:
        annotation = _inside(annotation, step)
    union = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    return [get_args(kind.model_fields["kind"].annotation)[0] for kind in get_args(union)]


def _at(model: type[BaseModel], path: Iterable[str | int]) -> dict[str, FieldInfo]:
    """Return the fields of the model that reads what stands at an error's path."""
    annotation: Any = model
    for step in path:
        annotation = _inside(annotation, step)
    for part in (annotation, *get_args(annotation)):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part.model_fields
    return {}
