from django.urls import path

from . import views

urlpatterns = [
    path("todo/", views.todo, name="todo"),
    path("assignments/<int:pk>/chase/", views.assignment_chase, name="assignment_chase"),
]
