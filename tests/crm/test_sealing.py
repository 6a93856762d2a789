"""A closed file opens with its key, by its name, whole and in order, from any place in it; and in no other way."""

from __future__ import annotations

import io
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from pytest_django import Settings

from crm.sealing import SEGMENT, Header, Sealing, Unopened, Unsealing

NAME = "documents/ab/abcdef.pdf"
_HEADER, _CLOSED = 55, SEGMENT + 16


def closed(plain: bytes, name: str = NAME) -> bytes:
    return Sealing(io.BytesIO(plain), name).readall()


def opened(stored: bytes, name: str = NAME) -> bytes:
    source = io.BytesIO(stored)
    header = Header.read(source)
    assert header
    return Unsealing(source, header, name).readall()


def segments(stored: bytes) -> list[bytes]:
    return [stored[at : at + _CLOSED] for at in range(_HEADER, len(stored), _CLOSED)]


PLAIN = os.urandom(3 * SEGMENT + 100)


@pytest.mark.parametrize("size", [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 2 * SEGMENT, 3 * SEGMENT + 100])
def test_it_works(size: int) -> None:
    plain = PLAIN[:size]
    stored = closed(plain)
    assert opened(stored) == plain
    assert len(stored) == _HEADER + size + 16 * max(1, -(-size // SEGMENT))
    assert size < 16 or plain[:16] not in stored


def test_the_same_file_never_lies_the_same_way_twice() -> None:
    one, other = closed(PLAIN), closed(PLAIN)
    assert one[:16] == other[:16]
    assert not set(segments(one)) & set(segments(other))


@pytest.mark.parametrize(
    ("first", "length"), [(0, 10), (SEGMENT - 5, 10), (2 * SEGMENT, SEGMENT + 1), (3 * SEGMENT + 90, 50), (10**9, 5)]
)
def test_it_is_read_from_any_place(first: int, length: int) -> None:
    source = io.BytesIO(closed(PLAIN))
    header = Header.read(source)
    assert header
    file = io.BufferedReader(Unsealing(source, header, NAME))
    assert file.seek(0, os.SEEK_END) == len(PLAIN)
    file.seek(first)
    assert file.read(length) == PLAIN[first : first + length]


def _flipped(stored: bytes, at: int) -> bytes:
    return stored[:at] + bytes([stored[at] ^ 1]) + stored[at + 1 :]


@pytest.mark.parametrize(
    "damaged",
    [
        lambda stored: stored[:-1],
        lambda stored: stored[:-116],  # the last segment
        lambda stored: stored[: _HEADER + _CLOSED],
        lambda stored: stored[:_HEADER],
        lambda stored: stored[:30],
        lambda stored: stored + b"x",
        lambda stored: stored + segments(stored)[-1],
        lambda stored: _from(stored, 1, 0, 2, 3),
        lambda stored: _from(stored, 0, 0, 2, 3),
        lambda stored: _from(stored, 0, 2, 3),
        lambda stored: _from(stored, 0, 1, 3, 2),
        lambda stored: _flipped(stored, _HEADER + 5),
        lambda stored: _flipped(stored, len(stored) - 1),
        lambda stored: _flipped(stored, 20),
        lambda stored: _flipped(stored, 50),
        lambda stored: stored[:_HEADER] + closed(PLAIN)[_HEADER:],
        lambda stored: stored[: _HEADER + _CLOSED] + closed(PLAIN)[_HEADER + _CLOSED :],
    ],
)
def test_what_was_cut_moved_doubled_swapped_or_changed_is_refused(damaged: Callable[[bytes], bytes]) -> None:
    with pytest.raises(Unopened):
        opened(damaged(closed(PLAIN)))


def _from(stored: bytes, *places: int) -> bytes:
    return stored[:_HEADER] + b"".join(segments(stored)[place] for place in places)


def test_a_file_under_another_s_name_is_refused() -> None:
    with pytest.raises(Unopened, match=r"other\.pdf is damaged, or another file"):
        opened(closed(PLAIN), "other.pdf")


def test_a_key_that_is_gone_is_named(settings: Settings) -> None:
    stored = closed(PLAIN)
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(Unopened, match=f"closed with key {stored[8:16].decode()}, which is not among"):
        opened(stored)


class TestStorage:
    @pytest.fixture(autouse=True)
    def place(self, settings: Settings, tmp_path: Path) -> Path:
        settings.MEDIA_ROOT = tmp_path
        return tmp_path

    def test_it_works(self, place: Path) -> None:
        assert default_storage.save(NAME, ContentFile(PLAIN)) == NAME
        assert PLAIN[:32] not in (place / NAME).read_bytes()
        assert (place / NAME).stat().st_mode & 0o777 == 0o600
        with default_storage.open(NAME) as file:
            assert file.read() == PLAIN
        assert default_storage.size(NAME) == len(PLAIN)
        default_storage.delete(NAME)
        assert not default_storage.exists(NAME)

    def test_a_file_of_before_is_read_as_it_is_until_it_is_closed(self, place: Path) -> None:
        (place / "old.pdf").write_bytes(PLAIN)
        assert default_storage.open("old.pdf").read() == PLAIN
        reader = default_storage.open("old.pdf")
        reader.read(10)
        assert default_storage.seal_anew("old.pdf")  # type: ignore[attr-defined]
        assert reader.read() == PLAIN[10:]
        assert PLAIN[:32] not in (place / "old.pdf").read_bytes()
        assert default_storage.open("old.pdf").read() == PLAIN
        assert not default_storage.seal_anew("old.pdf")  # type: ignore[attr-defined]
        assert [path.name for path in place.iterdir()] == ["old.pdf"]

    def test_it_may_be_written_as_the_release_before_reads_it(self, place: Path, settings: Settings) -> None:
        settings.CLOSE_AS_BEFORE = True
        default_storage.save(NAME, ContentFile(PLAIN))
        assert (place / NAME).read_bytes() == PLAIN
        assert default_storage.open(NAME).read() == PLAIN

    def test_a_name_that_is_taken_is_left_alone(self, place: Path) -> None:
        default_storage.save(NAME, ContentFile(b"one"))
        other = default_storage.save(NAME, ContentFile(b"two"))
        assert other != NAME
        assert [default_storage.open(name).read() for name in (NAME, other)] == [b"one", b"two"]

    def test_its_memory_is_that_of_a_few_segments(self, place: Path) -> None:
        whole = 16_000_000
        (place / "whole").write_bytes(b"x" * whole)
        tracemalloc.start()
        try:
            with (place / "whole").open("rb") as content:
                default_storage.save(NAME, File(content))
            with default_storage.open(NAME) as file:
                read = sum(map(len, iter(lambda: file.read(SEGMENT), b"")))
            most = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert read == whole
        assert most < 2_000_000
