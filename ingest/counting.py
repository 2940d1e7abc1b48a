"""Which records count: at most one per root and measure, and the same money once between sources.

Set-based, over one source at a time; only records whose answer changes are written.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, text

_WITHIN = """
UPDATE record SET counted = verdict.why = '', counted_why = verdict.why FROM (
  SELECT id, CASE
    WHEN retracted THEN 'retracted'
    WHEN vanished THEN 'vanished'
    WHEN deleted_at IS NOT NULL THEN 'deleted at the source'
    WHEN standing = 'never' THEN CASE standing_why WHEN '' THEN 'status does not count' ELSE standing_why END
    WHEN newest_standing = 'void' THEN 'status does not count'
    WHEN place > 1 AND NOT (standing = 'counts' AND counting_so_far = 1) THEN :superseded
    WHEN newest_standing = 'superseded' AND NOT EXISTS (
      SELECT 1 FROM record newer
      WHERE newer.source_id = :source AND newer.root_key = placed.root_key AND newer.measure = placed.measure
        AND (newer.rank, newer.key) > (newest_rank, newest_key)
    ) THEN CASE WHEN place = 1 THEN '' ELSE :superseded END
    WHEN standing = 'counts' AND counting_so_far = 1 THEN ''
    ELSE :superseded END AS why
  FROM (
    SELECT seen.*,
      row_number() OVER newest AS place,
      first_value(standing) OVER newest AS newest_standing,
      first_value(rank) OVER newest AS newest_rank,
      first_value(key) OVER newest AS newest_key,
      sum(CASE WHEN standing = 'counts' THEN 1 ELSE 0 END) OVER newest AS counting_so_far
    FROM (
      SELECT r.id, r.standing, r.standing_why, r.deleted_at, r.root_key, r.measure, r.rank, r.key,
        v.id IS NOT NULL AS vanished, c.retracted_why <> '' OR u.retracted_why <> '' AS retracted,
        CASE WHEN v.id IS NULL AND r.deleted_at IS NULL AND c.retracted_why = ''
          AND u.retracted_why = '' AND r.standing <> 'never' THEN 0 ELSE 1 END AS ruled_out
      FROM record r JOIN capture c ON c.id = r.capture_id JOIN run u ON u.id = c.run_id
      LEFT JOIN run v ON v.id = r.vanished_run_id AND v.retracted_why = ''
      WHERE r.source_id = :source AND (
        r.standing <> 'counts' OR r.counted_why <> '' OR v.id IS NOT NULL OR r.deleted_at IS NOT NULL
        OR c.retracted_why <> '' OR u.retracted_why <> '' OR EXISTS (
          SELECT 1 FROM record other
          WHERE other.source_id = r.source_id AND other.root_key = r.root_key AND other.measure = r.measure
            AND other.id <> r.id))
    ) AS seen
    WINDOW newest AS (PARTITION BY root_key, measure ORDER BY ruled_out, rank DESC, key DESC
      ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
  ) AS placed
) AS verdict
WHERE record.id = verdict.id AND record.counted_why <> verdict.why
"""
# Rows that are `ruled_out` have a reason of their own and stand last, so that the newest of a root is one that may
# count. Where its source calls that one superseded and nothing newer is stored at all, the version that replaced it
# was never read, and it stands in for it. With anything newer stored, terminated or deleted, it does not.

_SEVERAL_YEARS = """
UPDATE record SET counted = false, counted_why = 'several years' WHERE id IN (SELECT r.id FROM record r
WHERE r.source_id = :source AND r.counted AND r.year_state = 'several years' AND EXISTS (
  SELECT 1 FROM record y WHERE y.source_id = r.source_id AND y.counted AND y.year_state = 'stated'
    AND (y.root_key = r.root_key OR (y.subject = r.subject AND y.number = r.number))
    AND y.payer_name_id = r.payer_name_id AND y.measure = r.measure AND y.currency = r.currency
    AND coalesce(y.recipient_name_id, 0) = coalesce(r.recipient_name_id, 0)
    AND coalesce(y.outlet_name_id, 0) = coalesce(r.outlet_name_id, 0)
    AND y.year BETWEEN r.year AND r.year_to))
"""

_BETWEEN = """
UPDATE record SET counted = false, counted_why = :why WHERE id IN (SELECT r.id FROM record r
JOIN body_name b ON b.id = r.payer_name_id JOIN organisation_name o ON o.id = r.recipient_name_id
WHERE r.source_id = :lower AND r.counted AND r.year_state = 'stated' AND EXISTS (
  SELECT 1 FROM record h
  JOIN body_name hb ON hb.id = h.payer_name_id JOIN organisation_name ho ON ho.id = h.recipient_name_id
  WHERE h.source_id = :higher AND h.counted AND h.year_state = 'stated' AND h.year = r.year
    AND h.measure = r.measure AND hb.body_id = b.body_id AND ho.organisation_id = o.organisation_id))
"""


def recount(connection: Connection, source_id: int, superseded_why: str) -> int:
    """Decide which records of one source count; gives the number whose answer changed."""
    changed = connection.execute(text(_WITHIN), {"source": source_id, "superseded": superseded_why})
    spans = connection.execute(text(_SEVERAL_YEARS), {"source": source_id})
    return changed.rowcount + spans.rowcount


def count_between(connection: Connection, precedence: Sequence[tuple[int, str]]) -> int:
    """Count the same money once: payer × recipient × year × measure, the earlier source in `precedence` wins."""
    hidden = 0
    for place, (lower, _) in enumerate(precedence):
        for higher, name in precedence[:place]:
            found = connection.execute(text(_BETWEEN), {"lower": lower, "higher": higher, "why": f"also in {name}"})
            hidden += found.rowcount
    return hidden
