"""A paper as one frozen value: what it says and to whom; how it looks is the renderers' part."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Heading(Struct, frozen=True, tag="heading"):
    """A numbered part of the paper."""

    text: str


class Paragraph(Struct, frozen=True, tag="paragraph"):
    """Running text: justified, first line indented."""

    text: str
    italic: bool = False


class Items(Struct, frozen=True, tag="items"):
    """A list, one dash each."""

    items: tuple[str, ...]


class Lines(Struct, frozen=True, tag="lines"):
    """The value of a field. Empty: the evidence does not hold it, so dotted lines are drawn."""

    lines: tuple[str, ...] = ()
    blank_lines: int = 1
    """How many dotted lines a person gets to fill an empty value in."""


class Choice(Struct, frozen=True, tag="choice"):
    """A field answered by ticking one box. None: nobody has decided yet, no box is ticked."""

    options: tuple[str, ...]
    chosen: int | None = None


class Field(Struct, frozen=True):
    """One row of a form."""

    label: str
    value: Lines | Choice
    mandatory: bool = False

    @property
    def title(self) -> str:
        """The label as printed: the mark of a mandatory field never stands alone on a line."""
        return f"{self.label}\u00a0(*)" if self.mandatory else self.label

    @property
    def open(self) -> bool:
        """Whether a person still has to fill it in."""
        if isinstance(self.value, Choice):
            return self.value.chosen is None
        return not any(line.strip() for line in self.value.lines)


class Fields(Struct, frozen=True, tag="fields"):
    """Rows of a form, numbered through the whole paper; `first` is the number of the first."""

    rows: tuple[Field, ...]
    first: int = 1


class Column(Struct, frozen=True):
    """One column of a table."""

    title: str
    share: int
    """Its part of the width, relative to the other columns."""


class Table(Struct, frozen=True, tag="table"):
    """A ruled table with a heading row that repeats on every page."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


class Series(Struct, frozen=True):
    """One row of bars through a chart; a value that is not known is None, and drawn as a gap."""

    name: str
    values: tuple[float | None, ...]


class Chart(Struct, frozen=True, tag="chart"):
    """Bars from the left, one for each label; of several series the bars are stacked."""

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    """Written after each number: ` %`."""
    most: float | None = None
    """What the whole width stands for; None: the longest bar."""
    source: str = ""
    """Where its figures stand, under the chart."""


Block = Heading | Paragraph | Items | Fields | Table | Chart


class Appendix(Struct, frozen=True):
    """Phụ lục: starts on its own page, with page numbers of its own."""

    name: str
    title: str
    reference: str
    """The line in brackets that names the paper it belongs to."""
    blocks: tuple[Block, ...]


class Paper(Struct, frozen=True, kw_only=True):
    """One administrative paper in the form of Nghị định 30/2020/NĐ-CP."""

    kind: str
    """Names the template that an office may replace: `police`."""
    file_name: str
    """Without its ending; lower case, digits and hyphens."""
    issuing_body: tuple[str, ...]
    """One line each, as printed."""
    parent: str | None
    symbol: str
    """What follows the number: `BC-UBND`. The number itself is left to văn thư."""
    place: str
    year: int
    """Of the date line; day and month are left to văn thư."""
    type_name: str
    subject: str
    """Trích yếu."""
    addressees: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    closing: str
    """The last paragraph: it never parts from the signature."""
    note: str | None = None
    """Small print under the last form."""
    signature: tuple[str, ...] = ()
    signer: str | None = None
    countersignature: tuple[str, ...] = ()
    """Of the other party, on the left: a biên bản that two sign."""
    recipients: tuple[str, ...] = ()
    appendices: tuple[Appendix, ...] = ()
    landscape: bool = False
    """Wide tables on A4 across: a register, not a letter."""
    drill: bool = False
    """Marked DIỄN TẬP across every page."""
    prepared_at: datetime
    """When its content was fixed: the file's own date, so that equal papers are equal bytes."""


def missing(paper: Paper) -> tuple[str, ...]:
    """Labels of the mandatory fields that a person still has to fill in before signing."""
    forms = (block for block in paper.blocks if isinstance(block, Fields))
    return tuple(row.label for form in forms for row in form.rows if row.mandatory and row.open)
