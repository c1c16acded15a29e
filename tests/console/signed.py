"""A signed-in visitor without a browser: fills in forms as the pages give them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from tests.console.office import Running

FORM = {"content-type": "application/x-www-form-urlencoded"}
EDGE = "----a-line-that-no-file-holds"


@dataclass(frozen=True)
class Signed:
    """One session of the first user."""

    running: Running
    cookie: dict[str, str]
    token: str

    def page(self, path: str) -> tuple[int, str]:
        status, _, body = self.running.ask("GET", path, headers=self.cookie)
        return status, body

    def post(self, path: str, **fields: str) -> tuple[int, dict[str, str], str]:
        body = urlencode({"form_token": self.token, **fields})
        return self.running.ask("POST", path, body, FORM | self.cookie)

    def send(self, path: str, file: str, **fields: str) -> tuple[int, dict[str, str], str]:
        """As a browser sends a form with a file."""
        named = {"form_token": self.token, **fields}
        parts = [
            f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in named.items()
        ]
        parts.append(
            'Content-Disposition: form-data; name="file"; filename="bao-cao.pdf"\r\n'
            f"Content-Type: application/pdf\r\n\r\n{file}\r\n"
        )
        body = "".join(f"--{EDGE}\r\n{part}" for part in parts) + f"--{EDGE}--\r\n"
        kind = {"content-type": f"multipart/form-data; boundary={EDGE}"}
        return self.running.ask("POST", path, body, kind | self.cookie)


def sign_in(running: Running, user: str = "cntt") -> Signed:
    """By a fresh one-time link."""
    return opened(running, running.json("user", "link", user)["link"].removeprefix(running.base))


def opened(running: Running, path: str) -> Signed:
    """By the link of that path."""
    headers = running.ask("POST", path, headers=FORM)[1]
    cookie = {"cookie": headers["set-cookie"].partition(";")[0]}
    page = running.ask("GET", "/password", headers=cookie)[2]
    token = re.search(r'name="form_token" value="([^"]+)"', page)
    assert token
    return Signed(running, cookie, token[1])
