"""Runs, levels and recommendations, and the lead times they count on."""

import zlib

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from inventory.catalog.models import Item
from inventory.fields import MoneyField, QuantityField, RateField
from inventory.jobs.models import Job
from inventory.parties.models import Client
from inventory.places.models import Lane, Market, Site

__all__ = [
    "BacktestInput", "BacktestResult", "LeadTimeStat", "LevelOverride", "PlacementInput", "PlacementLevel", "PlacementPart",
    "PlacementRun", "PlannedEvent", "Recommendation", "Scenario", "ScenarioResult",
]  # fmt: skip


class PlacementRun(models.Model):
    """One run of the engine for one client: its inputs' hashes, parameters and code version. Never changed."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="placement_runs", verbose_name=_("client"))
    job = models.OneToOneField(
        Job,
        models.PROTECT,
        null=True,
        related_name="placement_run",
        verbose_name=_("job"),
    )
    as_of = models.DateField(_("as of"))
    created_at = models.DateTimeField(_("created"))
    actor_label = models.CharField(_("by"), max_length=120)
    inputs_hash = models.CharField(_("inputs' hash"), max_length=64)
    code_version = models.CharField(_("code version"), max_length=40)
    parameters = models.JSONField(_("parameters"))
    metrics = models.JSONField(_("metrics"), default=dict)

    class Meta:
        verbose_name = _("placement run")
        verbose_name_plural = _("placement runs")
        indexes = [models.Index(fields=["client", "-created_at"], name="placement_run_newest")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.as_of}"


class KeptFile(models.Model):
    """A file that something was computed from (archivo de entrada)."""

    name = models.CharField(_("name"), max_length=40)
    content = models.BinaryField(_("content"), help_text=_("Compressed by zlib, unless it is a .gz."))

    class Meta:
        abstract = True

    @staticmethod
    def packed(name: str, file: bytes) -> bytes:
        """The content of a file, as it is kept."""
        return file if name.endswith(".gz") else zlib.compress(file)

    @property
    def file(self) -> bytes:
        """The file as it was."""
        content = bytes(self.content)  # PostgreSQL hands out a view of it
        return content if self.name.endswith(".gz") else zlib.decompress(content)


class PlacementInput(KeptFile):
    """A file that a run was computed from, as `recommend_placement` reads it. Append-only."""

    run = models.ForeignKey(PlacementRun, models.PROTECT, related_name="inputs", verbose_name=_("run"))

    class Meta:
        verbose_name = _("input of a run")
        verbose_name_plural = _("inputs of a run")
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="placement_input_unique")]

    def __str__(self) -> str:
        return f"#{self.run_id} {self.name}"

    @classmethod
    def of(cls, run: PlacementRun, name: str, file: bytes) -> "PlacementInput":
        """A file as a row, not yet saved."""
        return cls(run=run, name=name, content=cls.packed(name, file))


class PlacementPart(models.Model):
    """What a part of a run that is being computed is handed, and what it found: compressed arrays (`files.packed`).

    Part 0 is what all parts have in common. They go when their run is published.
    """

    job = models.ForeignKey(Job, models.CASCADE, related_name="+", verbose_name=_("job"))
    number = models.PositiveSmallIntegerField(_("part"))
    given = models.BinaryField(_("given"))
    found = models.BinaryField(_("found"), null=True)

    class Meta:
        verbose_name = _("part of a run")
        verbose_name_plural = _("parts of a run")
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="placement_part_unique")]

    def __str__(self) -> str:
        return f"{self.job_id}/{self.number}"


class PlacementLevel(models.Model):
    """How much of an item a site ought to own (nivel objetivo), with the numbers behind it."""

    run = models.ForeignKey(PlacementRun, models.CASCADE, related_name="levels", verbose_name=_("run"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="+", verbose_name=_("item"))
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("site"))
    order_up_to = QuantityField(_("order up to"))
    reorder_point = QuantityField(_("reorder point"))
    safety_stock = QuantityField(_("safety stock"))
    expected_demand = QuantityField(_("expected demand"))
    protection_weeks = RateField(_("protection, weeks"))
    expected_fill = RateField(_("expected fill"))
    expected_weekly_cost_usd = MoneyField(_("expected weekly cost, USD"))
    position = QuantityField(_("position"))
    explanation = models.JSONField(_("explanation"))
    # What a DC may be asked in the coming weeks, as an engine.fans.Fan; None for a bonded site.
    forecast = models.JSONField(_("forecast"), null=True, blank=True)
    # What a DC's level stands on, as engine.what_if packs it; None for a bonded site.
    footing = models.BinaryField(_("footing"), null=True, blank=True)

    class Meta:
        verbose_name = _("level")
        verbose_name_plural = _("levels")
        constraints = [models.UniqueConstraint(fields=["run", "item", "site"], name="placement_level_unique")]

    def __str__(self) -> str:
        return f"{self.item_id}@{self.site_id}: {self.order_up_to}"


class Recommendation(models.Model):
    """Move so many of an item from here to there (recomendación): why, at what expected cost and service."""

    class State(models.TextChoices):
        """What the planner made of it."""

        PROPOSED = "proposed", _("Proposed")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        SUPERSEDED = "superseded", _("Superseded")

    run = models.ForeignKey(
        PlacementRun,
        models.PROTECT,
        related_name="recommendations",
        verbose_name=_("run"),
    )
    client = models.ForeignKey(Client, models.PROTECT, related_name="recommendations", verbose_name=_("client"))
    item = models.ForeignKey(Item, models.PROTECT, related_name="recommendations", verbose_name=_("item"))
    source = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("from"))
    target = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("to"))
    # Which road of several between the same two sites, and so which crossing and which trucks.
    lane = models.ForeignKey(Lane, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("lane"))
    quantity = QuantityField(_("quantity"))
    reason_code = models.CharField(_("reason"), max_length=20)
    explanation = models.JSONField(_("explanation"))
    priority = models.PositiveIntegerField(_("priority"))
    marginal_value_usd = MoneyField(_("value of the last unit, USD"), default=0)
    expected_cost_usd = MoneyField(_("expected cost, USD"))
    expected_fill_before = RateField(_("expected fill before"))
    expected_fill_after = RateField(_("expected fill after"))
    ship_week = models.DateField(_("ship in the week of"))
    arrive_week_p50 = models.DateField(_("arrives, median"))
    arrive_week_p90 = models.DateField(_("arrives, 90 %"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.CharField(_("decided by"), max_length=120, blank=True)
    decision_reason = models.CharField(_("reason given"), max_length=300, blank=True)
    accepted_quantity = QuantityField(_("accepted quantity"), null=True, blank=True)
    # Between its acceptance and the departure of the goods, a move is under way although no book shows it yet.
    document = models.CharField(
        _("document"), max_length=64, blank=True, help_text=_("Under which its goods are reserved.")
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, help_text=_("Its goods left, or never will."))

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        indexes = [models.Index(fields=["client", "state", "priority"], name="recommendation_open")]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="recommendation_moves_something"),
            models.CheckConstraint(
                condition=Q(state="accepted", accepted_quantity__gt=0) | ~Q(state="accepted"),
                name="recommendation_accepted_has_quantity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.source_id} → {self.target_id} {self.quantity}"


class LevelOverride(models.Model):
    """A level that a planner set instead of the computed one (ajuste del planeador), until a day and with a reason.

    It is never changed, only ended: by its planner, by another override, or by its day.
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="level_overrides", verbose_name=_("item"))
    site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("site"))
    value = QuantityField(_("level"))
    computed = QuantityField(_("computed level"), null=True, blank=True)
    until = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=300)
    created_at = models.DateTimeField(_("set"))
    created_by = models.CharField(_("set by"), max_length=120)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.CharField(_("ended by"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("level set by a planner")
        verbose_name_plural = _("levels set by planners")
        constraints = [
            models.UniqueConstraint(
                fields=["item", "site"], condition=Q(ended_at__isnull=True), name="level_override_one_open"
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="level_override_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}@{self.site_id}: {self.value}"


class PlannedEvent(models.Model):
    """Something known to come (evento previsto): a closure, a holiday, a tariff or a promotion, and what it is about.

    Without a client it is the operator's, and counts for all. `value` is the probability of a closure, the weeks of a holiday, the
    new duty rate of a tariff as a share, what a promotion multiplies demand by. It is never changed, only ended.
    """

    class Kind(models.TextChoices):
        """What is to happen."""

        CLOSURE = "closure", _("Closure")
        HOLIDAY = "holiday", _("Holiday")
        TARIFF = "tariff", _("Tariff")
        PROMOTION = "promotion", _("Promotion")

    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    client = models.ForeignKey(
        Client, models.PROTECT, null=True, blank=True, related_name="planned_events", verbose_name=_("client")
    )
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("item"))
    origin_country = models.CharField(_("country of origin"), max_length=3, blank=True)
    lane = models.ForeignKey(Lane, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lane"))
    crossing = models.ForeignKey(
        Site, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("crossing")
    )
    market = models.ForeignKey(
        Market, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("market")
    )
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"), null=True, blank=True)
    value = RateField(_("value"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    created_at = models.DateTimeField(_("made"))
    created_by = models.CharField(_("by"), max_length=120)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.CharField(_("ended by"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("planned event")
        verbose_name_plural = _("planned events")
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=models.F("first_day")), name="planned_event_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("closure", "holiday"), client=None, item=None, market=None, origin_country="")
                | Q(kind="tariff", lane=None, crossing=None, market=None)
                | Q(kind="promotion", lane=None, crossing=None, client__isnull=False, origin_country=""),
                name="planned_event_is_about_what_its_kind_is",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.first_day}"


class LeadTimeStat(models.Model):
    """How long a lane took, as known on a day (tiempo de entrega): learned from arrivals, or the prior while there are too few.

    Distributions are `{"values": [whole weeks], "probs": [...]}`. Weeks describe the distribution that placement counts on, days,
    hours and punctuality the arrivals alone; they are None where too few arrivals tell.
    """

    class Basis(models.TextChoices):
        """Where the prior comes from."""

        STATED = "stated", _("The lane's own distribution")
        HOURS = "hours", _("The lane's hours")
        MODE = "mode", _("The usual one of its mode")

    lane = models.ForeignKey(Lane, models.CASCADE, related_name="lead_times", verbose_name=_("lane"))
    as_of = models.DateField(_("as of"))
    n = models.PositiveIntegerField(_("arrivals"))
    is_prior_only = models.BooleanField(_("prior only"))
    distribution = models.JSONField(_("distribution"))
    mean_weeks = RateField(_("mean, weeks"))
    sd_weeks = RateField(_("standard deviation, weeks"))
    p50_weeks = models.PositiveSmallIntegerField(_("median, weeks"))
    p90_weeks = models.PositiveSmallIntegerField(_("90 %, weeks"))
    prior = models.JSONField(_("prior"))
    prior_basis = models.CharField(_("prior from"), max_length=6, choices=Basis)
    prior_mean_weeks = RateField(_("mean of the prior, weeks"))
    mean_days = RateField(_("mean, days"), null=True)
    sd_days = RateField(_("standard deviation, days"), null=True)
    p50_days = RateField(_("median, days"), null=True)
    p90_days = RateField(_("90 %, days"), null=True)
    on_time_share = RateField(_("on time"), null=True)
    border_n = models.PositiveIntegerField(_("arrivals whose border part is known"), default=0)
    border_mean_hours = RateField(_("border, mean hours"), null=True)
    border_p90_hours = RateField(_("border, 90 %, hours"), null=True)
    computed_at = models.DateTimeField(_("computed"))

    class Meta:
        verbose_name = _("lead time")
        verbose_name_plural = _("lead times")
        constraints = [models.UniqueConstraint(fields=["lane", "as_of"], name="lead_time_once_a_day")]

    def __str__(self) -> str:
        return f"{self.lane} {self.as_of}"


class Scenario(models.Model):
    """What a client's planning would look like if (escenario): a name and changes, as `placement-scenario/1` has them.

    It may be edited until it was computed; then a copy may.
    """

    client = models.ForeignKey(Client, models.PROTECT, related_name="scenarios", verbose_name=_("client"))
    name = models.CharField(_("name"), max_length=64)
    overlay = models.JSONField(_("changes"))
    created_at = models.DateTimeField(_("created"))
    created_by = models.CharField(_("by"), max_length=120)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("scenario")
        verbose_name_plural = _("scenarios")
        constraints = [models.UniqueConstraint(fields=["client", "name"], name="scenario_name_once")]

    def __str__(self) -> str:
        return self.name


class ScenarioResult(models.Model):
    """Scenarios computed beside the base (comparación): inputs' hash, parameters, code version, figures. Append-only.

    `figures` are those of `files.scenario_output`, `parameters` hold the changes of each scenario as they then were.
    """

    client = models.ForeignKey(Client, models.PROTECT, related_name="scenario_results", verbose_name=_("client"))
    scenarios = models.ManyToManyField(Scenario, related_name="results", verbose_name=_("scenarios"))
    job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="scenario_result", verbose_name=_("job"))
    as_of = models.DateField(_("as of"))
    created_at = models.DateTimeField(_("created"))
    actor_label = models.CharField(_("by"), max_length=120)
    inputs_hash = models.CharField(_("inputs' hash"), max_length=64)
    code_version = models.CharField(_("code version"), max_length=40)
    parameters = models.JSONField(_("parameters"))
    figures = models.JSONField(_("figures"))

    class Meta:
        verbose_name = _("comparison of scenarios")
        verbose_name_plural = _("comparisons of scenarios")
        indexes = [models.Index(fields=["client", "-created_at"], name="scenario_result_newest")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.as_of}"

    @property
    def names(self) -> list[str]:
        """Of the scenarios that were compared."""
        return [scenario["name"] for scenario in self.parameters["scenarios"]]


class BacktestResult(models.Model):
    """What the engine would have cost over a client's past weeks beside rules of thumb (prueba histórica). Append-only.

    `figures` are those of `files.backtest`; the columns repeat what lists sort by: `engine_cost` and `rule_cost` (of the best
    rule, tuned or not) are controllable costs as shares of what was asked for, by value. Weeks are played from
    `first_review` on and counted from `counted_from` on.
    """

    client = models.ForeignKey(Client, models.PROTECT, related_name="backtests", verbose_name=_("client"))
    job = models.OneToOneField(Job, models.PROTECT, null=True, related_name="backtest", verbose_name=_("job"))
    as_of = models.DateField(_("as of"))
    created_at = models.DateTimeField(_("created"))
    actor_label = models.CharField(_("by"), max_length=120)
    inputs_hash = models.CharField(_("inputs' hash"), max_length=64)
    code_version = models.CharField(_("code version"), max_length=40)
    first_review = models.DateField(_("first review"))
    counted_from = models.DateField(_("counted from"))
    weeks = models.PositiveSmallIntegerField(_("weeks judged"))
    seed = models.PositiveIntegerField(_("seed"))
    engine_cost = RateField(_("cost of the engine"))
    rule_cost = RateField(_("cost of the best rule"))
    fill = RateField(_("fill of the engine"))
    parameters = models.JSONField(_("parameters"))
    figures = models.JSONField(_("figures"))

    class Meta:
        verbose_name = _("back-test")
        verbose_name_plural = _("back-tests")
        indexes = [models.Index(fields=["client", "-created_at"], name="backtest_newest")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.as_of}"


class BacktestInput(KeptFile):
    """A file that a back-test was computed from, as `backtest_placement` reads it. Append-only."""

    result = models.ForeignKey(BacktestResult, models.PROTECT, related_name="inputs", verbose_name=_("back-test"))

    class Meta:
        verbose_name = _("input of a back-test")
        verbose_name_plural = _("inputs of a back-test")
        constraints = [models.UniqueConstraint(fields=["result", "name"], name="backtest_input_unique")]

    def __str__(self) -> str:
        return f"#{self.result_id} {self.name}"

    @classmethod
    def of(cls, result: BacktestResult, name: str, file: bytes) -> "BacktestInput":
        """A file as a row, not yet saved."""
        return cls(result=result, name=name, content=cls.packed(name, file))
