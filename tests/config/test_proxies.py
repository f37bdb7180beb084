import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse

from config.proxies import NothingPlainForPrograms, RealAddress


def see_address(rf, forwarded):
    seen = []

    def view(request):
        seen.append(request.META["REMOTE_ADDR"])
        return HttpResponse()

    RealAddress(view)(rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded))
    return seen[0]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (1, "192.0.2.7", "192.0.2.7"),
        (1, "198.51.100.1, 192.0.2.7", "192.0.2.7"),  # the first is the visitor's own claim
        (2, "198.51.100.1, 192.0.2.7, 10.0.0.2", "192.0.2.7"),
        (2, "192.0.2.7", "10.0.0.1"),  # somebody came past the outer proxy
        (1, "", "10.0.0.1"),
        (1, "nonsense", "10.0.0.1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_our_own_proxies_are_believed(rf, settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies

    assert see_address(rf, forwarded) == address


def test_without_proxies_the_header_is_not_looked_at(rf, settings):
    settings.TRUSTED_PROXIES = 0

    with pytest.raises(MiddlewareNotUsed):
        see_address(rf, "192.0.2.7")


@pytest.mark.parametrize(
    ("path", "secure", "status"),
    [
        ("/calendar.ics?key=x", False, 403),
        ("/healthz", False, 403),
        ("/calendar.ics?key=x", True, 200),
        ("/members/", False, 200),
    ],
)
def test_what_programs_ask_for_is_refused_in_clear(rf, settings, path, secure, status):
    settings.PROGRAMS_PAGES = ["/calendar.ics", "/healthz"]
    answer = NothingPlainForPrograms(lambda request: HttpResponse())(rf.get(path, secure=secure))
    assert (answer.status_code, "Location" in answer) == (status, False)


def test_a_trial_has_nothing_but_plain(settings):
    with pytest.raises(MiddlewareNotUsed):
        NothingPlainForPrograms(lambda request: HttpResponse())
