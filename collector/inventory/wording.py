"""What pydantic found wrong, in an operator's words, with the nearest right thing beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from collector.inventory.kinds import UnfitError
from collector.inventory.meaning import meanings
from collector.inventory.model import Inventory
from collector.inventory.problem import Mistake, Place

Words = tuple[str, str | None]

_LIMITS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "model_type": "a group of keys",
    "model_attributes_type": "a group of keys",
    "date_type": "a date",
}


def mistake(error: ErrorDetails) -> Mistake:
    """One of pydantic's errors about the inventory."""
    message, hint = _words(error)
    return Mistake(error["loc"], message, hint or meaning_at(error["loc"]))


def _words(error: ErrorDetails) -> Words:
    kind = error["type"]
    if kind in _EXPECTED:
        return _unexpected(_EXPECTED[kind], error["input"])
    if kind in _LIMITS:
        limit, comparison = _LIMITS[kind]
        return f"is out of range: {comparison} {error['ctx'][limit]:g} is needed", None
    return _WORDS.get(kind, _other)(error)


def _unexpected(expected: str, value: object) -> Words:
    found = _called(value)
    hint = None
    if value is None:
        hint = "write a value, or take the line out"
    elif expected == "text" and isinstance(value, int | float):
        hint = "put it in quotes"
    elif expected == "a list" and isinstance(value, str):
        hint = "write it as [...] or with a - before each item"
    elif expected == "true or false" and isinstance(value, str):
        hint = "write true or false, without quotes"
    elif "number" in expected and isinstance(value, str):
        hint = "digits alone: no unit, no quotes"
    return f"expected {expected}, got {found}", hint


def _called(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    names: Mapping[type, str] = {str: "text", tuple: "a list", dict: "a group of keys"}
    return names.get(type(value), "a number")


def _unknown_key(error: ErrorDetails) -> Words:
    place = error["loc"]
    known = keys(place[:-1])
    near = get_close_matches(str(place[-1]), known, n=1)
    return "unknown key", f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"


def _unfit(error: ErrorDetails) -> Words:
    cause = error["ctx"]["error"]
    return (cause.message, cause.hint) if isinstance(cause, UnfitError) else (str(cause), None)


def _choice(error: ErrorDetails) -> Words:
    choices = [choice.strip("'") for choice in _choices(error["ctx"]["expected"])]
    value = str(error["input"])
    if value in choices:
        return "is not one of the values", "put it in quotes"
    near = get_close_matches(value, choices, n=1)
    return "is not one of the values", (
        f"did you mean {near[0]}?" if near else f"one of {', '.join(choices)}"
    )


def _choices(expected: str) -> list[str]:
    return expected.replace(" or ", ", ").split(", ")


def _other(error: ErrorDetails) -> Words:
    return f"does not fit: {error['msg'].lower()}", None


_WORDS: Mapping[str, Callable[[ErrorDetails], Words]] = {
    "extra_forbidden": _unknown_key,
    "missing": lambda _: ("is missing", None),
    "value_error": _unfit,
    "literal_error": _choice,
    "string_too_short": lambda _: ("is empty", "write a value, or take the line out"),
    "string_too_long": lambda error: (
        f"is too long: at most {error['ctx']['max_length']} letters",
        None,
    ),
    "string_pattern_mismatch": lambda _: ("holds a tab, line break or control character", None),
    "too_short": lambda error: (
        f"needs at least {error['ctx']['min_length']}, has {error['ctx']['actual_length']}",
        None,
    ),
    "too_long": lambda error: (f"has more than {error['ctx']['max_length']}", None),
}


def keys(place: Place) -> tuple[str, ...]:
    """The keys that the group at that place may hold, as they are written in the file."""
    model = model_at(place)
    if model is None:
        return ()
    return tuple(info.alias or name for name, info in model.model_fields.items())


def model_at(place: Place) -> type[BaseModel] | None:
    """The model of the group at that place; a position in a list leads to the list's items."""
    model: type[BaseModel] | None = Inventory
    for step in place:
        if isinstance(step, str) and model is not None:
            model = next(
                (
                    inner(info.annotation)
                    for name, info in model.model_fields.items()
                    if step in {name, info.alias}
                ),
                None,
            )
    return model


def meaning_at(place: Place) -> str | None:
    """What the key at that place means; for a position in a list, what the list means."""
    named = [step for step in place if isinstance(step, str)]
    model = model_at(tuple(named[:-1]))
    if model is None or not named:
        return None
    meant = (
        meanings(model)[name]
        for name, info in model.model_fields.items()
        if named[-1] in {name, info.alias}
    )
    return next(meant, "").removesuffix(".") or None


def inner(annotation: Any) -> type[BaseModel] | None:
    """The model inside `Model`, `Model | None` and `tuple[Model, ...]`; None for plain values."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (inner(argument) for argument in get_args(annotation))
    return next((model for model in found if model is not None), None)
