from concurrent.futures import ThreadPoolExecutor

from config.keys import read_or_make


def test_all_who_ask_first_get_the_same_key(tmp_path):
    path = tmp_path / "keys" / "secret_key"

    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: read_or_make(path), range(64)))

    assert keys == {path.read_text()}
    assert [entry.name for entry in path.parent.iterdir()] == ["secret_key"]
