"""People in the browser admin: members, their posts, spells and periods. Groups, stations and accounts stand beside."""

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from branches.admin_base import ScopedModelAdmin
from branches.admin_filters import HoldsFilter, UnderFilter
from branches.admin_site import Errand
from branches.models import Branch
from branches.roles import Right
from branches.scope import has_right, ranges_of, within
from lib.masking import mask_address, mask_birth, mask_id, mask_phone

# Some of them register their own.
from . import (  # noqa: F401
    admin_accounts,
    admin_birthdays,
    admin_certificates,
    admin_classes,
    admin_data_requests,
    admin_development,
    admin_exemptions,
    admin_explanations,
    admin_groups,
    admin_imports,
    admin_movement,
    admin_restructuring,
    admin_review_results,
    enrolment,
    health,
    posts,
    searching,
)
from .admin_forms import EndPostForm, HandOverForm, MemberForm, MoveMemberForm, PostForm
from .models import Member, MembershipSpell, Post, StatusPeriod
from .slips import sheet, slips_of

MASKS = {"id_number": mask_id, "phone": mask_phone, "landline": mask_phone, "address": mask_address}


class StatusFilter(admin.SimpleListFilter):
    title = "人员类别"
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return StatusPeriod.Status.choices

    def queryset(self, request, queryset):
        return queryset.filter(status=self.value()) if self.value() else queryset


@admin.register(Member)
class MemberAdmin(ScopedModelAdmin):
    group = "党员"
    place = 1
    right_to_see = Right.SEE_MEMBERS
    right_to_keep = Right.KEEP_MEMBERS
    form = MemberForm
    refusals = (enrolment.EnrolmentError,)
    history_masks = {"birth_date": mask_birth}

    list_display = [
        "name",
        "number",
        "school_number",
        "branch",
        "status_label",
        "sex",
        "joined_on",
        "full_on",
    ]
    list_filter = [UnderFilter, StatusFilter, "sex", "is_floating"]
    list_select_related = ["branch"]
    search_fields = ["name"]
    search_help_text = "姓名、拼音首字母、党员编号、学工号、证件号或手机号后四位"
    ordering = ["name_order", "number"]
    sortable_by = ["name", "joined_on", "full_on"]
    facts = [*MemberForm.Meta.fields, "is_floating", "floating_to", "lost_on", "note"]
    masked = ["id_number_masked", "birth_masked", "phone_masked", "landline_masked", "address_masked"]
    fieldsets = [
        (None, {"fields": facts}),
        ("在支部簿里", {"fields": ["number", "branch", "status_label", "account"]}),
        ("加密保存的内容", {"fields": masked, "description": "要看完整内容，请用右上方的按钮，写明用途。"}),
    ]
    readonly_fields = ["number", "branch", "status_label", "account", *masked]

    def visible(self, request):
        """Also the guests (参加) of the part of the tree, whose own branch lies elsewhere."""
        ranges = ranges_of(request.user, Right.USE_ADMIN)
        guests = MembershipSpell.objects.open().filter(within("branch_path", ranges))
        own = Member.objects.filter(within("branch_path", ranges)).order_by()
        return Member.objects.filter(pk__in=own.values("pk").union(guests.order_by().values("member")))

    def get_search_results(self, request, queryset, search_term):
        return searching.find(queryset, search_term), False

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("branch")

    def choice_label(self, obj):
        return f"{obj.name}（{obj.branch.short_name} {obj.school_number or obj.number}）"

    def save_model(self, request, obj, form, change):
        facts = {name: form.cleaned_data[name] for name in form.changed_data}
        if facts:
            enrolment.change(obj, facts, by=request.user)

    def object_tools(self, request, obj):
        tools = [("个人页", reverse("member_detail", args=[obj.pk]))]
        if self.may_keep(request, obj):
            tools.append(("转到另一支部", self.own_url(obj, "move")))
            tools.append(("查看完整内容", reverse("member_unmask", args=[obj.pk])))
        return tools

    def list_tools(self, request):
        tools = [("花名册与导出", reverse("roster")), ("疑似重复", reverse("duplicate_list"))]
        if has_right(request.user, Right.KEEP_MEMBERS):
            tools.append(("登记党员", reverse("member_register")))
        if has_right(request.user, Right.IMPORT):
            tools.append(("导入花名册", reverse("import_roster")))
        return tools

    def get_urls(self):
        return [self.object_page(self.move_view, "move"), *super().get_urls()]

    def move_view(self, request, object_id):
        member = self.get_object(request, unquote(object_id))
        if not self.may_keep(request, member):
            raise PermissionDenied
        targets = Branch.objects.reachable_by(request.user, Right.KEEP_MEMBERS)
        form = MoveMemberForm(
            member, targets.leaves().existing_on(timezone.localdate()), request.POST or None
        )
        return self.own_form(
            request,
            member,
            form,
            lambda: enrolment.move(
                member, form.cleaned_data["to"], on=form.cleaned_data["on"], by=request.user
            ),
            title="转到另一支部",
            button="确认转移",
            done="已转到新的支部，原支部立即看不到。",
            help="校内转移组织关系。在原支部的党小组席位随之结束，职务请另行办理。",
        )

    @admin.display(description="人员类别", ordering="status")
    def status_label(self, member):
        return StatusPeriod.Status(member.status).label

    @admin.display(description="公民身份证号")
    def id_number_masked(self, member):
        return mask_id(member.id_number) or "未填写"

    @admin.display(description="出生年月")
    def birth_masked(self, member):
        return mask_birth(member.birth_date) or "未填写"

    @admin.display(description="手机号")
    def phone_masked(self, member):
        return mask_phone(member.phone) or "未填写"

    @admin.display(description="固定电话")
    def landline_masked(self, member):
        return mask_phone(member.landline) or "未填写"

    @admin.display(description="家庭住址")
    def address_masked(self, member):
        return mask_address(member.address) or "未填写"


