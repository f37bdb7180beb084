"""换届: one election of a branch's leadership, from the request to the approval, each step with its date and paper."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from simple_history.models import HistoricalRecords

from branches.models import Branch, Scoped, Term
from branches.roles import Right
from branches.scope import ScopedQuerySet
from members.branch_rules import COMMITTEE_LEAST
from members.models import Member

from .records import Activity


class ElectionQuerySet(ScopedQuerySet["Election"]):
    right_to_see = Right.RECORD

    def running(self) -> Self:
        return self.filter(approved_on__isnull=True, withdrawn_at__isnull=True)

    def unfinished(self) -> Self:
        """Those that run, and those of a committee that were approved while its members are not filed yet."""
        filed = Q(filed_on__isnull=False) | Q(seats__lt=COMMITTEE_LEAST)
        return self.filter(withdrawn_at__isnull=True).exclude(Q(approved_on__isnull=False) & filed)


class Election(Scoped):
    """Each step fills its columns; the first empty ``…_on`` is the next step.

    ``seats`` is how many are to be elected: three and more are a committee, fewer a secretary and perhaps a deputy.
    The votes stand in the minutes of ``meeting``, where they are typed once. ``term`` is what came of it.
    """

    branch = models.ForeignKey(
        Branch, verbose_name="党支部", on_delete=models.PROTECT, related_name="elections"
    )
    requested_on = models.DateField("请示日期")
    request_number = models.CharField("请示文号", max_length=60, blank=True)
    replied_on = models.DateField("批复日期", null=True, blank=True)
    reply_number = models.CharField("批复文号", max_length=60, blank=True)
    seats = models.PositiveSmallIntegerField("应选人数", default=0)
    nominated_on = models.DateField("提出候选人日期", null=True, blank=True)
    agreed_on = models.DateField("审查同意日期", null=True, blank=True)
    agreement_number = models.CharField("审查同意文号", max_length=60, blank=True)
    meeting = models.ForeignKey(
        Activity,
        verbose_name="选举大会",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="elections",
    )
    reported_on = models.DateField("报告选举结果日期", null=True, blank=True)
    approved_on = models.DateField("批准日期", null=True, blank=True)
    approval_number = models.CharField("批准文号", max_length=60, blank=True)
    filed_on = models.DateField("委员备案日期", null=True, blank=True)
    term = models.OneToOneField(
        Term, verbose_name="任期", null=True, on_delete=models.SET_NULL, related_name="election"
    )
    withdrawn_at = models.DateTimeField("撤销时间", null=True)
    withdrawn_why = models.CharField("撤销原因", max_length=300, blank=True)
    entered_at = models.DateTimeField("登记时间", default=timezone.now)
    history = HistoricalRecords()

    objects = ElectionQuerySet.as_manager()

    class Meta:
        verbose_name = "换届选举"
        verbose_name_plural = "换届选举"
        ordering = ["-requested_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch"],
                condition=Q(approved_on__isnull=True, withdrawn_at__isnull=True),
                name="election_one_running",
                violation_error_message="本支部已有正在办理的换届。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.requested_on:%Y}年换届"

    @property
    def is_running(self) -> bool:
        return self.approved_on is None and self.withdrawn_at is None


class Candidate(models.Model):
    election = models.ForeignKey(Election, on_delete=models.CASCADE, related_name="candidates")
    member = models.ForeignKey(
        Member, verbose_name="候选人", on_delete=models.PROTECT, related_name="candidacies"
    )

    class Meta:
        verbose_name = "候选人"
        verbose_name_plural = "候选人"
        ordering = ["election_id", "member__name_order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["election", "member"], name="candidate_once_an_election")
        ]

    def __str__(self) -> str:
        return f"{self.election} {self.member}"
