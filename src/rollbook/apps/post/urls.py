"""The addresses of the messages, in the section School."""

from django.urls import path

from rollbook.apps.post.views import pages

app_name = "post"

urlpatterns = [
    path("school/messages/", pages.message_list, name="messages"),
    path("school/messages/<int:message_id>/", pages.message, name="message"),
    path("school/messages/<int:message_id>/again/", pages.again, name="again"),
    path("school/messages/<int:message_id>/settle/", pages.settle_by_hand, name="settle"),
]
