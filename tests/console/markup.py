"""A page's HTML as a test looks at it: its words, its links, and the shapes that it is built of."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "source", "wbr", "col"})
DRAWN = frozenset({"svg", "path", "rect", "polyline", "line", "circle", "g"})
SILENT = frozenset({"script", "style"})
WORDS = ("title", "aria-label", "placeholder", "alt")
REFERENCES = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "list")
HARMFUL = ("script", "img", "iframe", "object")

Open = tuple[str, str]
"""Tag and classes."""


class Markup(HTMLParser):
    """One page. Feed it once."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: set[str] = set()
        self.links: list[str] = []
        self.language = ""
        self.harm: list[str] = []
        self.forms = 0
        self.h1 = 0
        self._shapes: set[object] = set()
        self._open: list[tuple[Open, list[bool]]] = []
        self._ids: set[str] = set()
        self._referred: set[tuple[str, str]] = set()
        self._level = 0
        self._main = False
        self.feed(html)

    @property
    def shapes(self) -> frozenset[object]:
        """What a page is built of: each element in its parent, whether it is empty, what misleads."""
        lost = {("lost", name) for name, one in self._referred if one not in self._ids}
        return frozenset(self._shapes | lost)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        me: Open = (tag, " ".join(sorted(told.get("class", "").split())))
        for _, filled in self._open:
            filled[0] = True
        self._note(tag, told)
        if tag in VOID:
            self._shapes.add((self._parent(), me, told.get("type", "")))
        else:
            self._open.append((me, [bool(told.get("aria-label"))]))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            me, filled = self._open.pop()
            if me[0] not in DRAWN:
                self._shapes.add((self._parent(), me, filled[0]))
            if me[0] == "main":
                self._main = False
            if me[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not text or (self._open and self._open[-1][0][0] in SILENT):
            return
        self.words.add(text)
        for _, filled in self._open:
            filled[0] = True

    def _parent(self) -> Open | None:
        return self._open[-1][0] if self._open else None

    def _note(self, tag: str, told: dict[str, str]) -> None:
        self.words |= {" ".join(told[name].split()) for name in WORDS if told.get(name)}
        self._referred |= {(name, one) for name in REFERENCES for one in told.get(name, "").split()}
        if told.get("id"):
            self._ids.add(told["id"])
        if tag == "html":
            self.language = told.get("lang", "")
        if tag == "a" and told.get("href", "").startswith("/"):
            self.links.append(told["href"])
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self._shapes.add(("heading", self._level, int(tag[1])))
            self._level = int(tag[1])
            self.h1 += tag == "h1"
        if tag == "main":
            self._main = True
        elif self._main:
            self._mind(tag, told)

    def _mind(self, tag: str, told: dict[str, str]) -> None:
        nested = tag == "b" and any(one[0] == "b" for one, _ in self._open)
        if tag in HARMFUL or nested or any(name.startswith("on") for name in told):
            self.harm.append(f"<{tag}> stands in the page")
        own = "own" in told.get("class", "").split()
        self.forms += tag == "form" and told.get("method") == "post" and not own
