"""
python -m tests.cluster.scenario COMMAND: what the cluster's script does to the database itself, as its owner.

prepare   an organisation in which a text goes out for each new lead; its key of the LendWorks contract
prepare_both  the same, and an organisation with three leads in which nothing ever happens; both keys
leads     how many leads each phone has in organisations with such a key
"""

from __future__ import annotations

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
django.setup()

from django.db.models import Count  # noqa: E402
from django.utils import timezone  # noqa: E402

from crm.models import Actor, Credential, CredentialKind  # noqa: E402
from crm.models.credential import Tier  # noqa: E402
from crm.organizations import found  # noqa: E402
from leads.intake import OnDuplicate, receive_lead  # noqa: E402
from leads.models import Lead  # noqa: E402
from sequences import authoring, triggering  # noqa: E402
from sequences.models import TriggerKind  # noqa: E402
from tests.cluster.client import QUIET  # noqa: E402

ME = Actor.system("cluster test")


def prepare() -> str:
    now = timezone.now()
    organization = found(name="Cluster", quiet_hours=False, now=now)
    steps = [{"kind": "fixed", "message": "Hi {{first_name}}", "skip_if_replied": False}]
    sequence = authoring.create_sequence(organization=organization, name="Welcome", steps=steps, by=ME, now=now)
    triggering.set_triggers(sequence, [(TriggerKind.CREATED, "")])
    credential, secret = Credential.issue(CredentialKind.LENDWORKS, organization=organization)
    Credential.objects.filter(pk=credential.pk).update(tier=Tier.PREMIUM)
    return secret


def prepare_both() -> list[str]:
    return [prepare(), quiet()]


def quiet() -> str:
    now = timezone.now()
    organization = found(name="Quiet", quiet_hours=False, now=now)
    for name in QUIET:
        receive_lead(
            organization=organization, fields={"business_name": name}, by=ME, now=now, on_duplicate=OnDuplicate.NEW
        )
    credential, secret = Credential.issue(CredentialKind.LENDWORKS, organization=organization)
    Credential.objects.filter(pk=credential.pk).update(tier=Tier.PREMIUM)
    return secret


def leads() -> dict[str, int]:
    ours = Lead.objects.filter(organization__credentials__kind=CredentialKind.LENDWORKS, phone_e164__isnull=False)
    return dict(ours.values_list("phone_e164").annotate(count=Count("pk")))


if __name__ == "__main__":
    print(json.dumps({"prepare": prepare, "prepare_both": prepare_both, "leads": leads}[sys.argv[1]]()))
