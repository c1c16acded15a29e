"""Signing in by the office's own identity provider (OpenID Connect), where `oidc.json` declares one."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from msgspec import Struct
from sqlalchemy import Connection, delete, insert

from console.pages.signing import OIDC_FILE as FILE
from console.sessions import hash_of
from console.tables import oidc_starts

LASTS = timedelta(minutes=10)
"""Long enough to type a password and a code at the provider."""

ANSWER_SECONDS = 10.0
ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Signatures by a key that the provider alone has; never `none`, never a shared secret."""


class OidcError(Exception):
    """Nobody could be signed in by the provider; worded for the log."""


class Provider(Struct, frozen=True, forbid_unknown_fields=True):
    """`STATE/oidc.json`. The secret stands in a file of its own."""

    issuer: str
    client_id: str
    client_secret_file: str
    redirect_uri: str
    """As it is registered there: https://ADDRESS/oidc/callback."""
    user_claim: str = "preferred_username"
    """What names the user here; only users who were added here come in, in the role they have."""
    ca_file: str | None = None


class Start(Struct, frozen=True):
    """One sign-in under way."""

    nonce: str
    verifier: str
    wanted: str


def declared(folder: Path) -> Provider | None:
    """None where none is declared. Raises OidcError where the file is wrong."""
    try:
        found = msgspec.json.decode((folder / FILE).read_bytes(), type=Provider)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise OidcError(f"{FILE}: {error}") from error
    for address in (found.issuer, found.redirect_uri):
        parts = urlsplit(address)
        if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise OidcError(f"{FILE}: {address} is not https")
    return found


def begin(
    connection: Connection, now: datetime, provider: Provider, wanted: str
) -> tuple[str, str]:
    """The state, for the browser's cookie, and the provider's address to go to."""
    known = _configuration(provider)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    connection.execute(delete(oidc_starts).where(oidc_starts.c.created_at < now - LASTS))
    connection.execute(
        insert(oidc_starts).values(
            state_hash=hash_of(state), nonce=nonce, verifier=verifier, wanted=wanted, created_at=now
        )
    )
    address, _ = _session(provider).create_authorization_url(
        known["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
    )
    return state, address


def taken(connection: Connection, now: datetime, state: str) -> Start | None:
    """The sign-in that this state began; it is used up."""
    row = connection.execute(
        delete(oidc_starts)
        .where(oidc_starts.c.state_hash == hash_of(state), oidc_starts.c.created_at > now - LASTS)
        .returning(oidc_starts.c.nonce, oidc_starts.c.verifier, oidc_starts.c.wanted)
    ).one_or_none()
    return Start(row.nonce, row.verifier, row.wanted) if row else None


def user(provider: Provider, start: Start, code: str, now: datetime) -> str:
    """Whom the provider vouches for. Raises OidcError."""
    known = _configuration(provider)
    try:
        token = _session(provider).fetch_token(
            known["token_endpoint"], code=code, code_verifier=start.verifier, timeout=ANSWER_SECONDS
        )
        keys = KeySet.import_key_set(_fetched(provider, known["jwks_uri"]))
        claims = jwt.decode(token["id_token"], keys, algorithms=ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=60,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.client_id},
            exp={"essential": True},
            nonce={"essential": True, "value": start.nonce},
        ).validate(claims)
    except (AuthlibBaseError, JoseError, requests.RequestException, KeyError, ValueError) as error:
        raise OidcError(f"{provider.issuer} did not vouch for anybody: {error}") from error
    named = claims.get(provider.user_claim)
    if not isinstance(named, str):
        raise OidcError(f"{provider.issuer} told no {provider.user_claim}")
    return named.lower()


def _session(provider: Provider) -> Any:
    try:
        secret = Path(provider.client_secret_file).read_text("utf-8").strip()
    except OSError as error:
        raise OidcError(f"{provider.client_secret_file}: {error.strerror}") from error
    session = OAuth2Session(
        provider.client_id,
        secret,
        redirect_uri=provider.redirect_uri,
        scope="openid profile",
        code_challenge_method="S256",
    )
    session.verify = provider.ca_file or True
    session.trust_env = False
    return session


def _configuration(provider: Provider) -> dict[str, Any]:
    place = provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
    try:
        known = _fetched(provider, place)
    except (requests.RequestException, ValueError) as error:
        raise OidcError(f"{provider.issuer} does not answer: {error}") from error
    if not isinstance(known, dict) or known.get("issuer") != provider.issuer:
        raise OidcError(f"{provider.issuer} calls itself by another name")
    return known


def _fetched(provider: Provider, address: str) -> Any:
    answer = requests.get(address, timeout=ANSWER_SECONDS, verify=provider.ca_file or True)
    answer.raise_for_status()
    return answer.json()
