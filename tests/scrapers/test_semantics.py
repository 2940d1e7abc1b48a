"""What a contract of the portal means for a sum: one test for each rule, without a crawl."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.words import AmountRole, AmountState, Measure, PartyState, Standing, YearState
from ingest.goszakup.codes import METHODS, STATUSES, code_of, verdict_of
from ingest.goszakup.contract import ContractError, records_of
from ingest.goszakup.money import SumError, minor_units, printed_number
from ingest.goszakup.numbers import rank, root_key, split_number
from ingest.goszakup.parties import named
from ingest.goszakup.wire import Contract, Subject, Unit, YearSum
from ingest.record import Record
from tests.portal.invented import BODY, ORGANISER, OUTLET, PERSON
from tests.scrapers.kept import source

AT = "2024-07-01T06:00:00Z"


def made(**changes: Any) -> list[Record]:
    values: dict[str, Any] = {
        "id": 7, "root_id": 7, "contract_number_sys": f"{BODY}/230007/00", "ref_contract_status_id": 190,
        "customer_bin": BODY, "supplier_biin": OUTLET, "fin_year": 2023, "contract_sum": Decimal(1000),
        "contract_sum_wnds": Decimal(1120), "customer": Subject(name_ru="Тело"), "supplier": Subject(name_ru="СМИ"),
    }  # fmt: skip
    return records_of(Contract(**values | changes), source(), "/0", AT)


COUNTING = {185, 190, 345, 375, 390, 456, 460, 464, 470}


@pytest.mark.parametrize("status", STATUSES)
def test_every_known_status_has_its_verdict(status: int) -> None:
    verdict = verdict_of(status, STATUSES[status], deleted=False)
    expected = (
        (Standing.COUNTS, Standing.COUNTS) if status in COUNTING
        else (Standing.SUPERSEDED, Standing.SUPERSEDED) if status in {450, 455}
        else (Standing.VOID, Standing.VOID) if status in {330, 430}
        else (Standing.NEVER, Standing.COUNTS) if status in {340, 350, 462, 463}
        else (Standing.NEVER, Standing.NEVER)
    )  # fmt: skip
    assert (verdict.contracted, verdict.paid) == expected
    assert (verdict.why == "") == (status in COUNTING)


def test_an_unknown_status_is_kept_and_never_counts() -> None:
    (record,) = made(ref_contract_status_id=777)
    assert (record.standing, record.standing_why, record.status_code) == (Standing.NEVER, "unknown status 777", "777")


def test_a_missing_status_never_counts() -> None:
    (record,) = made(ref_contract_status_id=None)
    assert (record.standing, record.standing_why) == (Standing.NEVER, "unknown status not stated")


def test_terminated_counts_what_was_paid_and_not_what_was_agreed() -> None:
    agreed, paid = made(ref_contract_status_id=350, fakt_sum=Decimal(300), fakt_sum_wnds=Decimal(336))
    assert (agreed.standing, paid.standing) == (Standing.NEVER, Standing.COUNTS)
    assert (paid.measure, paid.key, paid.root_key) == (Measure.PAID, "7:paid", agreed.root_key)
    assert (paid.amount.role, paid.amount.minor) == (AmountRole.PAID, 33_600)
    assert [(one.role, one.minor) for one in paid.other_sums] == [(AmountRole.PAID_WITHOUT_VAT, 30_000)]


@pytest.mark.parametrize("nothing", [None, Decimal(0), Decimal("0.00")])
def test_nothing_paid_is_no_record(nothing: Decimal | None) -> None:
    assert len(made(fakt_sum=nothing, fakt_sum_wnds=nothing)) == 1


def test_deleted_is_kept_with_its_day_and_never_counts() -> None:
    (record,) = made(deleted=1, last_update_date="2024-02-29 23:30:00")
    assert (record.standing, record.deleted_at) == (Standing.NEVER, "2024-02-29T17:30:00Z")
    (undated,) = made(deleted=1)
    assert undated.deleted_at == AT


def test_the_sum_with_vat_is_preferred_and_both_are_kept() -> None:
    (record,) = made()
    assert (record.amount.role, record.amount.minor, record.amount.raw) == (AmountRole.WITH_VAT, 112_000, "1120")
    assert [(one.role, one.minor) for one in record.other_sums] == [(AmountRole.WITHOUT_VAT, 100_000)]
    (record,) = made(contract_sum_wnds=None)
    assert (record.amount.role, record.amount.minor, record.other_sums) == (AmountRole.WITHOUT_VAT, 100_000, ())


def test_no_sum_is_unknown_and_zero_is_zero() -> None:
    (record,) = made(contract_sum=None, contract_sum_wnds=None)
    assert (record.amount.state, record.amount.minor) == (AmountState.UNKNOWN, None)
    (record,) = made(contract_sum=Decimal(0), contract_sum_wnds=Decimal(0))
    assert (record.amount.state, record.amount.minor) == (AmountState.ZERO, 0)


@pytest.mark.parametrize("currency", ["USD", "CNY", "KGS"])
def test_another_currency_is_kept_as_stated(currency: str) -> None:
    (record,) = made(ref_currency_code=currency, exchange_rate=Decimal("447.5"))
    assert (record.amount.currency, record.amount.minor) == (currency, 112_000)
    assert record.details["exchange rate"] == "447.5"


def test_a_currency_has_its_own_minor_unit_or_is_refused() -> None:
    assert minor_units(Decimal(12), "JPY") == 12
    with pytest.raises(SumError, match="no ISO 4217 code"):
        made(ref_currency_code="ЫЫЫ")


def test_the_budget_year_counts_and_not_the_year_of_the_signature() -> None:
    (record,) = made(fin_year=2023, sign_date="2022-12-28 11:00:00")
    assert (record.year, record.signed_on, record.year_basis) == (2023, "2022-12-28", "budget")


def test_an_unknown_budget_year_is_no_date() -> None:
    (record,) = made(fin_year=None, sign_date="2022-12-28 11:00:00")
    assert (record.year_state, record.year) == (YearState.NO_DATE, None)


@pytest.mark.parametrize("change", [{"fin_year": 23}, {"sign_date": "28.12.22"}, {"sign_date": "2022-02-30 10:00:00"}])
def test_a_year_or_date_that_is_none_is_rejected(change: dict[str, Any]) -> None:
    with pytest.raises(ContractError):
        made(**change)


def shares(*rows: tuple[int, str, str | None]) -> list[YearSum]:
    return [YearSum(y, Decimal(fact) if fact else None, Decimal(total)) for y, total, fact in rows]


def test_years_count_and_the_whole_never_beside_them() -> None:
    rows = shares((2023, "400", "100"), (2024, "420", None), (2024, "300", None))
    whole, first, second, paid, paid_first = made(
        ref_contract_year_type_id=2, year_sums=rows, fakt_sum_wnds=Decimal(100)
    )
    assert (whole.year_state, whole.year, whole.standing) == (YearState.SEVERAL_YEARS, None, Standing.VOID)
    assert [(r.key, r.year, r.amount.minor, r.standing) for r in (first, second)] == [
        ("7:2023", 2023, 40_000, Standing.COUNTS), ("7:2024", 2024, 72_000, Standing.COUNTS),
    ]  # fmt: skip
    assert first.amount.minor + second.amount.minor == whole.amount.minor  # type: ignore[operator]
    assert len({whole.root_key, first.root_key, second.root_key}) == 3
    assert (paid.standing, paid_first.standing, paid_first.amount.minor) == (Standing.VOID, Standing.COUNTS, 10_000)
    assert paid_first.root_key == first.root_key


def test_shares_that_do_not_add_up_leave_one_record_over_several_years() -> None:
    rows = shares((2023, "400", None), (2024, "600", None))  # without VAT, while the sum has it
    (whole,) = made(ref_contract_year_type_id=2, year_sums=rows)
    assert (whole.year_state, whole.standing, whole.amount.minor) == (
        YearState.SEVERAL_YEARS,
        Standing.COUNTS,
        112_000,
    )
    assert whole.details["years"] == "2023, 2024"


def test_several_years_without_shares_count_as_one_record() -> None:
    (whole,) = made(ref_contract_year_type_id=2)
    assert (whole.year_state, whole.standing) == (YearState.SEVERAL_YEARS, Standing.COUNTS)


def test_years_of_a_superseded_version_never_count() -> None:
    rows = shares((2023, "400", None), (2024, "720", None))
    whole, *years = made(ref_contract_status_id=455, ref_contract_year_type_id=2, year_sums=rows)
    assert whole.standing is Standing.SUPERSEDED
    assert {one.standing for one in years} == {Standing.NEVER}


def test_versions_and_transfers_share_a_root() -> None:
    number = f"{BODY}/230007"
    assert root_key(7, 7, f"{number}/00") == root_key(9, 7, f"{number}/01") == "root/7"
    assert root_key(9, None, f"{number}/01") == root_key(11, None, f"{number}/02") == f"root/{number}"
    assert root_key(7, None, f"{number}/00") == "root/7"
    assert root_key(7, None, "договор б/н") == "root/7"


@given(st.integers(0, 99), st.integers(0, 99), st.integers(1, 10**9), st.integers(1, 10**9))
@settings(max_examples=200, deadline=None)
def test_rank_sorts_by_version_then_by_id(a: int, b: int, first: int, second: int) -> None:
    ranks = [rank(i, f"{BODY}/230007/{version:02d}") for version, i in ((a, first), (b, second))]
    assert (ranks[0] < ranks[1]) == ((a, first) < (b, second))


def test_a_number_of_another_shape_has_no_version() -> None:
    assert split_number("№ 15 от 01.02.2023") == ("", "")
    assert split_number("000340001583/220023/01") == ("000340001583/220023", "01")


def test_lines_never_repeat_the_sum_of_the_contract() -> None:
    units = [Unit(id=n, total_sum=Decimal(250), total_sum_wnds=Decimal(280), deleted=n == 5) for n in range(1, 6)]
    (record,) = made(units=units)
    assert [line.minor for line in record.lines] == [28_000] * 4
    assert record.details["deleted lines"] == "1"


def test_paid_and_yearly_records_carry_no_lines() -> None:
    first, *others = made(
        units=[Unit(id=1, total_sum_wnds=Decimal(1120))], fakt_sum_wnds=Decimal(5), ref_contract_year_type_id=2,
        year_sums=shares((2023, "400", None), (2024, "720", None)),
    )  # fmt: skip
    assert len(first.lines) == 1
    assert len(others) == 3
    assert not any(one.lines for one in others)


def test_the_organiser_is_kept_apart_and_credited_with_nothing() -> None:
    from ingest.goszakup.wire import Announcement

    (record,) = made(announcement=Announcement(ORGANISER, "Управление закупок"))
    assert record.payer.registry_id == BODY
    assert record.organiser is not None
    assert record.organiser.registry_id == ORGANISER
    (record,) = made(announcement=Announcement(BODY, "Тело"))
    assert record.organiser is None


def test_a_person_is_marked_and_never_named_by_a_number() -> None:
    found = named(PERSON, "", "").party
    assert (found.is_person, found.id_scheme, found.state, found.name) == (True, "KZ-IIN", PartyState.UNKNOWN, "")


def test_a_bin_that_lost_its_zeros_is_repaired() -> None:
    assert named("340001583", "Тело", "").party.registry_id == ""  # nine digits of text are not enough
    assert named("000340001583", "Тело", "") == named("БИН 000340001583", "Тело", "")


def test_a_number_whose_check_digit_fails_identifies_nobody() -> None:
    body = named("991340905016", "Тело", "")
    assert (body.party.registry_id, body.odd_id) == ("", "991340905016")
    person = named("991300906031", "Человек", "")
    assert "9913" not in person.party.registry_id + person.odd_id


def test_without_a_customer_a_contract_is_rejected() -> None:
    with pytest.raises(ContractError, match="no customer"):
        made(customer_bin=None, customer=None)


def test_without_a_supplier_the_recipient_is_unknown() -> None:
    (record,) = made(supplier_biin=None, supplier=None)
    assert record.recipient.state is PartyState.UNKNOWN


def test_entities_spaces_and_languages_of_names() -> None:
    assert named(BODY, "КГУ &quot;Тело&quot;\u00a0 села", "").party.name == 'КГУ "Тело" села'
    assert (named(BODY, " ", "«Дене» КММ").party.name, named(BODY, "", "«Дене» КММ").party.lang) == (
        "«Дене» КММ",
        "kk",
    )


def test_codes_are_found_by_the_names_that_pages_print() -> None:
    assert code_of(STATUSES, " Создано  доп.соглашение ") == 450
    assert code_of(METHODS, "Новый способ") is None


@given(st.integers(0, 10**15))
@settings(max_examples=200, deadline=None)
def test_sums_are_exact(tiyn: int) -> None:
    assert minor_units(Decimal(tiyn) / 100, "KZT") == tiyn


@given(st.integers(1, 10**13))
@settings(max_examples=100, deadline=None)
def test_printed_sums_are_exact(tiyn: int) -> None:
    for text in (
        f"{tiyn:,}".replace(",", " "),
        f"{tiyn // 100:,}".replace(",", "\u00a0") + f".{tiyn % 100:02d}",
    ):
        exact = printed_number(text)
        assert exact is not None
        assert exact == (Decimal(tiyn) / 100 if "." in text else tiyn)


@pytest.mark.parametrize("value", ["-1", "0.001", "1120.005"])
def test_negative_and_finer_sums_are_refused(value: str) -> None:
    with pytest.raises(SumError):
        minor_units(Decimal(value), "KZT")
