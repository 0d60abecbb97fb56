"""The administration speaks Spanish to the end, the words of packages included."""

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.utils import translation

# The trade says these in both languages.
ALIKE = {
    "CAAT", "ETA", "GTIN", "HTS", "ID", "ISO alpha-2", "Incoterms (Apéndice 14)", "RFC", "SCAC", "SHA-256", "SKU",
    "UN/ECE Rec. 20", "actor", "error", "general", "patente", "pedimento", "pedimentos", "pesos", "total", "total, MXN",
    "virtual",
}  # fmt: skip
UNSEEN = {"serialized_data"}  # a column of the trail's package that no page shows


def labels():
    """What the administration calls each app, model, column, field and choice, in the language of the moment."""
    for model, shown in admin.site._registry.items():
        meta = model._meta
        yield from (str(apps.get_app_config(meta.app_label).verbose_name), str(meta.verbose_name))
        yield str(meta.verbose_name_plural)
        names = [name for name in shown.list_display if isinstance(name, str)]
        names += [field.name for field in meta.fields if field.name not in UNSEEN]
        yield from (str(label_for_field(name, model, shown)) for name in names)
        yield from (str(label) for field in meta.fields for _value, label in field.choices or ())


def test_every_word_of_the_administration_is_said_in_spanish():
    with translation.override("es-mx"):
        spanish = list(labels())
    with translation.override("en"):
        english = list(labels())

    assert len(spanish) > 400
    assert {one for one, other in zip(spanish, english, strict=True) if one == other} - ALIKE == set()
