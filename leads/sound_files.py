"""What may be kept of a recording: MP3 and WAV, each of which really is what its name says; and how long it is."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from leads.uploads import UploadRefused, sha256_of

#: For the file pickers of browsers.
ACCEPT = ".mp3,.wav,audio/mpeg,audio/wav"
_PIECE = 256 * 1024
#: Sound at the start of an MP3 may stand behind so much else: tags with pictures.
_MOST_BEFORE = 4_000_000
#: So many frames in a row are no accident.
_FRAMES = 4
_BITRATES = {  # kbit/s by the frame's index; MPEG-1, then MPEG-2 and 2.5, layer III
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


@dataclass(frozen=True, slots=True)
class Sound:
    content: IO[bytes]
    suffix: str
    content_type: str
    seconds: int
    sha256: str


def sound_of(upload: UploadedFile) -> Sound:
    """The file as it is. Raises UploadRefused with words for whoever sent it."""
    suffix = (upload.name or "").rpartition(".")[2].lower()
    if suffix not in _KINDS:
        raise UploadRefused(_("Please send an MP3 or WAV file."))
    size = upload.size or 0
    if size == 0:
        raise UploadRefused(_("This file is empty."))
    if size > settings.RECORDING_MAX_BYTES:
        most = {"most": settings.RECORDING_MAX_BYTES // 1_000_000}
        raise UploadRefused(_("This file is larger than %(most)s MB.") % most)
    content_type, length_of = _KINDS[suffix]
    seconds = length_of(upload)
    if seconds is None:
        raise UploadRefused(_("This file is not what its name says. Please save it anew and try again."))
    digest = sha256_of(upload)
    upload.seek(0)
    return Sound(upload, suffix, content_type, round(seconds), digest)


def wav_seconds(file: IO[bytes]) -> float | None:
    """How long a WAV of any codec is; None for what is none."""
    file.seek(0)
    head = file.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return None
    size, rate = _size_of(file), 0
    file.seek(12)
    while len(chunk := file.read(8)) == 8:
        name, length = struct.unpack("<4sI", chunk)
        at = file.tell()
        if name == b"fmt ":
            form = file.read(16)
            rate = struct.unpack("<I", form[8:12])[0] if len(form) == 16 else 0
        elif name == b"data":
            there = size - at
            return min(length, there) / rate if rate and there > 0 and length else None
        file.seek(at + length + length % 2)
    return None


def mp3_seconds(file: IO[bytes]) -> float | None:
    """How long an MP3 is, frame by frame; None for what is none."""
    size = _size_of(file)
    at = _after_tag(file)
    file.seek(at)
    start = _first_frame(file.read(_MOST_BEFORE))
    if start is None:
        return None
    seconds, at = 0.0, at + start
    while at + 4 <= size:
        file.seek(at)
        piece = file.read(_PIECE)
        length, lasted = _run(piece)
        if length == 0:
            break  # a tag at the end
        seconds, at = seconds + lasted, at + length
    return seconds or None


def _run(piece: bytes) -> tuple[int, float]:
    """How many bytes of the piece are frames that stand one after another, and how long they last."""
    at, seconds = 0, 0.0
    while frame := _frame(piece, at):
        at, seconds = at + frame[0], seconds + frame[1]
        if at > len(piece):
            break
    return at, seconds


def _first_frame(piece: bytes) -> int | None:
    """Where frames begin that follow upon each other."""
    at = piece.find(b"\xff")
    while at != -1:
        follows, count = at, 0
        while count < _FRAMES and (frame := _frame(piece, follows)):
            follows, count = follows + frame[0], count + 1
        if count == _FRAMES or (count > 1 and follows == len(piece)):
            return at
        at = piece.find(b"\xff", at + 1)
    return None


def _frame(piece: bytes, at: int) -> tuple[int, float] | None:
    """Length in bytes and in seconds of the frame of layer III that begins here."""
    head = piece[at : at + 4]
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or layer != 1 or bitrate in (0, 15) or rate == 3:
        return None
    is_first = version == 3
    samples, hertz = (1152 if is_first else 576), _RATES[version][rate]
    length = samples // 8 * _BITRATES[is_first][bitrate] * 1000 // hertz + (head[2] >> 1 & 1)
    return length, samples / hertz


def _after_tag(file: IO[bytes]) -> int:
    """Where an ID3 tag at the beginning ends."""
    file.seek(0)
    head = file.read(10)
    if len(head) < 10 or head[:3] != b"ID3":
        return 0
    size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    return 10 + size


def _size_of(file: IO[bytes]) -> int:
    file.seek(0, 2)
    return file.tell()


_KINDS: dict[str, tuple[str, Callable[[IO[bytes]], float | None]]] = {
    "mp3": ("audio/mpeg", mp3_seconds),
    "wav": ("audio/wav", wav_seconds),
}
