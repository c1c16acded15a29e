"""Signed papers: taken back when they are the paper that was handed out, and signed where the key is."""

from __future__ import annotations

import os
import subprocess  # noqa: TID251 - the token is initialised by its own tool
from collections.abc import Iterator
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives import serialization
from pkcs11 import Attribute, CertificateType, KeyType, ObjectClass
from pkcs11.util.rsa import decode_rsa_private_key, decode_rsa_public_key
from sqlalchemy import select

from alerts import filing, signing
from alerts.documents.fonts import TINOS
from alerts.documents.pdf import pdf
from alerts.filing import Draft
from alerts.signing import SigningError
from alerts.tables import papers
from collector.store.database import Store
from console import signed_papers
from tests.alerts.builders import NOON
from tests.alerts.document_samples import example, papers_of
from tests.alerts.keys import PASSPHRASE, Key
from tests.alerts.test_reporting import told

LABEL, TOKEN = "ky-so", "ubnd"
PIN = "ghim-24681357"  # with letters that no hexadecimal has: four digits stand in any signature
SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")


@pytest.fixture(scope="module")
def key() -> Key:
    return Key("Phó Chủ tịch UBND phường Hoa Mai")


@pytest.fixture(scope="module")
def paper(example_inventory_path: Path) -> bytes:
    return pdf(papers_of(example(example_inventory_path))["bao-cao-ban-dau"], typeface=TINOS)


@pytest.fixture(scope="module")
def signed(paper: bytes, key: Key, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return signing.by_pkcs12(paper, key.stored(tmp_path_factory.mktemp("key")), PASSPHRASE)


def test_a_paper_signed_by_a_key_file_is_accepted_with_its_signer(
    paper: bytes, signed: bytes, key: Key
) -> None:
    (found,) = signing.checked(paper, signed)
    assert "Phó Chủ tịch UBND phường Hoa Mai" in found.signer
    assert found.trusted == "unknown"
    assert signing.checked(paper, signed, key.pem)[0].trusted == "yes"
    assert signing.checked(paper, signed, Key("người lạ").pem)[0].trusted == "no"


def test_another_paper_or_an_unsigned_one_is_refused(paper: bytes, signed: bytes) -> None:
    other = paper.replace(b"%PDF-1.4", b"%PDF-1.3", 1)
    with pytest.raises(SigningError, match="not the paper that was handed out"):
        signing.checked(other, signed)
    with pytest.raises(SigningError, match="not signed yet"):
        signing.checked(paper, paper)
    with pytest.raises(SigningError, match=r"no signature|can't be read"):
        signing.checked(paper, paper + b"\n% ghi chu\n")


def test_what_was_changed_or_added_after_signing_is_refused(paper: bytes, signed: bytes) -> None:
    at = signed.index(b"/Contents", len(paper)) + 200
    broken = bytearray(signed)
    broken[at] = ord("0") if broken[at] != ord("0") else ord("1")
    with pytest.raises(SigningError):
        signing.checked(paper, bytes(broken))
    place = signed.index(b"/ChuKySo"[1:], len(paper))
    renamed = bytearray(signed)
    renamed[place] ^= 1
    with pytest.raises(SigningError):
        signing.checked(paper, bytes(renamed))


def test_a_wrong_passphrase_is_one_sentence(paper: bytes, key: Key, tmp_path: Path) -> None:
    with pytest.raises(SigningError, match="can't be opened"):
        signing.by_pkcs12(paper, key.stored(tmp_path), "sai")


@pytest.fixture
def token(key: Key, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A software token with the key and its certificate on it."""
    (tmp_path / "tokens").mkdir()
    settings = tmp_path / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(settings))
    made = [
        "softhsm2-util",
        "--init-token",
        "--free",
        "--label",
        TOKEN,
        "--pin",
        PIN,
        "--so-pin",
        "0",
    ]
    subprocess.run(
        [*made[:-1], "123456"], check=True, capture_output=True, timeout=60, env=dict(os.environ)
    )
    library = pkcs11.lib(str(SOFTHSM))
    library.reinitialize()
    with library.get_token(token_label=TOKEN).open(user_pin=PIN, rw=True) as session:
        private = key.key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        public = key.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.PKCS1
        )
        common = {Attribute.LABEL: LABEL, Attribute.ID: b"1", Attribute.TOKEN: True}
        session.create_object({**decode_rsa_private_key(private), **common, Attribute.SIGN: True})
        session.create_object({**decode_rsa_public_key(public), **common})
        session.create_object(
            {
                Attribute.CLASS: ObjectClass.CERTIFICATE,
                Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                Attribute.SUBJECT: key.certificate.subject.public_bytes(),
                Attribute.VALUE: key.certificate.public_bytes(serialization.Encoding.DER),
                **common,
            }
        )
    assert KeyType.RSA is not None
    yield
    library.reinitialize()


@pytest.mark.usefixtures("token")
def test_a_token_signs_and_a_wrong_pin_is_one_sentence(paper: bytes, key: Key) -> None:
    made = signing.by_token(paper, SOFTHSM, TOKEN, LABEL, PIN)
    assert signing.checked(paper, made, key.pem)[0].trusted == "yes"
    with pytest.raises(SigningError, match=f"the token {TOKEN} does not sign"):
        signing.by_token(paper, SOFTHSM, TOKEN, LABEL, "9999")
    with pytest.raises(SigningError, match="the token nao does not sign"):
        signing.by_token(paper, SOFTHSM, "nao", LABEL, PIN)


def test_a_signed_paper_is_kept_beside_the_one_it_signs_by_its_hash(
    store: Store, paper: bytes, signed: bytes, key: Key
) -> None:
    incident = told(store).id
    with store.write() as connection:
        with pytest.raises(SigningError, match="no paper of"):
            signed_papers.take_back(connection, NOON, "cntt", incident, signed, None)
        draft = Draft("police", "pdf", "bao-cao.pdf", paper, incident)
        number = filing.keep(connection, NOON, "cntt", draft)
        assert filing.keep(connection, NOON, "cntt", draft) == number
        stranger = Key("người lạ").pem
        with pytest.raises(SigningError, match="by nobody whom"):
            signed_papers.take_back(connection, NOON, "cntt", incident, signed, stranger)
        taken = signed_papers.take_back(connection, NOON, "cntt", incident, signed, key.pem)
        assert (taken.signs, taken.name) == (number, "bao-cao-da-ky.pdf")
        assert "Phó Chủ tịch" in str(taken.signer)
        newest = filing.newest(connection, incident, "police", "pdf")
        assert newest == taken, "the signed one is what is sent from now on"
        kept = connection.execute(select(papers.c.sha256).order_by(papers.c.id)).scalars().all()
        assert len(set(kept)) == 2
        for secret in (PASSPHRASE, PIN):
            assert secret.encode() not in signed
