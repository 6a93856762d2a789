"""
What a next release may look like, laid over a copy of this tree: an example, for make upgrade.

It gives a column that requests and texts need another name, which is the hardest of the usual changes: old code knows
the old column alone, new code the new one alone, and both write. A trigger keeps the two alike meanwhile.

    expand.py    the new column and the trigger; comes before the new code
    fill.py      the rows of before
    contract.py  the old column goes; belongs to the release after, when no old process is left
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from tests.faults.world import PROJECT

_PARTS = ("crm", "leads", "sequences", "api", "templates", "static", "locale", "manage.py")
_EXAMPLES = Path(__file__).parent
#: What the new code is: file, what stands there, what stands there then.
_CHANGES = (
    (
        "leads/models/lead.py",
        "first_name = models.CharField(max_length=100, blank=True)",
        'first_name = models.CharField(max_length=100, blank=True, db_column="given_name")',
    ),
    (
        "api/lendworks/statements.py",
        '*(f"l.{name}" for name in OF_LEAD)',
        '*("l.given_name" if name == "first_name" else f"l.{name}" for name in OF_LEAD)',
    ),
)


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Trees. after: what takes away what only old code needs; None when nothing does."""

    old: Path
    new: Path
    after: Path | None = None


def example(folder: Path) -> Upgrade:
    new = _next_release(folder / "new")
    return Upgrade(old=PROJECT, new=new, after=_release_after(new, folder / "after"))


def since(revision: str, folder: Path) -> Upgrade:
    return Upgrade(old=_of_revision(revision, folder / "old"), new=PROJECT)


def _next_release(folder: Path) -> Path:
    """This tree with another column, and the code that knows no other."""
    for part in _PARTS:
        _copy(part, folder)
    _copy("tests", folder)
    for name, before, after in _CHANGES:
        path = folder / name
        text = path.read_text()
        assert text.count(before) == 1, f"{name} has changed: tests/cluster/releases no longer knows how to"
        path.write_text(text.replace(before, after))
    _add_migrations(folder, "expand", "fill")
    return folder


def _release_after(release: Path, folder: Path) -> Path:
    """Nothing but the migration that takes the old column away."""
    shutil.copytree(release, folder)
    _add_migrations(folder, "contract")
    return folder


def _of_revision(revision: str, folder: Path) -> Path:
    """The tree as it was; a clone without its history has none."""
    archive = folder.with_suffix(".tar")
    subprocess.run(["git", "archive", "-o", str(archive), revision, *_PARTS], cwd=PROJECT, check=True)
    with tarfile.open(archive) as file:
        file.extractall(folder, filter="data")
    _copy("tests", folder)  # what starts it and counts is of today
    return folder


def _copy(part: str, folder: Path) -> None:
    source = PROJECT / part
    if source.is_dir():
        shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__", "screenshots"))
    else:
        folder.mkdir(exist_ok=True)
        shutil.copy(source, folder / part)


def _add_migrations(folder: Path, *names: str) -> None:
    """After the newest of the tree, each with the number that is due."""
    migrations = folder / "leads" / "migrations"
    for name in names:
        newest = max(path.stem for path in migrations.glob("0*.py"))
        text = (_EXAMPLES / f"{name}.py").read_text().replace("__newest__", newest)
        (migrations / f"{int(newest[:4]) + 1:04}_{name}.py").write_text(text)
