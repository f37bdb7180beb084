"""The import's pages: what they show, what they let one decide, and what they never do."""

from datetime import date
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import AuditEntry
from branches.roles import Role
from jobs import running, uploads
from jobs.models import Job, Upload
from members import enrolment
from members.imports import staging
from members.models import Member, MembershipSpell, StatusPeriod
from tests import cast
from tests.members.rosters import HEAD, a_file, a_row, an_id, many_rows
from tests.sheets import workbook

pytestmark = [pytest.mark.django_db, pytest.mark.today("2026-11-22 12:00 +0800")]


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


@pytest.fixture
def school():
    return cast.a_university()


@pytest.fixture
def staff(school, client):
    user = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
    client.force_login(user)
    return user


def hand_in(client, path):
    """Upload a workbook; the answer's redirect leads to the review."""
    file = SimpleUploadedFile(path.name, path.read_bytes())
    return client.post(reverse("import_roster"), {"file": file})


@pytest.fixture
def review(client, staff, tmp_path):
    """The review page of a file with the given rows, as (address, upload)."""

    def make(*rows, head=HEAD):
        answer = hand_in(client, workbook(tmp_path / "名册.xlsx", ["党员基本信息汇总表"], head, *rows))
        address = answer.headers["location"]
        return address, Upload.objects.get(pk=address.split("/")[-2])

    return make


def post(client, name, upload, **data):
    return client.post(reverse(name, args=[upload.pk]), data, follow=True)


def figures(page):
    return [figure["value"] for figure in page.context["it"].figures]


class TestReview:
    def test_five_figures_each_open_their_list(self, client, school, review):
        enrolment.enrol(
            enrolment.NewMember("旧人", "male", school.teachers, "full", joined_on=date(2001, 1, 1)), by=None
        )
        address, _ = review(a_row(), a_row("李强", 2), a_row("王磊", 3, 性别="女"))
        page = client.get(address)
        assert figures(page) == ["2", "0", "0", "1", "1"]
        assert [entry[1] for entry in client.get(f"{address}?show=new").context["page"]] == ["张明", "李强"]
        assert [entry[2] for entry in client.get(f"{address}?show=absent").context["page"]] == ["旧人"]
        assert [entry["code"] for entry in client.get(f"{address}?show=wrong").context["page"]] == [
            "sex_mismatch"
        ]

    def test_no_number_stands_on_the_page_or_on_the_disk(self, client, review, tmp_path):
        address, _ = review(a_row(), a_row("李强", 2, 公民身份证号=an_id(3)[:17] + "0", 手机号="13912345678"))
        pages = "".join(
            client.get(f"{address}?show={name}").content.decode() for name in ("", "new", "wrong", "warnings")
        )
        stored = b"".join(path.read_bytes() for path in (tmp_path / "uploads").rglob("*") if path.is_file())
        assert stored
        for secret in (an_id(), an_id(3)[:17], "13900000001", "13912345678", "海湖路1号"):
            assert secret not in pages
            assert secret.encode() not in stored

    def test_looking_takes_as_many_queries_for_one_row_as_for_fifty(
        self, client, review, django_assert_num_queries
    ):
        for count in (1, 50):
            address, _ = review(*(a_row(f"张{n}", n) for n in range(1, count + 1)))
            with django_assert_num_queries(4):
                client.get(f"{address}?show=new")

    def test_a_change_shows_old_and_new(self, client, review):
        _, upload = review(a_row())
        post(client, "import_write", upload)
        address, _ = review(a_row(学历="硕士研究生毕业", 手机号="13900002222", 所在党支部="物理学生党支部"))
        [entry] = client.get(address).context["page"]
        assert sorted(difference[:3] for difference in entry["differences"]) == [
            ["学历", "大学本科毕业", "硕士研究生毕业"],
            ["所在党支部", "物理教师党支部", "物理学生党支部"],
            ["手机号", "139****0001", "139****2222"],
        ]


