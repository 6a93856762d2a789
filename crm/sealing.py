"""
How a file is closed before it reaches storage, and opened again from any place in it.

The construction is Tink's streaming AEAD (AES256-GCM-HKDF). Each file has a key of its own, which HKDF-SHA256 makes of
one of settings.ENCRYPTION_KEYS, a random salt and the file's name; the file is cut into segments, and each is closed by
AES-256-GCM with a nonce of a random prefix, its place, and whether it is the last. So a segment that was changed, left
out, doubled, moved, or taken from another file is refused; so is a file that was cut off, or stands under another name.

    mark 8 | key id 8 | salt 32 | nonce prefix 7 | segment, segment, …      each at most 65,536 bytes and a tag of 16
"""

from __future__ import annotations

import base64
import io
import os
from typing import IO, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from crm.encryption import Unreadable, key_id

SEGMENT = 64 * 1024
_TAG = 16
_MARK = b"LWSEAL1\n"


class Unopened(Unreadable, OSError):
    """The key that closed this file is gone, or the file is damaged or another one."""


class Header(NamedTuple):
    key: str
    salt: bytes
    prefix: bytes

    @classmethod
    def fresh(cls) -> Header:
        return cls(key_id(settings.ENCRYPTION_KEYS[0]), os.urandom(32), os.urandom(7))

    @classmethod
    def read(cls, source: IO[bytes]) -> Header | None:
        """From the beginning; None of a file that was never closed, and is read as it is."""
        source.seek(0)
        found = source.read(_HEADER)
        if not found.startswith(_MARK):
            return None
        if len(found) < _HEADER:
            raise Unopened("A closed file ends before it begins.")
        return cls(found[8:16].decode("ascii", "replace"), found[16:48], found[48:])

    @property
    def is_current(self) -> bool:
        """Whether the newest key closed it."""
        return self.key == key_id(settings.ENCRYPTION_KEYS[0])

    def written(self) -> bytes:
        return _MARK + self.key.encode() + self.salt + self.prefix

    def cipher(self, name: str) -> AESGCM:
        """Raises Unopened when its key is not ours."""
        keys = {key_id(key): key for key in settings.ENCRYPTION_KEYS}
        if self.key not in keys:
            raise Unopened(f"{name} was closed with key {self.key}, which is not among ENCRYPTION_KEYS.")
        info = b"leadwright file\n" + name.encode()
        secret = base64.urlsafe_b64decode(keys[self.key])
        return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=self.salt, info=info).derive(secret))

    def nonce(self, place: int, *, is_last: bool) -> bytes:
        return self.prefix + place.to_bytes(4) + bytes([is_last])


_HEADER = len(_MARK) + 8 + 32 + 7


class Sealing(io.RawIOBase):
    """The closed bytes of source, read from the beginning on, a segment in memory at a time."""

    def __init__(self, source: IO[bytes], name: str) -> None:
        self._source, self._name = source, name
        self._begin()

    def _begin(self) -> None:
        header = Header.fresh()
        self._header, self._cipher = header, header.cipher(self._name)
        self._source.seek(0)
        self._place, self._ready = 0, header.written()
        self._next: bytes | None = _whole(self._source)

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """To the beginning only, as storages do before they read; closed anew then."""
        if offset or whence:
            raise io.UnsupportedOperation("seek")
        self._begin()
        return 0

    def readinto(self, into: object) -> int:
        view = memoryview(into).cast("B")  # type: ignore[arg-type]
        if not self._ready:
            self._ready = self._segment()
        taken, self._ready = self._ready[: len(view)], self._ready[len(view) :]
        view[: len(taken)] = taken
        return len(taken)

    def _segment(self) -> bytes:
        """Of an empty file there is one, too: it says that nothing was cut off."""
        if self._next is None:
            return b""
        plain, self._next = self._next, _whole(self._source) or None
        closed = self._cipher.encrypt(self._header.nonce(self._place, is_last=self._next is None), plain, None)
        self._place += 1
        return closed


def _whole(source: IO[bytes]) -> bytes:
    """A segment; less only at the end."""
    pieces, missing = [], SEGMENT
    while missing and (piece := source.read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


class Unsealing(io.RawIOBase):
    """The plain bytes of a closed file, from wherever one seeks to; a segment in memory at a time. Raises Unopened."""

    def __init__(self, source: IO[bytes], header: Header, name: str) -> None:
        self._source, self._name, self._header = source, name, header
        self._cipher = header.cipher(name)
        body = source.seek(0, os.SEEK_END) - _HEADER
        self._count = max(1, -(-body // (SEGMENT + _TAG)))
        self.size = body - self._count * _TAG
        self._at = 0
        # The last one opens only at its place: from here on the length is certain.
        self._held, self._plain = self._count - 1, self._opened(self._count - 1)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = max(0, offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence])
        return self._at

    def readinto(self, into: object) -> int:
        view = memoryview(into).cast("B")  # type: ignore[arg-type]
        if self._at >= self.size:
            return 0
        place, within = divmod(self._at, SEGMENT)
        if place != self._held:
            self._held, self._plain = place, self._opened(place)
        taken = self._plain[within : within + len(view)]
        view[: len(taken)] = taken
        self._at += len(taken)
        return len(taken)

    def close(self) -> None:
        self._source.close()
        super().close()

    def _opened(self, place: int) -> bytes:
        self._source.seek(_HEADER + place * (SEGMENT + _TAG))
        closed = self._source.read(SEGMENT + _TAG)
        try:
            return self._cipher.decrypt(self._header.nonce(place, is_last=place == self._count - 1), closed, None)
        except (InvalidTag, ValueError):
            raise Unopened(f"{self._name} is damaged, or another file than its name says.") from None
