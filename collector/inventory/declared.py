"""What all parts of the declared office share: strict keys, frozen values."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Declared(BaseModel):
    """What the office writes: an unknown key is a mistake, and nothing changes after reading."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False
    )
