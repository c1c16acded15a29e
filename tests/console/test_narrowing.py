"""What a reader may neither open nor do is taken out of a page, and nothing else; lists have pages."""

from __future__ import annotations

import pytest

from console.narrowing import narrowed
from console.paging import part

HEAD = '<header><a href="/">x</a><form method="post" action="/sign-out"></form></header>'


def shown(body: str, *opened: str) -> str:
    told = narrowed(f'{HEAD}<main id="content">{body}', lambda path: path in opened)
    assert told.startswith(f'{HEAD}<main id="content">'), "the way out stays"
    return told.partition('<main id="content">')[2]


def test_a_link_that_would_be_refused_is_a_word() -> None:
    link = '<a class="sub keep" href="/reports/7?x=1#a">bản ghi <b>7</b></a>'
    assert shown(link) == '<span class="sub keep">bản ghi <b>7</b></span>'
    assert shown(link, "/reports/7") == link
    assert shown('<a href="#act">xuống</a>') == '<a href="#act">xuống</a>'


def test_a_button_that_would_be_refused_is_gone() -> None:
    assert shown('<p><a class="button" href="/settings">Sửa</a></p>') == "<p></p>"


def test_forms_go_with_the_fold_and_the_card_that_held_them_alone() -> None:
    form = '<form class="fields" method="post" action="/incidents"><b>x</b></form>'
    assert shown(f'<section class="card"><h2>A</h2>{form}</section><p>B</p>') == "<p>B</p>"
    assert shown(f"<p>A</p><details><summary>Báo</summary>{form}</details>") == "<p>A</p>"
    assert shown(f"<td>{form}</td><td>{form}</td>") == "<td></td><td></td>"


def test_what_asks_only_and_what_is_ones_own_stays() -> None:
    for form in (
        '<form class="choose" method="get" action="/machines"><input></form>',
        '<form class="fields own" method="post" action="/password"><input></form>',
    ):
        assert shown(form) == form


@pytest.mark.parametrize(
    ("asked", "page", "first", "last"),
    [
        (None, 1, 1, 3),
        ("1", 1, 1, 3),
        ("3", 3, 7, 7),
        ("4", 1, 1, 3),
        ("-1", 1, 1, 3),
        ("²", 1, 1, 3),
    ],
)
def test_a_page_that_is_none_is_the_first(
    asked: str | None, page: int, first: int, last: int
) -> None:
    found = part(tuple(range(1, 8)), asked, at_once=3)
    assert (found.page, found.pages, found.first, found.last) == (page, 3, first, last)
    assert tuple(found.rows) == tuple(range(first, last + 1))


def test_an_empty_list_has_one_empty_page() -> None:
    nothing: tuple[str, ...] = ()
    found = part(nothing, "2")
    assert (found.page, found.pages, found.total, found.first, found.last) == (1, 1, 0, 0, 0)
