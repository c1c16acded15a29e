"""Signing in by a real, small identity provider on loopback: who is vouched for and known comes in."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.console.office import Running, wardwatch

CLIENT, SECRET = "wardwatch", "bí mật của máy khách".encode().hex()


class Provider:
    """OpenID Connect as far as one client needs it; what it says can be bent."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "k1"})
        self.other = RSAKey.generate_key(2048, {"kid": "k1"})
        self.bend: dict[str, Any] = {}
        self.sign_with = self.key
        self.user = "lanh-dao"
        self.challenges: dict[str, tuple[str, str]] = {}
        provider = self

        class Door(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                """Be quiet."""

            def do_GET(self) -> None:
                if self.path.startswith("/jwks"):
                    self._json({"keys": [provider.key.as_dict(private=False)]})
                elif self.path.startswith("/.well-known/"):
                    self._json(provider.configuration())
                else:
                    self.send_error(404)

            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                form = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
                self._json(provider.token(form, self.headers.get("authorization", "")))

            def _json(self, value: Any) -> None:
                body = msgspec.json.encode(value)
                self.send_response(400 if "error" in value else 200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
        }

    def authorize(self, address: str) -> str:
        """What the person's visit there would lead to: the way back with a code."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.challenges)}"
        self.challenges[code] = (asked["code_challenge"], asked["nonce"])
        back = urlencode({"code": code, "state": asked["state"]})
        return f"{urlsplit(asked['redirect_uri']).path}?{back}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any]:
        challenge, nonce = self.challenges.pop(form.get("code", ""), ("", ""))
        if not authorization.startswith("Basic "):
            return {"error": "invalid_client"}
        if create_s256_code_challenge(form.get("code_verifier", "")) != challenge:
            return {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 300}
        claims |= {"nonce": nonce, "preferred_username": self.user}
        told = jwt.encode({"alg": "RS256", "kid": "k1"}, claims | self.bend, self.sign_with)
        return {"access_token": "x", "token_type": "Bearer", "id_token": told}


@pytest.fixture(scope="module")
def provider(running: Running) -> Iterator[Provider]:
    made = Provider()
    threading.Thread(target=made.server.serve_forever, daemon=True).start()
    (running.state / "oidc.secret").write_text(SECRET)
    declared = {
        "issuer": made.issuer,
        "client_id": CLIENT,
        "client_secret_file": str(running.state / "oidc.secret"),
        "redirect_uri": f"{running.base}/oidc/callback",
    }
    (running.state / "oidc.json").write_bytes(msgspec.json.encode(declared))
    done = wardwatch("user", "add", "lanh-dao", "--role", "viewer", "--state", str(running.state))
    assert done.returncode == 0, done.stderr
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(autouse=True)
def straight(provider: Provider) -> None:
    provider.bend, provider.sign_with, provider.user = {}, provider.key, "lanh-dao"


def away(running: Running) -> tuple[str, dict[str, str]]:
    status, headers, _ = running.ask("GET", "/oidc/start?next=/machines")
    assert status == 303
    assert all(word in headers["set-cookie"] for word in ("Secure", "HttpOnly", "SameSite=lax"))
    return headers["location"], {"cookie": headers["set-cookie"].partition(";")[0]}


def came_in(running: Running, provider: Provider) -> tuple[int, str]:
    address, cookie = away(running)
    status, headers, _ = running.ask("GET", provider.authorize(address), headers=cookie)
    return status, headers.get("location", "")


def test_whom_the_provider_vouches_for_comes_in_with_the_role_that_they_have_here(
    running: Running, provider: Provider
) -> None:
    assert "/oidc/start" in running.get("/sign-in")[1]
    address, cookie = away(running)
    status, headers, _ = running.ask("GET", provider.authorize(address), headers=cookie)
    assert status == 303
    assert headers["location"] == "/machines"
    mine = {"cookie": headers["set-cookie"].partition(";")[0]}
    assert running.ask("GET", "/machines", headers=mine)[0] == 200
    assert running.ask("GET", "/settings", headers=mine)[0] == 403


@pytest.mark.parametrize(
    "bend",
    [
        {"nonce": "another"},
        {"aud": "another-client"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"preferred_username": "nobody-here"},
        {"preferred_username": None},
        {"preferred_username": ["lanh-dao"]},
    ],
    ids=str,
)
def test_a_bent_token_opens_nothing(
    running: Running, provider: Provider, bend: dict[str, Any]
) -> None:
    provider.bend = bend
    assert came_in(running, provider)[0] == 401


def test_a_foreign_signature_opens_nothing(running: Running, provider: Provider) -> None:
    provider.sign_with = provider.other
    assert came_in(running, provider)[0] == 401


def test_an_answer_counts_once_and_in_the_browser_that_asked(
    running: Running, provider: Provider
) -> None:
    address, cookie = away(running)
    back = provider.authorize(address)
    assert running.ask("GET", back)[0] == 401, "another browser"
    assert running.ask("GET", back, headers=cookie)[0] == 303
    assert running.ask("GET", back, headers=cookie)[0] == 401, "a second time"
