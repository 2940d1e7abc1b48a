"""The budget year of a contract, and the shares of the years of a contract over several."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from ingest.goszakup.wire import Contract

SEVERAL = 2
"""`refContractYearTypeId`: 1 one year, 2 several years."""


class Share(msgspec.Struct, frozen=True):
    """What one budget year takes of a contract."""

    year: int
    contracted: Decimal
    paid: Decimal | None


def is_several_years(contract: Contract) -> bool:
    """Whether a contract runs over several budget years, by its type or by its shares."""
    if not contract.year_sums:
        return contract.ref_contract_year_type_id == SEVERAL
    years = {share.fin_year for share in contract.year_sums if share.fin_year}
    return len(years) > 1 or contract.ref_contract_year_type_id == SEVERAL


def shares_of(contract: Contract, whole: Decimal | None) -> list[Share]:
    """The shares of the years (`ContractSpecSum`, one row a unit and year), when they make up the whole sum.

    Shares that do not add up to the sum of the contract are on another footing (without VAT, say, or older than the
    last agreement): then none is given and the contract stays one record over several years.
    """
    contracted: dict[int, Decimal] = {}
    paid: dict[int, Decimal] = {}
    for row in contract.year_sums or ():
        if row.fin_year is None or row.total_sum is None:
            return []
        contracted[row.fin_year] = contracted.get(row.fin_year, Decimal(0)) + row.total_sum
        if row.fact_sum is not None:
            paid[row.fin_year] = paid.get(row.fin_year, Decimal(0)) + row.fact_sum
    if len(contracted) < 2 or whole is None or sum(contracted.values()) != whole:
        return []
    return [Share(year, contracted[year], paid.get(year)) for year in sorted(contracted)]
