"""A row of a file as the fields of a lead."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from crm.models import Advisor, Organization
from leads.errors import InvalidValue
from leads.importing import cells, targets
from leads.importing.plans import Plan
from leads.models import Priority, Stage

_PRIORITIES = {value: value for value in Priority.values} | {"medium": Priority.NORMAL, "mid": Priority.NORMAL}
_MOST_TAG = 100


@dataclass(frozen=True, slots=True)
class Read:
    """fields as leads.intake takes them; is_forbidden: the file says that this person must not be called."""

    fields: dict[str, Any]
    is_forbidden: bool = False


class Reader:
    """Reads rows as a plan says. Two statements when it is made, none for a row."""

    def __init__(self, organization: Organization, plan: Plan) -> None:
        self.plan = plan
        stages = list(Stage.objects.filter(organization=organization).order_by("-position", "-pk"))
        team = list(Advisor.objects.filter(organization=organization, is_active=True).select_related("user"))
        self.stage = next((stage for stage in stages if stage.pk == plan.stage), None)
        self.advisor = next((person for person in team if person.pk == plan.advisor), None)
        self._stages = {stage.key.casefold(): stage for stage in stages}
        self._stages |= {stage.label.casefold(): stage for stage in stages}
        self._team = _by_name(team) | {person.user.email.casefold(): person for person in team}
        self._readers = self._kinds()

    def _kinds(self) -> Mapping[str, Callable[[str], Any]]:
        return {
            "plain": cells.plain,
            "phone": cells.phone,
            "other_phone": cells.other_phone,
            "email": cells.email,
            "amount": cells.amount,
            "date": partial(cells.date, day_first=self.plan.day_first),
            "postal_code": cells.postal_code,
            "is_yes": cells.is_yes,
            "zone": cells.zone,
            "tags": tags_in,
            "stage": partial(cells.one_of, self._stages, words=_("There is no stage “%(cell)s”.")),
            "advisor": partial(cells.one_of, self._team, words=_("Nobody here is called “%(cell)s”.")),
            "priority": partial(cells.one_of, _PRIORITIES, words=_("“%(cell)s” is no priority.")),
        }

    def read(self, given: Sequence[str]) -> Read:
        """Raises InvalidValue with everything that is wrong with the row."""
        wrong = []
        if len(given) > len(self.plan.targets):
            wrong.append(_("The row has more cells than there are headings."))
        fields: dict[str, Any] = {}
        for target, cell in zip(self.plan.targets, given, strict=False):
            if target == targets.NOTHING or not cell:
                continue
            try:
                self._put(fields, target, cells.unescaped(cell))
            except InvalidValue as error:
                wrong.append(error.words)
        if not (fields.get("phone") or fields.get("email")) and not wrong:
            wrong.append(_("There is neither a phone number nor an e-mail address."))
        if wrong:
            raise InvalidValue(" ".join(wrong))
        is_forbidden = fields.pop("do_not_call", False)
        return Read(self._with_defaults(fields), is_forbidden)

    def _put(self, fields: dict[str, Any], target: str, cell: str) -> None:
        if target == "product" or target.startswith(targets.OWN):
            fields.setdefault("custom_fields", {})[target.removeprefix(targets.OWN)] = cell
            return
        value = self._readers[targets.TARGETS[target].kind](cell)
        if target == "tags":
            fields["tags"] = [*fields.get("tags", []), *value]
        elif target == "notes" and fields.get("notes"):
            fields["notes"] += f"\n{value}"
        else:
            fields[target] = value

    def _with_defaults(self, fields: dict[str, Any]) -> dict[str, Any]:
        plan = self.plan
        if self.stage is not None:
            fields.setdefault("stage", self.stage)
        if self.advisor is not None:
            fields.setdefault("advisor", self.advisor)
        if plan.source_label:
            fields.setdefault("source_label", plan.source_label)
        if plan.tags:
            fields["tags"] = list(dict.fromkeys([*fields.get("tags", []), *plan.tags]))
        return fields


def _by_name(team: Sequence[Advisor]) -> dict[str, Advisor]:
    """Those whose name nobody else has."""
    names: dict[str, list[Advisor]] = {}
    for person in team:
        names.setdefault(person.name.casefold(), []).append(person)
    return {name: people[0] for name, people in names.items() if len(people) == 1}


def tags_in(cell: str) -> list[str]:
    names = list(dict.fromkeys(filter(None, (" ".join(word.split()) for word in cell.replace(";", ",").split(",")))))
    if any(len(name) > _MOST_TAG for name in names):
        raise InvalidValue(_("A tag has at most %(most)d characters.") % {"most": _MOST_TAG})
    return names
