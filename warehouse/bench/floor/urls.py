"""Where the floor's views hang."""

from django.urls import path

from warehouse.bench.floor.views import PostFifo, PostFunc, Rows

urlpatterns = [
    path("fifo/", PostFifo.as_view()),
    path("func/", PostFunc.as_view()),
    path("rows/", Rows.as_view()),
]
