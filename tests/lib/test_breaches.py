"""6.2.12: a sorted file of SHA-1 hashes, as it is published."""

import hashlib

import pytest
from django.core.exceptions import ValidationError

from accounts.validators import BreachedValidator
from config.passwords import password_rules
from lib.breaches import holds

KNOWN = [f"known-password-{number}" for number in range(257)]


def hashes(words):
    return sorted(hashlib.sha1(word.encode()).hexdigest().upper() for word in words)


@pytest.mark.parametrize("number", [0, 1, 2, 3, 10, 257])
@pytest.mark.parametrize("behind", ["", ":3", ":12345678\r"])
def test_each_known_one_is_found_and_no_other(tmp_path, number, behind):
    file = tmp_path / "sorted.txt"
    file.write_bytes("\n".join(line + behind for line in hashes(KNOWN[:number])).encode())
    assert all(holds(file, word) for word in KNOWN[:number])
    assert not any(holds(file, f"another-{tried}") for tried in range(300))


def test_a_new_password_is_none_of_them(tmp_path):
    file = tmp_path / "sorted.txt"
    file.write_text("\n".join(hashes(KNOWN)))
    [rule] = [
        BreachedValidator(**each["OPTIONS"]) for each in password_rules("asvs", breached=str(file))[0][-1:]
    ]
    rule.validate("nobody knows this one")
    with pytest.raises(ValidationError, match="在别处泄露过"):
        rule.validate(KNOWN[5])


def test_without_a_file_nothing_is_asked_and_a_lost_one_takes_no_password(tmp_path):
    assert password_rules("asvs") == password_rules("asvs", breached="")
    with pytest.raises(ValidationError, match="泄露密码表读不到"):
        BreachedValidator(str(tmp_path / "none.txt")).validate("whatever it is")
