"""A file that is not well formed is told by its line, and costs neither time nor memory."""

from __future__ import annotations

import pytest

from collector.inventory.read import LIMIT_BYTES, InventoryError, parse

BOMB = "a: &a [x]\n" + "".join(f"a{n}: &a{n} [{','.join(['*a'] * 9)}]\n" for n in range(50))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "inventory.yaml:1: is empty"),
        (b"# only a comment\n", "inventory.yaml:1: is empty"),
        (b"\n\na: \xff", "inventory.yaml:3: is not UTF-8"),
        (b"a:\n  b: \x07", "inventory.yaml:2: holds a character that YAML does not allow"),
        (b"a:\n\t- b", "inventory.yaml:2: a tab where spaces belong (indent with spaces)"),
        (b"a: 1\nb: c: d", "inventory.yaml:2: a second colon in the value"),
        (b"a: @b", "inventory.yaml:1: a value begins with a character that YAML keeps for itself"),
        (b"a: */5 * * * *", "inventory.yaml:1: a value begins with a character"),
        (b"a: 'b", "a quotation mark is not closed"),
        (b"a: [1, 2\nb: 3", "inventory.yaml:2: a list or group in brackets is not closed"),
        (b"a:\n  b: 1\n c: 2", "inventory.yaml:3: the indentation does not fit"),
        (b"%YAML 3.0\n---\na: 1", "inventory.yaml:1: is not YAML"),
        (b"a: 1\n---\nb: 2", "inventory.yaml:2: a second document begins here"),
        (b"[]", "inventory.yaml:1: expected a group of keys, got a list"),
        (b"a: 1\n? [b]\n: 2", "inventory.yaml:2: ?: a key is a word"),
        (
            b"site: !!python/object:os.system x",
            "inventory.yaml:1: site: a tag (!) is not read here",
        ),
        (b"site: &a {id: *a}", "inventory.yaml:1: site.id: an alias (*) is not read here"),
        (b"version: 1\nsite: 2\nversion: 1", "inventory.yaml:3: version: the key is here twice"),
        (BOMB.encode(), "inventory.yaml:2: a0[0]: an alias (*) is not read here"),
        (b"a: " + b"[" * 100_000, "inventory.yaml:1: nested more than 12 deep"),
        (b"{" * 50_000, "inventory.yaml:1: nested more than 12 deep"),
        (b"- " * 50_000, "inventory.yaml:1: nested more than 12 deep"),
        (b"? " * 50_000, "inventory.yaml:1: nested more than 12 deep"),
        (b"version: " + b"9" * 5_000, "inventory.yaml:1: version: "),
        (b"#" * (LIMIT_BYTES + 1), "inventory.yaml:1: is larger than 1 MiB"),
    ],
    ids=range(25),
)
def test_a_mistake_of_form_is_told_by_its_line(content: bytes, said: str) -> None:
    with pytest.raises(InventoryError) as caught:
        parse(content)
    assert any(said in str(problem) for problem in caught.value.problems), str(caught.value)


def test_a_mistake_of_form_in_a_value_is_not_told_twice() -> None:
    with pytest.raises(InventoryError) as caught:
        parse(b"version: *one")
    about = [problem.message for problem in caught.value.problems if problem.path == "version"]
    assert about == ["an alias (*) is not read here"]


def test_a_byte_order_mark_of_a_windows_editor_is_read_over() -> None:
    with pytest.raises(InventoryError) as caught:
        parse(b"\xef\xbb\xbfversion: 1\r\n")
    assert "version" not in {problem.path for problem in caught.value.problems}
