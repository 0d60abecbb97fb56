import gzip
import io
from datetime import date, datetime

import pytest
import xlsxwriter

from inventory.demand import reading
from inventory.demand.columns import NO_PRICE, UNKNOWN_WEEK
from inventory.demand.errors import FileTooLarge, UnreadableFile

HEADER = b"sku,market,date,quantity\n"


def read(data, **options):
    return reading.read_file(io.BytesIO(data), name="history.csv", **options)


def values(rows, name):
    return rows.columns[name].tolist()


def test_a_row_is_read_with_its_monday_and_its_quantity_in_base_units():
    rows = read(HEADER + b"00123,LA,2026-03-05,2.5\n")

    assert rows.skus == ["00123"]
    assert rows.markets == ["LA"]
    assert date.fromordinal(values(rows, "date")[0]) == date(2026, 3, 2)
    assert values(rows, "quantity") == [2_500_000]
    assert rows.bad_rows == 0


def test_columns_are_found_by_name_in_any_order_and_in_spanish():
    rows = read("cantidad;Mercado;SKU;nota;fecha\n7;LA;A;ñandú;2026-03-02\n".encode())

    assert (rows.skus, rows.markets, values(rows, "quantity")) == (["A"], ["LA"], [7_000_000])


def test_optional_columns_are_read_and_their_absence_is_no_fault():
    full = read(b"sku,market,date,quantity,stockout,promo,price\nA,LA,2026-03-02,,0.5,summer,3.25\n")
    bare = read(HEADER + b"A,LA,2026-03-02,1\n")

    assert [values(full, name) for name in ("quantity", "stockout", "promo", "price")] == [
        [UNKNOWN_WEEK], [500_000], [1], [32_500],
    ]  # fmt: skip
    assert [values(bare, name) for name in ("stockout", "promo", "price")] == [[0], [0], [NO_PRICE]]


@pytest.mark.parametrize(
    ("line", "field", "rule"),
    [
        (b"A,LA,2026-02-30,1", "date", "iso_date"),
        (b"A,LA,02/03/2026,1", "date", "iso_date"),
        (b"A,LA,,1", "date", "required"),
        (b"A,LA,1026-03-02,1", "date", "year"),
        (b"A,LA,2026-03-09,1", "date", "not_in_future"),
        (b"A,LA,2026-03-02,many", "quantity", "number"),
        (b"A,LA,2026-03-02,nan", "quantity", "number"),
        (b"A,LA,2026-03-02,inf", "quantity", "number"),
        (b"A,LA,2026-03-02,1e13", "quantity", "max_size"),
        (b",LA,2026-03-02,1", "sku", "required"),
        (b"A," + b"x" * 65 + b",2026-03-02,1", "market", "max_length"),
    ],
)
def test_a_bad_row_is_named_by_number_field_and_rule(line, field, rule):
    rows = read(HEADER + b"B,LA,2026-03-02,1\n\n" + line + b"\n", not_after=date(2026, 3, 6))

    (error,) = rows.errors
    assert (error.context["row"], error.field, error.rule) == (4, field, rule)
    assert (rows.bad_rows, rows.rows_read, len(rows)) == (1, 2, 1)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (bytes(range(256)) * 40_000, "csv_or_xlsx"),
        (b"PK\x03\x04" + b"x" * 1000, "csv_or_xlsx"),
        (b"\x1f\x8b" + b"x" * 1000, "csv_or_xlsx"),
        (HEADER + b"A,\xff\xfe,2026-03-02,1\n", "csv_or_xlsx"),
        (HEADER.decode().encode("utf-16"), "csv_or_xlsx"),
        (b"lorem ipsum " * 900_000, "missing_column"),
        (b"sku,date,quantity\nA,2026-03-02,1\n", "missing_column"),
        (b"sku,market,location,date,quantity\n", "column_twice"),
    ],
)
def test_garbage_is_refused_in_one_sentence(data, rule):
    with pytest.raises(UnreadableFile) as refusal:
        read(data)

    assert refusal.value.rule == rule


def test_a_file_beyond_the_limit_is_refused_before_it_is_read():
    with pytest.raises(FileTooLarge) as refusal:
        read(HEADER + b"A,LA,2026-03-02,1\n" * 100, max_bytes=1000)

    assert refusal.value.context["limit"] == 1000


def test_a_gzip_that_unpacks_to_far_more_than_the_limit_is_refused():
    with pytest.raises(FileTooLarge):
        read(gzip.compress(HEADER + b"A,LA,2026-03-02,1\n" * 200_000), max_bytes=50_000)


def test_a_gzipped_csv_reads_like_the_csv():
    data = HEADER + b"A,LA,2026-03-02,1\nB,NY,2026-03-09,2\n"

    plain, packed = read(data), read(gzip.compress(data), max_bytes=10_000)

    assert {name: values(plain, name) for name in plain.columns} == {n: values(packed, n) for n in packed.columns}


def test_a_workbook_reads_like_the_csv():
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ["sku", "location", "date", "quantity"])
    sheet.write_row(1, 0, [123, "LA"])
    sheet.write_datetime(1, 2, datetime(2026, 3, 5), day)
    sheet.write_number(1, 3, 0.1)
    sheet.write_row(2, 0, ["007", "NY", "2026-03-03", 4])
    book.close()

    rows = read(target.getvalue())

    assert (rows.skus, rows.markets) == (["123", "007"], ["LA", "NY"])
    assert values(rows, "quantity") == [100_000, 4_000_000]
    assert values(rows, "date") == [date(2026, 3, 2).toordinal()] * 2
    assert values(rows, "row") == [2, 3]


def test_records_of_the_api_are_read_alike():
    rows = reading.from_records(
        [
            {"sku": "A", "market": "LA", "date": "2026-03-02", "quantity": "1.5"},
            {"sku": "A", "market": "LA", "date": "2026-03-02", "quantity": None},
            {"sku": "A", "market": "LA"},
        ]
    )

    assert values(rows, "quantity") == [1_500_000, UNKNOWN_WEEK]
    assert [error.context["row"] for error in rows.errors] == [3]
