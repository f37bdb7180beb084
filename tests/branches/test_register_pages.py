"""The register's pages: upload, review, writing."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from accounts.models import AuditEntry
from branches import register
from branches.models import Branch
from branches.register import staging
from branches.roles import Role
from jobs.models import Upload
from tests import cast
from tests.branches.test_register import HEAD
from tests.sheets import workbook

pytestmark = pytest.mark.django_db
NEW = ["中共XX师范大学物理学院博士生党支部", "001001009", "物理学院党委", "党支部", None, None, None]
ORPHAN = ["中共XX师范大学医学院党支部", "001009001", "医学院党委", "党支部", None, None, None]


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


@pytest.fixture
def review(client, staff, tmp_path):
    def make(*rows, head=HEAD):
        path = workbook(tmp_path / "党组织名册.xlsx", head, *rows)
        file = SimpleUploadedFile(path.name, path.read_bytes())
        return client.post(reverse("import_register"), {"file": file}).headers["location"]

    return make


def text(answer):
    return answer.content.decode()


def test_the_review_shows_figures_faults_and_unknown_columns(client, review):
    address = review([*NEW, "甲"], [*ORPHAN, "乙"], head=[*HEAD, "书记"])
    page = client.get(address)
    assert [figure["value"] for figure in page.context["it"].figures] == ["1", "0", "0", "0", "1"]
    assert "没有上级党组织“医学院党委”" in text(page)
    assert "不会导入：书记" in text(page)
    assert "物理学院博士生党支部" in text(client.get(f"{address}?show=new"))
    assert Branch.objects.count() == 6


def test_writing_founds_what_is_right_and_removes_the_file(client, review, tmp_path):
    address = review(NEW, ORPHAN)
    assert "新增 1 个" in text(client.post(f"{address}write/", follow=True))
    assert Branch.objects.filter(code="001001009").exists()
    assert sorted(path.suffix for path in (tmp_path / "uploads").rglob("*") if path.is_file()) == [
        ".review",
        ".wrong",
    ]
    assert "正在写入或已经写入" in text(client.post(f"{address}write/", follow=True))
    assert Branch.objects.count() == 7


def test_the_rows_that_were_left_out_stand_on_the_result_page(client, review):
    address = review(NEW, ORPHAN)
    page = client.post(f"{address}write/", follow=True)
    assert [(each["row"], each["heading"]) for each in page.context["wrong"]] == [(3, "上级党组织名称")]
    assert "没有上级党组织“医学院党委”" in text(page)


def test_they_can_be_fetched_marked_before_and_after_and_uploaded_again(client, school, review):
    address = review(NEW, ORPHAN)
    assert f"{address}wrong/" in text(client.get(address))
    for _ in range(2):
        answer = client.get(f"{address}wrong/")
        content = b"".join(answer.streaming_content)
        [row] = load_workbook(BytesIO(content)).active.iter_rows(min_row=2, values_only=True)
        assert "没有上级党组织“医学院党委”" in row[0]
        assert "改为名册中的全称" in row[1]
        assert row[2:4] == (ORPHAN[0], ORPHAN[1])
        client.post(f"{address}write/")
    assert f"{address}wrong/" in text(client.get(address))
    assert f'href="{address}"' in text(client.get(reverse("import_register")))
    assert AuditEntry.objects.filter(action="register.wrong_rows").count() == 2
    again = client.post(reverse("import_register"), {"file": SimpleUploadedFile("错误行.xlsx", content)})
    assert client.get(again["Location"]).context["it"].wrong == 1


def test_without_wrong_rows_there_is_nothing_to_fetch(client, staff, review):
    address = review(NEW)
    assert client.get(f"{address}wrong/").status_code == 404
    client.post(f"{address}write/")
    assert client.get(f"{address}wrong/").status_code == 404


def test_nobody_fetches_another_s(client, school, review):
    address = review(ORPHAN)
    other = cast.a_browser(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
    assert other.get(f"{address}wrong/").status_code == 404


def test_an_organisation_is_renamed_only_when_ticked(client, school, review):
    renamed = ["中共XX师范大学物理学院教工党支部", "001001001", "物理学院党委", "党支部", None, None, None]
    address = review(renamed)
    page = client.get(address)
    assert (page.context["it"].show, page.context["it"].offered, page.context["it"].writable) == (
        "changed",
        [2],
        0,
    )
    refused = client.post(f"{address}renames/", {"shown": 3, "overwrite": 3}, follow=True)
    assert "没有保存" in text(refused)
    page = client.post(f"{address}renames/", {"shown": 2, "overwrite": 2}, follow=True)
    assert page.context["it"].writable == 1
    client.post(f"{address}write/")
    school.teachers.refresh_from_db()
    assert school.teachers.short_name == "物理学院教工党支部"


def test_an_error_writes_nothing_and_can_be_tried_again(client, review, monkeypatch):
    address = review(NEW)

    def fail(*args, **kwargs):
        raise RuntimeError("injected")

    with monkeypatch.context() as patched:
        patched.setattr(staging, "write", fail)
        assert "没有写入任何内容" in text(client.post(f"{address}write/", follow=True))
    assert (Branch.objects.count(), Upload.objects.get().state) == (6, "failed")
    client.post(f"{address}write/")
    assert Branch.objects.count() == 7
    assert register.write.__module__ == "branches.register.writing"


def test_giving_up(client, review):
    address = review(NEW)
    assert "没有写入任何内容" in text(client.post(f"{address}drop/", follow=True))
    assert client.get(address).status_code == 404


def test_the_review_takes_as_many_queries_for_one_row_as_for_fifty(client, review, django_assert_num_queries):
    for count in (1, 50):
        rows = [[f"中共XX师范大学物理学院{n}班党支部", f"9{n:03d}", *NEW[2:]] for n in range(count)]
        address = review(*rows)
        with django_assert_num_queries(6):
            client.get(address)


def test_a_register_is_its_owners_and_only_for_staff(client, school, review):
    address = review(NEW)
    client.force_login(cast.a_user(Role.ORGANIZATION_STAFF, school.root))
    assert client.get(address).status_code == client.post(f"{address}write/").status_code == 404
    client.force_login(cast.a_user(Role.SECRETARY, school.teachers))
    assert client.get(address).status_code == client.get(reverse("import_register")).status_code == 403
    assert Branch.objects.count() == 6


def test_what_is_no_register_is_refused(client, staff):
    file = SimpleUploadedFile("x.csv", "甲,乙,丙\n1,2,3\n".encode())
    assert "没有找到表头" in text(client.post(reverse("import_register"), {"file": file}))
    assert Upload.objects.count() == 0


def test_a_workbook_in_name_only_is_called_what_it_is(client, staff):
    file = SimpleUploadedFile("党组织名册.xlsx", b"not a workbook")
    answer = client.post(reverse("import_register"), {"file": file})
    assert answer.context["form"].errors["file"][0].startswith("这不是 Excel 工作簿，或文件已损坏。")
