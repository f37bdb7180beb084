"""A few drawn pictures with the latest records of one branch: most records have none, and need none."""

import random
from io import BytesIO
from itertools import pairwise

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from accounts.models import User
from activities import evidence
from activities.kinds import Kind
from activities.models import Activity

from .organisations import Leaf
from .scale import Setting

SIZE = (1200, 800)
#: How many pictures each of the latest records has.
PICTURES = (3, 1)
SHOWN = (Kind.THEME_DAY, Kind.PRACTICE, Kind.VOLUNTEERING)
SKIES = ((204, 224, 240), (238, 222, 200), (214, 218, 226))
HILLS = ((96, 128, 104), (120, 140, 96), (88, 112, 128))


def attach(leaf: Leaf, setting: Setting, by: User) -> None:
    """Through the verb, so that redrawing, thumbnails and the trail are those of any photo."""
    stream = setting.stream("evidence")
    records = Activity.objects.valid().filter(branch=leaf.branch, kind__in=SHOWN).order_by("-held_on", "pk")
    for record, count in zip(records, PICTURES, strict=False):
        for number in range(count):
            file = ContentFile(_drawn(stream), f"{record.get_kind_display()}{number + 1}.jpg")
            evidence.add(record, file, by=by)


def _drawn(stream: random.Random) -> bytes:
    """Hills, a house and some people before it: nobody in particular."""
    image = Image.new("RGB", SIZE, stream.choice(SKIES))
    draw = ImageDraw.Draw(image)
    width, height = SIZE
    for layer in range(3):
        level = 300 + 110 * layer
        ridge = [(x, level + stream.randint(-70, 70)) for x in range(0, width + 200, 200)]
        shade = tuple(value - 18 * layer for value in stream.choice(HILLS))
        for (left, start), (right, end) in pairwise(ridge):
            draw.polygon([(left, height), (left, start), (right, end), (right, height)], fill=shade)
    left = stream.randint(150, 700)
    draw.rectangle((left, 330, left + 340, 640), fill=(236, 230, 218))
    draw.polygon([(left - 30, 330), (left + 170, 240), (left + 370, 330)], fill=(150, 70, 60))
    for column in range(4):
        draw.rectangle((left + 30 + 80 * column, 390, left + 75 + 80 * column, 460), fill=(130, 150, 165))
    draw.rectangle((0, 640, width, height), fill=(168, 164, 154))
    for person in range(stream.randint(6, 9)):
        x, tall = 120 + 120 * person, stream.randint(150, 190)
        coat = tuple(stream.randint(60, 170) for _ in range(3))
        draw.rounded_rectangle((x, 760 - tall, x + 64, 780), 22, fill=coat)
        draw.ellipse((x + 10, 700 - tall, x + 54, 752 - tall), fill=(222, 188, 160))
    target = BytesIO()
    image.save(target, "JPEG", quality=85)
    return target.getvalue()