class OfMembers(ScopedModelAdmin):
    """Rows that the verbs write: shown, never edited here."""

    group = "党员"
    right_to_see = Right.SEE_MEMBERS
    list_select_related = ["member", "branch"]
    search_fields = ["member__name"]
    search_help_text = "姓名、拼音首字母、党员编号、学工号或后四位"

    def get_search_results(self, request, queryset, search_term):
        if not search_term.strip():
            return queryset, False
        return queryset.filter(
            member__in=searching.find(Member.objects.all(), search_term).values("pk")
        ), False


@admin.register(MembershipSpell)
class MembershipSpellAdmin(OfMembers):
    place = 3
    fields = ["member", "branch", "kind", "since", "until", "is_assumed"]
    list_display = fields
    list_filter = [UnderFilter, HoldsFilter, "kind", "is_assumed"]
    ordering = ["-since", "pk"]


@admin.register(StatusPeriod)
class StatusPeriodAdmin(OfMembers):
    place = 4
    fields = ["member", "status", "since", "until", "is_assumed"]
    list_display = fields
    list_filter = [HoldsFilter, "status", "is_assumed"]
    list_select_related = ["member"]
    ordering = ["-since", "pk"]

    def visible(self, request):
        members = self.admin_site.get_model_admin(Member).visible(request)
        return StatusPeriod.objects.filter(member__in=members.values("pk"))


