"""From one contract version to its records: what was contracted, what was paid, and each budget year's share.

Keys: the contract's id; ":paid" behind it for what was paid; ":2023" and ":2023:paid" for the share of one year.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from db.archive import instant
from db.words import AmountRole, AmountState, Measure, PartyState, Standing, YearState
from ingest.goszakup.codes import METHODS, STATUSES, Verdict, verdict_of
from ingest.goszakup.details import details_of
from ingest.goszakup.lines import lines_of
from ingest.goszakup.money import sum_of
from ingest.goszakup.numbers import rank, root_key, split_number
from ingest.goszakup.parties import party_of
from ingest.goszakup.texts import cleaned
from ingest.goszakup.wire import Contract, Subject
from ingest.goszakup.years import Share, is_several_years, shares_of
from ingest.record import Party, Record, Sum
from ingest.source import Source
from ingest.values.date import read_local_datetime

ZONE = "Asia/Almaty"
CARD_PATH = "/ru/egzcontract/cpublic/show/"
NO_LINES = "not known: the portal gave none"
"""What a contract says of its lines where their page is absent or lists none: every contract is about something."""


class ContractError(ValueError):
    """A contract that cannot be read as one: it is rejected with its raw row."""


def records_of(contract: Contract, source: Source, locator: str, read_at: str) -> list[Record]:
    """The records of one contract version.

    Args:
        contract: The version as one of the three ways gave it.
        source: Declares relevance, instrument, the currency where the portal leaves it out, and the portal's address.
        locator: Where in the capture the version stands.
        read_at: When the capture was made: the date of a deletion that the portal does not date.

    Returns:
        The contracted sum first; then what was paid, if anything; for a contract over several years whose shares
        add up, a record a year that counts, while the whole never counts beside its years.

    Raises:
        ContractError: no customer is named, or a date cannot be read.
        SumError: a sum is negative, finer than a minor unit, or in no known currency.
    """
    name = _status_name(contract)
    verdict = verdict_of(contract.ref_contract_status_id, name, deleted=bool(contract.deleted))
    currency = (contract.ref_currency_code or source.currency).strip().upper()
    details = details_of(contract)
    whole = _record(contract, source, details, verdict, currency)
    whole.locator = locator
    whole.status = name
    if contract.deleted:
        whole.deleted_at = _moment(contract.last_update_date) or read_at
    amount, *other = _sums(contract.contract_sum_wnds, contract.contract_sum, currency)
    whole.amount, whole.other_sums = amount, tuple(other)
    preferred = contract.contract_sum_wnds if amount.role is AmountRole.WITH_VAT else contract.contract_sum
    shares = shares_of(contract, preferred) if is_several_years(contract) else []
    made = [whole, *(_share(whole, share, amount, verdict) for share in shares)]
    if shares and whole.standing is not Standing.SUPERSEDED:
        whole.standing, whole.standing_why = _beside_years(whole.standing), "several years: counted year by year"
    made += _paid(contract, whole, verdict, shares, currency)
    return made


def _record(contract: Contract, source: Source, details: dict[str, str], verdict: Verdict, currency: str) -> Record:
    payer = party_of(contract.customer_bin, contract.customer)
    if payer.party.state is not PartyState.NAMED:
        raise ContractError("no customer is named")
    recipient = party_of(contract.supplier_biin, contract.supplier)
    if payer.odd_id:
        details["customer number"] = payer.odd_id
    if recipient.odd_id:
        details["supplier number"] = recipient.odd_id
    number = contract.contract_number_sys or ""
    lines, removed, region = lines_of(contract.units, currency)
    if not contract.units:
        details["lines"] = NO_LINES
    elif removed:
        details["deleted lines"] = str(removed)
    subject, lang = _subject(contract)
    state, year = _year(contract)
    return Record(
        measure=Measure.CONTRACTED,
        instrument=source.instrument,
        relevance=source.relevance,
        payer=payer.party,
        amount=Sum(AmountRole.AMOUNT, None, currency, AmountState.UNKNOWN),
        year_basis=source.year_basis,
        locator="",
        key=str(contract.id),
        root_key=root_key(contract.id, contract.root_id, number),
        version=split_number(number)[1],
        rank=rank(contract.id, number),
        standing=verdict.contracted,
        standing_why=verdict.why,
        organiser=_organiser(contract, payer.party),
        recipient=recipient.party,
        year_state=state,
        year=year,
        signed_on=_signed_on(contract.sign_date),
        lines=lines,
        subject=subject,
        subject_lang=lang,
        region_code=region,
        method=_method_name(contract),
        method_code=_code(contract.fakt_trade_methods_id),
        status_code=_code(contract.ref_contract_status_id),
        number=number,
        details=details,
        url=f"{source.url.rstrip('/')}{CARD_PATH}{contract.id}",
    )


def _sums(with_vat: Decimal | None, without_vat: Decimal | None, currency: str) -> list[Sum]:
    """The sum of a record and the ones beside it: with VAT where stated, else without; both are kept."""
    known = [
        sum_of(role, value, currency)
        for role, value in ((AmountRole.WITH_VAT, with_vat), (AmountRole.WITHOUT_VAT, without_vat))
        if value is not None
    ]
    return known or [sum_of(AmountRole.AMOUNT, None, currency)]


def _copy(record: Record, suffix: str) -> Record:
    """A further record of the same contract; lines stay with the first, so that no line stands twice."""
    values = {field: getattr(record, field) for field in record.__struct_fields__}
    values |= {"key": f"{record.key}:{suffix}", "lines": (), "other_sums": ()}
    return Record(**values)


def _share(whole: Record, share: Share, amount: Sum, verdict: Verdict) -> Record:
    record = _copy(whole, str(share.year))
    record.root_key = f"{whole.root_key}/{share.year}"
    record.amount = sum_of(amount.role, share.contracted, amount.currency)
    record.year_state, record.year = YearState.STATED, share.year
    if verdict.contracted is Standing.SUPERSEDED:
        # whether a newer version is stored cannot be told within one year: only the whole can stand in for a hole
        record.standing = Standing.NEVER
    return record


def _beside_years(standing: Standing) -> Standing:
    # "void" and not "never": an older version under a status that still counts must not count beside the years
    return Standing.VOID if standing is Standing.COUNTS else standing


def _paid(contract: Contract, whole: Record, verdict: Verdict, shares: list[Share], currency: str) -> list[Record]:
    with_vat, without = contract.fakt_sum_wnds or None, contract.fakt_sum or None
    if not with_vat and not without:
        return []
    record = _copy(whole, "paid")
    record.measure = Measure.PAID
    record.standing = verdict.paid
    record.standing_why = "" if verdict.paid is Standing.COUNTS else verdict.why
    amount, *other = _paid_sums(with_vat, without, currency)
    record.amount, record.other_sums = amount, tuple(other)
    years = [(share, share.paid) for share in shares if share.paid]
    if sum(paid for _, paid in years) != (with_vat or without):
        if shares:
            record.year_state, record.year = YearState.SEVERAL_YEARS, None
        return [record]
    made = [record]
    for share, paid in years:
        part = _copy(whole, f"{share.year}:paid")
        part.measure, part.standing, part.standing_why = record.measure, record.standing, record.standing_why
        part.root_key = f"{whole.root_key}/{share.year}"
        part.amount = sum_of(amount.role, paid, currency)
        part.year_state, part.year = YearState.STATED, share.year
        if verdict.paid is Standing.SUPERSEDED:
            part.standing = Standing.NEVER
        made.append(part)
    if record.standing is not Standing.SUPERSEDED:
        record.standing, record.standing_why = _beside_years(record.standing), "several years: counted year by year"
    return made


def _paid_sums(with_vat: Decimal | None, without_vat: Decimal | None, currency: str) -> list[Sum]:
    roles = ((AmountRole.PAID, with_vat), (AmountRole.PAID_WITHOUT_VAT, without_vat))
    return [sum_of(role, value, currency) for role, value in roles if value is not None]


def _year(contract: Contract) -> tuple[YearState, int | None]:
    """The budget year, never the year of the signature, which may be the one before."""
    if is_several_years(contract):
        return YearState.SEVERAL_YEARS, None
    if not contract.fin_year:
        return YearState.NO_DATE, None
    if not 1990 <= contract.fin_year <= 2100:
        raise ContractError(f"budget year {contract.fin_year}")
    return YearState.STATED, contract.fin_year


def _signed_on(sign_date: str | None) -> str | None:
    """The local date of the signature."""
    if not sign_date or not sign_date.strip() or sign_date.startswith("0000"):
        return None
    day = sign_date[:10]
    try:
        if date.fromisoformat(day).isoformat() == day:  # "2022-W07-3" is ISO too, and no date of the portal
            return day
    except ValueError:
        pass
    raise ContractError(f"date of signature {sign_date!r}")


def _moment(local: str | None) -> str:
    return instant(read_local_datetime(local, ZONE)) if local else ""


def _organiser(contract: Contract, payer: Party) -> Party | None:
    """The organiser of the tender where it is another body than the customer; it is never credited with the money."""
    announced = contract.announcement
    if announced is None or not (announced.org_bin or announced.org_name_ru or announced.org_name_kz):
        return None
    names = Subject(name_ru=announced.org_name_ru, name_kz=announced.org_name_kz)
    found = party_of(announced.org_bin, names).party
    return None if found.registry_id and found.registry_id == payer.registry_id else found


def _subject(contract: Contract) -> tuple[str, str]:
    russian = cleaned(contract.description_ru or "")
    if russian:
        return russian, "ru"
    kazakh = cleaned(contract.description_kz or "")
    return (kazakh, "kk") if kazakh else ("", "")


def _status_name(contract: Contract) -> str:
    stated = cleaned(contract.status.name_ru or "") if contract.status else ""
    return stated or STATUSES.get(contract.ref_contract_status_id or 0, "")


def _method_name(contract: Contract) -> str:
    stated = cleaned(contract.method.name_ru or "") if contract.method else ""
    return stated or METHODS.get(contract.fakt_trade_methods_id or 0, "")


def _code(code: int | None) -> str:
    return "" if code is None else str(code)
