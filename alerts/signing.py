"""Signatures on papers: the signed file is compared with the one handed out, or made where the key is.

Offices sign with a token on the officer's own PC, so the server hands out the unsigned PDF and takes
the signed one back. No PIN and no private key is ever kept here.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

FIELD = "ChuKySo"
"""Name of the signature's field in the PDF."""


class SigningError(Exception):
    """Not signed, or not the paper that was handed out; worded for the officer."""


class Signature(Struct, frozen=True):
    """One valid signature. `trusted` is unknown where the office declared no authority."""

    signer: str
    signed_at: datetime | None
    """By the signer's own clock: told, not proved."""
    trusted: Literal["yes", "no", "unknown"]


def checked(original: bytes, signed: bytes, roots: bytes | None = None) -> tuple[Signature, ...]:
    """The signatures of a file that is the original but for them. Raises SigningError.

    A signed PDF holds the original's bytes first and its signature behind them: that alone shows
    that nothing was changed; what the signature itself covers is then checked by pyHanko.
    """
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415 - 1 s and 40 MB, when asked for
    from pyhanko.pdf_utils.reader import PdfFileReader  # noqa: PLC0415

    if not signed.startswith(original):
        raise SigningError("it is not the paper that was handed out: its content differs")
    if len(signed) == len(original):
        raise SigningError("it is not signed yet")
    try:
        reader = PdfFileReader(io.BytesIO(signed))
        embedded = list(reader.embedded_signatures)
    except (PdfError, ValueError) as error:
        raise SigningError(f"it can't be read as a PDF: {error}") from error
    if not embedded:
        raise SigningError("it holds no signature")
    context = _trust(roots)
    return tuple(_one(one, context, declared=roots is not None) for one in embedded)


def _one(embedded: Any, context: Any, *, declared: bool) -> Signature:
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415
    from pyhanko.sign.diff_analysis import ModificationLevel  # noqa: PLC0415
    from pyhanko.sign.general import SigningError as Broken  # noqa: PLC0415
    from pyhanko.sign.validation import validate_pdf_signature  # noqa: PLC0415
    from pyhanko.sign.validation.errors import SignatureValidationError  # noqa: PLC0415

    try:
        status = validate_pdf_signature(embedded, context)
    except (SignatureValidationError, PdfError, Broken, ValueError) as error:
        raise SigningError(f"its signature can't be checked: {error}") from error
    if not (status.intact and status.valid):
        raise SigningError("its signature is not valid: the file was changed after signing")
    if status.modification_level not in {
        None,
        ModificationLevel.NONE,
        ModificationLevel.LTA_UPDATES,
    }:
        raise SigningError("something was added to it beside the signature")
    signer = status.signing_cert.subject.human_friendly
    trusted: Literal["yes", "no"] = "yes" if status.trusted else "no"
    return Signature(signer, embedded.self_reported_timestamp, trusted if declared else "unknown")


def _trust(roots: bytes | None) -> Any:
    from asn1crypto import pem, x509  # noqa: PLC0415
    from pyhanko_certvalidator import ValidationContext  # noqa: PLC0415

    found = []
    if roots is not None:
        try:
            found = [x509.Certificate.load(der) for _, _, der in pem.unarmor(roots, multiple=True)]
        except ValueError as error:
            raise SigningError(f"documents.signing_roots holds no certificates: {error}") from error
    return ValidationContext(trust_roots=found, allow_fetching=False)


def by_pkcs12(original: bytes, store: Path, passphrase: str) -> bytes:
    """The paper signed with a key in a PKCS#12 file. Raises SigningError."""
    from pyhanko.sign.signers import SimpleSigner  # noqa: PLC0415

    try:
        load: Any = SimpleSigner.load_pkcs12
        signer = load(str(store), passphrase=passphrase.encode())
    except (OSError, ValueError) as error:
        raise SigningError(f"{store}: can't be opened: {error}") from error
    if signer is None:
        raise SigningError(f"{store}: can't be opened: wrong passphrase, or no PKCS#12 file")
    return _signed(original, signer)


def by_token(original: bytes, library: Path, token: str, label: str, pin: str) -> bytes:
    """The paper signed by a PKCS#11 token; the PIN goes to the token and nowhere else."""
    from pkcs11.exceptions import PKCS11Error  # noqa: PLC0415
    from pyhanko.config.pkcs11 import TokenCriteria  # noqa: PLC0415
    from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session  # noqa: PLC0415

    criteria = TokenCriteria(label=token)
    try:
        opened = open_pkcs11_session(str(library), token_criteria=criteria, user_pin=pin)
        with _session(opened) as open_:
            signer = PKCS11Signer(open_, cert_label=label, key_label=label)
            return _signed(original, signer)
    except (PKCS11Error, RuntimeError, ValueError, OSError) as error:
        why = str(error) or type(error).__name__
        raise SigningError(f"the token {token} does not sign: {why}") from error


@contextmanager
def _session(opened: Any) -> Iterator[Any]:
    try:
        yield opened
    finally:
        opened.close()


def _signed(original: bytes, signer: Any) -> bytes:
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415
    from pyhanko.sign.signers import PdfSignatureMetadata, sign_pdf  # noqa: PLC0415

    made = io.BytesIO()
    try:
        writer = _addition(original)
        sign_pdf(writer, PdfSignatureMetadata(field_name=FIELD), signer=signer, output=made)
    except (PdfError, ValueError) as error:
        raise SigningError(f"it can't be signed: {error}") from error
    return made.getvalue()


def _addition(original: bytes) -> Any:
    """What is written behind the paper, with an empty field to sign; PDF/A-1b stays PDF/A-1b."""
    from pyhanko.pdf_utils import generic, layout  # noqa: PLC0415
    from pyhanko.pdf_utils.content import RawContent  # noqa: PLC0415
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field  # noqa: PLC0415

    class Addition(IncrementalPdfFileWriter):
        def _update_meta(self) -> None:
            """The paper's own metadata stay: rewritten, they lose the form that PDF/A-1 asks for."""

    writer: Any = Addition(io.BytesIO(original))
    append_signature_field(writer, SigFieldSpec(FIELD))
    field = writer.root["/AcroForm"]["/Fields"][0]
    # PDF/A-1 wants an appearance of every field, of one that is not seen too (ISO 19005-1, 6.9).
    unseen = RawContent(b"", box=layout.BoxConstraints(width=1, height=1)).as_form_xobject()
    appearance: Any = generic.DictionaryObject
    field["/AP"] = appearance({generic.pdf_name("/N"): writer.add_object(unseen)})
    return writer
