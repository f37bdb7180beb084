"""A person with a browser and a phone: `visitor.py HOST PORT CERTIFICATE NAME`, the one-time password on stdin.

Goes through all that stands before the first page, and prints where that led as JSON. With the standard library alone,
so that it can be started inside a machine.
"""

import base64
import hmac
import html
import json
import re
import secrets
import ssl
import struct
import sys
import time
import urllib.parse
import urllib.request
from http.client import HTTPSConnection
from http.cookiejar import CookieJar

GATES = 6


class Visitor:
    """Opens pages of ``host`` at 127.0.0.1, believing ``certificate`` alone."""

    def __init__(self, host, port, certificate):
        trust = ssl.create_default_context(cafile=certificate)
        self.host = host

        class Here(HTTPSConnection):
            def connect(self):
                self.sock = trust.wrap_socket(
                    self._create_connection(("127.0.0.1", port)), server_hostname=host
                )

        class Handler(urllib.request.HTTPSHandler):
            def https_open(self, request):
                return self.do_open(Here, request)

        self.opener = urllib.request.build_opener(Handler(), urllib.request.HTTPCookieProcessor(CookieJar()))
        self.address = self.page = ""

    def open(self, path, **fields):
        address = urllib.parse.urljoin(f"https://{self.host}/", path)
        data = urllib.parse.urlencode(fields).encode() if fields else None
        request = urllib.request.Request(address, data, {"Referer": address})
        with self.opener.open(request, timeout=60) as answer:
            self.address, self.page = urllib.parse.urlsplit(answer.url).path, answer.read().decode()

    def send(self, **fields):
        """The form of the page where he is."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page)[1]
        self.open(self.address, csrfmiddlewaretoken=token, **fields)

    def enter(self, name, password):
        """Sign in for the first time; the new password."""
        fresh = secrets.token_urlsafe(24)
        self.open("/login/")
        self.send(username=name, password=password)
        for _ in range(GATES):
            if self.address == "/password/":
                self.send(old_password=password, new_password1=fresh, new_password2=fresh)
            elif self.address == "/security/second-factor/":
                self._add_phone()
            elif self.address == "/privacy/":
                self.send()
            else:
                break
        return fresh

    def _add_phone(self):
        secret = re.search(r"secret=([A-Z2-7]+)", html.unescape(self.page))[1]
        self.send(code=code_of(secret, time.time()))
        self.open("/")

    @property
    def title(self):
        return html.unescape(re.search(r"<title>(.*?)</title>", self.page, re.DOTALL)[1]).strip()


def code_of(secret, at):
    """RFC 6238."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(at) // 30), "sha1")
    part = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[part : part + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


if __name__ == "__main__":
    host, port, certificate, name = sys.argv[1:]
    visitor = Visitor(host, int(port), certificate)
    password = visitor.enter(name, sys.stdin.read().strip())
    sys.stdout.write(json.dumps({"address": visitor.address, "title": visitor.title, "password": password}))
