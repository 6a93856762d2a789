"""Sequences, changed by writing a next version; enrollments and steps, to look at."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy
from unfold.widgets import UnfoldAdminTextareaWidget

from crm.admin.actor import actor_of
from crm.admin.base import ORGANIZATION, Inline
from crm.admin.settled import Settled
from leads.admin.refusals import Refusable, RefusableForm
from sequences import (
    admin_tiles,  # noqa: F401  (adds them)
    authoring,
    enrolling,
)
from sequences.models import Enrollment, Sequence, SequenceVersion, Step, StepRun, Trigger

_GIVEN = ("name", "description", "is_active", "is_default", "approval", "steps")
_EXAMPLE = [{"kind": "fixed", "message": "Hi {{first_name}}, it's {{company}}.", "delay_hours": 0}]


class StepsField(forms.JSONField):
    def prepare_value(self, value: Any) -> Any:
        """A key on each line, for people."""
        return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)


class SequenceForm(RefusableForm):
    steps = StepsField(
        label=gettext_lazy("steps"),
        initial=_EXAMPLE,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 24, "cols": 100}),
        help_text=format_lazy(
            gettext_lazy(
                "A list; each step may have {keys}. Other steps make a new version, for new enrollments only."
            ),
            keys=", ".join(authoring.STEP_KEYS),
        ),
    )

    class Meta:
        model = Sequence
        fields = ("organization", "name", "description", "is_active", "is_default", "approval")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            steps = authoring.steps_of(self.instance)
            self.initial["steps"] = [{key: getattr(step, key) for key in authoring.STEP_KEYS} for step in steps]

    def clean_steps(self) -> list[dict[str, Any]]:
        steps = self.cleaned_data["steps"]
        if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
            raise forms.ValidationError(
                gettext_lazy("A list of steps in brackets, each with keys and values in braces.")
            )
        return steps

    def _get_validation_exclusions(self) -> set[str]:
        # The domain takes the default's place from the one that has it; the constraint would only say no.
        return super()._get_validation_exclusions() | {"is_default"}  # type: ignore[misc]


@admin.register(Sequence)
class SequenceAdmin(Refusable):
    form = SequenceForm
    list_display = (
        "name",
        "public_id",
        "current",
        "is_active",
        "is_default",
        "organization",
        "created_at",
        "deleted_at",
    )
    list_filter = (ORGANIZATION, "is_active", "is_default", ("deleted_at", admin.EmptyFieldListFilter))
    list_select_related = ("organization", "current")
    search_fields = ("name", "public_id")
    ordering = ("-pk",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        kept = ("public_id", "current", "created_at", "deleted_at") if obj else ()
        return (*SequenceForm.Meta.fields, "steps", *kept)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("organization", "public_id", "current", "created_at", "deleted_at") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.deleted_at)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.deleted_at)

    def save_model(self, request: HttpRequest, obj: Sequence, form: Any, change: bool) -> None:
        now, by = timezone.now(), actor_of(request, obj.organization_id)
        given = {name: form.cleaned_data[name] for name in _GIVEN}
        if change:
            authoring.change_sequence(Sequence.objects.get(pk=obj.pk), given, by=by, now=now)
        else:
            obj.pk = authoring.create_sequence(organization=obj.organization, **given, by=by, now=now).pk
        obj.refresh_from_db()

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        return [str(each) for each in objs], {self.opts.verbose_name_plural: len(objs)}, set(), []

    def delete_model(self, request: HttpRequest, obj: Sequence) -> None:
        authoring.delete_sequence(obj, by=actor_of(request, obj.organization_id), now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Sequence]) -> None:
        for sequence in queryset.filter(deleted_at=None):
            self.delete_model(request, sequence)


class StepInline(Inline):
    model = Step
    ordering = ("order",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(SequenceVersion)
class SequenceVersionAdmin(Settled):
    list_display = ("sequence", "number", "actor_label", "created_at")
    list_select_related = ("sequence",)
    search_fields = ("sequence__name", "sequence__public_id__exact")
    inlines = (StepInline,)


@admin.register(Step)
class StepAdmin(Settled):
    list_display = ("version", "order", "kind", "channel", "delay_hours", "skip_if_replied", "says")
    list_filter = ("kind", "channel")
    list_select_related = ("version__sequence",)

    @admin.display(description=gettext_lazy("says"))
    def says(self, step: Step) -> str:
        return (step.message or step.instructions)[:100]


@admin.register(Enrollment)
class EnrollmentAdmin(Settled):
    list_display = (
        *("lead", "sequence", "version", "status", "next_order", "next_step_at", "held_by", "stop_reason"),
        *("enrolled_by", "organization"),
    )
    list_filter = (ORGANIZATION, "status")
    list_select_related = ("lead", "sequence", "version", "organization")
    search_fields = ("lead_id__exact", "sequence__public_id__exact")
    search_help_text = gettext_lazy("The number of a lead, or the public id of a sequence")
    actions = ("stop",)

    @admin.action(description=gettext_lazy("Stop the chosen enrollments"), permissions=["stop"])
    def stop(self, request: HttpRequest, queryset: QuerySet[Enrollment]) -> None:
        stopped = 0
        for organization_id in set(queryset.order_by().values_list("organization_id", flat=True)):
            stopped += enrolling.cancel(
                Enrollment.objects.filter(pk__in=queryset.order_by().values("pk"), organization_id=organization_id),
                reason="Stopped by an administrator",
                by=actor_of(request, organization_id),
                now=timezone.now(),
            )
        words = gettext("%(number)d enrollment(s) stopped, with what they had not sent yet.")
        self.message_user(request, words % {"number": stopped})

    def has_stop_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("sequences.change_enrollment")


@admin.register(StepRun)
class StepRunAdmin(Settled):
    list_display = ("enrollment", "generation", "order", "message", "skipped_because", "planned_at", "organization")
    list_filter = (ORGANIZATION,)
    list_select_related = ("enrollment", "message", "organization")


@admin.register(Trigger)
class TriggerAdmin(Settled):
    list_display = ("sequence", "kind", "value", "organization")
    list_filter = (ORGANIZATION, "kind")
    list_select_related = ("sequence", "organization")
