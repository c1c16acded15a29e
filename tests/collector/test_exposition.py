from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from collector.exposition import Family, Sample, render

TEXTS = st.text(st.characters(codec="utf-8"), max_size=60)
HOSTILE = st.sampled_from(
    [
        '"} 1\nwardwatch_up{x="',
        "\\",
        '\\"',
        "\n# TYPE x gauge",
        "}{",
        '=HYPERLINK("x")',
        "\u202egnp",
    ]
)
VALUES = st.one_of(st.floats(allow_nan=False), st.integers(-(2**53), 2**53))


@settings(deadline=None)  # a busy machine is slow, not wrong
@given(st.dictionaries(TEXTS | HOSTILE, VALUES, max_size=8))
def test_any_label_is_read_back_as_it_was(series: dict[str, float]) -> None:
    samples = tuple(Sample({"mount": label, "site": "x"}, value) for label, value in series.items())
    text = render([Family("wardwatch_test", "gauge", "A\nhelp\\text", samples)])
    (family,) = text_string_to_metric_families(text.decode())
    assert (family.name, family.type) == ("wardwatch_test", "gauge")
    read = {sample.labels["mount"]: sample.value for sample in family.samples}
    assert read == {label: float(value) for label, value in series.items()}


@pytest.mark.parametrize(
    ("value", "text"),
    [(1, "1"), (0.25, "0.25"), (True, "1"), (2**60, str(2**60)), (math.inf, "+Inf")],
)
def test_numbers_are_worded_as_prometheus_reads_them(value: float, text: str) -> None:
    shown = render([Family("a", "gauge", "h", (Sample({}, value),))])
    assert shown.decode().endswith(f"\na {text}\n")


def test_not_a_number_is_said() -> None:
    assert b"\na NaN\n" in render([Family("a", "gauge", "h", (Sample({}, math.nan),))])


def test_of_two_samples_with_the_same_labels_the_first_stays() -> None:
    twice = (Sample({"mount": "/"}, 1), Sample({"mount": "/"}, 2))
    assert render([Family("a", "gauge", "h", twice)]).decode().count("a{") == 1


def test_a_lone_half_of_a_pair_does_not_stop_the_scrape() -> None:
    assert b'mount="?"' in render([Family("a", "gauge", "h", (Sample({"mount": "\ud800"}, 1),))])


def test_a_family_without_samples_is_still_described() -> None:
    assert render([Family("a", "counter", "h", ())]) == b"# HELP a h\n# TYPE a counter\n"
