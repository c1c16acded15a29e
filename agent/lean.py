"""What the resident needs of `typing`, without the module: its 0.6 MiB would stay for ever.

`lean.pyi` tells the type checker that these are the real ones.
"""

from __future__ import annotations

import collections

Any = NoReturn = object
TYPE_CHECKING = False


class Protocol:
    """A contract that the type checker alone looks at."""


class _Fields(type):
    def __new__(mcs, name: str, _bases: tuple[type, ...], body: dict[str, Any]) -> type:
        fields = tuple(body.get("__annotations__", ()))
        defaults = [body.pop(field) for field in fields if field in body]
        made = collections.namedtuple(name, fields, defaults=defaults, module=body["__module__"])
        for key, value in body.items():
            if key not in {"__module__", "__qualname__"}:
                setattr(made, key, value)
        return made


NamedTuple = type.__new__(_Fields, "NamedTuple", (), {})
"""A frozen record: each class made from it is a tuple with names."""
