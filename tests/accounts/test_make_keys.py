import stat

import pytest
from django.core.management import CommandError, call_command

from tests import cast

pytestmark = pytest.mark.django_db


def test_a_new_installation_gets_keys_once(settings, tmp_path, capsys):
    settings.KEYS_DIR = tmp_path / "keys"
    call_command("make_keys")
    files = sorted(settings.KEYS_DIR.iterdir())
    assert [path.name for path in files] == ["audit.keys", "backup.keys", "field.keys", "index.keys"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    (settings.KEYS_DIR / "index.keys").unlink()
    with pytest.raises(CommandError, match="从密钥备份恢复"):
        call_command("make_keys")
    assert not (settings.KEYS_DIR / "index.keys").exists()


def test_an_older_installation_gets_the_backup_key_it_lacks_and_keeps_the_others(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"
    call_command("make_keys")
    (settings.KEYS_DIR / "backup.keys").unlink()
    before = {path.name: path.read_bytes() for path in settings.KEYS_DIR.iterdir()}
    call_command("make_keys")
    after = {path.name: path.read_bytes() for path in settings.KEYS_DIR.iterdir()}
    assert after.keys() - before.keys() == {"backup.keys"}
    assert {name: after[name] for name in before} == before


def test_over_data_none_are_made(settings, tmp_path):
    """The disk with the keys is not there: once it is back, nobody would open what new ones had sealed."""
    cast.a_user()
    settings.KEYS_DIR = tmp_path / "keys"
    with pytest.raises(CommandError, match="数据库里已有数据，要用原来的密钥"):
        call_command("make_keys")
    assert not settings.KEYS_DIR.exists()
