"""Pictures that go with a question: what they are, and what is taken off them before anybody sees them.

A picture cannot be looked through for personal data. What can be told apart is what stands beside the pixels: where and when a
photograph was taken, with which device, by whom, under which name it was saved. Of JPEG and PNG all of that is left out, by
copying only the parts that the pixels need. Other formats are refused: nothing is sent that could not be cleaned.
"""

from __future__ import annotations

import struct
from collections.abc import Generator, Iterator

from hybridchat.conversation import Picture

LARGEST = 5_000_000
"""Bytes: the least that the clouds take for one picture."""
JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_KEPT_CHUNKS = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD"})
"""Of PNG: size, colours, pixels, transparency. Texts, times, EXIF, colour profiles (they carry names) and all unknown go."""
_APP0, _APP14, _APP15, _COMMENT, _START_OF_SCAN, _END = 0xE0, 0xEE, 0xEF, 0xFE, 0xDA, 0xD9


class Unusable(Exception):
    """The file is no picture that can be sent; the message is a sentence for people."""


def picture(data: bytes) -> Picture:
    """The picture without what stands beside its pixels. Raises `Unusable`.

    A photograph's orientation is one of those: a camera held upright may give a picture that lies on its side.
    """
    if data.startswith(JPEG):
        clean, kind = b"".join(_jpeg(data)), "image/jpeg"
    elif data.startswith(PNG):
        clean, kind = b"".join(_png(data)), "image/png"
    else:
        raise Unusable("only JPEG and PNG pictures can be sent: of other kinds it is not known where they keep names and places")
    if len(clean) > LARGEST:
        raise Unusable(f"the picture has {len(clean):,} bytes, and {LARGEST:,} is the most that can be sent")
    return Picture(kind, clean)


def looks_like_picture(data: bytes) -> bool:
    """Whether a file begins as pictures do, of whatever kind."""
    return data.startswith((JPEG, PNG, b"GIF8", b"BM", b"II*\0", b"MM\0*")) or data[8:12] == b"WEBP" or data[4:8] == b"ftyp"


def _jpeg(data: bytes) -> Iterator[bytes]:
    yield data[:2]
    at = 2
    while True:
        # any number of fill bytes may stand before a marker
        while data[at : at + 2] == b"\xff\xff":
            at += 1
        if len(data) < at + 4 or data[at] != 0xFF:
            raise Unusable("the picture is damaged: a part of it ends too early")
        marker = data[at + 1]
        size = struct.unpack(">H", data[at + 2 : at + 4])[0]
        end = at + 2 + size
        if size < 2 or end > len(data):
            raise Unusable("the picture is damaged: a part of it ends too early")
        if marker == _APP0 and data[at + 4 : at + 9] == b"JFIF\0" and size >= 16:
            # without the small preview that may follow in it
            yield b"\xff\xe0\x00\x10" + data[at + 4 : at + 16] + b"\0\0"
        elif marker == _APP14 or not (_APP0 <= marker <= _APP15 or marker == _COMMENT):
            yield data[at:end]
        at = end
        if marker == _START_OF_SCAN:
            at = yield from _scan(data, at)
            if data[at + 1] == _END:
                yield data[at : at + 2]
                return


def _scan(data: bytes, at: int) -> Generator[bytes, None, int]:
    """The pixels, up to the next marker that is no part of them; what follows the picture's end is nobody's."""
    start = at
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise Unusable("the picture is damaged: its end is missing")
        marker = data[at + 1]
        if marker == 0 or 0xD0 <= marker <= 0xD7:
            at += 2
        elif marker == 0xFF:
            at += 1
        else:
            break
    yield data[start:at]
    return at


def _png(data: bytes) -> Iterator[bytes]:
    yield PNG
    at = len(PNG)
    while len(data) >= at + 12:
        size = struct.unpack(">I", data[at : at + 4])[0]
        kind, end = data[at + 4 : at + 8], at + 12 + size
        if end > len(data):
            break
        if kind in _KEPT_CHUNKS:
            yield data[at:end]
        if kind == b"IEND":
            return
        at = end
    raise Unusable("the picture is damaged: its end is missing")
