"""Jobs and the heartbeat of those who run them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.parties.models import Client, User

__all__ = ["Heartbeat", "Job"]


class Job(models.Model):
    """A piece of long work someone asked for: state, progress, attempts, lease, result."""

    class State(models.TextChoices):
        """Where the work stands."""

        QUEUED = "queued", _("Queued")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    kind = models.CharField(_("kind"), max_length=40)
    title = models.CharField(_("title"), max_length=200)
    client = models.ForeignKey(
        Client,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="jobs",
        verbose_name=_("client"),
    )
    requested_by = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="jobs",
        verbose_name=_("asked by"),
    )
    requested_label = models.CharField(_("asked by"), max_length=120)
    parameters = models.JSONField(_("parameters"), default=dict)
    # A job may wait for parts of it, which are jobs too; it runs without a lease meanwhile.
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="parts", verbose_name=_("part of")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("total"), default=0)
    stage = models.CharField(_("stage"), max_length=120, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    max_attempts = models.PositiveIntegerField(_("most attempts"), default=3)
    lease_until = models.DateTimeField(_("lease until"), null=True)
    not_before = models.DateTimeField(_("not before"), null=True)
    runner = models.CharField(_("runner"), max_length=80, blank=True)
    result = models.JSONField(_("result"), default=dict)
    result_file = models.FileField(_("file"), upload_to="jobs/", blank=True, max_length=200)
    source_file = models.FileField(_("source file"), upload_to="uploads/", blank=True, max_length=200)
    error_code = models.CharField(_("error code"), max_length=60, blank=True)
    error_message = models.TextField(_("error"), blank=True)
    cancel_requested = models.BooleanField(_("cancel requested"), default=False)
    requested_at = models.DateTimeField(_("asked"))
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = [
            models.Index(
                fields=["state", "lease_until"],
                condition=Q(state__in=["queued", "running"]),
                name="job_unfinished",
            ),
            models.Index(fields=["requested_by", "-requested_at"], name="job_newest_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"

    @property
    def percent(self) -> int:
        """Progress from 0 to 100, whole per cent."""
        return min(100, self.done * 100 // self.total) if self.total else 0

    @property
    def is_finished(self) -> bool:
        """True when nothing more will happen to it."""
        return self.state in (self.State.DONE, self.State.FAILED, self.State.CANCELLED)


class Heartbeat(models.Model):
    """When a part of the machinery last showed life; `/readyz` fails when it is old."""

    name = models.CharField(max_length=40, unique=True)
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
