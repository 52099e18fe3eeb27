from django.urls import path

from rollbook.apps.registers.views import arrivals, board, desk, files, paper, pupil, quality, taking, trust
from rollbook.apps.registers.views.closures import closure_urls
from rollbook.apps.registers.views.grid import grid_urls
from rollbook.apps.registers.views.kiosk_pages import kiosk_urls
from rollbook.apps.registers.views.not_established import not_established_urls
from rollbook.apps.registers.views.roll_call import roll_call_urls
from rollbook.ui.converters import register_converters

register_converters()

app_name = "registers"

urlpatterns = [
    path("", board.home, name="home"),
    path("today/", board.today, name="today"),
    path("today/<day:on>/<session:session>/", board.today, name="today_at"),
    path("trust/", trust.trust, name="trust"),
    path("registers/", board.mine, name="mine"),
    path("registers/<day:on>/", board.mine, name="day"),
    path("registers/to-mend/", quality.quality, name="quality"),
    path("registers/print/paper/", paper.paper, name="paper"),
    path("registers/export/", files.export, name="export"),
    path("registers/<int:group_id>/<day:on>/", files.sheet, name="sheet"),
    path("registers/<int:group_id>/<day:on>/<session:session>/", taking.take, name="take"),
    path("arrivals/", arrivals.arrivals, name="arrivals"),
    path("arrivals/log/<int:movement_id>/", arrivals.put_movement_right, name="put_right"),
    path("planned/", desk.planned, name="planned"),
    path("planned/<int:plan_id>/withdraw/", desk.withdraw, name="withdraw_plan"),
    path("pupils/<int:pupil_id>/", pupil.pupil, name="pupil"),
    path("pupils/<int:pupil_id>/marks/<day:on>/<session:session>/", pupil.mark, name="mark"),
    *not_established_urls,
    *closure_urls,
    *grid_urls,
    *roll_call_urls,
    *kiosk_urls,
]