class TestDeciding:
    HEAD_WITH_MORE = [*HEAD, "宿舍楼栋", "联系手机二"]

    def more(self, row):
        return [*row, "桂苑3栋", "x"]

    def test_unknown_columns_are_decided_before_writing(self, client, review):
        _, upload = review(self.more(a_row(家庭住址=None)), head=self.HEAD_WITH_MORE)
        answer = post(client, "import_write", upload)
        assert "还有 2 列没有对应" in answer.content.decode()
        assert Member.objects.count() == 0
        columns = {f"column-{c['index']}": c["field"] or "" for c in answer.context["review"]["columns"]}
        columns |= {
            "column-0": "ignore",
            "column-14": "ignore",
            "column-21": "address",
            "column-22": "ignore",
        }
        assert "已按新的对应重新核对" in post(client, "import_columns", upload, **columns).content.decode()
        post(client, "import_write", upload)
        assert Member.objects.get().address == "桂苑3栋"

    def test_what_was_decided_is_remembered_for_the_next_file(self, client, review):
        self.test_unknown_columns_are_decided_before_writing(client, review)
        address, _upload = review(self.more(a_row("李强", 2)), head=["新列", *self.HEAD_WITH_MORE])
        how = {
            column["heading"]: column["how"] for column in client.get(address).context["review"]["columns"]
        }
        assert (how["联系手机二"], how["新列"]) == ("remembered", "undecided")

    def test_what_a_colleague_decided_is_his_own(self, client, review, school):
        self.test_unknown_columns_are_decided_before_writing(client, review)
        client.force_login(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        address, _upload = review(self.more(a_row("李强", 2)), head=self.HEAD_WITH_MORE)
        columns = client.get(address).context["review"]["columns"]
        assert {one["how"] for one in columns if one["heading"] == "联系手机二"} == {"undecided"}

    def test_two_columns_cannot_be_one_field(self, client, review):
        address, upload = review(self.more(a_row()), head=self.HEAD_WITH_MORE)
        columns = {
            f"column-{c['index']}": c["field"] or "" for c in client.get(address).context["review"]["columns"]
        }
        answer = post(client, "import_columns", upload, **{**columns, "column-0": "", "column-21": "name"})
        assert answer.status_code == 422
        assert "不能都对应到姓名" in answer.content.decode()

    def test_a_mismatch_is_accepted_for_a_reason(self, client, review):
        address, upload = review(a_row(出生日期="1980-02-01"))
        refused = post(client, "import_accept", upload, row=3, reason="短")
        assert "原因至少 4 个字，现在是 1 个。" in refused.content.decode()
        assert figures(client.get(address))[4] == "1"
        post(client, "import_accept", upload, row=3, reason="户籍登记有误，已见证明")
        post(client, "import_write", upload)
        member = Member.objects.get()
        assert (member.birth_date, member.identity_note) == (date(1980, 2, 1), "户籍登记有误，已见证明")
        address, _ = review(a_row(出生日期="1980-02-01"))
        assert figures(client.get(address)) == ["0", "0", "1", "0", "0"]

    def test_only_a_mismatch_can_be_accepted(self, client, review):
        address, upload = review(a_row(姓名=None))
        assert (
            "没有可以接受的"
            in post(client, "import_accept", upload, row=3, reason="就是没有名字").content.decode()
        )
        assert figures(client.get(address))[4] == "1"

    def test_a_reason_holds_no_number(self, client, review):
        _, upload = review(a_row(性别="女"))
        assert (
            "不要写证件号码"
            in post(client, "import_accept", upload, row=3, reason=f"号码{an_id()}").content.decode()
        )
        upload.refresh_from_db()
        assert upload.decisions == {}

    def test_protected_dates_need_a_tick(self, client, review):
        _, upload = review(a_row(), a_row("李强", 2))
        post(client, "import_write", upload)
        later = {"加入党组织日期": "2010-07-01"}
        _, upload = review(a_row(**later), a_row("李强", 2, **later))
        post(client, "import_dates", upload, shown=[3, 4], overwrite=[4])
        post(client, "import_write", upload)
        assert dict(Member.objects.values_list("name", "joined_on")) == {
            "张明": date(2010, 6, 1),
            "李强": date(2010, 7, 1),
        }

    def test_a_tick_for_a_row_that_is_not_there(self, client, review):
        _, upload = review(a_row())
        assert "没有保存" in post(client, "import_dates", upload, shown=[99], overwrite=[99]).content.decode()

    def test_giving_up_deletes_the_file(self, client, review, tmp_path):
        _, upload = review(a_row())
        post(client, "import_drop", upload)
        assert not [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()]
        assert not Upload.objects.exists()
        assert AuditEntry.objects.filter(action="upload.drop").exists()


class TestWriting:
    def test_the_right_rows_are_written_and_the_file_goes(self, client, review, tmp_path):
        _address, upload = review(a_row(), a_row("李强", 2, 性别="女"))
        page = post(client, "import_write", upload)
        assert "新增 1 人" in page.content.decode()
        assert [member.name for member in Member.objects.all()] == ["张明"]
        upload.refresh_from_db()
        assert (upload.state, uploads.has(upload, uploads.SOURCE)) == ("written", False)
        assert {name: upload.outcome[name] for name in ("new", "changed", "wrong")} == {
            "new": 1,
            "changed": 0,
            "wrong": 1,
        }

    def test_the_wrong_rows_can_be_fetched_before_and_after(self, client, review):
        _, upload = review(a_row(), a_row("李强", 2, 性别="女"))
        for _ in range(2):
            answer = client.get(reverse("import_wrong_rows", args=[upload.pk]))
            sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
            assert [row[3] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["李强"]
            post(client, "import_write", upload)

    def test_writing_twice_writes_once(self, client, review):
        _, upload = review(a_row())
        post(client, "import_write", upload)
        assert "已经写入" in post(client, "import_write", upload).content.decode()
        assert Member.objects.count() == 1

    def test_what_changed_since_the_review_is_shown_again(self, client, school, review):
        address, upload = review(a_row())
        other = enrolment.NewMember(
            "张明", "male", school.teachers, "full", date(2010, 6, 1), id_number=an_id()
        )
        enrolment.enrol(other, by=None)
        assert "有变动" in post(client, "import_write", upload).content.decode()
        assert Member.objects.count() == 1
        assert figures(client.get(address))[1] == "1"

    def test_long_files_are_checked_and_written_by_jobs(
        self, client, review, monkeypatch, django_capture_on_commit_callbacks
    ):
        monkeypatch.setattr(staging, "AT_ONCE", 1)
        with django_capture_on_commit_callbacks(execute=True):
            address, upload = review(a_row(), a_row("李强", 2))
        assert figures(client.get(address))[0] == "2"
        with django_capture_on_commit_callbacks(execute=True):
            post(client, "import_write", upload)
        # The clock stands still: neither came first.
        assert set(Job.objects.values_list("kind", "state")) == {
            (staging.CHECK, "done"),
            (staging.WRITE, "done"),
        }
        assert Member.objects.count() == 2
        assert "新增 2 人" in client.get(address).content.decode()

    def test_a_job_about_anothers_upload_gives_nothing_out(self, school, staff, review):
        _, upload = review(a_row())
        colleague = cast.a_user(Role.ORGANIZATION_STAFF, school.root)
        for user, may in [(staff, True), (colleague, False)]:
            job = Job.objects.create(kind=staging.CHECK, owner=user, parameters={"upload": str(upload.pk)})
            assert running.may_fetch(user, job) is may

    def test_a_waiting_job_shows_its_progress(self, client, review, monkeypatch):
        monkeypatch.setattr(staging, "AT_ONCE", 1)
        address, _ = review(a_row())
        page = client.get(address)
        assert "可以离开本页" in page.content.decode()
        assert "members/import_progress.html" in [template.name for template in page.templates]
        Job.objects.update(state="failed", message="核对时出错。")
        assert client.get(address, headers={"hx-request": "true"}).headers["hx-refresh"] == "true"
        assert "核对时出错。" in client.get(address).content.decode()


class TestAllOrNothing:
    """T19: an error at any row leaves everything as it was, and the same file then makes no double."""

    def rows(self):
        return [a_row(f"张{n}", n) for n in range(1, 41)]

    def counts(self):
        return [
            model.objects.count() for model in (Member, MembershipSpell, StatusPeriod, Member.history.model)
        ]

    @pytest.mark.parametrize("row", [1, 2, 20, 40])
    def test_an_error_while_building_a_row(self, client, review, monkeypatch, row):
        _, upload = review(*self.rows())
        before, built = self.counts(), []

        def fail_at(*facts, real=enrolment._new):
            built.append(facts)
            if len(built) == row:
                raise RuntimeError("injected")
            return real(*facts)

        with monkeypatch.context() as patched:
            patched.setattr(enrolment, "_new", fail_at)
            assert "没有写入任何内容" in post(client, "import_write", upload).content.decode()
        upload.refresh_from_db()
        assert (len(built), self.counts(), upload.state) == (row, before, "failed")
        post(client, "import_write", upload)
        assert Member.objects.count() == 40
        _, again = review(*self.rows())
        assert again.outcome["unchanged"] == 40

    @pytest.mark.slow
    def test_an_error_at_twenty_points_of_a_thousand_rows(self, client, review, monkeypatch):
        _, upload = review(*many_rows())
        before = self.counts()
        for point in range(50, 1001, 50):
            built = []

            def fail_at(*facts, real=enrolment._new, built=built, point=point):
                built.append(facts)
                if len(built) == point:
                    raise RuntimeError("injected")
                return real(*facts)

            with monkeypatch.context() as patched:
                patched.setattr(enrolment, "_new", fail_at)
                post(client, "import_write", upload)
            upload.refresh_from_db()
            assert (len(built), self.counts(), upload.state) == (point, before, "failed")
        post(client, "import_write", upload)
        assert Member.objects.count() == 1000
        _, again = review(*many_rows())
        assert again.outcome["unchanged"] == 1000

    @pytest.mark.parametrize("step", ["_begin", "_record_enrolment", "_keep"])
    def test_an_error_after_rows_are_in(self, client, review, monkeypatch, step):
        _, upload = review(*self.rows())
        before = self.counts()

        def fail(*args, **kwargs):
            raise RuntimeError("injected")

        monkeypatch.setattr(enrolment, step, fail)
        post(client, "import_write", upload)
        assert self.counts() == before
        assert not AuditEntry.objects.filter(action__in=("member.enrol", "roster.import")).exists()


class TestLimits:
    @pytest.mark.parametrize(
        ("name", "content", "sentence"),
        [
            ("x.xlsx", b"", "空的"),
            ("x.xlsx", b"%PDF-1.4", "不是表格文件"),
            ("x.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls"),
            ("x.xlsx", b"PK\x03\x04", "损坏"),
            ("x.csv", "甲,乙\n1,2\n".encode(), "没有找到表头"),
            ("x.xlsx", b"\x00" * ((20 << 20) + 1), "超过 20 MB"),
        ],
    )
    def test_a_file_that_is_not_taken(self, client, staff, name, content, sentence):
        answer = client.post(reverse("import_roster"), {"file": SimpleUploadedFile(name, content)})
        assert sentence in answer.content.decode()
        assert (answer.status_code, Upload.objects.count()) == (200, 0)

    def test_a_strange_file_name_is_tamed(self, client, staff, tmp_path):
        path = a_file(tmp_path, a_row())
        file = SimpleUploadedFile("\u202excod" + "长" * 300 + ".xlsx", path.read_bytes())
        client.post(reverse("import_roster"), {"file": file})
        name = Upload.objects.get().name
        assert name.isprintable()
        assert len(name) <= 120

    def test_an_expired_file_says_so(self, client, review):
        address, upload = review(a_row())
        with time_machine.travel("2026-12-01 12:00 +0800"):
            uploads.sweep()
            client.force_login(upload.owner)
            assert "已过期" in client.get(address).content.decode()
            assert "还在核对" in post(client, "import_write", upload).content.decode()


class TestScope:
    """T09: an import is no back door."""

    @pytest.fixture
    def physicist(self, school, client):
        user = cast.a_user(Role.COMMITTEE_STAFF, school.physics)
        client.force_login(user)
        return user

    def upload(self, client, folder, *rows, head=HEAD):
        hand_in(client, workbook(folder / "x.xlsx", head, *rows))
        upload = Upload.objects.get()
        return upload, staging.review_of(upload)

    def a_musician(self, school):
        row = enrolment.NewMember(
            "肖扬", "male", school.musicians, "full", date(2010, 6, 1), id_number=an_id(99)
        )
        return enrolment.enrol(row, by=None)

    def test_a_foreign_branch_is_an_unknown_one(self, client, school, physicist, tmp_path):
        _, review = self.upload(
            client,
            tmp_path,
            a_row(所在党支部="音乐教师党支部"),
            a_row("李强", 2, 所在党支部="音乐教师弟党支部"),
        )
        first, second = (each["message"] for each in review["errors"])
        assert [each["code"] for each in review["errors"]] == ["unknown_branch", "unknown_branch"]
        assert first.replace("音乐教师党支部", "X") == second.replace("音乐教师弟党支部", "X")

    @pytest.mark.parametrize("column", ["公民身份证号", "学工号"])
    def test_a_person_who_is_elsewhere_is_not_touched_and_not_shown(
        self, client, school, physicist, tmp_path, column
    ):
        member = self.a_musician(school)
        enrolment.change(member, {"school_number": "20010001"}, by=None)
        row = a_row("肖扬", 50, 公民身份证号=an_id(99) if column == "公民身份证号" else None)
        upload, review = self.upload(client, tmp_path, ["20010001", *row], head=["学工号", *HEAD])
        [error] = [each for each in review["errors"] if each["code"] == "foreign_person"]
        assert error["message"] == "该人员无法在此新增，请走组织关系转接。"
        assert "音乐" not in str(review)
        entry = AuditEntry.objects.get(action="member.foreign")
        assert (entry.actor, entry.outcome) == (physicist, "denied")
        post(client, "import_write", upload)
        member.refresh_from_db()
        assert member.branch == school.musicians

    def test_a_foreign_number_is_one_nobody_has(self, client, school, physicist, tmp_path):
        number = self.a_musician(school).number
        _, review = self.upload(
            client,
            tmp_path,
            [number, *a_row("肖扬")],
            ["M999998", *a_row("肖扬", 2)],
            head=["党员编号", *HEAD],
        )
        first, second = review["errors"]
        assert (first["code"], second["code"]) == ("unknown_number", "unknown_number")
        assert first["message"].replace(number, "X") == second["message"].replace("M999998", "X")

    def test_those_absent_are_of_ones_own_branches(self, client, school, physicist, tmp_path):
        self.a_musician(school)
        cast.a_member(school.students)
        mine = cast.a_member(school.teachers, "在册")
        _, review = self.upload(client, tmp_path, a_row())
        assert [entry[2] for entry in review["absent"]] == [mine.name]

    @pytest.mark.parametrize("role", [Role.SECRETARY, Role.RECORDER, Role.LEADER])
    def test_others_may_not_import(self, client, school, role):
        client.force_login(cast.a_user(role, school.teachers))
        assert client.get(reverse("import_roster")).status_code == 403
        assert client.post(reverse("import_register")).status_code == 403

    def test_the_recent_uploads_are_ones_own(self, client, school, review):
        review(a_row())
        assert len(client.get(reverse("import_roster")).context["recent"]) == 1
        client.force_login(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        assert list(client.get(reverse("import_roster")).context["recent"]) == []

    def test_anothers_upload_is_not_there(self, client, school, review):
        _, upload = review(a_row(), a_row("李强", 2, 性别="女"))
        client.force_login(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
        for name in ("import_review", "import_wrong_rows"):
            assert client.get(reverse(name, args=[upload.pk])).status_code == 404
        for name in ("import_columns", "import_dates", "import_accept", "import_write", "import_drop"):
            assert client.post(reverse(name, args=[upload.pk])).status_code == 404
        assert Member.objects.count() == 0


def test_a_renamed_person_is_taken_for_a_reason(client, review):
    _, upload = review(a_row())
    post(client, "import_write", upload)
    address, upload = review(a_row("张明远"))
    [entry] = client.get(f"{address}?show=wrong").context["page"]
    assert (entry["code"], entry["can_accept"]) == ("name_mismatch", True)
    post(client, "import_accept", upload, row=entry["row"], reason="本人已更名，见户口簿")
    post(client, "import_write", upload)
    member = Member.objects.get()
    assert (member.name, member.identity_note) == ("张明远", "本人已更名，见户口簿")
