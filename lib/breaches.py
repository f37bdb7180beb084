"""Passwords that became known elsewhere, in a file of SHA-1 hashes as they are published; no network is asked.

One hash a line in hexadecimal, sorted, with or without ":" and how often it was seen behind it. The file may have tens
of gigabytes: some thirty lines of it are read.
"""

import hashlib
import os
from pathlib import Path

_HEX = 40


def holds(path: Path, password: str) -> bool:
    """Whether the password's hash is in the sorted file; OSError where it cannot be read."""
    wanted = hashlib.new("sha1", password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file:
        low, high = 0, file.seek(0, os.SEEK_END)
        # The first line that is not before the wanted one begins behind `low` and not behind `high`.
        while low < high:
            middle = (low + high) // 2
            file.seek(middle)
            if middle:
                file.readline()
            found = file.readline()[:_HEX].upper()
            if found and found < wanted:
                low = middle + 1
            else:
                high = middle
        file.seek(low)
        if low:
            file.readline()
        return file.readline()[:_HEX].upper() == wanted
