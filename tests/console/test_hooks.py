"""The door for Alertmanager: shut to strangers, and to everybody where no token is declared."""

from __future__ import annotations

from pathlib import Path

from tests.console.office import Running, poll, quick, up

EMPTY = '{"version": "4", "alerts": []}'


def knock(office: Running, body: str = EMPTY, shown: str = "khoa-dung") -> int:
    headers = {"authorization": f"Bearer {shown}", "content-type": "application/json"}
    return office.ask("POST", "/hooks/alertmanager", body, headers)[0]


def test_only_who_shows_the_token_is_heard(tmp_path: Path, example_inventory_path: Path) -> None:
    inventory = quick(example_inventory_path, tmp_path)
    state = tmp_path / "state"
    with up(state, inventory, more=("--without-agent",)) as office:
        assert knock(office) == 401
        (state / "khoa").write_text("khoa-dung\n")
        text = inventory.read_text("utf-8") + "notices: {alertmanager_token_file: khoa}\n"
        inventory.write_text(text, "utf-8")
        poll(lambda: knock(office) == 204)
        assert knock(office, shown="khoa-sai") == 401
        assert knock(office, body='{"version": "9"}') == 400
        assert knock(office, body=" " * 1_100_000) == 413
        (state / "khoa").write_text("")
        assert knock(office, shown="") == 401
