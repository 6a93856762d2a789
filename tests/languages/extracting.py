"""The words of code and templates that go through gettext, and what the catalogues have, without any tool of GNU's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation.template import templatize

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("crm", "leads", "sequences", "api")
_CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
_SAID = re.compile(r"\b(n?gettext|_)\((u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))", re.DOTALL)


def words_of_code() -> Iterator[tuple[str, str]]:
    """(msgid, where) for each call of gettext with words in it."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _name(node.func) in _CALLS and node.args:
                    first = node.args[0]
                    if isinstance(first, ast.Constant) and isinstance(first.value, str):
                        yield first.value, str(path.relative_to(ROOT))


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def words_of_templates() -> Iterator[tuple[str, str]]:
    """As makemessages reads them: a template is put into the form of code."""
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in (".html", ".txt"):
            for found in _SAID.finditer(templatize(path.read_text(), origin=str(path))):
                yield ast.literal_eval(found[2].removeprefix("u")), str(path.relative_to(ROOT))


def entries(path: Path) -> dict[str, list[str]]:
    """A .po file: msgid -> its translations, several for plurals."""
    found: dict[str, list[str]] = {}
    msgid, current = "", None
    for line in path.read_text().splitlines():
        keyword, _, rest = line.partition(" ")
        if keyword == "msgid":
            msgid, current = ast.literal_eval(rest), "msgid"
            continue
        if keyword.startswith("msgstr"):
            found.setdefault(msgid, []).append(ast.literal_eval(rest))
            current = "msgstr"
        elif line.startswith('"') and current == "msgid":
            msgid += ast.literal_eval(line)
        elif line.startswith('"') and current == "msgstr":
            found[msgid][-1] += ast.literal_eval(line)
        elif keyword == "msgid_plural":
            current = None
    return found
