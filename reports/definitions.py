"""What each figure of organisational life means (口径), in the words of the page and of the workbook."""

from django.conf import settings

from activities.regulations import NATIONAL

from .measures import FEWEST_FOR_A_RATE, MEASURES

MEMBERS = "期末当天（期间未结束时为今天）组织关系在支部的正式党员和预备党员。"
CAMPAIGN = "按专题筛选时只计该专题的记录，不评定应开、已开。"


def meanings() -> dict[str, str]:
    """The meaning of each measure by its code."""
    rules = "；".join(f"{rule.title}（{rule.article}）" for rule in NATIONAL)
    counted = (
        "按月、按季、按年、按党小组逐项计，只计整期都在所选期间内的（每年一次的在季度、学年的统计里不计），"
        "新设、撤并的支部不满一期的不计，整期没有支委会的支部不计支委会；"
        "不作要求而已经开展的照计。校内规定写有启用日期的，启用以前开始的各期没有记录的不作判断，也不计。"
    )
    expected = (
        "登记时按活动当天花名册（支委会按任职、党小组会按小组）固定的应到名单，人次合计；"
        "免于要求的不计，同时算作几种活动的只计一次。"
    )
    return {
        "required": f"按规定应开展的次数：{rules}；以及已启用的校内规定。{counted}",
        "met": "应开的各期中已经开展的期数，含补记。某月多开的次数不抵其他月份。",
        "missed": "期限已过仍未开展的期数。未结束的期间不算逾期，启用日期以前开始的不作判断。",
        "exempt": "规定不适用的期数、上级同意免开的期数和启用日期以前开始而没有记录的期数，明细中逐项写明原因。",
        "completion": "已开 ÷ 应开。",
        "held": "期间内有效的活动记录，已撤回的不计；同时算作几种活动的按每种各计 1 次，联合开展的各支部各计 1 次。"
        "记录计入活动当天支部所属的党组织，支部划转后不变。",
        "on_time": f"活动后 {settings.ON_TIME_DAYS} 天内登记的记录。",
        "on_time_rate": "按时登记 ÷ 举行，与完成率分开。",
        "expected": expected,
        "present": "应到名单上到会的人次；事后补课的不计入。",
        "on_leave": "应到名单上请假的人次。",
        "absent": "应到名单上没有请假、也没有到会的人次。",
        "attendance": f"实到 ÷ 应到。应到不足 {FEWEST_FOR_A_RATE} 人次的不显示比率。",
    }


def definitions() -> list[tuple[str, str]]:
    """Heading and meaning, in the order of the table."""
    meant = meanings()
    return [
        *((one.heading, meant[one.code]) for one in MEASURES),
        ("党员", MEMBERS),
        ("专题活动", CAMPAIGN),
    ]
