from __future__ import annotations

import ssl
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509

from agent.der import spki_sha256
from collector.authority import Authority, AuthorityError, due, life, renew
from tests.collector.office import NOON


def names(authority: Authority) -> tuple[list[str], list[object]]:
    held = (
        x509.load_pem_x509_certificate(authority.certificate.read_bytes())
        .extensions.get_extension_for_class(x509.SubjectAlternativeName)
        .value
    )
    return held.get_values_for_type(x509.DNSName), list(held.get_values_for_type(x509.IPAddress))


def test_it_is_made_once_and_found_again(tmp_path: Path) -> None:
    made = Authority.open(tmp_path / "ca", ("10.0.0.2",), NOON)
    certificate = made.certificate.read_bytes()
    assert Authority.open(tmp_path / "ca", ("10.0.0.2",), NOON + timedelta(days=300)) == made
    assert made.certificate.read_bytes() == certificate
    assert len(made.pin) == 64


def test_the_server_is_named_by_address_host_and_loopback(tmp_path: Path) -> None:
    hosts, addresses = names(Authority.open(tmp_path, ("10.0.0.2", "may-chu.phuong.local"), NOON))
    assert set(hosts) == {"localhost", "may-chu.phuong.local"}
    assert set(addresses) == {ip_address(one) for one in ("10.0.0.2", "127.0.0.1", "::1")}


def test_a_new_name_or_a_near_end_renews_the_certificate_and_keeps_the_pin(tmp_path: Path) -> None:
    first = Authority.open(tmp_path, (), NOON)
    seen = {first.certificate.read_bytes()}
    for now in (NOON, NOON + timedelta(days=370)):
        opened = Authority.open(tmp_path, ("10.0.0.3",), now)
        assert opened.certificate.read_bytes() not in seen
        assert opened.pin == first.pin
        seen.add(opened.certificate.read_bytes())


def test_a_pair_that_a_crash_left_unmatched_is_remade(tmp_path: Path) -> None:
    authority = Authority.open(tmp_path / "a", (), NOON)
    other = Authority.open(tmp_path / "b", (), NOON)
    authority.key.write_bytes(other.key.read_bytes())
    Authority.open(tmp_path / "a", (), NOON)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority.certificate, authority.key)


def test_keys_are_readable_by_their_owner_alone_and_in_pkcs8(tmp_path: Path) -> None:
    Authority.open(tmp_path / "ca", (), NOON)
    assert stat.S_IMODE((tmp_path / "ca").stat().st_mode) == 0o700
    for name in ("ca.key", "server.key"):
        path = tmp_path / "ca" / name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_bytes().startswith(b"-----BEGIN PRIVATE KEY-----")
    assert sorted(path.name for path in (tmp_path / "ca").iterdir()) == [
        "ca.key",
        "ca.pem",
        "server.key",
        "server.pem",
    ]


@pytest.mark.parametrize("name", ["ca.pem", "ca.key"])
def test_a_damaged_authority_is_told_and_never_replaced(tmp_path: Path, name: str) -> None:
    Authority.open(tmp_path, (), NOON)
    (tmp_path / name).write_bytes(b"not PEM")
    with pytest.raises(AuthorityError, match="cannot use the certificate authority"):
        Authority.open(tmp_path, (), NOON)
    assert (tmp_path / name).read_bytes() == b"not PEM"


def test_a_lost_ca_key_is_told(tmp_path: Path) -> None:
    Authority.open(tmp_path, (), NOON)
    (tmp_path / "ca.key").unlink()
    with pytest.raises(AuthorityError):
        Authority.open(tmp_path, (), NOON)


def test_a_certificate_is_due_thirty_days_before_its_end_and_not_a_day_earlier(
    tmp_path: Path,
) -> None:
    Authority.open(tmp_path, ("10.0.0.2",), NOON)
    end = NOON + timedelta(days=397 - 2)
    assert not due(tmp_path, ("10.0.0.2",), end - timedelta(days=31))
    assert due(tmp_path, ("10.0.0.2",), end - timedelta(days=29))
    assert due(tmp_path, ("10.0.0.3",), NOON)


