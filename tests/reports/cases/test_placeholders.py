"""How a figure stands in a text: in words for people, by codes in the database, and what is said of wrong ones."""

from datetime import date

import pytest

from activities.models import Campaign
from reports.cases.placeholders import (
    Address,
    Names,
    PlaceholderError,
    parse,
    text_in_codes,
    text_in_words,
    words_of_columns,
    words_of_rows,
)
from reports.figures.catalogue import INSERTABLE

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 8)
EVERY = [
    Address(name, column, row)
    for name, one in INSERTABLE.items()
    for column in words_of_columns(one)
    for row in ("", *words_of_rows(one))
]


@pytest.fixture
def names(school):
    return Names(school.root)


def refused(text, names):
    with pytest.raises(PlaceholderError) as raised:
        text_in_codes(text, names, TODAY)
    return str(raised.value).split("\n")


def test_every_figure_there_is_reads_back_as_it_was_written(names):
    assert len(EVERY) > 250
    assert [one for one in EVERY if parse(names.in_words(one)[2:-2], names, TODAY) != one] == []


def test_campaign_organisation_and_period_are_named_where_they_are_not_the_reports(names, school):
    study = Campaign.objects.get()
    address = Address("life_by_kind", "held", "theme_day", study.pk, school.music.pk, "2026Q3")
    said = "{{组织生活（按类型）｜主题党日｜举行｜专题活动：主题教育｜党组织：音乐学院党总支｜2026Q3}}"
    assert names.in_words(address) == said
    assert text_in_codes(f"共{said}次", names, TODAY) == f"共{address.token}次"


@pytest.mark.parametrize(
    "typed",
    [
        "{{组织生活|举行|2026Q3}}",
        "{{ 组织生活 ｜ 2026Q3 ｜ 举行 }}",
        "{{life｜held｜2026Q3}}",
        "{{life/held////2026Q3}}",
    ],
)
def test_bars_blanks_order_and_codes_are_taken_as_they_come(names, typed):
    assert text_in_codes(typed, names, TODAY) == "{{life/held////2026Q3}}"


def test_a_renamed_campaign_is_read_under_its_new_name(names, school):
    kept = text_in_codes("{{组织生活｜举行｜专题活动：主题教育}}", names, TODAY)
    Campaign.objects.update(name="学习教育")
    assert text_in_words(kept, Names(school.root)) == "{{组织生活｜举行｜专题活动：学习教育}}"


def test_two_organisations_of_one_name_are_told_by_their_codes(names, school):
    school.teachers.short_name = school.students.short_name
    school.teachers.save()
    said = names.in_words(Address("life", "held", organisation=school.teachers.pk))
    assert said == "{{组织生活｜举行｜党组织：001001001}}"
    assert parse(said[2:-2], names, TODAY).organisation == school.teachers.pk


WRONG = {
    "{{组织生话｜举行}}": "没有名为“组织生话”的统计表，相近的有：组织生活、组织生活（按月）、组织生活（按类型）。",
    "{{党员基本情况｜党 员数}}": "没有名为“党 员数”的“党员基本情况”的指标，相近的有：党员、预备党员、正式党员。",
    "{{党员工作站}}": "没有写“党员工作站”的哪个指标，有：工作站、在站党员、其中负责人。",
    "{{党员工作站｜工作站｜在站党员}}": "“在站党员”多余，同样的内容前面已经写过。",
    "{{党员工作站｜工作站｜2026Q9}}": "“2026Q9”不是统计时间段，应为如 2026、2026Q3、2026-09 或学年 2025-2026，"
    "年份从1900到2100。",
    "{{党员工作站｜工作站｜2027}}": "2027年还没有开始，没有可以统计的。",
    "{{党员工作站｜工作站｜专题活动：主题教育}}": "“党员工作站”不分专题活动，请去掉“专题活动”。",
    "{{组织生活｜已开｜专题活动：主题教育}}": "按专题活动筛选时不评定应开、已开，请改用“举行”等指标，或去掉专题活动。",
    "{{组织生活｜举行｜专题活动：主题教肓}}": "没有名为“主题教肓”的专题活动，相近的有：主题教育。",
    "{{组织生活｜举行｜党组织：音乐系党总支}}": "没有名为“音乐系党总支”的报告所属党组织及其下级中的党组织，"
    "相近的有：音乐学院党总支、音乐教师党支部。",
    "{{life/held/no_such_kind///}}": "没有这个指标，请从“插入数字”里重新选。",
    "{{life/held//987654//}}": "没有这个专题活动，请从“插入数字”里重新选。",
    "{{life/held///987654/}}": "这个党组织不在报告所属的党组织之内，请从“插入数字”里重新选。",
}


@pytest.mark.parametrize("placeholder", WRONG)
def test_a_wrong_one_is_named_with_what_is_wrong_and_what_would_be_near(names, placeholder):
    assert refused(f"共 {placeholder} 个", names) == [f"“{placeholder}”：{WRONG[placeholder]}"]


def test_each_wrong_one_has_its_sentence(names):
    said = refused("{{无}} {{党员工作站}} {{无}}", names)
    assert [sentence.partition("：")[0] for sentence in said] == ["“{{无}}”", "“{{党员工作站}}”"]


@pytest.mark.parametrize("text", ["党员 {{党员基本情况｜党员 名", "党员 党员}} 名", "{{a\nb}}"])
def test_braces_come_in_pairs_on_one_line(names, text):
    [sentence] = refused(text, names)
    assert sentence.endswith("处的双花括号没有成对，请补全，如 {{党员基本情况｜党员}}。")


def test_a_college_names_no_organisation_of_another(school):
    [sentence] = refused("{{组织生活｜举行｜党组织：音乐学院党总支}}", Names(school.physics))
    assert sentence.startswith("“{{组织生活｜举行｜党组织：音乐学院党总支}}”：没有名为“音乐学院党总支”的")
