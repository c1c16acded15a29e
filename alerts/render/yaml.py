"""Plain values as YAML text, the same bytes for the same values."""

from __future__ import annotations

from io import StringIO
from typing import Any

from ruamel.yaml import YAML


def dumped(value: Any, *heading: str) -> str:
    """The value under its heading comments, in the order given."""
    yaml = YAML(typ="rt", pure=True)
    yaml.default_flow_style = False
    yaml.width = 10_000  # a text that wraps would change its file for a changed word
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump(value, out)
    return "".join(f"# {line}\n" for line in heading) + out.getvalue()
