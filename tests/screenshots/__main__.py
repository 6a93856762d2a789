"""make screenshots: the product with its demonstration on a database of its own, looked at page by page."""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

#: A Wednesday in the middle of the day, everywhere where borrowers live.
MOMENT = dt.datetime(2026, 11, 18, 18, 20, tzinfo=dt.UTC)

#: Always the same one, for some pages say it.
PORT = 8477


def main() -> None:
    parser = argparse.ArgumentParser(description="Pictures of every page at three widths, light and dark.")
    parser.add_argument("--only", default="", help="pages whose address this pattern finds; the others' pictures stay")
    parser.add_argument("--folder", type=Path, help="instead of docs/screenshots")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DATABASE_URL": f"sqlite:///{folder}/leadwright.sqlite3", "LEADWRIGHT_VAR": folder}
        os.environ |= {"LOG_LEVEL": "ERROR", "DJANGO_SETTINGS_MODULE": "crm.settings", "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
        import django

        django.setup()
        logging.disable(logging.WARNING)  # asking every address what it is, some refuse to be read
        with patch("django.utils.timezone.now", lambda: MOMENT), served() as base:
            sys.exit(take_all(base, given.only, given.folder))


@contextmanager
def served() -> Iterator[str]:
    """In this process, so that its clock stands still too."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.core.management import call_command
    from django.test.testcases import LiveServerThread
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)
    call_command("migrate", interactive=False, verbosity=0)
    server = LiveServerThread("127.0.0.1", StaticFilesHandler, port=PORT)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    yield f"http://127.0.0.1:{server.port}"
    server.terminate()


def take_all(base: str, only: str, folder: Path | None) -> int:
    from tests.screenshots import camera, pages, pictures

    folder = folder or pictures.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    visits, album, wrong = list(pages.visits(MOMENT)), pictures.Album(folder), []
    if not only:
        for old in folder.glob("*.png"):
            old.unlink()
    with camera.chromium(os.environ["CHROMIUM"]) as browser:
        for session, seen in visits:
            some = {path: name for path, name in seen.items() if re.search(only, name)}
            wrong += camera.take(browser, base, session, some, album, MOMENT)
    index = folder / "README.md"
    before = index.read_text() if only else ""
    index.write_text(album.index((name for _, seen in visits for name in seen.values()), before))
    sizes = [each.stat().st_size for each in folder.glob("*.png")]
    print(f"{len(sizes)} pictures, {sum(sizes) / 1e6:.1f} MB, the largest {max(sizes) / 1e3:.0f} kB: {folder}")
    print(*wrong, sep="\n")
    return int(bool(wrong))


main()
