"""What may be kept of a recording, and how long it is."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings

from leads.sound_files import mp3_seconds, sound_of, wav_seconds
from leads.uploads import UploadRefused
from tests.leads.files import pdf
from tests.leads.sounds import mp3, wav


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("call.wav", wav(3), "audio/wav"),
        ("CALL.WAV", wav(3, codec=7), "audio/wav"),
        ("call.mp3", mp3(3), "audio/mpeg"),
        ("call.MP3", mp3(3, tag=b"\x00" * 5000, tail=b"TAG" + bytes(125)), "audio/mpeg"),
    ],
    ids=["pcm", "mu-law", "mp3", "mp3 with tags"],
)
def test_it_works(name: str, content: bytes, kind: str) -> None:
    sound = sound_of(SimpleUploadedFile(name, content))
    assert (sound.content_type, sound.seconds) == (kind, 3)
    assert sound.content.read() == content
    assert len(sound.sha256) == 64


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("call.ogg", wav(), "MP3 or WAV"),
        ("call", wav(), "MP3 or WAV"),
        ("call.mp3.exe", mp3(), "MP3 or WAV"),
        ("call.mp3", b"", "empty"),
        ("call.mp3", wav(), "not what its name says"),
        ("call.wav", mp3(), "not what its name says"),
        ("call.mp3", pdf(), "not what its name says"),
        ("call.wav", b"<html><script>alert(1)</script>", "not what its name says"),
        ("call.mp3", b"\xff" * 3000, "not what its name says"),
        ("call.mp3", mp3()[:200], "not what its name says"),
        ("call.wav", wav()[:30], "not what its name says"),
        ("call.wav", b"RIFF\x00\x00\x00\x00WAVE", "not what its name says"),
        ("call.wav", wav(0), "not what its name says"),
    ],
)
def test_what_is_none_is_refused(name: str, content: bytes, words: str) -> None:
    with pytest.raises(UploadRefused, match=words):
        sound_of(SimpleUploadedFile(name, content))


def test_one_that_is_too_large_is_refused(settings: Settings) -> None:
    settings.RECORDING_MAX_BYTES = 1_000_000
    with pytest.raises(UploadRefused, match="larger than 1 MB"):
        sound_of(SimpleUploadedFile("call.mp3", mp3(90)))


def test_a_long_mp3_is_read_in_pieces() -> None:
    seconds = mp3_seconds(io.BytesIO(mp3(600)))
    assert seconds == pytest.approx(600, abs=0.1)


def test_a_wav_that_was_cut_off_is_as_long_as_what_is_there() -> None:
    assert wav_seconds(io.BytesIO(wav(4)[: 44 + 16_000])) == pytest.approx(2, abs=0.1)
