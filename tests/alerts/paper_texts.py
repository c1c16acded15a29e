"""A paper as plain text, and the golden texts of all papers: `python -m tests.alerts.paper_texts FILE`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from alerts.documents.docx_blocks import told
from alerts.documents.model import Block, Chart, Choice, Fields, Heading, Items, Paper, Paragraph

FOLDER = Path(__file__).with_name("papers")


def text_of(paper: Paper) -> str:
    """All that a reader would read, a line each."""
    return "\n".join(_lines(paper)) + "\n"


def _lines(paper: Paper) -> Iterator[str]:
    yield from (paper.file_name, paper.parent or "", *paper.issuing_body, paper.symbol)
    yield from (f"{paper.place}, {paper.year}", paper.type_name, paper.subject, *paper.addressees)
    for block in paper.blocks:
        yield from _block(block)
    yield from (paper.note or "", paper.closing, *paper.countersignature, *paper.signature)
    yield from paper.recipients
    for appendix in paper.appendices:
        yield from (appendix.name, appendix.title, appendix.reference)
        for block in appendix.blocks:
            yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Heading | Paragraph):
        yield block.text
    elif isinstance(block, Items):
        yield from (f"- {one}" for one in block.items)
    elif isinstance(block, Chart):
        yield f"[{told(block)}] {block.source}"
    elif isinstance(block, Fields):
        for number, row in enumerate(block.rows, block.first):
            value = row.value
            if isinstance(value, Choice):
                lines = [
                    f"[{'x' if value.chosen == i else ' '}] {one}"
                    for i, one in enumerate(value.options)
                ]
            else:
                lines = list(value.lines) or ["…"]
            yield f"{number}. {row.title}: {' | '.join(lines)}"
    else:
        yield " | ".join(column.title for column in block.columns)
        yield from (" | ".join(row) for row in block.rows)


if __name__ == "__main__":
    from tests.alerts.document_samples import example, papers_of

    FOLDER.mkdir(exist_ok=True)
    for name, paper in papers_of(example(Path(sys.argv[1]))).items():
        (FOLDER / f"{name}.txt").write_text(text_of(paper), "utf-8")
