"""Invented persons: names, identity numbers of area 999999, telephones 199…, addresses in XX省XX市."""

import random
from datetime import date, timedelta
from uuid import UUID

from branches.models import Branch
from lib.id_number import check_digit
from lib.pinyin import initials, pinyin, stroke_key
from members.codes import Sex
from members.models import Member

SURNAMES = (
    "王王王李李李张张张刘刘陈陈杨杨赵黄周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏"
    "魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
COMPOUND = ("欧阳", "上官", "司马", "诸葛")
MALE = "伟强磊军洋勇杰涛超明辉刚平鹏飞波斌宇浩凯健俊帆旭宁龙晨阳博文志诚毅远峰泽昊然恒瑞嘉禾庆林松柏清和"
FEMALE = "芳娜敏静丽艳娟霞秀英华慧巧雪琳玲云莉欣怡倩颖佳婷梦洁雅宁晴悦彤思语可心若溪知夏书言清禾一诺子衿岚月"
NATIONS = ("01",) * 22 + ("03", "06", "08", "11", "15", "04", "02", "12")
DISTRICTS = ("学府区", "城北区", "江东区", "新城区", "临湖区")
ROADS = ("育才路", "文汇路", "海棠路", "梧桐街", "建设路", "青年路", "致远街", "明德路")


class Registry:
    """Gives every person a school number and an identity number that nobody else has."""

    def __init__(self, stream: random.Random) -> None:
        self._stream = stream
        self._id_numbers: set[str] = set()
        self._count = 0

    def person(
        self,
        branch: Branch,
        *,
        born: date,
        status: str,
        job: str,
        education: str,
        entered: int,
        name: str = "",
    ) -> Member:
        """An unsaved member; ``entered`` is the year of study or of employment."""
        stream = self._stream
        self._count += 1
        sex = Sex.FEMALE if stream.random() < 0.56 else Sex.MALE
        called = name or _name(stream, sex)
        is_student = job == "学生"
        member = Member(
            id=UUID(int=stream.getrandbits(128), version=4),
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
        return member

    def _id_number(self, born: date, sex: str) -> str:
        while True:
            order = self._stream.randrange(500) * 2 + (sex == Sex.MALE)
            first = f"999999{born:%Y%m%d}{order:03d}"
            if first not in self._id_numbers:
                self._id_numbers.add(first)
                return first + check_digit(first)


def _name(stream: random.Random, sex: str) -> str:
    surname = stream.choice(COMPOUND) if stream.random() < 0.01 else stream.choice(SURNAMES)
    letters = FEMALE if sex == Sex.FEMALE else MALE
    given = stream.choice(letters)
    if stream.random() < 0.78:
        second = stream.choice(letters)
        given += second if second != given else ""
    return surname + given


def some_day(stream: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=stream.randint(0, max(0, (last - first).days)))
