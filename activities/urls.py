from django.urls import path

from .views import branch, choose, detail, me, record

urlpatterns = [
    path("log/", choose.activity_choose, name="activity_choose"),
    path("log/<str:kind>/", record.activity_log, name="activity_log"),
    path("activities/<uuid:pk>/", detail.activity_detail, name="activity_detail"),
    path("activities/<uuid:pk>/correct/", record.activity_correct, name="activity_correct"),
    path("activities/<uuid:pk>/withdraw/", detail.activity_withdraw, name="activity_withdraw"),
    path("activities/<uuid:pk>/history/", detail.activity_history, name="activity_history"),
    path("branch/", branch.branch_own, name="branch_own"),
    path("branches/<int:pk>/", branch.branch_page, name="branch_page"),
    path("me/", me.me, name="me"),
]
