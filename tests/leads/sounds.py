"""Recordings as telephones make them."""

from __future__ import annotations

import io
import struct
import wave


def wav(seconds: int = 3, *, codec: int = 1) -> bytes:
    """Telephone quality, 8,000 bytes a second; codec 7 is mu-law, which most exchanges write."""
    if codec == 1:
        out = io.BytesIO()
        with wave.open(out, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(1)
            file.setframerate(8000)
            file.writeframes(b"\x80" * 8000 * seconds)
        return out.getvalue()
    form = struct.pack("<HHIIHH", codec, 1, 8000, 8000, 1, 8)
    data = b"\x7f" * 8000 * seconds
    chunks = b"fmt " + struct.pack("<I", 16) + form + b"LIST" + struct.pack("<I", 3) + b"abc\x00"
    chunks += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def mp3(seconds: int = 3, *, tag: bytes = b"", tail: bytes = b"") -> bytes:
    """MPEG-1, 128 kbit/s, 44.1 kHz: 417 bytes for each 26 ms. The frames are silence, or what decoders make of it."""
    frame = b"\xff\xfb\x90\x00" + bytes(413)
    head = b""
    if tag:
        size = len(tag)
        head = b"ID3\x04\x00\x00" + bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127]) + tag
    return head + frame * round(seconds * 44100 / 1152) + tail
