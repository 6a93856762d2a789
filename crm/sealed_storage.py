"""Whatever is stored is closed before it reaches the disk or the bucket, and open again for whoever reads it here."""

from __future__ import annotations

import io
import logging
import os
import shutil
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from crm.sealing import SEGMENT, Header, Sealing, Unopened, Unsealing

log = logging.getLogger(__name__)


class SealedStorage(Storage):
    """
    inner: the storage behind it, as settings.STORAGES describes one.

    Files of before, which lie open, are read as they are, until `manage.py rotate_secrets` has closed them. A file is
    bound to its name: nobody may rename it.
    """

    def __init__(self, inner: dict[str, Any]) -> None:
        self.inner: Storage = storages.create_storage(inner)

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        """Raises OSError: FileNotFoundError, or Unopened, before the first byte is read."""
        if mode != "rb":
            raise ValueError("A closed file is written by save() alone.")
        source = self.inner.open(name, mode)
        try:
            header = Header.read(source)
            if header is None:
                source.seek(0)
                return source
            return File(io.BufferedReader(Unsealing(source, header, name), SEGMENT), name)
        except BaseException as error:
            source.close()
            if isinstance(error, Unopened):
                log.error("%s", error)
            raise

    def _save(self, name: str, content: File[bytes]) -> str:
        closed = content if settings.CLOSE_AS_BEFORE else _sealing(content, name)
        stored = self.inner._save(name, closed)  # type: ignore[attr-defined]
        if stored != name:  # somebody was quicker by this name, to which the bytes are bound
            self.inner.delete(stored)
            raise FileExistsError(name)
        return name

    def seal_anew(self, name: str) -> bool:
        """
        Close it with the newest key, in its place; False when that has been done. Raises OSError.

        Nobody may delete it meanwhile, or it would be there again. Who reads it meanwhile reads on.
        """
        with self.inner.open(name, "rb") as source:
            header = Header.read(source)
        if header and header.is_current:
            return False
        with self.open(name, "rb") as plain:
            if isinstance(self.inner, FileSystemStorage):
                _replace(Path(self.inner.path(name)), _sealing(plain, name))
            else:
                self.inner._save(name, _sealing(plain, name))  # type: ignore[attr-defined]
        return True

    def size(self, name: str) -> int:
        with self.open(name, "rb") as file:
            return file.seek(0, os.SEEK_END)

    def delete(self, name: str) -> None:
        self.inner.delete(name)

    def exists(self, name: str) -> bool:
        return self.inner.exists(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        return self.inner.listdir(path)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return self.inner.get_available_name(name, max_length)


def _sealing(content: Any, name: str) -> File[bytes]:
    closed: File[Any] = File(cast(Any, Sealing(content, name)), name)
    closed.content_type = "application/octet-stream"  # type: ignore[attr-defined]
    return closed


def _replace(path: Path, closed: File[bytes]) -> None:
    """Whole or not at all."""
    beside = path.with_name(f"{path.name}.closing")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        shutil.copyfileobj(closed, file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
