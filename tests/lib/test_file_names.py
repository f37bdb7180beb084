"""File names as people and attackers give them: one visible line, no path, no more than fits."""

import pytest

from lib.file_names import LONGEST, clean

ENDINGS = (".jpg", ".jpeg")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("合影.jpg", "合影.jpg"),
        ("合影.JPEG", "合影.JPEG"),
        ("扫描件", "扫描件.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\照片\\合影.jpg", "合影.jpg"),
        ("合影.jpg.exe", "合影.jpg.exe.jpg"),
        ("\u202egpj.exe", "gpj.exe.jpg"),
        ("a\r\n2026-01-01 ERROR b.jpg", "a2026-01-01 ERROR b.jpg"),
        ("\x1b[31mred\x1b[0m.jpg", "[31mred[0m.jpg"),
        ("a\0.jpg", "a.jpg"),
        ("cafe\u0301.jpg", "caf\u00e9.jpg"),
        ("CON.jpg", "_CON.jpg"),
        ('a<b>:"|?*.jpg', "ab.jpg"),
        (" ..a.jpg. ", "a.jpg"),
        ("\u202e\u2066\u200b", ""),
        ("..", ""),
        ("", ""),
    ],
)
def test_names(given, shown):
    assert clean(given, ENDINGS) == shown


def test_a_long_one_keeps_its_ending():
    assert clean("长" * 300 + ".jpg", ENDINGS) == "长" * (LONGEST - 4) + ".jpg"
    assert clean("长" * 300, ENDINGS) == "长" * (LONGEST - 4) + ".jpg"
    assert clean("名册" + "长" * 300 + ".xlsx")[-5:] == ".xlsx"
    assert len(clean("." + "长" * 300)) == LONGEST
