"""Short names, keys and guesses."""

import pytest

from branches import names

UNIVERSITY = "XX师范大学"


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("中共XX师范大学委员会", "XX师范大学党委"),
        ("中共XX师范大学物理与电子信息工程学院委员会", "物理与电子信息工程学院党委"),
        (
            "中共XX师范大学物理与电子信息工程学院教师第一支部委员会",
            "物理与电子信息工程学院教师第一党支部",
        ),
        ("中共XX师范大学音乐学院总支部委员会", "音乐学院党总支"),
        ("中国共产党XX师范大学 音乐学院学生第一支部", "音乐学院学生第一党支部"),
        ("中共XX师范大学直属机关工作委员会", "直属机关党工委"),
        ("XX师范大学图书馆直属党支部", "图书馆直属党支部"),
    ],
)
def test_short_names(full, short):
    assert names.short_name(full, UNIVERSITY) == short


@pytest.mark.parametrize(
    "written",
    [
        "中共XX师范大学音乐学院教师第二支部委员会",
        "XX师范大学音乐学院教师第二党支部",
        "音乐学院教师第二支部",
        "音乐学院 教师第2党支部",
        "音乐学院（教师）第２支部委员会",
        "中共ＸＸ师范大学音乐学院教师第二党支部委员会",
    ],
)
def test_one_organisation_has_one_key(written):
    assert names.key_of(written, UNIVERSITY) == "音乐学院教师第二党支部"


def test_different_organisations_have_different_keys():
    writings = [
        "音乐学院党委",
        "音乐学院党总支",
        "音乐学院党支部",
        "音乐学院第一党支部",
        "音乐学院第十一党支部",
    ]
    assert len({names.key_of(text, UNIVERSITY) for text in writings}) == 5


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("音乐学院教师第一支部委员会", "staff"),
        ("机关组织部宣传部支部委员会", "staff"),
        ("学生工作部（处）党支部", "staff"),
        ("研究生院党支部", "staff"),
        ("离退休工作处党支部", "staff"),
        ("2023级硕士研究生第二党支部", "student"),
        ("音乐学院本科生党支部", "student"),
        ("机关离退休支部委员会", "retired"),
        ("外国语学院师生联合党支部", "mixed"),
        ("音乐学院第三党支部", ""),
    ],
)
def test_the_category_a_name_gives_away(name, category):
    assert names.guess_category(name) == category


def test_colleges_are_told_from_offices():
    told = {
        name: names.is_college(f"中共XX师范大学{name}", UNIVERSITY)
        for name in ("音乐学院总支部委员会", "中文系总支部", "机关总支部委员会", "后勤集团委员会", "委员会")
    }
    assert told == {
        "音乐学院总支部委员会": True,
        "中文系总支部": True,
        "机关总支部委员会": False,
        "后勤集团委员会": False,
        "委员会": False,
    }
