"""Apache PDFBox Preflight, which judges PDF/A-1b as an archive would: it knows nothing of typst."""

from __future__ import annotations

import subprocess  # noqa: TID251 - the validator is a program of its own
from pathlib import Path

JARS = (
    "preflight", "pdfbox2", "xmpbox", "fontbox2", "commons-logging", "javax.activation", "jaxb-api",
)  # fmt: skip
CLASS_PATH = ":".join(f"/usr/share/java/{jar}.jar" for jar in JARS)
GOOD, BAD = " is a valid PDF/A-1b file", " is not a valid PDF/A-1b file, error(s) :"


def preflight(files: dict[str, bytes], folder: Path) -> dict[str, tuple[str, ...]]:
    """What each file breaks, by its name; () for a valid one. One Java for all of them."""
    for name, content in files.items():
        (folder / f"{name}.pdf").write_bytes(content)
    validator = ["java", "-cp", CLASS_PATH, "org.apache.pdfbox.preflight.Validator_A1b"]
    done = subprocess.run(
        [*validator, "batch", str(folder)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    told = _told(done.stdout)
    # Whatever stopped it halfway must not look like a file without mistakes.
    assert set(told) == set(files), done.stdout + done.stderr
    return told


def _told(output: str) -> dict[str, tuple[str, ...]]:
    told: dict[str, tuple[str, ...]] = {}
    name = ""
    for line in filter(None, output.splitlines()):
        if line.startswith("The file ") and line.endswith((GOOD, BAD)):
            name = line.removeprefix("The file ").partition(".pdf is ")[0]
            told[name] = ()
        else:
            told[name] = (*told[name], line)
    return told
