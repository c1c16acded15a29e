"""Forms: read with a limit and a deadline, and believed only with the session's own token."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

import anyio
from anyio.to_thread import run_sync
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

FORM_BYTES_MOST = 64 * 1024
FILE_BYTES_MOST = 32 * 1024 * 1024
"""A scanned paper of a few pages; only who has signed in may send so much."""

DEADLINE_SECONDS = 30
FILE_DEADLINE_SECONDS = 300

NUMBER_DIGITS_MOST = 15
"""What every database counts to."""

Form = Mapping[str, str]


SHEET_BYTES_MOST = 4 * 1024 * 1024
"""A list of 5,000 people."""

INVENTORY_FORM_BYTES_MOST = 4 * 1024 * 1024
"""1 MiB of an inventory, whose Vietnamese letters take up to nine bytes each in a form."""


def is_number(text: str) -> bool:
    """Whether it is the number of a row, as our own pages write it."""
    return text.isascii() and text.isdecimal() and len(text) <= NUMBER_DIGITS_MOST


def posted(
    handler: Callable[[Request, Form], Response], bytes_most: int = FORM_BYTES_MOST
) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that hands the checked form to a plain function, off the event loop.

    Of a file its SHA-256 is handed over, in hexadecimal; no file gives "". Whoever has not signed
    in may send FORM_BYTES_MOST and no more.
    """

    async def endpoint(request: Request) -> Response:
        form = await _read(request, bytes_most if request.state.visitor else FORM_BYTES_MOST)
        _own(request, form)
        return await run_sync(handler, request, form)

    return endpoint


def uploaded(
    handler: Callable[[Request, bytes], Response],
) -> Callable[[Request], Awaitable[Response]]:
    """The same for a form whose file is wanted itself: its content is handed over, b"" without one."""

    async def endpoint(request: Request) -> Response:
        contents: list[bytes] = []
        form = await _read(request, FORM_BYTES_MOST, contents)
        _own(request, form)
        return await run_sync(handler, request, b"".join(contents))

    return endpoint


def posted_sheet(
    handler: Callable[[Request, Form, str, bytes], Response],
) -> Callable[[Request], Awaitable[Response]]:
    """The same for a form with a spreadsheet, whose name and content are handed over, too."""

    async def endpoint(request: Request) -> Response:
        try:
            with anyio.fail_after(FILE_DEADLINE_SECONDS):
                stream = _limited(request, SHEET_BYTES_MOST)
                parser = MultiPartParser(request.headers, stream, max_files=1, max_fields=100)
                form = await parser.parse()
        except TimeoutError:
            raise HTTPException(408, "the form did not arrive in time") from None
        except (ValueError, KeyError, MultiPartException):
            raise HTTPException(400, "this is no form") from None
        try:
            told = {name: one for name, one in form.multi_items() if isinstance(one, str)}
            _own(request, told)
            file = next((one for _, one in form.multi_items() if isinstance(one, UploadFile)), None)
            content = await file.read() if file else b""
            name = (file.filename or "") if file else ""
        finally:
            await form.close()
        return await run_sync(handler, request, told, name, content)

    return endpoint


def _own(request: Request, form: Form) -> None:
    if any("\0" in told for told in form.values()):
        raise HTTPException(400, "this is no form")  # PostgreSQL keeps no such text
    visitor = request.state.visitor
    if visitor and not secrets.compare_digest(
        form.get("form_token", "").encode(), visitor.form_token.encode()
    ):
        raise HTTPException(403, "this form is no longer valid: open the page again")


async def _read(request: Request, bytes_most: int, contents: list[bytes] | None = None) -> Form:
    kind = request.headers.get("content-type", "")
    with_file = kind.startswith("multipart/form-data") and request.state.visitor is not None
    try:
        with anyio.fail_after(FILE_DEADLINE_SECONDS if with_file else DEADLINE_SECONDS):
            if with_file:
                return await _with_file(request, contents)
            body = b"".join([chunk async for chunk in _limited(request, bytes_most)])
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=100))
    except TimeoutError:
        raise HTTPException(408, "the form did not arrive in time") from None
    except (ValueError, MultiPartException):
        raise HTTPException(400, "this is no form") from None


async def _with_file(request: Request, contents: list[bytes] | None) -> Form:
    stream = _limited(request, FILE_BYTES_MOST)
    parser = MultiPartParser(request.headers, stream, max_files=1, max_fields=100)
    form = await parser.parse()
    try:
        for _, value in form.multi_items():
            if contents is not None and isinstance(value, UploadFile):
                contents.append(await value.read())
                await value.seek(0)
        return {
            name: await run_sync(_sha256, value) if isinstance(value, UploadFile) else value
            for name, value in form.multi_items()
        }
    finally:
        await form.close()


async def _limited(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen > most:
            raise HTTPException(413, "this form is too large")
        yield chunk


def _sha256(file: UploadFile) -> str:
    """Browsers send an empty part where no file was chosen."""
    return hashlib.file_digest(file.file, "sha256").hexdigest() if file.size else ""  # type: ignore[arg-type] # a spooled file reads like any other
