"""Some two hundred invented contracts of 2019 to 2025, the same on every machine."""

from __future__ import annotations

from datetime import date, timedelta
from importlib.resources import files
from random import Random

import msgspec

from cli.sample.pages import PageContract, PageUnit, printed
from db.privacy import check_digit

SEED = 2012
HOW_MANY = 190
YEARS = range(2019, 2026)
_FIRST_ID = 90_000_001
_MAIN, _SUPPLEMENTARY = "Основной договор", "Дополнительное соглашение"


class Names(msgspec.Struct, forbid_unknown_fields=True):
    """What the invented portal is made of; see names.yml."""

    bodies: list[str]
    outlets: list[str]
    persons: list[str]
    subjects: list[str]
    methods: list[str]


def names() -> Names:
    """The names and texts of names.yml."""
    return msgspec.yaml.decode((files("cli.sample") / "names.yml").read_bytes(), type=Names)


def invented_number(kind: str, serial: int) -> str:
    """A number that was never issued but whose check digit holds, so that every rule about numbers is at work.

    Organisations ("4") and persons ("0") alike are dated to the thirteenth month of 1999.
    """
    while True:
        first_eleven = f"9913{kind}0{90000 + serial:05d}"
        digit = check_digit(first_eleven)
        if digit is not None:
            return f"{first_eleven}{digit}"
        serial += 5000


def sample_contracts() -> list[PageContract]:
    """The contracts of the invented portal, every version of each."""
    chance = Random(SEED)  # noqa: S311 - a reproducible sample, no secret
    texts = names()
    made: list[PageContract] = []
    for serial in range(1, HOW_MANY + 1):
        made += _versions(chance, texts, serial, _FIRST_ID + 2 * serial)
    return made


def customers() -> list[str]:
    """The numbers of the invented bodies, in the order of names.yml."""
    return [invented_number("4", place) for place, _ in enumerate(names().bodies, start=1)]


def _versions(chance: Random, texts: Names, serial: int, contract_id: int) -> list[PageContract]:
    body = int(chance.triangular(0, len(texts.bodies), 0))
    suppliers = [*texts.outlets, *texts.persons]
    supplier = int(chance.triangular(0, len(suppliers), 0))
    year = chance.choice(YEARS)
    signed = date(year, 1, 10) + timedelta(days=chance.randrange(-30, 300))
    tiyn = chance.choice((1, 2, 3, 5, 8, 12, 20, 35)) * chance.randrange(20_000_000, 160_000_000)
    is_person = supplier >= len(texts.outlets)
    contract = PageContract(
        id=contract_id,
        number=f"{invented_number('4', body + 1)}/{signed:%y}{serial:04d}/00",
        announcement=f"{7_000_000 + serial}-1",
        type=_MAIN,
        status="Исполнен" if year < YEARS[-1] else "Действует",
        created=f"{signed} 10:00:00",
        signed=f"{signed} 16:30:00",
        amount=printed(tiyn),
        planned=printed(tiyn + tiyn // 20),
        customer_bin=invented_number("4", body + 1),
        customer=texts.bodies[body],
        supplier_bin=invented_number("0" if is_person else "4", 100 + supplier),
        supplier=suppliers[supplier],
        method=chance.choice(texts.methods),
        year=str(year),
        subject=(subject := chance.choice(texts.subjects)),
        kind="Услуга",
        units=_units(chance, subject, contract_id, tiyn),
    )
    fate = chance.random()
    if fate < 0.08:
        return [msgspec.structs.replace(contract, status="Расторгнут по соглашению сторон")]
    if fate < 0.11:
        return [msgspec.structs.replace(contract, status="Не заключен")]
    if fate < 0.21:
        return [msgspec.structs.replace(contract, status="Изменен"), _agreement(chance, contract, tiyn)]
    return [contract]


def _agreement(chance: Random, contract: PageContract, tiyn: int) -> PageContract:
    """A supplementary agreement: a new version with a new sum, which replaces the first."""
    changed = tiyn * chance.randrange(60, 130) // 100
    return msgspec.structs.replace(
        contract,
        id=contract.id + 1,
        number=contract.number[:-2] + "01",
        type=_SUPPLEMENTARY,
        amount=printed(changed),
        units=_units(chance, contract.subject, contract.id + 1, changed),
    )


def _units(chance: Random, subject: str, contract_id: int, tiyn: int) -> tuple[PageUnit, ...]:
    parts = chance.choice((1, 1, 1, 2, 3))
    share = tiyn // parts
    sums = [*[share] * (parts - 1), tiyn - share * (parts - 1)]
    return tuple(
        PageUnit(
            id=contract_id * 10 + place,
            plan_point=50_000_000 + contract_id % 100_000 * 10 + place,
            code="",
            name=subject,
            quantity="1",
            unit="Одна услуга",
            price=printed(amount),
            amount=printed(amount),
        )
        for place, amount in enumerate(sums, start=1)
    )
