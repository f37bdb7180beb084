"""The rules of 《中国共产党发展党员工作细则》 (2014), each with its article and how it is kept here.

A guard refuses a step, a duty makes it late, a hint advises. What a hint has no boundary for is said in ``why``. Codes
are those of the domain's list of rules.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from lib.severity import Enforcement
from members.controls import IN_ORDER, Cited
from members.voting import RULES as RULES_OF_VOTES
from members.voting import Vote


@dataclass(frozen=True, slots=True)
class Rule:
    """``article`` names the text and the article and paraphrases what it asks; ``why`` says why a hint is only that."""

    code: str
    title: str
    article: str
    enforced: Enforcement
    why: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Why a step cannot be taken: the rule, what is missing, and the earliest day it could pass, where there is one."""

    code: str
    article: str
    message: str
    earliest: date | None = None

    @property
    def cited(self) -> str:
        """Article and code; the code of a local rule is a name inside the program and says nobody anything."""
        return f"{self.article}，{self.code}" if self.code.isupper() else self.article

    def __str__(self) -> str:
        return f"{self.message}（{self.cited}）"


def _guard(code: str, title: str, article: str) -> Rule:
    return Rule(code, title, article, Enforcement.GUARD)


def _duty(code: str, title: str, article: str) -> Rule:
    return Rule(code, title, article, Enforcement.DUTY)


def _hint(code: str, title: str, article: str, why: str) -> Rule:
    return Rule(code, title, article, Enforcement.HINT, why)


_NATIONAL: Final = (
    _guard("FZ-01", "年满十八岁", "发展党员细则第五条：年满十八岁的可以申请入党"),
    _duty("FZ-02", "一个月内谈话", "发展党员细则第七条：收到入党申请书后一个月内派人谈话"),
    _guard(
        "FZ-03",
        "集体决定并备案",
        "发展党员细则第八条：由支部委员会（不设支委会的由支部大会）研究决定并报上级党委备案",
    ),
    _guard("FZ-04", "培养联系人", "发展党员细则第九条：指定一至两名正式党员作培养联系人"),
    _duty("FZ-05", "半年考察一次", "发展党员细则第十一条：党支部每半年对入党积极分子进行一次考察"),
    _hint(
        "FZ-06",
        "党委每年分析",
        "发展党员细则第十一条：基层党委每年对入党积极分子队伍状况作一次分析",
        "要求的是基层党委，不是某一个人的步骤；名单可随时导出，供分析使用。",
    ),
    _guard(
        "FZ-07",
        "培养时间连续计算",
        "发展党员细则第十二条：单位、居住地变动的，原党组织转交培养教育材料，培养教育时间可连续计算",
    ),
    _guard("FZ-08", "培养考察一年以上", "发展党员细则第十三条：经过一年以上培养教育和考察，方可列为发展对象"),
    _guard("FZ-09", "两名介绍人", "发展党员细则第十四条：发展对象应当有两名正式党员作入党介绍人"),
    _guard("FZ-10", "政治审查", "发展党员细则第十六条：未经政治审查或者政治审查不合格的，不能发展入党"),
    _guard("FZ-11", "集中培训", "发展党员细则第十七条：集中培训时间一般不少于三天或者不少于二十四个学时"),
    _guard("FZ-12", "党委预审", "发展党员细则第十九条：报具有审批权限的基层党委预审，合格后发给入党志愿书"),
    _guard(
        "FZ-13",
        "三个月内将离开",
        "发展党员细则第十九条：未来三个月内将离开工作、学习单位的，一般不办理接收手续",
    ),
    _guard("FZ-14", "到会超过半数", RULES_OF_VOTES[Vote.ADMISSION].quorum_article),
    _guard("FZ-15", "赞成超过半数", RULES_OF_VOTES[Vote.ADMISSION].passing_article),
    _guard("FZ-16", "审批权限", "发展党员细则第二十三条：预备党员由党委审批，党总支、临时党组织不能审批"),
    _guard(
        "FZ-17", "审批前谈话", "发展党员细则第二十四条：党委审批前，应当指派党委委员或组织员同发展对象谈话"
    ),
    _duty("FZ-18", "三个月内审批", "发展党员细则第二十六条：党委应当在三个月内审批，特殊情况不得超过六个月"),
    _hint(
        "FZ-19",
        "入党宣誓",
        "发展党员细则第三十条：预备党员应当面向党旗进行入党宣誓",
        "没有规定期限，只能在批准之后进行；时间由各地自定。",
    ),
    _guard("FZ-20", "预备期一年", "发展党员细则第三十二条：预备期为一年，从支部大会通过之日算起"),
    _guard("FZ-21", "延长预备期", "发展党员细则第三十二条：预备期只能延长一次，不能少于半年，最长不超过一年"),
    _guard(
        "FZ-22",
        "转正大会",
        "发展党员细则第三十三条：讨论转正的支部大会，到会人数、赞成人数与接收时的要求相同",
    ),
    _duty("FZ-23", "三个月内审批转正", "发展党员细则第三十四条：党委应当在三个月内审批转正"),
    _guard("FZ-24", "党龄起算", "发展党员细则第三十四条：党龄从预备期满转为正式党员之日算起"),
    _duty("FZ-25", "按时讨论转正", "发展党员细则第三十六条：转入的预备党员推迟讨论转正的，不超过六个月"),
    _hint(
        "FZ-26",
        "材料归档",
        "发展党员细则第三十七条：转正后将入党材料存入本人人事档案",
        "没有规定期限，只能在转正批准之后办理。",
    ),
    _guard("ZB-08", "临时党支部不发展党员", "支部条例第八条：临时党支部一般不发展党员"),
)
RULES: Final[dict[str, Rule]] = {rule.code: rule for rule in _NATIONAL}


def order_of(*codes: str) -> Cited:
    """What a wrong order rests on: the first of ``codes`` that is an article's, else this system's own rule."""
    return next((RULES[code] for code in codes if code in RULES), IN_ORDER)


def refuse(rule: Cited, message: str, earliest: date | None = None) -> Block:
    return Block(rule.code, rule.article, message, earliest)


def block(code: str, message: str, earliest: date | None = None) -> Block:
    """A refusal under a national rule."""
    return refuse(RULES[code], message, earliest)
