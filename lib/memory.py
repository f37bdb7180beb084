"""The collector of rubbish, and when it has nothing to look for."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from django.conf import settings


def settle() -> None:
    """Load the pages, and spare the collector what is there by now.

    While many objects are made it looks through all it knows, again and again, and the program itself is four hundred
    thousand of them. Statistics of two thousand rows cost a quarter less.
    """
    import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()


@contextmanager
def uncollected() -> Iterator[None]:
    """Keep the collector away while very many tuples are made that refer to nothing that refers back to them.

    It looks at all of them again and again while they become more: a third of what the figures of a province cost.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
