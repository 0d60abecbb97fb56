"""The same exit in raw SQL: one server function on PostgreSQL, the plain statements in one transaction on SQLite."""

from typing import Any

FUNCTION = """
CREATE OR REPLACE FUNCTION bench_post(p_sku text, p_quantity numeric, p_document text, p_day date)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE item bigint; held numeric; moved bigint; line bigint; entry record; need numeric := p_quantity; part numeric;
BEGIN
    SELECT id INTO item FROM bench_goods WHERE sku = p_sku;
    SELECT quantity INTO held FROM bench_stock WHERE goods_id = item FOR UPDATE;
    IF held < p_quantity THEN RAISE EXCEPTION 'short'; END IF;
    INSERT INTO bench_movement (document, legal_date, recorded_at) VALUES (p_document, p_day, now()) RETURNING id INTO moved;
    INSERT INTO bench_line (movement_id, goods_id, quantity) VALUES (moved, item, p_quantity) RETURNING id INTO line;
    FOR entry IN SELECT id, remaining FROM bench_entry WHERE goods_id = item AND remaining > 0 ORDER BY entered_on, id LOOP
        EXIT WHEN need = 0;
        part := least(need, entry.remaining);
        UPDATE bench_entry SET remaining = remaining - part WHERE id = entry.id;
        INSERT INTO bench_allocation (line_id, entry_id, quantity) VALUES (line, entry.id, part);
        need := need - part;
    END LOOP;
    INSERT INTO bench_ledgerrow (movement_id, goods_id, place, quantity, legal_date, recorded_at)
    VALUES (moved, item, 'dock', -p_quantity, p_day, now()), (moved, item, 'transit', p_quantity, p_day, now());
    UPDATE bench_stock SET quantity = quantity - p_quantity WHERE goods_id = item;
    RETURN moved;
END $$;
"""


def post(cursor: Any, sku: str, quantity: int, document: str, day: str) -> int:
    """Take a quantity out by the server function; the cursor is psycopg's or Django's on PostgreSQL."""
    cursor.execute("SELECT bench_post(%s, %s, %s, %s)", (sku, quantity, document, day))
    return int(cursor.fetchone()[0])


def post_sqlite(run: Any, sku: str, quantity: int, document: str, day: str) -> int:
    """The same by statements; `run` executes one and returns its cursor. The caller holds the transaction."""
    moment = f"{day} 12:00:00"
    goods = run("SELECT id FROM bench_goods WHERE sku = ?", (sku,)).fetchone()[0]
    held = run("SELECT quantity FROM bench_stock WHERE goods_id = ?", (goods,)).fetchone()[0]
    if held < quantity:
        raise ValueError(sku)
    moved = run(
        "INSERT INTO bench_movement (document, legal_date, recorded_at) VALUES (?, ?, ?)", (document, day, moment)
    ).lastrowid
    line = run(
        "INSERT INTO bench_line (movement_id, goods_id, quantity) VALUES (?, ?, ?)", (moved, goods, quantity)
    ).lastrowid
    need = quantity
    open_lines = run(
        "SELECT id, remaining FROM bench_entry WHERE goods_id = ? AND remaining > 0 ORDER BY entered_on, id LIMIT 10",
        (goods,),
    )
    for entry, remaining in open_lines.fetchall():
        if not need:
            break
        part = min(need, remaining)
        run("UPDATE bench_entry SET remaining = remaining - ? WHERE id = ?", (part, entry))
        run("INSERT INTO bench_allocation (line_id, entry_id, quantity) VALUES (?, ?, ?)", (line, entry, part))
        need -= part
    run(
        "INSERT INTO bench_ledgerrow (movement_id, goods_id, place, quantity, legal_date, recorded_at) "
        "VALUES (?, ?, 'dock', ?, ?, ?), (?, ?, 'transit', ?, ?, ?)",
        (moved, goods, -quantity, day, moment, moved, goods, quantity, day, moment),
    )
    run("UPDATE bench_stock SET quantity = quantity - ? WHERE goods_id = ?", (quantity, goods))
    return int(moved)
