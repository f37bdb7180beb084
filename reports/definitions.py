"""What each figure means (口径), in the words of the page and of the workbook."""

from django.conf import settings

from activities.regulations import NATIONAL

from .measures import FEWEST_FOR_A_RATE


def definitions() -> list[tuple[str, str]]:
    rules = "；".join(f"{rule.title}（{rule.article}）" for rule in NATIONAL)
    counted = "按月、按季、按党小组逐项计，新设、撤并的支部不满一期的不计，没有支委会的支部不计支委会。"
    return [
        ("应开", f"按规定应开展的次数：{rules}；以及已启用的校内规定。{counted}"),
        ("已开", "应开的各期中已经开展的期数，含补记。某月多开的次数不抵其他月份。"),
        ("逾期未开", "期限已过仍未开展的期数。未结束的期间不算逾期。"),
        ("不适用", "规定不适用的期数，和上级同意免开的期数，明细中逐项写明原因。"),
        ("完成率", "已开 ÷ 应开。"),
        ("举行", "期间内有效的活动记录，已撤回的不计。记录计入活动当天支部所属的党组织，支部划转后不变。"),
        (
            "按时登记",
            f"活动后 {settings.ON_TIME_DAYS} 天内登记的记录。按时率 = 按时登记 ÷ 举行，与完成率分开。",
        ),
        (
            "应到",
            "登记时按活动当天花名册（支委会按任职、党小组会按小组）固定的应到名单，人次合计；免于要求的不计。",
        ),
        ("到会率", f"实到 ÷ 应到。应到不足 {FEWEST_FOR_A_RATE} 人次的不显示比率。"),
        ("党员", "期末当天（期间未结束时为今天）组织关系在支部的正式党员和预备党员。"),
        ("专题活动", "按专题筛选时只计该专题的记录，不评定应开、已开。"),
    ]
