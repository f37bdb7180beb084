"""What a record says beyond what every kind has: one small table for each kind that needs it."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from lib.encryption import Encrypted
from members.models import Member

from .records import Activity


class Details(models.Model):
    """A record's own row of one kind. It is read and written with its record alone, so it has no scope of its own.

    ``version`` is the record's at which the row came to say this.
    """

    activity = models.OneToOneField(
        Activity, primary_key=True, editable=False, on_delete=models.CASCADE, related_name="%(class)s"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.activity)


class Lecture(Details):
    """Who gave a lecture; his name stands in ``Activity.lecturer``."""

    class Category(models.TextChoices):
        COMMITTEE_SECRETARY = "committee_secretary", "党委书记"
        LEADER = "leader", "班子成员"
        BRANCH_SECRETARY = "branch_secretary", "支部书记"
        MEMBER = "member", "普通党员"
        EXPERT = "expert", "专家学者"
        MODEL = "model", "先进模范"
        OTHER = "other", "其他"

    #: Leading cadres, where no post says so.
    LEADING = (Category.COMMITTEE_SECRETARY, Category.LEADER)

    member = models.ForeignKey(
        Member,
        verbose_name="主讲人（党员）",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="lectures",
    )
    is_outside = models.BooleanField("校外人员", default=False)
    category = models.CharField("主讲人身份", max_length=20, choices=Category, blank=True)
    rank = models.CharField("职务职级", max_length=60, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "党课主讲"
        verbose_name_plural = "党课主讲"


class Talk(Details):
    """A talk between members (支部条例 19); those who talked stand in the attendance.

    What was said is sealed, and read by :func:`activities.talks.may_read` alone. ``draft`` counts how often it was
    written: a version of the record tells that much and no more.
    """

    class Pair(models.TextChoices):
        COMMITTEE = "committee", "委员之间"
        COMMITTEE_MEMBER = "committee_member", "委员与党员"
        MEMBERS = "members", "党员之间"

    pair = models.CharField("谈话类型", max_length=20, choices=Pair, blank=True)
    #: Told by the posts of that day, not chosen.
    is_pair_derived = models.BooleanField(default=True, editable=False)
    content_cipher = models.TextField(blank=True, editable=False)
    draft = models.PositiveSmallIntegerField(default=0, editable=False)
    history = HistoricalRecords()

    content = Encrypted("content_cipher")

    class Meta:
        verbose_name = "谈心谈话"
        verbose_name_plural = "谈心谈话"
        constraints = [
            models.CheckConstraint(
                condition=Q(content_cipher="") | Q(draft__gt=0), name="talk_content_has_a_draft"
            )
        ]


class ProgrammeItem(models.Model):
    """A fixed item of the university's 主题党日; none are defined until staff do, for no national text names them.

    Records keep the words of the day: what is changed here is asked from then on.
    """

    title = models.CharField("固定项目", max_length=30, unique=True)
    position = models.PositiveSmallIntegerField("顺序", default=0)
    citation = models.CharField("依据", max_length=200, help_text="校内文件的名称和文号。")

    class Meta:
        verbose_name = "主题党日固定项目"
        verbose_name_plural = "主题党日固定项目"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class Programme(Details):
    """What was done of the fixed items of a 主题党日, as they were worded then, and what the branch added (5+X).

    ``items`` are mappings of title and done; ``own`` are lines.
    """

    items = models.JSONField("固定项目", default=list, blank=True)
    own = models.JSONField("自选项目", default=list, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "主题党日项目"
        verbose_name_plural = "主题党日项目"


class StudiedDocument(Details):
    """What was studied as 第一议题, and what the meeting made of it."""

    name = models.CharField("文件或讲话", max_length=120, blank=True)
    number = models.CharField("文号", max_length=60, blank=True)
    dated = models.DateField("文件日期", null=True, blank=True)
    lead_reader = models.CharField("领学人", max_length=64, blank=True)
    measures = models.TextField("贯彻措施", blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "第一议题文件"
        verbose_name_plural = "第一议题文件"


class Oath(Details):
    """Who led an oath and who witnessed it; those who swore stand in the attendance."""

    led_by = models.CharField("领誓人", max_length=64, blank=True)
    witness = models.CharField("监誓人", max_length=64, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "入党宣誓"
        verbose_name_plural = "入党宣誓"


class SecretaryReport(Details):
    """The secretary reported to the general meeting and was appraised (支部条例 27)."""

    is_given = models.BooleanField("书记述职", default=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "书记述职"
        verbose_name_plural = "书记述职"


class Film(Details):
    name = models.CharField("片名", max_length=80, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "观看的影片"
        verbose_name_plural = "观看的影片"


class Service(Details):
    """Whom volunteers served, and who called them."""

    served = models.CharField("服务对象", max_length=80, blank=True)
    organiser = models.CharField("组织单位", max_length=80, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = "志愿服务对象"
        verbose_name_plural = "志愿服务对象"