def test_a_certificate_of_the_future_is_due_too(tmp_path: Path) -> None:
    Authority.open(tmp_path, (), NOON)
    assert due(
        tmp_path, (), NOON - timedelta(days=3)
    )  # the clock was a year ahead, and is right now


def test_what_is_due_cannot_be_told_of_a_lost_authority(tmp_path: Path) -> None:
    with pytest.raises(AuthorityError):
        due(tmp_path, (), NOON)


@pytest.mark.parametrize("age_days", [500, -3])
def test_an_agent_refuses_a_certificate_that_is_over_or_not_begun_and_takes_the_renewed_one(
    tmp_path: Path, age_days: int
) -> None:
    """Real TLS: the server's side with the files as they lie, the agent's as it pins the CA."""
    now = datetime.now(UTC)  # noqa: TID251 - TLS reads the machine's own clock
    authority = Authority.open(tmp_path, (), now - timedelta(days=age_days))
    with pytest.raises(ssl.SSLCertVerificationError, match=r"expired|not yet valid"):
        greet(authority)
    renewed = Authority.open(tmp_path, (), now)
    assert renewed.pin == authority.pin
    if age_days > 0:  # a CA that has not begun yet is no more believed than its certificate
        assert greet(renewed) == "TLSv1.3"


def test_a_renewed_authority_is_taken_by_agents_of_before_and_by_those_that_join_after(
    tmp_path: Path,
) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - TLS reads the machine's own clock
    old = Authority.open(tmp_path, (), now - timedelta(days=100))
    told = renew(tmp_path, now)
    assert due(tmp_path, (), now)  # what runs notices by itself
    new = Authority.open(tmp_path, (), now)
    assert new.ca_pem != old.ca_pem
    assert told.pin == new.pin == old.pin
    assert told.ends_at > now + timedelta(days=7000)
    for trusted in (old.ca_pem, new.ca_pem):
        assert spki_sha256(ssl.PEM_cert_to_DER_cert(trusted.decode())) == old.pin
        assert greet(replace(new, ca_pem=trusted)) == "TLSv1.3"


def test_an_authority_of_the_future_is_mended_by_a_renewal(tmp_path: Path) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - TLS reads the machine's own clock
    ahead = Authority.open(tmp_path, (), now + timedelta(days=365))
    assert life(tmp_path).begins_at > now
    renew(tmp_path, now)
    mended = Authority.open(tmp_path, (), now)
    assert (mended.pin, greet(mended)) == (ahead.pin, "TLSv1.3")


def test_another_key_is_refused_by_agents_that_pinned_the_first(tmp_path: Path) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - TLS reads the machine's own clock
    first = Authority.open(tmp_path / "first", (), now)
    other = Authority.open(tmp_path / "other", (), now)
    with pytest.raises(ssl.SSLCertVerificationError):
        greet(replace(other, ca_pem=first.ca_pem))


def test_an_authority_whose_key_is_lost_is_not_renewed(tmp_path: Path) -> None:
    Authority.open(tmp_path, (), NOON)
    before = (tmp_path / "ca.pem").read_bytes()
    (tmp_path / "ca.key").unlink()
    with pytest.raises(AuthorityError, match="cannot renew"):
        renew(tmp_path, NOON)
    with pytest.raises(AuthorityError, match="cannot use"):
        life(tmp_path)
    assert (tmp_path / "ca.pem").read_bytes() == before


def greet(authority: Authority) -> str | None:
    """A handshake in memory."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(authority.certificate, authority.key)
    agent = ssl.create_default_context(cadata=authority.ca_pem.decode())
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = agent.wrap_bio(back, there, server_hostname="localhost")
    served = server.wrap_bio(there, back, server_side=True)
    for _ in range(6):
        for side in (client, served):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return client.version()
