"""What may be kept of a file that somebody hands in: four kinds, each of which really is what its name says."""

from __future__ import annotations

import hashlib
import io
import logging
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

import pillow_heif
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from leads.errors import DomainError

log = logging.getLogger(__name__)
pillow_heif.register_heif_opener(thumbnails=False)

#: An image of more pixels is not even decoded: 50 million take 200 MB of memory for a moment.
MOST_PIXELS = 50_000_000
#: Pixels on the longer side of what is kept; a page of letter size has then more than 400 to the inch.
LONGEST_SIDE = 5000
_QUALITY = 88
_PIECE = 64 * 1024
_NAME = re.compile(r"[^\w.,()&+'\- ]+")


class UploadRefused(DomainError):
    code = "upload_refused"


@dataclass(frozen=True, slots=True)
class Clean:
    """A file that may be kept. sha256 is that of what was handed in, so that the same file is known again."""

    content: IO[bytes]
    name: str
    suffix: str
    content_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class _Kept:
    content: IO[bytes]
    suffix: str
    content_type: str


def cleaned(upload: UploadedFile) -> Clean:
    """
    The file as it is to be kept: an image anew from its pixels (so without EXIF, place or appendix), a PDF as it is.

    HEIC becomes JPEG, which every lender's computer opens. Raises UploadRefused with words for whoever sent it.
    """
    stem, dot, suffix = tidy_name(upload.name or "").rpartition(".")
    keep = _KINDS.get(suffix.lower()) if dot else None
    if keep is None:
        raise UploadRefused(_("Please send a PDF or a photo (JPG, PNG or HEIC)."))
    size = upload.size or 0
    if size == 0:
        raise UploadRefused(_("This file is empty."))
    if size > settings.UPLOAD_MAX_BYTES:
        raise UploadRefused(
            _("This file is larger than %(most)s MB.") % {"most": settings.UPLOAD_MAX_BYTES // 1_000_000}
        )
    sha256 = sha256_of(upload)
    upload.seek(0)
    kept = keep(upload)
    kept.content.seek(0, io.SEEK_END)
    length = kept.content.tell()
    kept.content.seek(0)
    return Clean(kept.content, f"{stem}.{kept.suffix}", kept.suffix, kept.content_type, length, sha256)


def tidy_name(given: str) -> str:
    """A file name that may be shown and saved: its last part, without what could mislead, at most 150 characters."""
    name = " ".join(_NAME.sub(" ", re.split(r"[/\\]", given)[-1]).split())
    stem, dot, suffix = name.rpartition(".")
    return f"{stem.strip(' .')[:140] or _('Document')}{dot}{suffix[:8]}" if dot else name[:150]


def sha256_of(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _image(read: str, written: str) -> Callable[[IO[bytes]], _Kept]:
    def keep(file: IO[bytes]) -> _Kept:
        content = io.BytesIO()
        try:
            with warnings.catch_warnings(), Image.open(file, formats=[read]) as image:
                warnings.simplefilter("ignore")
                if image.width * image.height > MOST_PIXELS:
                    raise UploadRefused(_("This picture is too large. Please send it in a smaller size."))
                _anew(image, written).save(content, written, quality=_QUALITY, exif=b"")
        except UploadRefused:
            raise
        except Image.DecompressionBombError as error:
            raise UploadRefused(_("This picture is too large. Please send it in a smaller size.")) from error
        except Image.UnidentifiedImageError as error:
            raise UploadRefused(_("This file is not what its name says. Please save it anew and try again.")) from error
        except Exception as error:  # decoders raise whatever a damaged file leads them to
            log.info("an image that can't be read: %r", error)
            raise UploadRefused(_("This picture is damaged. Please take it again.")) from error
        return _Kept(content, _SUFFIXES[written], f"image/{written.lower()}")

    return keep


def _anew(image: Image.Image, written: str) -> Image.Image:
    """The picture the right way up and no larger than need be, with its pixels and nothing else."""
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(image)
    plain = ("L", "RGB") if written == "JPEG" else ("1", "L", "LA", "RGB", "RGBA")
    if upright.mode not in plain:
        upright = upright.convert("RGBA" if written == "PNG" and upright.has_transparency_data else "RGB")
    upright.info = {}
    return upright


def _pdf(file: IO[bytes]) -> _Kept:
    """A document that opens without a password and does nothing by itself when it is opened."""
    if b"%PDF-" not in file.read(1024):
        raise UploadRefused(_("This file is not what its name says. Please save it anew and try again."))
    try:
        reader = PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            raise UploadRefused(_("This PDF asks for a password. Please save it without one, or send photos of it."))
        root = reader.root_object
        is_active, is_empty = _acts_by_itself(root), not reader.pages
    except UploadRefused:
        raise
    except Exception as error:
        log.info("a PDF that can't be read: %r", error)
        raise UploadRefused(_("This PDF is damaged. Please save it anew and try again.")) from error
    if is_empty:
        raise UploadRefused(_("This PDF has no pages."))
    if is_active:
        raise UploadRefused(_("This PDF has a program or files in it. Please print it to a new PDF and send that."))
    return _Kept(file, "pdf", "application/pdf")


def _acts_by_itself(root: DictionaryObject) -> bool:
    opening = root.get("/OpenAction")
    opening = opening.get_object() if opening is not None else None
    acts = isinstance(opening, DictionaryObject) and opening.get("/S") not in (None, "/GoTo", "/Named")
    names = root.get("/Names")
    names = names.get_object() if names is not None else {}
    return acts or "/AA" in root or "/JavaScript" in names or "/EmbeddedFiles" in names


_SUFFIXES = {"JPEG": "jpg", "PNG": "png"}
_KINDS: dict[str, Callable[[IO[bytes]], _Kept]] = {
    "pdf": _pdf,
    "jpg": _image("JPEG", "JPEG"),
    "jpeg": _image("JPEG", "JPEG"),
    "png": _image("PNG", "PNG"),
    "heic": _image("HEIF", "JPEG"),
    "heif": _image("HEIF", "JPEG"),
}
#: For the file pickers of browsers.
ACCEPT = ".pdf,.jpg,.jpeg,.png,.heic,.heif,application/pdf,image/jpeg,image/png,image/heic"
