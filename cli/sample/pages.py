"""The pages of a public register of contracts, drawn in the layout of the real one."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import msgspec

FOOT = "<p>Вымышленные данные / Ойдан шығарылған деректер / Invented data</p></body></html>"
LIST_HEADINGS = (
    "Ид", "Номер договора", "Номер закупки", "Тип договора", "Статус", "Дата создания", "Сумма", "Заказчик",
    "Поставщик", "Способ закупки",
)  # fmt: skip
UNIT_HEADINGS = ("#", "Ид", "П/П", "КТРУ", "Наименование", "Количество", "Ед.", "Цена", "Сумма")


class PageUnit(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a contract, as printed."""

    id: int
    plan_point: int
    code: str
    name: str
    quantity: str
    unit: str
    price: str
    amount: str


class PageContract(msgspec.Struct, frozen=True, kw_only=True):
    """One contract version, as printed: sums are text such as "4 603.20"."""

    id: int
    number: str
    announcement: str
    type: str
    status: str
    created: str
    signed: str
    amount: str
    planned: str
    customer_bin: str
    customer: str
    supplier_bin: str
    supplier: str
    method: str
    year: str
    subject: str
    kind: str
    units: tuple[PageUnit, ...]


def printed(tiyn: int) -> str:
    """A sum as the register prints it: "4 603.20"."""
    return f"{tiyn // 100:,}".replace(",", " ") + f".{tiyn % 100:02d}"


def list_page(contracts: Sequence[PageContract], total: int, first: int) -> str:
    """A page of the list: `contracts` are its rows, `first` the place of the first among `total`."""
    head = "".join(f"<th>{heading}</th>" for heading in LIST_HEADINGS)
    if not total:
        body = '<tr><td class="dataTables_empty" colspan="10">Ничего не найдено</td></tr>'
        return _page("Реестр договоров", f'<table></table><table id="search-result"><tbody>{body}</tbody></table>')
    body = "\n".join(_list_row(contract) for contract in contracts)
    return _page(
        "Реестр договоров",
        f'<div class="dataTables_info">Показано c {first} по {first + len(contracts) - 1} из {total} записей</div>'
        "<table><tr><td>Поиск</td></tr></table>"
        f'<table id="search-result"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        '<ul class="pagination"><li class="active"><a href="?page=1">1</a></li></ul>',
    )


def _list_row(contract: PageContract) -> str:
    link = f'<a href="/ru/egzcontract/cpublic/show/{contract.id}">{escape(contract.number)}</a>'
    texts = (contract.announcement, contract.type, contract.status, contract.created)
    names = (contract.customer, contract.supplier, contract.method)
    cells = [
        str(contract.id),
        link,
        *(escape(text) for text in texts),
        f"<strong>{contract.amount}</strong>",
        *(escape(name) for name in names),
    ]
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def card_page(contract: PageContract) -> str:
    """The contract's own page."""
    return _page(
        f"Договор {contract.number}",
        _labels(
            {
                "Дата заключения договора": contract.signed,
                "Краткое содержание договора на русском языке": contract.subject,
                "Вид предмета закупок": contract.kind,
                "Фактический способ осуществления закупки": contract.method,
                "Статус договора": contract.status,
                "Финансовый год": contract.year,
                "Общая плановая сумма договора": contract.planned,
                "Общая итоговая сумма договора": contract.amount,
            }
        ),
    )


def parties_page(contract: PageContract) -> str:
    """The page of customer and supplier."""
    customer = {"БИН": contract.customer_bin, "Наименование заказчика на русском языке": contract.customer}
    supplier = {"БИН/ИИН": contract.supplier_bin, "Наименование поставщика на русском языке": contract.supplier}
    return _page(
        f"Договор {contract.number}",
        f"<h3>Заказчик</h3>{_labels(customer)}<h3>Поставщик</h3>{_labels(supplier)}",
    )


def units_page(contract: PageContract) -> str:
    """The page of the lines."""
    head = "".join(f"<th>{heading}</th>" for heading in UNIT_HEADINGS)
    rows = []
    for place, unit in enumerate(contract.units, start=1):
        cells = (
            place,
            unit.id,
            unit.plan_point,
            unit.code,
            unit.name,
            unit.quantity,
            unit.unit,
            unit.price,
            unit.amount,
        )
        rows.append("<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>")
    return _page(
        f"Договор {contract.number}",
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>",
    )


def _labels(values: dict[str, str]) -> str:
    rows = "".join(f"<tr><th>{escape(label)}</th><td>{escape(value)}</td></tr>" for label, value in values.items())
    return f'<table class="table">{rows}</table>'


def _page(title: str, body: str) -> str:
    head = f'<head><meta charset="utf-8"><title>{escape(title)}</title></head>'
    return f'<!DOCTYPE html><html lang="ru">{head}<body>{body}{FOOT}'
