"""Personal data at rest: what is sealed opens in its own place only, and keys are made once."""

import stat
from concurrent.futures import ThreadPoolExecutor
from threading import Timer
from types import SimpleNamespace
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib import encryption, keys
from lib.encryption import DecryptionError, Encrypted, KeysMissing, blind_index, decrypt, encrypt, ensure_keys

PLACE = {"table": "members_member", "field": "id_number"}
ROW = uuid4()
NUMBER = "11010519491231002X"


@pytest.fixture(autouse=True)
def own_keys(tmp_path_factory, settings):
    settings.KEYS_DIR = tmp_path_factory.mktemp("keys") / "made"
    ensure_keys(settings.KEYS_DIR)
    return settings.KEYS_DIR


def test_round_trip_and_shape():
    token = encrypt(NUMBER, **PLACE, row=ROW)
    assert token.startswith("v1.1.")
    assert NUMBER not in token
    assert decrypt(token, **PLACE, row=ROW) == NUMBER
    assert decrypt(token, **PLACE, row=str(ROW)) == NUMBER
    assert encrypt(NUMBER, **PLACE, row=ROW) != token, "a nonce of its own each time"


def test_any_text_round_trips():
    @given(st.text().filter(str.strip))
    def check(text):
        assert decrypt(encrypt(text, **PLACE, row=ROW), **PLACE, row=ROW) == text

    check()


@pytest.mark.parametrize("blank", ["", " ", "\u3000"])
def test_blank_stays_blank(blank):
    assert encrypt(blank, **PLACE, row=ROW) == ""
    assert decrypt("", **PLACE, row=ROW) == ""
    assert blind_index("id", blank) == ""


@pytest.mark.parametrize(
    "elsewhere",
    [
        {**PLACE, "row": uuid4()},
        {**PLACE, "field": "phone", "row": ROW},
        {**PLACE, "table": "members_other", "row": ROW},
    ],
)
def test_a_token_opens_in_its_own_place_only(elsewhere):
    token = encrypt(NUMBER, **PLACE, row=ROW)
    with pytest.raises(DecryptionError, match="不属于这一行这一栏"):
        decrypt(token, **elsewhere)


@pytest.mark.parametrize(
    "change", [lambda t: t[:-6] + "AAAAAA", lambda t: "v2" + t[2:], lambda t: "x", lambda t: t + "!"]
)
def test_a_changed_token_does_not_open(change):
    with pytest.raises(DecryptionError):
        decrypt(change(encrypt(NUMBER, **PLACE, row=ROW)), **PLACE, row=ROW)


def test_the_newest_key_encrypts_and_all_decrypt(own_keys):
    old = encrypt(NUMBER, **PLACE, row=ROW)
    assert keys.add_key(own_keys, "field") == "2"
    encryption.forget_keys()
    new = encrypt(NUMBER, **PLACE, row=ROW)
    assert (old[:5], new[:5]) == ("v1.1.", "v1.2.")
    assert decrypt(old, **PLACE, row=ROW) == decrypt(new, **PLACE, row=ROW) == NUMBER


def test_a_key_added_by_another_process_is_read_when_met(own_keys):
    encrypt(NUMBER, **PLACE, row=ROW)
    keys.add_key(own_keys, "field")
    token = encryption.FieldCipher(keys._read(keys.path_of(own_keys, "field")), **PLACE).encrypt(NUMBER, ROW)
    assert decrypt(token, **PLACE, row=ROW) == NUMBER


def test_a_token_of_a_lost_key_says_so(own_keys, settings, tmp_path):
    keys.add_key(own_keys, "field")
    encryption.forget_keys()
    token = encrypt(NUMBER, **PLACE, row=ROW)
    settings.KEYS_DIR = tmp_path / "others"
    ensure_keys(settings.KEYS_DIR)
    with pytest.raises(DecryptionError, match="缺少第 2 版字段密钥"):
        decrypt(token, **PLACE, row=ROW)


def test_blind_index_finds_what_was_typed_otherwise():
    found = blind_index("id", NUMBER)
    assert len(found) == 32
    assert blind_index("id", " １１０１０５１９４９１２３１００２x ") == found
    assert blind_index("phone", NUMBER) != found
    assert blind_index("id", "110105194912310021") != found


