"""The public card of a contract: its own page, the page of its parties and the page of its lines."""

from __future__ import annotations

import re
from decimal import Decimal
from types import MappingProxyType

import msgspec

from db.archive import Captured
from ingest.goszakup.codes import CONTRACT_TYPES, METHODS, STATUSES, SUBJECT_KINDS, code_of
from ingest.goszakup.html import Element, cells_by_heading, headings_of, labels_of, page_of, text_of
from ingest.goszakup.money import printed_number
from ingest.goszakup.register import ListRow
from ingest.goszakup.wire import Contract, Named, Plan, Subject, Unit
from ingest.reader import LayoutChangedError
from ingest.source import Source
from ingest.values.amount import AmountError
from ingest.values.number import read_number

SIGNED = "Дата заключения договора"
SUBJECT_RU = "Краткое содержание договора на русском языке"
KIND = "Вид предмета закупок"
METHOD = "Фактический способ осуществления закупки"
STATUS = "Статус договора"
YEAR = "Финансовый год"
PLANNED = "Общая плановая сумма договора"
BY_RESULT = "Общая сумма договора по итогам закупки"
TOTAL = "Общая итоговая сумма договора"
READ = frozenset({SIGNED, SUBJECT_RU, KIND, METHOD, STATUS, YEAR, PLANNED, BY_RESULT, TOTAL})
IN_REGISTER = "Номер договора в реестре договоров"
ANNOUNCEMENT = "Номер закупки"
CHECKED = READ | {IN_REGISTER, ANNOUNCEMENT}
"""What is read, and what tells whose card it is."""
NEEDED = frozenset({STATUS, YEAR, TOTAL})
UNIT_HEADINGS = ("#", "Ид", "П/П", "КТРУ", "Наименование", "Количество", "Ед.", "Цена", "Сумма")
_BIN_LABELS = ("БИН", "БИН/ИИН", "ИИН")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


class CardError(ValueError):
    """A card that lacks what a record needs."""


class Card(msgspec.Struct):
    """What the card's own page says."""

    labels: dict[str, str]

    @property
    def unknown(self) -> set[str]:
        """Labels that are not declared."""
        return set(self.labels) - READ


def card_of(source: Source, captured: Captured, body: bytes) -> Card:
    """Read the card's own page.

    Raises:
        CardError: the status, the year or the sum is missing, or something that is read is said in two ways.
    """
    found = labels_of(page_of(source, captured, body))
    missing = NEEDED - set(found)
    if missing:
        raise CardError(f"the card has no {', '.join(f'«{name}»' for name in sorted(missing))}")
    return Card(
        {label: _one(label, values) if label in CHECKED else " / ".join(values) for label, values in found.items()}
    )


def _one(label: str, values: list[str]) -> str:
    """What stands beside a label; blank where nothing does. A number that may be a person's is not repeated."""
    if len(values) > 1:
        shown = "" if label in _BIN_LABELS else f": {', '.join(map(repr, values))}"
        raise CardError(f"«{label}» is said in {len(values)} ways{shown}")
    return values[0] if values else ""


def parties_of(source: Source, captured: Captured, body: bytes) -> tuple[Subject, Subject]:
    """Customer and supplier from their page; bank accounts and addresses on it are not read.

    Raises:
        LayoutChangedError: there is no table under «Заказчик» or «Поставщик».
        CardError: a number or a name is said in two ways.
    """
    root = page_of(source, captured, body)
    return _party(source, captured, root, "Заказчик"), _party(source, captured, root, "Поставщик")


def _party(source: Source, captured: Captured, root: Element, role: str) -> Subject:
    tables = root.xpath(f"//h3[normalize-space()='{role}']/following::table[1]")
    if not tables:
        raise LayoutChangedError(f"{source.name}: {captured.url} has no table under «{role}»")
    found = labels_of(tables[0])
    label = next((label for label in _BIN_LABELS if found.get(label)), "")
    in_russian, in_kazakh = (
        f"Наименование {role.casefold()}а на {language} языке" for language in ("русском", "казахском")
    )
    return Subject(
        bin=_one(label, found.get(label, [])) or None,
        name_ru=_one(in_russian, found.get(in_russian, [])),
        name_kz=_one(in_kazakh, found.get(in_kazakh, [])),
    )


