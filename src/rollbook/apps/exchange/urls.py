"""Addresses of importing."""

from django.urls import path

from rollbook.apps.exchange.views import loading, staging

app_name = "exchange"

urlpatterns = [
    path("imports/", staging.imports, name="imports"),
    path("imports/new/<slug:kind>/", staging.upload, name="upload"),
    path("imports/new/<slug:kind>/headings.csv", staging.template, name="template"),
    path("imports/<int:import_id>/", loading.show, name="import"),
    path("imports/<int:import_id>/columns/", staging.columns, name="columns"),
    path("imports/<int:import_id>/sheet/", staging.choose_sheet, name="sheet"),
    path("imports/<int:import_id>/load/", loading.load, name="load"),
    path("imports/<int:import_id>/to-put-right.csv", loading.refused, name="refused"),
    path("imports/<int:import_id>/throw-away/", staging.throw_away, name="throw_away"),
    path("imports/<int:import_id>/undo/", loading.undo, name="undo"),
    path("imports/<int:import_id>/invite/", loading.invite, name="invite"),
]
