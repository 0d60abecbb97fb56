"""What is shipped fits together, names its source, and loads whole."""

from datetime import date
from pathlib import Path

import pytest

from inventory.catalog.tariff import ad_valorem
from inventory.reference import selectors as reference
from inventory.reference.datafile import read_data_file
from inventory.reference.lists import DATA, LARGE_LISTS, LISTS, SMALL_LISTS
from inventory.reference.models import HtsCode, NonBusinessDay, TariffCode
from inventory.reference.services import load

SOURCES = Path(__file__).parents[2] / "docs" / "sources.md"


def records(name):
    return list(read_data_file(LISTS[name].path).records())


def codes(name, column="code"):
    return {record[column] for record in records(name)}


@pytest.mark.once
@pytest.mark.django_db
def test_everything_loads_and_loading_again_changes_nothing():
    first = load()
    second = load()
    checked = load(check=True)

    assert sum(result.created for result in first) > 44_000
    assert all(result.is_current for result in second)
    assert not [result.name for result in checked if result.is_stale]
    assert TariffCode.objects.count() == 11_519
    assert reference.tariff_code("8471300101", date(2026, 3, 9)).unit_code == "6"
    assert HtsCode.objects.filter(code="8471300100").get().general_ad_valorem == 0
    assert reference.is_patent_listed("0101", date(2026, 3, 9))
    assert not reference.is_patent_listed("0000", date(2026, 3, 9))
    assert NonBusinessDay.objects.filter(calendar="MX", day__year=2026).count() == 8


def test_small_and_large_lists_are_all_lists():
    assert {*SMALL_LISTS, *LARGE_LISTS} == set(LISTS)


@pytest.mark.parametrize("name", LISTS)
def test_every_file_names_its_source_licence_and_date(name):
    head = read_data_file(LISTS[name].path).head
    columns = read_data_file(LISTS[name].path).columns

    assert head["licence"]
    assert head["data_date"]
    assert head.get("source") or "source" in columns
    assert head.get("legal_basis") or "legal_basis" in columns


def test_every_file_is_described_in_the_sources():
    described = SOURCES.read_text()

    assert [path.name for path in sorted(DATA.iterdir()) if path.name not in described] == []


def test_every_document_key_has_an_effect_but_the_three_nobody_could_state():
    assert codes("clave_effects", "clave") == codes("document_keys") - {"V6", "V7", "VD"}


def test_effects_name_known_regimes():
    regimes = codes("regimes")

    for record in records("clave_effects"):
        assert {record["acts_on_regime"], *record["regimes"].split()} <= regimes | {""}


def test_whatever_moves_a_balance_says_whose():
    for record in records("clave_effects"):
        assert (record["effect"] in ("IN", "OUT")) == bool(record["acts_on_regime"]), record


def test_conversions_and_tariffs_name_known_units():
    units = codes("units")

    assert codes("unit_conversions", "unit") | codes("unit_conversions", "base_unit") <= units
    assert codes("tariff_codes", "unit_code") <= units


def test_sections_belong_to_known_offices():
    assert codes("customs_sections", "office_code") <= codes("customs_offices")
    assert all(record["code"].startswith(record["office_code"]) for record in records("customs_sections"))


def test_the_share_of_a_us_rate_is_what_its_text_says():
    for record in records("hts_codes"):
        share = ad_valorem(record["general_rate"])
        assert ("" if share is None else f"{share.normalize():f}") == record["general_ad_valorem"], record["code"]


def test_tariff_codes_are_digits_of_the_right_length():
    assert all(len(code) == 10 and code.isdigit() for code in codes("tariff_codes"))
    assert all(len(code) in (8, 10) and code.isdigit() for code in codes("hts_codes"))


def test_the_peso_has_another_code_on_pedimentos():
    assert {record["code"]: record["anexo22_code"] for record in records("currencies")}["MXN"] == "MXP"
