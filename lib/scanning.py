"""Files that people hand in, shown to the machine's virus scanner before they are kept (clamd, INSTREAM).

CLAMD_ADDRESS says where it listens, `unix:///run/clamav/clamd.ctl` or `tcp://127.0.0.1:3310`; without one nothing is
scanned. A scanner that does not answer takes no file: what nobody looked through is not kept.
"""

import socket
from contextlib import closing
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from lib.attachments.kinds import Refused

SECONDS: Final = 30
_CHUNK: Final = 1 << 16
_MOST_BYTES: Final = 4096
DOWN: Final = "病毒扫描服务暂时没有应答，文件没有保存，请稍后再试。"


def check(content: bytes) -> None:
    """Refused where the scanner finds something, and where it cannot say."""
    if not settings.CLAMD_ADDRESS:
        return
    chunks = (content[at : at + _CHUNK] for at in range(0, len(content), _CHUNK))
    sent = b"".join(len(chunk).to_bytes(4, "big") + chunk for chunk in chunks) + bytes(4)
    try:
        answer = _ask(b"zINSTREAM\0" + sent)
    except OSError:
        raise Refused(DOWN) from None
    if answer.endswith(" FOUND"):
        name = answer.removeprefix("stream: ").removesuffix(" FOUND")
        raise Refused(f"文件里查出病毒（{name}），没有保存。请先用杀毒软件检查自己的电脑。")
    if answer != "stream: OK":
        raise Refused(DOWN)


def in_words() -> str:
    """How it is with the scanner, for the page of the system's state."""
    if not settings.CLAMD_ADDRESS:
        return "没有设置（CLAMD_ADDRESS），上传的文件不扫描"
    try:
        is_there = _ask(b"zPING\0") == "PONG"
    except OSError:
        is_there = False
    return "有应答" if is_there else "没有应答，现在收不进文件；请检查 clamd 是否在运行"


def _ask(sent: bytes) -> str:
    place = urlsplit(settings.CLAMD_ADDRESS)
    if place.scheme == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        where: str | tuple[str, int] = place.path
    else:
        line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        where = (place.hostname or "", place.port or 3310)
    with closing(line):
        line.settimeout(SECONDS)
        line.connect(where)
        line.sendall(sent)
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < _MOST_BYTES and (part := line.recv(_CHUNK)):
            answer += part
    return answer.rstrip(b"\0").decode("ascii", "replace")
