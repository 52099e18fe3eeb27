from django.urls import path

from rollbook.apps.support.views import meetings, steps, supports

app_name = "support"

urlpatterns = [
    path("figures/support/", supports.support_list, name="list"),
    path("figures/support/new/", supports.start, name="start"),
    path("figures/support/<int:support_id>/", supports.support, name="support"),
    path("figures/support/<int:support_id>/review/", supports.review, name="review"),
    path("figures/support/<int:support_id>/end/", supports.end, name="end"),
    path("figures/meetings/", meetings.meeting_list, name="meetings"),
    path("figures/meetings/new/", meetings.choose, name="choose"),
    path("figures/meetings/new/<int:pupil_id>/", meetings.call, name="call"),
    path("figures/meetings/<int:meeting_id>/", meetings.meeting, name="meeting"),
    path("figures/meetings/<int:meeting_id>/invite/", steps.invited, name="invite"),
    path("figures/meetings/<int:meeting_id>/move/", steps.moved, name="move"),
    path("figures/meetings/<int:meeting_id>/missed/", steps.missed, name="miss"),
    path("figures/meetings/<int:meeting_id>/cancel/", steps.cancelled, name="cancel"),
    path("figures/meetings/<int:meeting_id>/held/", steps.held, name="hold"),
    path("figures/meetings/<int:meeting_id>/letter/<int:step_id>.pdf", steps.letter, name="letter"),
]
