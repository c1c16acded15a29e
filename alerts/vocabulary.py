"""The closed lists of what people tell of incidents: without an import that `--help` would wait for."""

from __future__ import annotations

from typing import Literal, get_args

Field = Literal[
    "happened-at",
    "cause",
    "cause-certain",
    "scope",
    "remedy",
    "restored-at",
    "consequences",
    "lessons",
    "proposal",
    "confidential",
    "machines",
    "interruption-hours",
    "data-kinds",
    "data-subjects",
    "data-consequences",
    "late-reason",
    "custodian",
    "witnesses",
]
"""What an officer may state: each fills one field of a paper or a threshold of the ward."""
FIELDS: tuple[Field, ...] = get_args(Field)

KINDS = (
    "malware",
    "intrusion",
    "interruption",
    "lost-machine",
    "leak",
    "defacement",
    "phishing",
    "provider",
    "insider",
    "other",
)
"""What a person may report; its rule is named `told-…` (`alerts.told`)."""
