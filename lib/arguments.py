"""What argparse says of wrong arguments, in Chinese: one table for all commands.

argparse raises English sentences and no codes, so they are told by their wording; one that is not known is answered in
general, never in English.
"""

import re
from collections.abc import Callable
from typing import Final

_Told = Callable[[re.Match[str]], str]
_TYPES: Final = {"int": "不是整数", "float": "不是数字"}


def _listed(words: str) -> str:
    """ "a, b" or "'a', 'b'" as 、 has it."""
    return "、".join(word.strip().strip("'") for word in words.split(","))


def _counted(found: re.Match[str]) -> str:
    number = {"one": "1", "at most one": "至多1", "at least one": "至少1"}.get(found[2], found[2])
    return f"{found[1]} 后面要写{number}个值"


_TOLD: Final[tuple[tuple[str, _Told], ...]] = (
    (r"the following arguments are required: (.+)", lambda it: f"缺少 {_listed(it[1])}"),
    (r"unrecognized arguments: (.+)", lambda it: f"不认识 {it[1]}"),
    (r"one of the arguments (.+) is required", lambda it: f"{'、'.join(it[1].split())} 要写一个"),
    (r"argument (.+?): expected (one|at most one|at least one|\d+) arguments?", _counted),
    (
        r"argument (.+?): invalid choice: '?(.*?)'? \(choose from (.+)\)",
        lambda it: f"{it[1]} 不能是“{it[2]}”，可以用：{_listed(it[3])}",
    ),
    (
        r"argument (.+?): invalid (\S+) value: '(.*)'",
        lambda it: f"{it[1]} “{it[3]}”{_TYPES.get(it[2], '写法不对')}",
    ),
    (r"argument (.+?): not allowed with argument (.+)", lambda it: f"{it[1]} 和 {it[2]} 只能写一个"),
    (r"argument (.+?): ignored explicit argument '(.*)'", lambda it: f"{it[1]} 后面不写值（“{it[2]}”）"),
    (
        r"ambiguous option: (.+?) could match (.+)",
        lambda it: f"{it[1]} 不明确，可能是 {_listed(it[2])}",
    ),
)


def in_chinese(message: str) -> str:
    """What is wrong with the arguments, without a full stop."""
    for pattern, told in _TOLD:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return told(found)
    return "命令的参数不对"