def test_hashes_are_hmac_sha256(own_keys):
    import hmac

    ring = keys._read(keys.path_of(own_keys, "audit"))
    expected = hmac.digest(ring.keys["1"], b"\x00\x05auditmessage", "sha256").hex()
    assert encryption.sign(b"message", "audit") == expected


def test_signatures_of_older_keys_still_hold(own_keys):
    signature = encryption.sign(b"entry", "audit")
    keys.add_key(own_keys, "audit")
    encryption.forget_keys()
    assert encryption.sign(b"entry", "audit") != signature
    assert encryption.is_signed(b"entry", "audit", signature)
    assert not encryption.is_signed(b"other", "audit", signature)
    assert not encryption.is_signed(b"entry", "anchor", signature)


def test_keys_are_made_once_for_the_owner_only(own_keys):
    before = {path.name: path.read_bytes() for path in own_keys.iterdir()}
    assert sorted(before) == ["audit.keys", "backup.keys", "field.keys", "index.keys"]
    ensure_keys(own_keys)
    assert {path.name: path.read_bytes() for path in own_keys.iterdir()} == before
    assert {stat.S_IMODE(path.stat().st_mode) for path in own_keys.iterdir()} == {0o600}
    assert stat.S_IMODE(own_keys.stat().st_mode) == 0o700
    assert keys.find_faults(own_keys) == []


def test_many_first_comers_end_up_with_one_key(tmp_path):
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(ensure_keys, [tmp_path] * 64))
        rings = set(pool.map(lambda _: keys._read(keys.path_of(tmp_path, "field")).keys["1"], range(16)))
    assert len(rings) == 1
    assert len(list(tmp_path.iterdir())) == len(keys.NAMES)


def test_a_trial_makes_its_keys_but_never_replaces_a_lost_one(settings, tmp_path):
    settings.TRIAL, settings.KEYS_DIR = True, tmp_path / "trial"
    assert encrypt(NUMBER, **PLACE, row=ROW)
    keys.path_of(settings.KEYS_DIR, "field").unlink()
    encryption.forget_keys()
    with pytest.raises(KeysMissing, match=r"没有密钥文件 field\.keys"):
        encrypt(NUMBER, **PLACE, row=ROW)


def test_a_trial_waits_for_a_key_that_another_process_is_making(settings, tmp_path):
    settings.TRIAL = True
    ensure_keys(tmp_path)
    made, aside = keys.path_of(tmp_path, "audit"), tmp_path / "aside"
    made.rename(aside)
    Timer(0.2, aside.rename, [made]).start()
    assert keys.read_ring(str(tmp_path), "audit").newest == "1"


def test_production_makes_no_keys_by_itself(settings, tmp_path):
    settings.TRIAL, settings.KEYS_DIR = False, tmp_path / "none"
    with pytest.raises(KeysMissing):
        blind_index("id", NUMBER)
    assert len(keys.find_faults(settings.KEYS_DIR)) == len(keys.NAMES)


@pytest.mark.parametrize("content", ["", "{}", '{"keys": []}', '{"keys": [{"version": "1", "key": "AAAA"}]}'])
def test_a_broken_key_file_says_so(own_keys, content):
    keys.path_of(own_keys, "field").write_text(content)
    assert len(keys.find_faults(own_keys)) == 1


def test_a_key_others_can_read_is_a_fault(own_keys):
    keys.path_of(own_keys, "index").chmod(0o644)
    assert keys.find_faults(own_keys) == ["密钥文件 index.keys 可被其他账户读取，请把权限改为 0600。"]


class Person:
    """The parts of a model that the descriptor uses."""

    _meta = SimpleNamespace(db_table="members_member")
    id_number = Encrypted(
        "id_number_cipher", indexes={"id_number_hash": lambda text: blind_index("id", text)}
    )

    def __init__(self):
        self.pk, self.id_number_cipher, self.id_number_hash = uuid4(), "", ""


def test_the_attribute_reads_and_writes_its_columns():
    person = Person()
    assert person.id_number == ""
    person.id_number = NUMBER
    assert person.id_number == NUMBER
    assert person.id_number_hash == blind_index("id", NUMBER)
    assert decrypt(person.id_number_cipher, **PLACE, row=person.pk) == NUMBER
    assert Person.id_number.columns() == ["id_number_cipher", "id_number_hash"]
    person.id_number = None
    assert (person.id_number_cipher, person.id_number_hash) == ("", "")


def test_django_takes_it_as_an_argument():
    assert isinstance(Person.__dict__["id_number"], property)
