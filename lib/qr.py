"""QR codes for pages and paper."""

import segno
from django.utils.safestring import SafeString, mark_safe


def picture(address: str) -> SafeString:
    """The QR code of an address as inline SVG."""
    return mark_safe(segno.make(address, error="m", micro=False).svg_inline(omitsize=True, svgclass="qr"))  # noqa: S308
