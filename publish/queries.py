"""The ready queries of a release: sums by outlet, ministry and year, exact and never across currencies or measures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReadyQuery:
    """One canned query of Datasette."""

    name: str
    title: str
    text: str
    sql: str


_TEXT = (
    "Counted rows only, one line for each {by}, currency and measure. sum is exact decimal text made of minor units "
    "(sum_minor). Lines whose sum_of says 'equivalent' add up second currencies that sources print themselves: the "
    "same money again, never to be added to the others. without_sum counts rows that state no sum, which is not "
    "zero; not_exact counts rows whose sum is rounded, at least or at most."
)


def _half(key: str, minor: str, currency: str, kind: str) -> str:
    only = f" and c.{currency} <> ''" if kind == "equivalent" else ""
    return f"""  select c.{key} as key_id, c.measure as measure, c.{currency} as currency, '{kind}' as sum_of,
    count(*) as records, count(*) - count(c.{minor}) as without_sum,
    sum(c.amount_precision <> 'exact') as not_exact, sum(c.{minor}) as sum_minor
  from contracts as c where c.counted = 1{only}
  group by c.{key}, c.measure, c.{currency}"""


def _query(key: str, table: str, shown: str, order: str) -> ReadyQuery:
    sql = f"""with sums as (
{_half(key, "amount_minor", "currency", "amount")}
  union all
{_half(key, "equivalent_minor", "equivalent_currency", "equivalent")}
)
select {shown}, s.measure, s.currency, s.sum_of, s.records, s.without_sum, s.not_exact,
  case when s.sum_minor < 0 then '-' else '' end || (abs(s.sum_minor) / u.minor_per_unit)
    || case when u.digits > 0 then '.' || substr('0000' || (abs(s.sum_minor) % u.minor_per_unit), -u.digits)
       else '' end as sum,
  s.sum_minor
from sums as s join {table} as k on k.id = s.key_id left join currencies as u on u.code = s.currency
order by s.sum_of, s.measure, s.currency, {order}"""
    return ReadyQuery(f"sum_by_{key}", f"Sum by {key}", _TEXT.format(by=key), sql)


SUM_BY_OUTLET = _query("outlet", "outlets", "k.name as outlet, k.uid as outlet_uid", "s.sum_minor desc, k.uid")
SUM_BY_MINISTRY = _query(
    "ministry", "ministries", "k.name as ministry, k.uid as ministry_uid", "s.sum_minor desc, k.uid"
)
SUM_BY_YEAR = _query("year", "years", "k.name as year", "k.id")

READY_QUERIES = (SUM_BY_OUTLET, SUM_BY_MINISTRY, SUM_BY_YEAR)