def units_of(source: Source, captured: Captured, body: bytes) -> list[Unit]:
    """The lines from their page. «Сумма» holds VAT where the supplier pays it.

    Raises:
        LayoutChangedError: the headings of the table differ.
        ValueError: a line is missing or doubled, or a cell of it cannot be read.
    """
    root = page_of(source, captured, body)
    tables = [table for table in root.xpath("//table") if "КТРУ" in headings_of(table)]
    if len(tables) != 1:
        raise LayoutChangedError(f"{source.name}: {captured.url} has {len(tables)} tables of lines, not one")
    rows = cells_by_heading(source, captured, tables[0], UNIT_HEADINGS)
    numbered = [text_of(cells["#"]) for cells in rows]
    if any(numbered) and numbered != [str(number) for number in range(1, len(rows) + 1)]:
        raise CardError(f"the lines are numbered {', '.join(numbered)}: one is missing or stands twice")
    return [_unit(cells) for cells in rows]


def _unit(cells: dict[str, Element]) -> Unit:
    text = {heading: text_of(cell) for heading, cell in cells.items()}
    return Unit(
        id=_id("Ид", text["Ид"]),
        pln_point_id=_id("П/П", text["П/П"]) if text["П/П"] else None,
        quantity=_quantity(text["Количество"]),
        total_sum_wnds=printed_number(text["Сумма"]),
        plans=Plan(name_ru=text["Наименование"], ref_enstru_code=text["КТРУ"]),
        unit_name=text["Ед."],
    )


def _id(heading: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise CardError(f"«{heading}» of a line is {text!r}, which is no id")
    return int(text)


def _quantity(text: str) -> Decimal | None:
    """A quantity, with a dot before its decimals ("1.000"); one with a comma only where that has one reading."""
    if not text:
        return None
    return read_number(text) if "," in text else read_number(text, decimal=".")


def contract_of(
    row: ListRow, card: Card, parties: tuple[Subject, Subject], units: list[Unit] | None, root_id: int | None
) -> Contract:
    """The contract as the register's pages give it.

    The card has no sum without VAT, no sum paid and no shares of years; its total is the sum with VAT.
    """
    labels = card.labels
    for label, listed in ((IN_REGISTER, row.number_sys), (ANNOUNCEMENT, row.announcement)):
        if labels.get(label) and listed not in labels[label]:
            raise CardError(
                f"this is the card of another contract: its «{label}» is {labels[label]!r}, not {listed!r}"
            )
    years = sorted({int(year) for year in _YEAR.findall(labels[YEAR])})
    if not years and labels[YEAR]:
        raise CardError(f"«{YEAR}» is {labels[YEAR]!r}")
    status, method = labels[STATUS] or row.status, labels.get(METHOD) or row.method
    customer, supplier = parties
    return Contract(
        id=row.id,
        root_id=root_id,
        trd_buy_number_anno=row.announcement,
        ref_contract_status_id=code_of(STATUSES, status),
        supplier_biin=supplier.bin,
        customer_bin=customer.bin,
        contract_number_sys=row.number_sys,
        ref_subject_type_id=code_of(SUBJECT_KINDS, labels.get(KIND, "")),
        fin_year=years[0] if len(years) == 1 else None,
        ref_contract_year_type_id=2 if len(years) > 1 else 1,
        contract_sum_wnds=printed_number(labels[TOTAL]),
        sign_date=labels.get(SIGNED),
        ref_contract_type_id=code_of(CONTRACT_TYPES, row.type),
        description_ru=labels.get(SUBJECT_RU),
        fakt_trade_methods_id=code_of(METHODS, method),
        customer=customer,
        supplier=supplier,
        status=Named(name_ru=status),
        method=Named(name_ru=method),
        units=units,
    )


def further(row: ListRow, card: Card) -> MappingProxyType[str, str]:
    """What the card says that only the register's pages carry: kept as printed, never added to anything."""
    found = {name: card.labels[name] for name in (PLANNED, BY_RESULT) if card.labels.get(name)}
    listed = _number(row.amount)
    if listed is not None and listed != printed_number(card.labels[TOTAL]):
        found["Сумма в реестре"] = row.amount
    return MappingProxyType(found)


def _number(printed: str) -> Decimal | str | None:
    """A sum of the list, or its text where that has no reading: no record is made of it, so none is refused for it."""
    try:
        return printed_number(printed)
    except AmountError:
        return printed
