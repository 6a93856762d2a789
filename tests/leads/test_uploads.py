"""What may be kept of a file, and what is told to whoever sent another one."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image
from pytest_django import Settings

from leads.uploads import LONGEST_SIDE, UploadRefused, cleaned, tidy_name
from tests.leads.files import MAKE, ORIENTATION, pdf, picture, upload


def kept(name: str, content: bytes) -> Image.Image:
    return Image.open(cleaned(upload(name, content)).content)


def why_not(name: str, content: bytes) -> str:
    with pytest.raises(UploadRefused) as refusal:
        cleaned(upload(name, content))
    return refusal.value.words


@pytest.mark.parametrize(
    ("name", "kind", "became", "content_type"),
    [
        ("me.jpg", "JPEG", "me.jpg", "image/jpeg"),
        ("me.JPEG", "JPEG", "me.jpg", "image/jpeg"),
        ("me.png", "PNG", "me.png", "image/png"),
        ("IMG_0042.HEIC", "HEIF", "IMG_0042.jpg", "image/jpeg"),
    ],
)
def test_a_picture_is_kept_without_what_it_knew(name: str, kind: str, became: str, content_type: str) -> None:
    given = picture(kind)
    assert b"Secret Camera" in given
    clean = cleaned(upload(name, given))
    content = clean.content.read()
    assert (clean.name, clean.content_type, clean.size) == (became, content_type, len(content))
    assert b"Secret Camera" not in content
    image = Image.open(io.BytesIO(content))
    assert not image.getexif()
    assert image.size == (40, 20)
    assert not {"exif", "icc_profile", "comment", "xmp"} & image.info.keys()


def test_it_is_kept_the_right_way_up() -> None:
    assert kept("me.jpg", picture(orientation=6)).size == (20, 40)
    assert ORIENTATION not in kept("me.jpg", picture(orientation=6)).getexif()


def test_what_hangs_on_behind_a_picture_is_left_behind() -> None:
    clean = cleaned(upload("me.jpg", picture() + b"<script>alert(1)</script>PK\x03\x04"))
    assert b"<script>" not in clean.content.read()


def test_texts_in_a_png_are_left_behind() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", "Secret Author", zip=False)
    given = picture("PNG", pnginfo=info)
    assert b"Secret Author" in given
    assert b"Secret Author" not in cleaned(upload("me.png", given)).content.read()


def test_a_png_keeps_its_transparency_and_a_heic_loses_it() -> None:
    image, out = Image.new("RGBA", (4, 4), (0, 0, 0, 0)).quantize(), io.BytesIO()
    image.save(out, "PNG")
    assert kept("me.png", out.getvalue()).mode == "RGBA"
    assert kept("me.heic", picture("HEIF")).mode == "RGB"


def test_a_huge_picture_is_kept_smaller() -> None:
    assert kept("me.jpg", picture(size=(LONGEST_SIDE + 1000, 100))).width == LONGEST_SIDE


def test_a_bomb_is_not_decoded() -> None:
    """A PNG of some hundred bytes that would be 40,000 pixels wide and high."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )
    assert "too large" in why_not("me.png", bomb)
    nearly = struct.pack(">IIBBBBB", 10_000, 6_000, 8, 2, 0, 0, 0)
    assert "too large" in why_not("me.png", bomb.replace(chunk(b"IHDR", header), chunk(b"IHDR", nearly)))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("me.jpg", picture("PNG")),
        ("me.png", picture("JPEG")),
        ("me.jpg", picture("HEIF")),
        ("me.heic", picture("JPEG")),
        ("me.jpg", picture("GIF")),
        ("me.jpg", pdf()),
        ("me.pdf", picture()),
        ("me.pdf", b"<html>%PD"),
        ("me.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("me.png", b"MZ\x90"),
    ],
    ids=[
        "png-jpg",
        "jpg-png",
        "heic-jpg",
        "jpg-heic",
        "gif-jpg",
        "pdf-jpg",
        "jpg-pdf",
        "html-pdf",
        "svg-jpg",
        "exe-png",
    ],
)
def test_name_and_content_agree(name: str, content: bytes) -> None:
    assert why_not(name, content) == "This file is not what its name says. Please save it anew and try again."


@pytest.mark.parametrize(
    "name", ["me.svg", "me.html", "me.gif", "me.exe", "me.pdf.exe", "me", "", "pdf", ".pdf.", "me.zip"]
)
def test_other_kinds_are_refused(name: str) -> None:
    assert why_not(name or "x", pdf()) == "Please send a PDF or a photo (JPG, PNG or HEIC)."


def test_damaged_files_are_refused() -> None:
    assert "damaged" in why_not("me.jpg", picture(size=(400, 400))[:-200])
    assert "damaged" in why_not("me.pdf", b"%PDF-1.7\n" + b"x" * 500)
    assert "empty" in why_not("me.pdf", b"")


def test_the_size_is_limited(settings: Settings) -> None:
    settings.UPLOAD_MAX_BYTES = 1_000_000
    assert "larger than 1 MB" in why_not("me.pdf", pdf() + b"\0" * 1_000_000)


def test_a_pdf_is_kept_as_it_is() -> None:
    given = pdf()
    clean = cleaned(upload("Bank statement, June.pdf", given))
    assert clean.content.read() == given
    assert (clean.name, clean.content_type) == ("Bank statement, June.pdf", "application/pdf")


def test_a_pdf_that_acts_by_itself_is_refused() -> None:
    for harmful in (pdf(script=True), pdf(opens="/JavaScript"), pdf(opens="/Launch"), pdf(attachment=True)):
        assert "a program or files" in why_not("me.pdf", harmful)


def test_a_pdf_that_opens_without_a_password_is_kept() -> None:
    assert "asks for a password" in why_not("me.pdf", pdf(password="sesame"))
    assert "no pages" in why_not("me.pdf", pdf(pages=0))


@pytest.mark.parametrize(
    ("given", "tidy"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\Mary\\June.pdf", "June.pdf"),
        ("June\r\nSet-Cookie: x.pdf", "June Set-Cookie x.pdf"),
        ("<b>June</b>.pdf", "b.pdf"),
        ("\u202efdp.exe.pdf", "fdp.exe.pdf"),
        ("extracto año.pdf", "extracto año.pdf"),
        (".pdf", "Document.pdf"),
        ("x" * 400 + ".pdf", "x" * 140 + ".pdf"),
    ],
    ids=["unix", "windows", "header", "html", "backwards", "spanish", "no-name", "long"],
)
def test_names_are_tidied(given: str, tidy: str) -> None:
    assert tidy_name(given) == tidy


def test_the_camera_is_not_needed() -> None:
    assert MAKE not in kept("me.png", picture("PNG")).getexif()
