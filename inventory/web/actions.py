"""Doing something by a form: ask, do, go on; a refusal comes back on the same page with its sentence and status."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from inventory.errors import DomainError, InvalidInput, InvalidInputs
from inventory.web.access import WebRequest

FORM_PAGE = "components/form.html"
ONCE_SECONDS = 24 * 60 * 60


class SentBefore(DomainError):
    """The same form is being sent a second time while the first is still at work."""

    code = "sent_before"


def form_page(
    request: WebRequest,
    form: forms.BaseForm,
    deed: Callable[[dict[str, Any]], str],
    *,
    template: str = FORM_PAGE,
    **page: Any,
) -> HttpResponse:
    """The page of a form; once it is sent and valid, `deed` does it and says where to go on."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return redirect(deed(form.cleaned_data))
            except DomainError as error:
                status = error.status
                page["refusal"] = refuse(form, error)
    return render(request, template, {**page, "form": form}, status=status)


def sent(request: WebRequest) -> Any:
    """What was posted, be it nothing at all; None when the form is only asked for."""
    return request.POST if request.method == "POST" else None


def refuse(form: forms.BaseForm, error: DomainError) -> DomainError | None:
    """Put the errors that name a field of the form on it; returns what is left to say above it."""
    if not isinstance(error, InvalidInput | InvalidInputs):
        return error
    for one in error.errors if isinstance(error, InvalidInputs) else [error]:
        field = form.fields.get(one.field)
        form.add_error(one.field if field else None, said_of(one, field.label if field else None))
    return None


def said_of(error: InvalidInput, label: Any) -> str:
    """The error's sentence with the name that people see instead of the one that programs use."""
    return str(error.at(str(label))) if label else str(error)


def press(
    request: WebRequest, deed: Callable[[], Any], *, done: Any, url: str, draw: Callable[[DomainError], HttpResponse]
) -> HttpResponse:
    """Do what a button without fields says and go to `url`; `draw` shows the page again when it is refused."""
    try:
        deed()
    except DomainError as error:
        return draw(error)
    messages.success(request, done)
    return redirect(url)


class OnceField(forms.CharField):
    """A hidden key, new with every form that is drawn: the same form sent twice is done once."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{"required": True, "max_length": 64, "widget": forms.HiddenInput, "initial": new_key, **kwargs}
        )


def new_key() -> str:
    """A key nobody has used."""
    return uuid4().hex


def once(key: str, deed: Callable[[], str]) -> str:
    """The address `deed` answers; asked again with the same key, the address it answered before, and nothing done.

    Raises SentBefore while the first is still at work. A deed that is refused may be tried again.
    """
    name = f"form/{key}"
    if not cache.add(name, "", ONCE_SECONDS):
        answered = cache.get(name)
        if not answered:
            raise SentBefore(_("This form was sent a moment ago. Look at the list before you send it again."))
        return str(answered)
    try:
        url = deed()
    except BaseException:
        cache.delete(name)
        raise
    cache.set(name, url, ONCE_SECONDS)
    return url