@admin.register(Post)
class PostAdmin(ScopedModelAdmin):
    group = "党员"
    place = 2
    right_to_see = Right.SEE_MEMBERS
    right_to_keep = Right.KEEP_BRANCHES
    can_add = True
    form = PostForm
    refusals = (posts.PostError, posts.grants.GrantError)

    fields = ["member", "branch", "title", "group", "duty", "since", "reason"]
    autocomplete_fields = ["member"]
    list_display = ["member", "branch", "title", "group_name", "duty", "since", "until", "has_account"]
    list_filter = [UnderFilter, HoldsFilter, "title"]
    list_select_related = ["member", "branch", "group__branch"]
    search_fields = ["member__name", "member__name_initials", "branch__short_name"]
    search_help_text = "姓名、拼音首字母或党组织"
    ordering = ["branch__order_key", "title", "-since", "pk"]
    sortable_by = ["since", "until"]

    def choices_of(self, db_field, request, *, to_keep=True):
        """Guests too: the secretary of a functional branch belongs to another one."""
        of_people = db_field.remote_field.model is Member
        return super().choices_of(db_field, request, to_keep=to_keep and not of_people)

    def get_fields(self, request, obj=None):
        return self.fields if obj is None else [*self.fields, "until"]

    def has_change_permission(self, request, obj=None):
        """A post is given and ended, not edited."""
        return False

    def save_model(self, request, obj, form, change):
        facts = dict(form.cleaned_data)
        post = posts.appoint(
            facts.pop("member"), facts.pop("branch"), facts.pop("title"), by=request.user, **facts
        )
        obj.pk = post.pk

    def get_changeform_initial_data(self, request):
        return {"since": timezone.localdate(), **super().get_changeform_initial_data(request)}

    def list_tools(self, request):
        return [("批量开通账号", reverse("accounts_provide"))]

    def object_tools(self, request, obj):
        if obj.until or not self.may_keep(request, obj):
            return []
        handover = [("办理交接", self.own_url(obj, "handover"))] if obj.branch.is_leaf else []
        return [*handover, ("结束任职", self.own_url(obj, "end"))]

    def get_urls(self):
        pages = [("end", self.end_view), ("handover", self.handover_view)]
        return [self.object_page(view, name) for name, view in pages] + super().get_urls()

    def _running(self, request, object_id):
        post = self.get_object(request, unquote(object_id))
        if post.until or not self.may_keep(request, post):
            raise PermissionDenied("这项任职已结束，或者不归您管理。")
        return post

    def end_view(self, request, object_id):
        post = self._running(request, object_id)
        form = EndPostForm(post, request.POST or None)
        return self.own_form(
            request,
            post,
            form,
            lambda: posts.end(post, on=form.cleaned_data["on"], by=request.user),
            title="结束任职",
            button="结束任职",
            done="已结束任职，职务带来的角色随之结束。",
        )

    def handover_view(self, request, object_id):
        """Ends one, appoints the next, and gives the next an account when there is none: one form."""
        post = self._running(request, object_id)
        form = HandOverForm(post, request.POST or None)
        issued = []

        def hand_over():
            issued.extend(posts.succeed(post, by=request.user, **form.cleaned_data)[1])

        answer = self.own_form(
            request,
            post,
            form,
            hand_over,
            title="办理交接",
            button="办理交接",
            done="已办理交接。",
            help="前任的角色随任职结束，接任人同时得到角色；还没有账号的，办理后显示一次性密码条。",
        )
        if issued:
            return sheet(request, slips_of(issued), self._list_url())
        return answer

    def _list_url(self):
        return reverse("admin:members_post_changelist")

    @admin.display(description="党小组")
    def group_name(self, post):
        return post.group.name if post.group else ""

    @admin.display(description="有账号", boolean=True)
    def has_account(self, post):
        return post.member.account_id is not None


def _to_settle(user):
    return len(health.open_findings(ranges_of(user, Right.KEEP_BRANCHES), timezone.localdate()))


def _unprovided(user):
    mine = Post.objects.reachable_by(user, Right.KEEP_ACCOUNTS)
    mine = mine.filter(branch__level=Branch.Level.BRANCH)
    return mine.on(timezone.localdate()).filter(title=Post.Title.SECRETARY, member__account=None).count()


admin.site.errands[:0] = [
    Errand(
        "查党员",
        "按姓名、拼音首字母、编号或后四位查找，查看和修改党员信息。",
        lambda: reverse("admin:members_member_changelist"),
        lambda user: has_right(user, Right.KEEP_MEMBERS),
    ),
    Errand(
        "导入花名册",
        "国家统一表样或别的表样，先看新增、变更和错误，再写入。",
        lambda: reverse("import_roster"),
        lambda user: has_right(user, Right.IMPORT),
    ),
    Errand(
        "为书记开通账号",
        "在任书记中还没有账号的，一次开通并打印一次性密码条。",
        lambda: reverse("accounts_provide"),
        lambda user: bool(ranges_of(user, Right.KEEP_ACCOUNTS)),
        _unprovided,
    ),
    Errand(
        "职务交接",
        "选职务、接任人和日期，一页办完：任免、账号和接任人的待办。",
        lambda: reverse("handover"),
        lambda user: has_right(user, Right.KEEP_BRANCHES),
    ),
    Errand(
        "书记培训与履职",
        "任职培训、集中轮训、学时和履职清单，谁还缺什么。",
        lambda: reverse("training_list"),
        lambda user: has_right(user, Right.KEEP_BRANCHES),
    ),
    Errand(
        "培训班和集中轮训",
        "党校培训班的报名、成绩和结业证书；每年集中轮训的覆盖情况。",
        lambda: reverse("class_list"),
        lambda user: has_right(user, Right.KEEP_BRANCHES),
    ),
    Errand(
        "开具和核验党员证明",
        "已开具的证明；凭编号和校验码核验。",
        lambda: reverse("certificate_list"),
        lambda user: has_right(user, Right.KEEP_MEMBERS),
    ),
    Errand(
        "检查支部设置与任期",
        "人数、班子、书记党龄和换届，不符合规定的和要提醒的。",
        lambda: reverse("branch_health"),
        lambda user: has_right(user, Right.KEEP_BRANCHES),
        _to_settle,
    ),
]
