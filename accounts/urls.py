from django.contrib.auth.decorators import login_not_required
from django.urls import path

from . import factor_pages, text_size, views
from .sign_on import pages

urlpatterns = [
    path("login/", login_not_required(views.SignIn.as_view()), name="login"),
    path("logout/", views.SignOut.as_view(), name="logout"),
    path("password/", views.password_change, name="password_change"),
    path("security/", factor_pages.login_security, name="login_security"),
    path("security/second-factor/", factor_pages.factor_set_up, name="factor_set_up"),
    path("security/second-factor/code/", factor_pages.factor_check, name="factor_check"),
    path("security/second-factor/backup/", factor_pages.backup_codes_renew, name="backup_codes_renew"),
    path("security/second-factor/off/", factor_pages.factor_switch_off, name="factor_switch_off"),
    path("security/sessions/end/", factor_pages.sessions_end, name="sessions_end"),
    path("security/sessions/<int:pk>/end/", factor_pages.session_end, name="session_end"),
    path("sign-on/", login_not_required(pages.sign_on), name="sign_on"),
    path("sign-on/back/", login_not_required(pages.sign_on_back), name="sign_on_back"),
    path("text-size/", login_not_required(text_size.text_size), name="text_size"),
    path("confirm/", factor_pages.confirm, name="confirm"),
]
