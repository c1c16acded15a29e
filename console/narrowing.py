"""Takes out of a page what its reader may not open or do: links become words, forms go. Pure.

One place for all pages: no template has to remember who reads it. It reads our own templates'
HTML, in which every value is escaped, links are not nested, and neither are forms.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

LINK = re.compile(r'<a\b([^>]*?) ?\bhref="(/[^"]*)"([^>]*)>(.*?)</a>', re.DOTALL)
FORM = re.compile(r'<form\b(?P<tag>[^>]*\bmethod="post"[^>]*)>.*?</form>', re.DOTALL)
FOLDED = re.compile(r"<details>\s*<summary>[^<]*</summary>\s*</details>")
EMPTY = re.compile(r'<section class="card"(?: id="[a-z]+")?>(?:<h2>[^<]*</h2>)?\s*</section>')
MAIN = '<main id="content">'


def narrowed(html: str, may_open: Callable[[str], bool]) -> str:
    """The page for one who may open the addresses that `may_open` says (path alone, no query)."""
    head, main, body = html.partition(MAIN)
    body = EMPTY.sub("", FOLDED.sub("", FORM.sub(_own, body)))
    return head + main + LINK.sub(partial(_link, may_open), body)


def _own(form: re.Match[str]) -> str:
    """One's own password and second factor are everybody's to set."""
    return form[0] if 'class="fields own"' in form["tag"] else ""


def _link(may_open: Callable[[str], bool], link: re.Match[str]) -> str:
    before, address, after, words = link.groups()
    path = address.partition("?")[0].partition("#")[0]
    if path.startswith("/static/") or may_open(path):
        return link[0]
    if 'class="button' in before + after:
        return ""
    kept = re.search(r'class="[^"]*"', before + after)
    return f"<span{' ' + kept[0] if kept else ''}>{words}</span>"
