from __future__ import annotations

import zlib

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.packing import Piece, gzipped


def unpacked(raw: bytes) -> bytes:
    """By zlib as one member alone: a reader that stops after the first misses nothing."""
    reader = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    text = reader.decompress(raw)
    assert reader.eof
    assert not reader.unused_data
    return text


@settings(deadline=None)
@given(st.lists(st.binary(max_size=3000), max_size=6))
def test_any_pieces_come_back_in_their_order_as_one_member(texts: list[bytes]) -> None:
    assert unpacked(gzipped(map(Piece, texts))) == b"".join(texts)


def test_a_piece_that_stays_is_packed_once_wherever_it_stands() -> None:
    stays, first, second = Piece(b"wardwatch_up 1\n" * 9000), Piece(b"a"), Piece(b"b" * 70_000)
    assert unpacked(gzipped([first, stays, second])) == first.text + stays.text + second.text
    packed = stays.packed()
    assert unpacked(gzipped([second, stays])) == second.text + stays.text
    assert stays.packed() is packed
    assert len(packed.deflated) < len(stays.text) / 50
