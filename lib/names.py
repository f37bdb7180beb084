"""Names in a sentence."""

from collections.abc import Sequence


def first_of(names: Sequence[str], most: int = 3) -> str:
    """张三、李四、王五等 7 人; all of them when there are no more than ``most``."""
    more = f"等 {len(names)} 人" if len(names) > most else ""
    return "、".join(names[:most]) + more
