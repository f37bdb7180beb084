"""Ballots of the review meeting.

The promise: after close, nobody holding a logical dump of the database can link a rating to a person. So a code names
nobody and is gone after close; each rating is a row of its own with a random key, without time, and all of them are
written anew in random order at close.
"""

import uuid

from django.db import models

from .rounds import Round, Subject


class RaterGroup(models.Model):
    """Those of one group of the scheme who vote: ballots given out (codes and paper), and how many came back."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="groups")
    code = models.CharField("代码", max_length=20)
    title = models.CharField("类别", max_length=40)
    issued = models.PositiveSmallIntegerField("发出测评码", default=0)
    papers = models.PositiveSmallIntegerField("发出纸质票", default=0)
    returned = models.PositiveSmallIntegerField("收回", default=0)
    #: Of those returned, the ones that rate anybody.
    valid = models.PositiveSmallIntegerField("有效", default=0)

    class Meta:
        verbose_name = "测评类别"
        verbose_name_plural = "测评类别"
        ordering = ["round_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["round", "code"], name="rater_group_once_a_round"),
            models.CheckConstraint(
                condition=models.Q(returned__lte=models.F("issued") + models.F("papers")),
                name="rater_group_returned_within_issued",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Rater(models.Model):
    """Who is to vote in a group. Nothing leads from here to a code or a mark."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="raters")
    group = models.ForeignKey(RaterGroup, on_delete=models.CASCADE, related_name="raters")
    name = models.CharField("姓名", max_length=40)

    class Meta:
        verbose_name = "测评人"
        verbose_name_plural = "测评人"
        ordering = ["group_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "name"],
                name="rater_in_one_group",
                violation_error_message="同一人只能在一个测评类别里。",
            )
        ]

    def __str__(self) -> str:
        return self.name


class BallotCode(models.Model):
    """A code drawn by somebody of the group. Only its keyed digest is kept; the row is gone after close."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(RaterGroup, on_delete=models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=64, unique=True)
    is_used = models.BooleanField(default=False)

    class Meta:
        verbose_name = "测评码"
        verbose_name_plural = "测评码"

    def __str__(self) -> str:
        return str(self.group)


class Rating(models.Model):
    """One mark about one person: a grade of the scheme, or points. A blank is no row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(RaterGroup, on_delete=models.PROTECT, related_name="ratings")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="ratings")
    mark = models.CharField("评价", max_length=12)

    class Meta:
        verbose_name = "测评"
        verbose_name_plural = "测评"

    def __str__(self) -> str:
        return self.mark


class PaperSheet(models.Model):
    """A paper ballot as it is typed, twice: ``marks`` subject → mark. Gone after close, when it has become ratings."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(RaterGroup, on_delete=models.CASCADE, related_name="sheets")
    number = models.PositiveSmallIntegerField("张号")
    turn = models.PositiveSmallIntegerField("第几遍")
    marks = models.JSONField(default=dict)

    class Meta:
        verbose_name = "纸质票"
        verbose_name_plural = "纸质票"
        ordering = ["group_id", "number", "turn"]
        constraints = [
            models.UniqueConstraint(fields=["group", "number", "turn"], name="paper_sheet_once_a_turn"),
            models.CheckConstraint(condition=models.Q(turn__in=(1, 2)), name="paper_sheet_twice"),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.number}"
