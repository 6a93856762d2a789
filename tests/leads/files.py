"""Files as people hand them in."""

from __future__ import annotations

import io
from typing import Any

import pillow_heif
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

GPS = 0x8825
MAKE, ORIENTATION = 0x010F, 0x0112


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), orientation: int = 1, **more: Any) -> bytes:
    """A picture that says who took it and where."""
    image, out = Image.new("RGB", size, "white"), io.BytesIO()
    exif = Image.Exif()
    exif[MAKE], exif[ORIENTATION] = "Secret Camera", orientation
    exif.get_ifd(GPS)[1] = "N"
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(out, exif=exif.tobytes())
    else:
        image.save(out, kind, exif=exif, **more)
    return out.getvalue()


def pdf(
    *, password: str = "", script: bool = False, opens: str = "", attachment: bool = False, pages: int = 1
) -> bytes:
    writer, out = PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if script:
        scripts = DictionaryObject(
            {NameObject("/Names"): ArrayObject([TextStringObject("hello"), TextStringObject("")])}
        )
        writer.root_object[NameObject("/Names")] = DictionaryObject({NameObject("/JavaScript"): scripts})
    if opens:
        action = {NameObject("/S"): NameObject(opens), NameObject("/JS"): TextStringObject("app.alert(1)")}
        writer.root_object[NameObject("/OpenAction")] = writer._add_object(DictionaryObject(action))
    if attachment:
        writer.add_attachment("tool.exe", b"MZ")
    if password:
        writer.encrypt(password, algorithm="AES-256")
    writer.write(out)
    return out.getvalue()


def upload(name: str, content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, pdf() if content is None else content)
