"""T47: nothing is posted from another site or without the form's token, and what only looks changes nothing."""

import pytest

from tests.access.asking import AUDIT, Answer, Asker
from tests.access.pages import pages
from tests.access.table import ANONYMOUS, declared, first_of
from tests.access.tasks import TASKS
from tests.access.world import World

TOKEN = "t" * 32
OURS, OTHERS = "http://testserver", "https://evil.example"
LOOKING = ("GET", "HEAD", "OPTIONS")
#: Written by who only looks, with the reason.
NOTED = {
    "accounts_secondfactor": "the page that sets up a second factor shows each session a secret of its own",
}


class Guarded(Asker):
    """A browser whose forms are asked for their token, as everybody's outside the tests."""

    def __init__(self, world: World, role: str) -> None:
        super().__init__(world, role)
        self.client.handler.enforce_csrf_checks = True

    def hold_a_token(self, holds: bool = True) -> None:
        self.cookies.pop("csrftoken", None)
        self.cookies |= {"csrftoken": TOKEN} if holds else {}
        self.client.cookies.clear()
        self.client.cookies.load(self.cookies)


def is_refused(answer: Answer) -> bool:
    return answer.status == 403 and "没有提交" in answer.text and not set(answer.wrote) - {AUDIT}


#: How a form comes that is not to be taken: whether the browser holds a token, what is posted, with which headers.
WAYS = {
    "without a token": (False, None, {}),
    "from elsewhere": (True, TOKEN, {"Origin": OTHERS}),
    "as a part, without a token": (False, None, {"HX-Request": "true"}),
    "with a wrong token": (True, "u" * 32, {}),
    "from nowhere": (True, TOKEN, {"Origin": "null"}),
    "by a header from elsewhere": (True, None, {"X-CSRFToken": TOKEN, "Origin": OTHERS}),
}


@pytest.mark.parametrize("ways", [2, pytest.param(6, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "role", first_of((ANONYMOUS, "secretary", "organization_staff", "system_admin"), (ANONYMOUS,))
)
def test_no_form_is_taken_without_its_token_or_from_elsewhere(
    world: World, role: str, ways: int, record_property
):
    asker, wrong, count = Guarded(world, role), [], 0
    for page, row in declared():
        url = world.own_url(page, row, role)
        for how, (holds, token, headers) in list(WAYS.items())[:ways]:
            asker.hold_a_token(holds)
            answer = asker.ask("POST", url, token and {"csrfmiddlewaretoken": token}, **headers)
            count += 1
            if not is_refused(answer):
                wrong.append(f"{page.key} {how}: {answer.outcome} {answer.wrote}")
    record_property("figure", f"{count} forms refused as {role}")
    assert not wrong, "\n" + "\n".join(wrong)


def test_with_its_token_and_from_here_a_form_is_taken(world: World):
    """So that the refusals above are those of the token."""
    asker = Guarded(world, "secretary")
    asker.hold_a_token()
    page = next(page for page in pages() if page.key == "logout")
    answer = asker.ask("POST", page.url({}), {"csrfmiddlewaretoken": TOKEN}, Origin=OURS)
    assert answer.status == 302


@pytest.mark.slow
@pytest.mark.parametrize("role", sorted({task.role for task in TASKS.values()}))
def test_looking_writes_nothing(world: World, role: str):
    """But what is noted of the looking itself: the trail, the session, and what NOTED names."""
    asker, wrong = Asker(world, role), []
    for page, row in declared():
        for method in LOOKING:
            data = row.query if method != "OPTIONS" else None
            answer = asker.ask(method, world.own_url(page, row, role), data)
            if written := set(answer.wrote) - {AUDIT, *NOTED}:
                wrong.append(f"{page.key} {method}: wrote {sorted(written)}")
    assert not wrong, "\n" + "\n".join(wrong)
