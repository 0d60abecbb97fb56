"""The file of a whole pedimento: what is written is what is read, whatever the texts are."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.customs import flat_file

# What Excel, the format itself and the CSV around it could trip over.
TEXTS = st.text(st.sampled_from("aZ9ñ /;\\'\"=+-@,.\n|")).map(str.strip).filter(bool)
MOST = 1_000_000


def read(data):
    return flat_file.read(flat_file.write(data).encode(), MOST).data


@given(number=TEXTS, supplier=TEXTS, remarks=TEXTS, serials=st.lists(TEXTS, min_size=1, max_size=3))
def test_any_text_is_read_as_it_was_written(number, supplier, remarks, serials):
    line = {"description": remarks, "sublines": [{"sku": number}], "serials": [{"number": one} for one in serials]}
    invoices = [{"number": number, "supplier": supplier}, {"number": "2"}]

    data = read({"number": "1", "remarks": remarks, "invoices": invoices, "lines": [line]})

    assert (data["number"], data["remarks"], data["invoices"]) == ("1", remarks, invoices)
    assert data["lines"][0]["description"] == remarks
    assert data["lines"][0]["sublines"] == [{"sku": number}]
    assert data["lines"][0]["serials"] == line["serials"]


def test_values_are_written_as_they_are_typed_and_what_is_not_there_is_left_out():
    head = {"paid_on": date(2026, 3, 2), "is_consolidated": True, "gross_kg": Decimal("120.500"), "packages": 0}
    serials = [{"number": "N1", "kilometres": 0}, {"number": "N2", "kilometres": None}]

    data = read(
        {"number": "1", **head, "cleared_at": None, "lines": [{"sublines": [{"sku": "A"}], "serials": serials}]}
    )

    assert {name: data[name] for name in head} == {
        "paid_on": "2026-03-02", "is_consolidated": "true", "gross_kg": "120.5", "packages": "0",
    }  # fmt: skip
    assert "cleared_at" not in data
    assert data["lines"][0]["serials"] == [{"number": "N1", "kilometres": "0"}, {"number": "N2"}]


def test_header_and_line_are_written_once_and_every_part_number_has_a_row():
    lines = [
        {"brand": "X", "sublines": [{"sku": "A", "batch": "1"}, {"sku": "A", "batch": "2"}]},
        {"brand": "Y", "sublines": [{"sku": "B"}]},
    ]

    text = flat_file.write({"number": "1", "lines": lines})

    assert [row.split(",")[:3] for row in text.splitlines()[1:]] == [["1", "A", "1"], ["1", "A", "2"], ["2", "B", ""]]
    assert [(line["brand"], line["sublines"]) for line in flat_file.read(text.encode(), MOST).data["lines"]] == [
        (line["brand"], line["sublines"]) for line in lines
    ]
    assert text.count("X") == 1


@pytest.mark.parametrize("text", ["=1+1", "+52 444", "-5", "@SUM(A1)", "'=1"])
def test_no_spreadsheet_takes_a_text_for_a_formula(text):
    written = flat_file.write({"number": "1", "remarks": text, "lines": [{"sublines": [{"sku": "A"}]}]})

    assert f",'{text}," in written
    assert flat_file.read(written.encode(), MOST).data["remarks"] == text


def test_a_file_made_by_hand_needs_no_marks():
    content = b"line,sku,number,remarks,seals\n1,A-1,1,'tis so\\n,AB-1//AB-2;AB-3\n"

    data = flat_file.read(content, MOST).data

    assert data["remarks"] == "'tis so\\n"
    assert data["seals"] == [{"number": "AB-1", "second_review": "AB-2"}, {"number": "AB-3"}]
