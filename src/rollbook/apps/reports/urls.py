from django.urls import path

from rollbook.apps.reports.views import certificate, registers
from rollbook.ui.converters import register_converters

register_converters()

app_name = "reports"

urlpatterns = [
    path("registers/print/", registers.choose, name="print"),
    path("registers/print/group/", registers.group_register, name="group_register"),
    path("registers/print/blank/", registers.blank_register, name="blank_register"),
    path("pupils/<int:pupil_id>/certificate/", certificate.certificate, name="certificate"),
    path("pupils/<int:pupil_id>/certificate.pdf", certificate.certificate_pdf, name="certificate_pdf"),
    path("pupils/<int:pupil_id>/certificate.csv", certificate.certificate_csv, name="certificate_csv"),
]
