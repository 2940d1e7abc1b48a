"""The ready queries of a release: sums by outlet, ministry and year, and who pays most of what an outlet gets.

Sums are exact, and never across currencies or measures.
"""

from __future__ import annotations

from dataclasses import dataclass

from publish.money import decimal_sql


@dataclass(frozen=True)
class ReadyQuery:
    """One canned query of Datasette."""

    name: str
    title: str
    text: str
    sql: str


MOST_LINES = 800
"""Lines of one query at most. Datasette shows a thousand and cuts the rest, in its CSV without a word."""

_TEXT = (
    "Counted rows only, one line for each {by}, currency and measure. sum is exact decimal text made of minor units "
    "(sum_minor). Lines whose sum_of says 'equivalent' add up second currencies that sources print themselves: the "
    "same money again, never to be added to the others. without_sum counts rows that state no sum, which is not "
    "zero; not_exact counts rows whose sum is rounded, at least or at most; corrected counts rows in which we set a "
    "value right, with what the source says in the table corrections."
)
_REST = (
    " Where there are too many for one page, the smaller ones stand together in the last line of their currency and "
    "measure, so that the lines always add up to the whole; the table {table} and the site have each of them."
)


def _half(key: str, minor: str, currency: str, kind: str) -> str:
    only = f" and c.{currency} <> ''" if kind == "equivalent" else ""
    return f"""  select c.{key} as key_id, c.measure as measure, c.{currency} as currency, '{kind}' as sum_of,
    count(*) as records, count(*) - count(c.{minor}) as without_sum,
    sum(c.amount_precision <> 'exact') as not_exact, sum(c.corrected) as corrected, sum(c.{minor}) as sum_minor
  from contracts as c where c.counted = 1{only}
  group by c.{key}, c.measure, c.{currency}"""


def _sums(key: str) -> str:
    return f"""sums as (
{_half(key, "amount_minor", "currency", "amount")}
  union all
{_half(key, "equivalent_minor", "equivalent_currency", "equivalent")}
)"""


_FIGURES = f"""s.measure, s.currency, s.sum_of, s.records, s.without_sum, s.not_exact, s.corrected,
  {decimal_sql("s.sum_minor", "u")} as sum,
  s.sum_minor"""


def _query_of_years() -> ReadyQuery:
    sql = f"""with {_sums("year")}
select k.name as year, {_FIGURES}
from sums as s join years as k on k.id = s.key_id left join currencies as u on u.code = s.currency
order by s.sum_of, s.measure, s.currency, k.id"""
    return ReadyQuery("sum_by_year", "Sum by year", _TEXT.format(by="year"), sql)


def _query(key: str, table: str) -> ReadyQuery:
    sql = f"""with {_sums(key)}, placed as (
  select s.*, k.name, k.uid, row_number() over (
      partition by s.sum_of, s.measure, s.currency order by s.sum_minor desc, k.uid
    ) as place
  from sums as s join {table} as k on k.id = s.key_id
), kept as (
  select p.*, {MOST_LINES} / (select count(*) from (select distinct sum_of, measure, currency from sums)) as room
  from placed as p
), lines as (
  select name, uid, measure, currency, sum_of, records, without_sum, not_exact, corrected, sum_minor,
    0 as is_rest from kept
  where place <= room
  union all
  select count(*) || ' others', '', measure, currency, sum_of, sum(records), sum(without_sum), sum(not_exact),
    sum(corrected), sum(sum_minor), 1
  from kept where place > room group by measure, currency, sum_of
)
select s.name as {key}, s.uid as {key}_uid, {_FIGURES}
from lines as s left join currencies as u on u.code = s.currency
order by s.sum_of, s.measure, s.currency, s.is_rest, s.sum_minor desc, s.uid"""
    text = _TEXT.format(by=key) + _REST.format(table=table)
    return ReadyQuery(f"sum_by_{key}", f"Sum by {key}", text, sql)


def _query_of_largest_payer() -> ReadyQuery:
    sql = f"""with sums as (
  select c.outlet, c.payer, c.measure, c.currency, count(*) as records, sum(c.amount_minor) as sum_minor
  from contracts as c where c.counted = 1 and c.amount_minor is not null
  group by c.outlet, c.payer, c.measure, c.currency
), placed as (
  select s.*, p.name as payer_name, p.uid as payer_uid, count(*) over alike as payers,
    sum(s.records) over alike as all_records, sum(s.sum_minor) over alike as total_minor,
    row_number() over (partition by s.outlet, s.measure, s.currency order by s.sum_minor desc, p.uid) as place
  from sums as s join payers as p on p.id = s.payer
  window alike as (partition by s.outlet, s.measure, s.currency)
), largest as (
  select p.*, o.name, o.uid, row_number() over (
      partition by p.measure, p.currency order by p.total_minor desc, o.uid
    ) as at
  from placed as p join outlets as o on o.id = p.outlet
  where p.place = 1 and p.total_minor > 0 and o.state = 'named'
)
select l.name as outlet, l.payer_name as largest_payer, round(100.0 * l.sum_minor / l.total_minor, 1) as percent,
  {decimal_sql("l.sum_minor", "u")} as sum,
  {decimal_sql("l.total_minor", "u")} as total,
  l.currency, l.measure, l.payers, l.records, l.all_records, l.sum_minor, l.total_minor, l.uid as outlet_uid,
  l.payer_uid as largest_payer_uid
from largest as l left join currencies as u on u.code = l.currency
where l.at <= {MOST_LINES} / (select count(*) from (select distinct measure, currency from largest))
order by l.measure, l.currency, l.at"""
    text = (
        "Counted rows that state a sum, one line for each outlet, currency and measure, those with the most money "
        "first: the payer that paid most of it, its sum out of the total, and percent of the total. It is the share "
        "of what is known: bodies that did not answer may have paid as well, and a share of few records (all_records) "
        "or of one payer says little. Payers stand as they were named in each year: a body that was renamed is two. "
        "Where there are too many for one page, the outlets with the least money are left out; the page of an outlet "
        "has its payers."
    )
    return ReadyQuery("largest_payer_of_outlet", "Largest payer of each outlet", text, sql)


SUM_BY_OUTLET = _query("outlet", "outlets")
SUM_BY_MINISTRY = _query("ministry", "ministries")
SUM_BY_YEAR = _query_of_years()

LARGEST_PAYER = _query_of_largest_payer()

SUMS = (SUM_BY_OUTLET, SUM_BY_MINISTRY, SUM_BY_YEAR)
READY_QUERIES = (*SUMS, LARGEST_PAYER)
