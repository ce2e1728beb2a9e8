"""Containers of video that point at other files, or carry a playlist inside."""

from __future__ import annotations

import struct
from pathlib import Path

PARENTS = (b"moov", b"trak", b"mdia", b"minf", b"dinf")


def reference_movie(movie: bytes, target: Path) -> bytes:
    """An MP4 whose tracks say that their data is in another file (a QuickTime reference movie)."""
    made = bytearray(movie)
    entry = _alias(target)
    while (place := bytes(made).find(b"\0\0\0\x0curl \0\0\0\x01")) >= 0:
        grown = len(entry) - 12
        for begin in [place - 16, *_around(bytes(made), place)]:  # dref itself, and its parents
            (size,) = struct.unpack_from(">I", made, begin)
            struct.pack_into(">I", made, begin, size + grown)
        made[place : place + 12] = entry
    return bytes(made)


def _alias(target: Path) -> bytes:
    """An entry `alis` of a box `dref`, with the absolute path of the target."""
    path = str(target).encode()
    path += b"\0" * (len(path) % 2)
    body = b"\0" * 10 + b"\x01v" + b"\0" * 26 + b"\0" * 12
    body += b"\x06canary" + b"\0" * 57 + b"\0" * 16
    body += struct.pack(">hh", -1, -1) + b"\0" * 16
    body += struct.pack(">HH", 2, len(path)) + path + b"\xff\xff\0\0"
    return struct.pack(">I4sI", 12 + len(body), b"alis", 0) + body


def _around(movie: bytes, place: int) -> list[int]:
    """Where the boxes begin that a place lies in, of those that hold boxes."""
    found = []
    begin, end = 0, len(movie)
    while begin < end:
        size, kind = struct.unpack_from(">I4s", movie, begin)
        if begin < place < begin + size and kind in PARENTS:
            found.append(begin)
            begin, end = begin + 8, begin + size
        else:
            begin += max(size, 8)
    return found


def avi_with_playlist(video: bytes, playlist: bytes) -> bytes:
    """An AVI with a subtitle stream (GAB2) whose data is a playlist instead of subtitles."""
    header = struct.pack(
        "<4s4sIHHIIIIIIIIHHHH", b"txts", b"GAB2", 0, 0, 0, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0
    )
    stream = _chunk(b"strh", header) + _chunk(b"strf", b"\0" * 4)
    stream = _chunk(b"LIST", b"strl" + stream)
    name = "s\0".encode("utf-16-le")
    gab2 = b"GAB2\0" + struct.pack("<HI", 2, len(name)) + name
    gab2 += struct.pack("<HI", 4, len(playlist)) + playlist
    made = bytearray(video)
    _insert(made, made.index(b"movi") + 4, _chunk(b"01tx", gab2), made.index(b"movi") - 4)
    hdrl = made.index(b"hdrl") - 4
    (size,) = struct.unpack_from("<I", made, hdrl)
    _insert(made, hdrl + 4 + size, stream, hdrl)
    (streams,) = struct.unpack_from("<I", made, made.index(b"avih") + 32)
    struct.pack_into("<I", made, made.index(b"avih") + 32, streams + 1)
    return bytes(made)


def _insert(made: bytearray, place: int, chunk: bytes, *sizes: int) -> None:
    """Insert a chunk and let the sizes at these places, and that of the file, grow by it."""
    for begin in (4, *sizes):
        (size,) = struct.unpack_from("<I", made, begin)
        struct.pack_into("<I", made, begin, size + len(chunk))
    made[place:place] = chunk


def _chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
