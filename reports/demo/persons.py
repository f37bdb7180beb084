"""Invented persons: names, identity numbers of area 999999, telephones 199…, addresses in XX省XX市."""

import random
from datetime import date, timedelta
from functools import lru_cache

from branches.models import Branch
from lib.id_number import check_digit
from lib.pinyin import initials, pinyin, stroke_key
from members.codes import Sex
from members.models import Member

from .scale import new_key

SURNAMES = (
    "王王王李李李张张张刘刘陈陈杨杨赵黄周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏"
    "魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
COMPOUND = ("欧阳", "上官", "司马", "诸葛")
#: Given names of three generations: born before 1965, before 1990, and since; each men's, then women's.
GIVEN: tuple[tuple[int, str, str], ...] = (
    (
        1965,
        (
            "建国 国强 志强 文华 德明 永福 振华 保国 立新 世昌 学文 树林 长庚 德厚 广义 "
            "兴邦 耀宗 传礼 正义 明德 宝山 金生 守信 福林 启明 维民 庆余 承德 怀仁 树人"
        ),
        (
            "秀英 桂兰 淑珍 玉梅 凤琴 素芬 桂芳 美华 月娥 秀兰 淑华 玉珍 翠英 惠芳 爱华 "
            "雅琴 文秀 玉洁 春梅 淑贤 瑞芝 慧珍 佩兰 彩霞 巧云 红梅 丽华 兰芝 素琴 静芳"
        ),
    ),
    (
        1990,
        (
            "建军 志刚 海波 永强 立军 晓明 振宇 国栋 宏伟 少华 庆丰 海涛 鹏程 家明 "
            "学军 卫东 春雷 景行 致远 文博 少杰 立峰 永明 志诚 海峰 晓峰 新民 云帆"
        ),
        (
            "晓燕 丽娟 雪梅 海燕 晓红 文静 志红 春燕 亚楠 玉婷 晓雯 淑敏 秋菊 佳丽 海英 "
            "卫红 小莉 素云 雅静 明霞 知微 若兰 静文 雪芳 小芸 秀娟 慧敏 文慧 晓琳"
        ),
    ),
    (
        9999,
        (
            "子轩 浩然 宇航 俊熙 博文 嘉豪 泽宇 子墨 思源 明哲 梓睿 文昊 皓轩 瑞霖 志远 雨泽 "
            "昊天 知行 向阳 立言 望舒 清和 亦安 书言 承志 乐天 嘉树 景明 怀瑾 子谦 以恒"
        ),
        (
            "雨桐 欣怡 诗涵 梓萱 思雨 佳怡 子涵 雨欣 一诺 可馨 梦琪 若溪 语嫣 晓彤 静怡 紫涵 "
            "心悦 雅婷 晨曦 清扬 知夏 以宁 小禾 子衿 见微 令仪 书瑶 映雪 采薇 安然 时雨 云舒"
        ),
    ),
)
NATIONS = ("01",) * 22 + ("03", "06", "08", "11", "15", "04", "02", "12")
DISTRICTS = ("学府区", "城北区", "江东区", "新城区", "临湖区")
#: Sequences of identity numbers that no sample roster has: whoever imports one into the demo meets nobody there.
SEQUENCES = range(821, 834)
ROADS = ("育才路", "文汇路", "海棠路", "梧桐街", "建设路", "青年路", "致远街", "明德路")


class Registry:
    """Gives every person a school number and an identity number that nobody else has."""

    def __init__(self, stream: random.Random) -> None:
        self._stream = stream
        self._id_numbers: set[str] = set()
        self._count = 0

    def person(
        self, branch: Branch, *, born: date, status: str, job: str, education: str, entered: int
    ) -> Member:
        """An unsaved member; ``entered`` is the year of study or of employment."""
        stream = self._stream
        self._count += 1
        sex = Sex.FEMALE if stream.random() < 0.56 else Sex.MALE
        called = _name(stream, sex, born)
        is_student = job == "学生"
        member = Member(
            id=new_key(stream),
            school_number=f"{entered}{self._count % 1_000_000:06d}" if is_student else f"{self._count:06d}",
            branch=branch,
            branch_path=branch.path,
            name=called,
            name_pinyin=pinyin(called),
            name_initials=initials(called),
            name_order=stroke_key(called),
            sex=sex,
            nation=stream.choice(NATIONS),
            birth_date=born,
            education=education,
            job=job,
            status=status,
        )
        member.id_number = self._id_number(born, sex)
        member.phone = f"199{stream.randrange(10**8):08d}"
        member.address = (
            f"XX省XX市{stream.choice(DISTRICTS)}{stream.choice(ROADS)}{stream.randint(1, 180)}号"
            f"{stream.randint(1, 12)}栋{stream.randint(1, 18)}0{stream.randint(1, 4)}室"
        )
        if not is_student and stream.random() < 0.006:
            member.is_floating, member.floating_to = True, "XX省XX市"
        return member

    def _id_number(self, born: date, sex: str) -> str:
        """One of `SEQUENCES`; only where so many share a birthday (a large scale), another one."""
        is_man = sex == Sex.MALE
        own = [order for order in SEQUENCES if order % 2 == is_man]
        self._stream.shuffle(own)
        for order in (*own, *range(is_man, 1000, 2)):
            first = f"999999{born:%Y%m%d}{order:03d}"
            if first not in self._id_numbers:
                self._id_numbers.add(first)
                return first + check_digit(first)
        raise ValueError(f"too many people of one sex were born on {born}")


def _name(stream: random.Random, sex: str, born: date) -> str:
    surname = stream.choice(COMPOUND) if stream.random() < 0.008 else stream.choice(SURNAMES)
    return surname + stream.choice(given_names(born, is_woman=sex == Sex.FEMALE))


@lru_cache(maxsize=256)
def _given_in(year: int, is_woman: bool) -> tuple[str, ...]:
    men, women = next((men, women) for before, men, women in GIVEN if year < before)
    return tuple((women if is_woman else men).split())


def given_names(born: date, *, is_woman: bool) -> tuple[str, ...]:
    """What people of that age are called."""
    return _given_in(born.year, is_woman)


def some_day(stream: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=stream.randint(0, max(0, (last - first).days)))
