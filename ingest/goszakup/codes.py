"""Codes of the portal with their names, and what a contract's status means for its sum.

The names are those of the portal's own filter lists (register of contracts, seen 2022-2026). They are seeds: the
interface sends names along, and a code that is not listed here is kept as it is and never fatal.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple

from db.words import Standing
from ingest.goszakup.texts import cleaned

STATUSES = MappingProxyType({
    185: "Подписан",
    190: "Действует",
    330: "Не заключен",
    340: "Расторгнут в одностороннем порядке",
    345: "Ожидание расторжения договора",
    350: "Расторгнут по соглашению сторон",
    375: "Частично исполнен",
    390: "Исполнен",
    430: "Отменен",
    450: "Создано доп.соглашение",
    455: "Изменен",
    456: "Передача прав",
    460: "Передан.Действует",
    461: "Передан.Не заключен",
    462: "Передан.Расторгнут в одностороннем порядке",
    463: "Передан.Расторгнут по соглашению сторон",
    464: "Передан.Исполнен",
    470: "Срок договора истек",
})  # fmt: skip

METHODS = MappingProxyType({
    2: "Открытый конкурс",
    3: "Запрос ценовых предложений",
    6: "Из одного источника по несостоявшимся закупкам",
    7: "Аукцион (до 2022)",
    8: "Через товарные биржи",
    22: "Конкурс с применением двухэтапных процедур",
    23: "Из одного источника путем прямого заключения договора",
    32: "Конкурс с предварительным квалификационным отбором",
    50: "Закупка жилища",
    51: "Закупка по государственному социальному заказу (бумажные)",
    52: "Закупка по государственному социальному заказу",
    55: "Закупка жилища (не ГЗ)",
    60: "Электронный магазин",
    77: "Аукцион (с 2022)",
    78: "Аукцион",
    105: "Из одного источника (не ГЗ)",
    107: "На организованных электронных торгах (не ГЗ)",
    116: "Запрос ценовых предложений (не ГЗ)",
    117: "Тендер (не ГЗ)",
    118: "Через товарные биржи (не ГЗ)",
    122: "Договор на услуги государственного образовательного заказа",
    128: "Конкурс с применением специального порядка",
    130: "Государственные закупки с применением особого порядка",
    132: "Первый этап конкурса с использованием рамочного соглашения",
    133: "Второй этап конкурса с использованием рамочного соглашения",
    188: "Конкурс с использованием рейтингово-балльной системы",
})  # fmt: skip

SUBJECT_KINDS = MappingProxyType({1: "Товар", 2: "Работа", 3: "Услуга"})
CONTRACT_TYPES = MappingProxyType({1: "Основной договор", 2: "Дополнительное соглашение"})

_COUNTING = frozenset({185, 190, 345, 375, 390, 456, 460, 464, 470})
_SUPERSEDED = frozenset({450, 455})
_VOID = frozenset({330, 430})
_TERMINATED = frozenset({340, 350, 462, 463})


class Verdict(NamedTuple):
    """What a status says about the contracted sum, and about the sum that was paid under it."""

    contracted: Standing
    paid: Standing
    why: str


_COUNTED = Verdict(Standing.COUNTS, Standing.COUNTS, "")


def code_of(names: MappingProxyType[int, str], name: str) -> int | None:
    """The code behind a name as the register's pages print it; None for a name that is not listed."""
    wanted = cleaned(name).casefold()
    return next((code for code, known in names.items() if known.casefold() == wanted), None)


def verdict_of(status: int | None, name: str, *, deleted: bool) -> Verdict:
    """What a contract's status means for its sums.

    185, 190, 345, 375, 390, 456, 460, 464 and 470 count. 450 and 455 mark a version that a supplementary agreement
    replaced. 330 (not concluded) and 430 (cancelled) void the whole root. 340, 350, 462 and 463 are terminated:
    what was paid until then counts, what was agreed does not. 461 and every unknown status are kept and never count.
    """
    if deleted:
        return Verdict(Standing.NEVER, Standing.NEVER, "deleted at the source")
    if status in _COUNTING:
        return _COUNTED
    label = " ".join([str(status)] * (status is not None) + [f"«{name}»"] * bool(name)) or "not stated"
    if status in _SUPERSEDED:
        return Verdict(Standing.SUPERSEDED, Standing.SUPERSEDED, f"superseded: status {label}")
    if status in _VOID:
        return Verdict(Standing.VOID, Standing.VOID, f"never took effect: status {label}")
    if status in _TERMINATED:
        return Verdict(Standing.NEVER, Standing.COUNTS, f"terminated: status {label}")
    why = f"status does not count: {label}" if status in STATUSES else f"unknown status {label}"
    return Verdict(Standing.NEVER, Standing.NEVER, why)
