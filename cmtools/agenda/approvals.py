"""«На согласование»: what waits for the director's decision, and the decisions that come back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_UP, Decimal
from typing import Any

from cmtools.agenda.duty_form import source_link
from cmtools.agenda.outcome import CellChange, Outcome, RowState, row_title
from cmtools.agenda.rows import AgendaRows, OrderRows
from cmtools.books.orders import ORDERS, Order
from cmtools.books.plan import (
    APPROVED_BY,
    APPROVED_ON,
    MANAGER,
    MONTH,
    PLAN,
    PlanLine,
    approval,
    approval_place,
)
from cmtools.books.settings import ORGANIZATION
from cmtools.forms.form import PROPERTY, Form, FormRow, describe_shown, form_listing
from cmtools.forms.proof import Mark, check_of
from cmtools.forms.reply import Reply, ReplyRow, parse_answer
from cmtools.pricing.price import HUNDRED, KOPECK, Totals
from cmtools.pricing.session import Session
from cmtools.problems import Fault
from cmtools.tables.columns import MONEY, PERCENT, YES_NO
from cmtools.tables.dataset import Dataset
from cmtools.tables.parsers import Cell, format_decimal, format_value, parse_date
from cmtools.tables.patch.cells import CellValue
from cmtools.tables.sheet import Sheet
from cmtools.tables.writer.listings import ListingColumn, build_listings

DECISION, COMMENT = "Решение", "Комментарий"
ORDER_ROW, PLAN_ROW = "approval", "plan"

APPROVAL_FORM = Form(
    name="На согласование",
    sheet="На согласование",
    columns=(
        ListingColumn(title="Что", width=13, wrap=True),
        ListingColumn(title="№ заказа", width=12),
        ListingColumn(title="Клиент", width=17, wrap=True),
        ListingColumn(title="Менеджер", width=13, wrap=True),
        ListingColumn(title="Сумма", kind=MONEY, width=12),
        ListingColumn(title="Себестоимость без НДС", kind=MONEY, width=13),
        ListingColumn(title="Маржа, %", kind=PERCENT, width=8),
        ListingColumn(title="Норма, %", kind=PERCENT, width=8),
        ListingColumn(title="Сумма для нормы", kind=MONEY, width=12),
        ListingColumn(title="Из чего вышло", width=16, wrap=True),
        ListingColumn(title="Откуда", width=12, wrap=True),
        ListingColumn(
            title=DECISION,
            kind=YES_NO,
            width=9,
            filled=True,
            choices=("да", "нет"),
            hint="да, нет",
        ),
        ListingColumn(
            title=COMMENT, width=18, wrap=True, filled=True, hint="Попадёт в «Примечание» заказа"
        ),
    ),
)
ABOVE = ("Впишите решение и, если нужно, комментарий; сохраните и положите файл в «Входящие».",)

SAY_DECISION = "впишите решение: да или нет"
CHANGED = "с тех пор это изменилось: посмотрите в книге"
PLAN_REFUSED = "план не утверждён: скажите менеджеру, что поправить"
COMMENT_LEFT = "комментарий передайте сами: «{comment}»"
NO_DIRECTOR = "в «Настройках», лист «Организация», нет ФИО руководителя: утвердите план в его книге"


def build_approvals(
    session: Session, rows: AgendaRows, mark: Mark, secret: bytes
) -> tuple[bytes, int]:
    """Return the bytes of a form with all that waits for the director, and how much it is."""
    waiting = [*_order_rows(rows), *_plan_rows(session.loaded.dataset, rows.today)]
    listing = form_listing(
        APPROVAL_FORM,
        mark,
        waiting,
        secret,
        heading=f"На согласование: {len(waiting)}",
        above=ABOVE,
    )
    content = build_listings([listing], {PROPERTY: mark.sign(secret)}, rows.today)
    return content, len(waiting)


def apply_approvals(reply: Reply, session: Session, rows: AgendaRows) -> list[Outcome]:
    """Say what becomes of each decision; `rows` are of the day of the form."""
    return [_outcome(row, session, rows) for row in reply.rows]


def _order_rows(rows: AgendaRows) -> Iterator[FormRow]:
    for found in rows.orders:
        if found.is_open and found.is_final and found.priced.approval_needed:
            yield FormRow(name=f"{ORDER_ROW} {found.order.number}", values=_values(rows, found))


def _values(rows: AgendaRows, found: OrderRows) -> dict[str, object]:
    order, totals = found.order, found.priced.totals
    assert totals is not None
    client = rows.clients.get(order.client)
    return {
        "Что": "Низкая маржа",
        "№ заказа": order.number,
        "Клиент": client.name if client else order.client,
        "Менеджер": order.manager,
        "Сумма": totals.amount,
        "Себестоимость без НДС": totals.amount - totals.vat - totals.profit,
        "Маржа, %": totals.margin,
        "Норма, %": rows.rules.min_margin,
        "Сумма для нормы": _sum_at_limit(totals, rows.rules.min_margin),
        "Из чего вышло": "; ".join(_reasons(found)),
        "Откуда": source_link(order.place("approved")),
    }


def _sum_at_limit(totals: Totals, limit: Decimal) -> Decimal | None:
    """Return the least sum with VAT at which the margin reaches the limit, the cost as it is."""
    net = totals.amount - totals.vat
    if net <= 0 or limit >= HUNDRED:
        return None
    wanted = (net - totals.profit) * HUNDRED / (HUNDRED - limit)
    return (wanted * totals.amount / net).quantize(KOPECK, ROUND_UP)


def _reasons(found: OrderRows) -> Iterator[str]:
    """Name what made the price of each position."""
    for entry, line in found.priced.positions:
        if line is None:
            continue
        if line.position.manual_price is not None:
            how = "цена вручную"
        elif line.agreed is not None and line.price != line.usual_price:
            how = "цена согласована раньше"
        elif line.markup_percent is None:
            how = "наценки нет"
        else:
            how = f"наценка {format_decimal(line.markup_percent)} %"
            if line.discount_percent:
                how += f", скидка {format_decimal(line.discount_percent)} %"
        yield f"поз. {entry.get('number')}: {how}"


def _plan_rows(dataset: Dataset, today: date) -> Iterator[FormRow]:
    for sheet in dataset.sheets(PLAN):
        if approval(sheet) is None and _month(sheet) >= f"{today:%Y-%m}":
            yield FormRow(name=f"{PLAN_ROW} {_plan_name(sheet)}", values=_plan_values(sheet))


def _plan_name(sheet: Sheet[PlanLine]) -> str:
    """Name a plan and what it plans: other goals are another plan to approve."""
    goals = zip(sheet.values["indicator"], sheet.values["plan"], strict=True)
    return f"{sheet.source.file} {check_of(b'', map(str, goals))}"


def _month(sheet: Sheet[PlanLine]) -> str:
    """Return the month of a plan as its file is named: 2026-12."""
    return sheet.source.file.rpartition("/")[2][:7]


def _plan_values(sheet: Sheet[PlanLine]) -> dict[str, object]:
    head = sheet.head
    month, manager = (_head_text(head.get(label)) for label in (MONTH, MANAGER))
    return {
        "Что": f"План на {month or _month(sheet)}",
        "Менеджер": manager,
        "Откуда": source_link(approval_place(sheet)),
    }


def _head_text(cell: Any) -> str:
    return "" if cell is None or cell.value is None else format_value(cell.value)


def _outcome(row: ReplyRow, session: Session, rows: AgendaRows) -> Outcome:
    kind, _, name = row.name.partition(" ")
    found = rows.order_by_number.get(name) if kind == ORDER_ROW else None
    client = found.order.client if found else None
    state, message, cells = _decide(row, kind, name, session, rows)
    return Outcome(
        key=row.key,
        kind=kind,
        title=row_title(row, "Что"),
        order=name if kind == ORDER_ROW else None,
        client=client,
        state=state,
        message=message,
        cells=cells,
    )


Decided = tuple[RowState, str, tuple[CellChange, ...]]


def _decide(row: ReplyRow, kind: str, name: str, session: Session, rows: AgendaRows) -> Decided:
    if row.fault is not None:
        return RowState.BAD, f"{row.fault.message}; {row.fault.hint}", ()
    decision = parse_answer(row.filled.get(DECISION))
    if isinstance(decision, Fault):
        return RowState.BAD, row.describe(DECISION, decision), ()
    if decision is None:
        return RowState.LISTED, SAY_DECISION, ()
    if kind == PLAN_ROW:
        sheets = session.loaded.dataset.sheets(PLAN)
        sheet = next((sheet for sheet in sheets if _plan_name(sheet) == name), None)
        state, message, cells = _approve_plan(
            sheet, session.loaded.dataset, rows.today, is_approved=decision
        )
        comment = row.text(COMMENT)
        told = COMMENT_LEFT.format(comment=comment) if comment else ""
        return state, "; ".join(filter(None, (message, told))), cells
    found = rows.order_by_number.get(name)
    if found is None:
        return RowState.CHANGED, CHANGED, ()
    return _approve_order(row, rows, found, is_approved=decision)


def _approve_order(
    row: ReplyRow, rows: AgendaRows, found: OrderRows, *, is_approved: bool
) -> Decided:
    order, comment = found.order, row.text(COMMENT)
    is_noted = not comment or comment in (order.note or "")
    if order.approved is is_approved and is_noted:
        return RowState.SAME, "", ()
    is_shown = found.priced.approval_needed and _is_as_shown(row, _values(rows, found))
    if not is_shown:
        return RowState.CHANGED, CHANGED, ()
    values: dict[str, CellValue] = {"approved": "да" if is_approved else "нет"}
    if not is_noted:
        values["note"] = "; ".join(filter(None, (order.note, comment)))
    missing = next((n for n in values if n not in order.source.columns), None)
    if missing is not None:
        title = ORDERS.fields[missing].title
        return RowState.LISTED, f"в книге нет столбца «{title}»: добавьте его", ()
    return RowState.DONE, "", tuple(_cell(order, n, value) for n, value in values.items())


def _is_as_shown(row: ReplyRow, values: dict[str, object]) -> bool:
    """Tell whether the sums are those on which the director has decided."""
    columns = [column for column in APPROVAL_FORM.shown if column.kind in (MONEY, PERCENT)]
    return all(
        describe_shown(column.kind, row.shown[column.title])
        == describe_shown(column.kind, _number(values[column.title]))
        for column in columns
    )


def _number(value: object) -> Cell:
    return float(value) if isinstance(value, Decimal) else None


def _cell(order: Order, name: str, value: CellValue) -> CellChange:
    source = order.source
    return CellChange(
        file=source.file,
        sheet=source.sheet,
        row=order.row,
        column=source.columns[name],
        value=value,
    )


def _approve_plan(
    sheet: Sheet[PlanLine] | None, dataset: Dataset, today: date, *, is_approved: bool
) -> Decided:
    if sheet is None:
        return RowState.CHANGED, CHANGED, ()
    if not is_approved:
        return RowState.LISTED, PLAN_REFUSED, ()
    seller = next(iter(dataset.records(ORGANIZATION)), None)
    director = seller.head_name if seller else None
    who, when = sheet.head.get(APPROVED_BY), sheet.head.get(APPROVED_ON)
    if director is None or who is None or when is None:
        return RowState.LISTED, NO_DIRECTOR, ()
    if approval(sheet) is not None:
        is_same = (_head_text(who), parse_date(when.value)) == (director, today)
        return (RowState.SAME, "", ()) if is_same else (RowState.CHANGED, CHANGED, ())
    cells = ((who, director), (when, today))
    return (
        RowState.DONE,
        "",
        tuple(
            CellChange(
                file=sheet.source.file,
                sheet=sheet.source.sheet,
                row=cell.row,
                column=cell.column,
                value=value,
            )
            for cell, value in cells
        ),
    )
