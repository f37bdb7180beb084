from django.contrib.auth.decorators import login_not_required
from django.urls import path

from . import views

urlpatterns = [
    path("login/", login_not_required(views.SignIn.as_view()), name="login"),
    path("logout/", views.SignOut.as_view(), name="logout"),
    path("password/", views.password_change, name="password_change"),
]
