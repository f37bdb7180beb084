"""What needs a Chinese font is left out where none is installed: `make test` asks for no package of the system."""

import pytest
import typst

from lib import typesetting

MISSING = not set(typesetting.FONTS) & set(typst.Fonts().families())
needs_fonts = pytest.mark.skipif(MISSING, reason="no Chinese font: apt-get install fonts-noto-cjk")
