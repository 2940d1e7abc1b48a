"""Which records count: at most one per root and measure, and the same money once between sources.

Set-based, over one source at a time; only records whose answer changes are written.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

from db.bulk import table_of, update_rows
from db.model import Record

_WITHIN = """
SELECT id, why FROM (
  SELECT id, counted_why, CASE
    WHEN retracted THEN 'retracted'
    WHEN vanished THEN 'vanished'
    WHEN deleted_at IS NOT NULL THEN 'deleted at the source'
    WHEN standing = 'never' THEN CASE standing_why WHEN '' THEN 'status does not count' ELSE standing_why END
    WHEN newest_standing = 'void' THEN 'status does not count'
    WHEN hole THEN CASE WHEN place = 1 THEN '' ELSE :superseded END
    WHEN standing = 'counts' AND counting_so_far = 1 THEN ''
    ELSE :superseded END AS why
  FROM (
    SELECT id, counted_why, standing, standing_why, vanished, deleted_at, retracted,
      row_number() OVER newest AS place,
      first_value(standing) OVER newest AS newest_standing,
      first_value(standing) OVER newest = 'superseded' AND first_value(stored_place) OVER newest = 1 AS hole,
      sum(CASE WHEN standing = 'counts' THEN 1 ELSE 0 END) OVER newest AS counting_so_far
    FROM (
      SELECT r.id, r.counted_why, r.standing, r.standing_why, r.deleted_at, r.root_key, r.measure,
        r.rank, r.key, v.id IS NOT NULL AS vanished, c.retracted_why <> '' OR u.retracted_why <> '' AS retracted,
        row_number() OVER (PARTITION BY r.root_key, r.measure ORDER BY r.rank DESC, r.key DESC) AS stored_place,
        CASE WHEN v.id IS NULL AND r.deleted_at IS NULL AND c.retracted_why = ''
          AND u.retracted_why = '' AND r.standing <> 'never' THEN 1 ELSE 0 END AS eligible
      FROM record r JOIN capture c ON c.id = r.capture_id JOIN run u ON u.id = c.run_id
      LEFT JOIN run v ON v.id = r.vanished_run_id AND v.retracted_why = ''
      WHERE r.source_id = :source
    ) AS seen
    WINDOW newest AS (PARTITION BY root_key, measure, eligible ORDER BY rank DESC, key DESC
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
  ) AS placed
) AS verdict
WHERE counted_why <> why ORDER BY id
"""
# `hole`: the newest version stored at all is one that its source calls superseded, so the version that replaced it
# was never read; it stands in for it. With anything newer stored, terminated or deleted, it does not.

_SEVERAL_YEARS = """
SELECT r.id FROM record r
WHERE r.source_id = :source AND r.counted AND r.year_state = 'several years' AND EXISTS (
  SELECT 1 FROM record y WHERE y.source_id = r.source_id AND y.counted AND y.year_state = 'stated'
    AND (y.root_key = r.root_key OR (y.subject = r.subject AND y.number = r.number))
    AND y.payer_name_id = r.payer_name_id AND y.measure = r.measure AND y.currency = r.currency
    AND coalesce(y.recipient_name_id, 0) = coalesce(r.recipient_name_id, 0)
    AND coalesce(y.outlet_name_id, 0) = coalesce(r.outlet_name_id, 0)
    AND y.year BETWEEN r.year AND r.year_to)
ORDER BY r.id
"""

_BETWEEN = """
SELECT r.id FROM record r
JOIN body_name b ON b.id = r.payer_name_id JOIN organisation_name o ON o.id = r.recipient_name_id
WHERE r.source_id = :lower AND r.counted AND r.year_state = 'stated' AND EXISTS (
  SELECT 1 FROM record h
  JOIN body_name hb ON hb.id = h.payer_name_id JOIN organisation_name ho ON ho.id = h.recipient_name_id
  WHERE h.source_id = :higher AND h.counted AND h.year_state = 'stated' AND h.year = r.year
    AND h.measure = r.measure AND hb.body_id = b.body_id AND ho.organisation_id = o.organisation_id)
ORDER BY r.id
"""


def _write(connection: Connection, reasons: Sequence[tuple[int, str]]) -> None:
    update_rows(
        connection,
        table_of(Record),
        ("counted", "counted_why"),
        "id",
        [(why == "", why, record_id) for record_id, why in reasons],
    )


def recount(connection: Connection, source_id: int, superseded_why: str) -> int:
    """Decide which records of one source count; gives the number whose answer changed."""
    changed = [
        (row[0], row[1])
        for row in connection.execute(text(_WITHIN), {"source": source_id, "superseded": superseded_why})
    ]
    _write(connection, changed)
    spans = [(row[0], "several years") for row in connection.execute(text(_SEVERAL_YEARS), {"source": source_id})]
    _write(connection, spans)
    return len(changed) + len(spans)


def count_between(connection: Connection, precedence: Sequence[tuple[int, str]]) -> int:
    """Count the same money once: payer × recipient × year × measure, the earlier source in `precedence` wins."""
    hidden = 0
    for place, (lower, _) in enumerate(precedence):
        for higher, name in precedence[:place]:
            found = connection.execute(text(_BETWEEN), {"lower": lower, "higher": higher})
            reasons = [(row[0], f"also in {name}") for row in found]
            _write(connection, reasons)
            hidden += len(reasons)
    return hidden
