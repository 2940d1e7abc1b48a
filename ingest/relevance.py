"""Whether each record is money for media, and what it is about: rules first, a person above them.

A source about media declares so. The records of general procurement start undecided, and the rule table
`ingest/data/topics/rules.yml` makes them media, not media, or leaves them undecided; a person's line
(`ingest.topics.decisions`) stands above every rule. All records of one thing (versions of a contract, announcements of
a lot, payments, the shares of its years) get one answer, found from all their wordings together. Where one wording
says media and another says not media, nobody has decided yet.

Everything is decided anew each time from the records and the lines, so the order in which they came leaves no trace,
and undoing a line restores the sums of before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from db.bulk import table_of, update_rows
from db.model import Record
from db.model import Topic as TopicTable
from db.words import Relevance
from ingest.decision_lines import with_shipped
from ingest.names.normalise import normalise
from ingest.names.score import known_outlet
from ingest.offices import codes_of
from ingest.reference import bring_in_step
from ingest.source import Source
from ingest.topics.classify import NO_RULE, Purchase, Topic, Verdict, classify, topic_of
from ingest.topics.decisions import FILES, Judgement, Judgements, Subject
from ingest.topics.rules import shipped

BY_SOURCE = "source"
"""What stands in `relevance_by` where the whole source is about media."""

_INFORMATION = frozenset({"internal_policy", "information"})
_OFFICES = frozenset({"ministry", "committee", "department", "section"})
_UNDECIDED = Verdict(Relevance.UNDECIDED, NO_RULE, 0, "", "", ())
_WRITTEN = ("relevance", "relevance_by", "topic", "topic_by", "topic_score")

# the shares of a contract's years have its root with a year behind it, and are asked together with it
_READ = """
SELECT CASE WHEN r.root_key LIKE '%/____' THEN substr(r.root_key, 1, length(r.root_key) - 5) ELSE r.root_key END
    AS stem,
  r.id, r.key, r.root_key, r.relevance, r.relevance_by, r.topic, r.topic_by, r.topic_score, r.subject, r.source_topic,
  r.payer_name_id, r.recipient_name_id, l.code, l.name, l.description
FROM record r LEFT JOIN record_line l ON l.record_id = r.id
WHERE r.source_id = :source ORDER BY stem, r.id, l.position
"""

_PAID_AS_MEDIA = """
SELECT DISTINCT n.organisation_id FROM record r JOIN organisation_name n ON n.id = r.recipient_name_id
JOIN capture c ON c.id = r.capture_id JOIN run u ON u.id = c.run_id
WHERE r.source_id = :source AND c.retracted_why = '' AND u.retracted_why = ''
"""


class Agreement(msgspec.Struct):
    """How often the rules say what people said, over the lines in force that met a record."""

    agree: int = 0
    disagree: int = 0
    rules_undecided: int = 0


class Judged(msgspec.Struct):
    """What came of it.

    Attributes:
        counts: records of undecided sources by their relevance now.
        changed: records whose relevance or topic was written.
        relevance: agreement of rules and people on media or not.
        topics: agreement of rules and people on topics; "undecided" is a record without a rule for its topic.
        unmet: lines that name no record of the registry.
    """

    counts: dict[str, int]
    changed: int
    relevance: Agreement
    topics: Agreement
    unmet: list[Judgement]


_HELD = """
SELECT 1 FROM record r JOIN source s ON s.id = r.source_id WHERE s.name = :source AND (
  (:key <> '' AND r.key = :key)
  OR (:root <> '' AND (r.root_key = :root OR substr(r.root_key, 1, length(:stem)) = :stem))
) LIMIT 1
"""


class _Row(msgspec.Struct, frozen=True):
    """One record with its wordings."""

    id: int
    key: str
    root: str
    stored: tuple[str, str, str, str, int]
    purchases: tuple[Purchase, ...]
    texts: tuple[str, ...]


class _Signs(msgspec.Struct, frozen=True):
    """What is known of the parties: spellings of known outlets and their publishers, and of offices of information."""

    outlets: frozenset[int]
    offices: frozenset[int]


def load_judgements(home: Path) -> Judgements:
    """Read the shipped lines, then the installation's own.

    Raises:
        ingest.decision_lines.DecisionError: a line is wrong, or two contradict each other.
    """
    return Judgements.load(with_shipped((home / "decisions").glob(FILES), FILES))


def is_held(connection: Connection, subject: Subject) -> bool:
    """Whether the registry holds a record that a line may be about: by its key, its root, or a share of the root."""
    asked = {"source": subject.source, "key": subject.key, "root": subject.root, "stem": f"{subject.root}/"}
    return connection.execute(text(_HELD), asked).first() is not None


def judge(connection: Connection, sources: Mapping[str, Source], judgements: Judgements) -> Judged:
    """Decide relevance and topic of every record; only records whose answer changed are written.

    Args:
        connection: inside the transaction that settles the registry; identities are resolved already.
        sources: the declarations. Records of a source that is not declared any more keep their relevance.
        judgements: what people decided.
    """
    described = sorted(shipped().descriptions.items())
    bring_in_step(connection, table_of(TopicTable), ("name",), ("name", "description"), described)
    ids = {row[1]: row[0] for row in connection.execute(text("SELECT id, name FROM source ORDER BY id"))}
    signs = _signs(connection, [ids[name] for name in ids if _declared(sources, name) is Relevance.MEDIA])
    made = Judged({}, 0, Agreement(), Agreement(), [])
    met: dict[str, tuple[Relevance | None, str | None]] = {}
    counts: Counter[str] = Counter()
    for name, source_id in sorted(ids.items()):
        declared = _declared(sources, name)
        changes: list[tuple[Any, ...]] = []
        for root, rows in _things(connection, source_id, signs):
            verdict = _verdict(rows) if declared is Relevance.UNDECIDED else None
            topic = cache(partial(_topic, rows))  # asked only of money for media, and where a person spoke
            for row in rows:
                roots = (row.root, root)
                said = judgements.relevance(name, roots, row.key)
                said_topic = judgements.topic(name, roots, row.key)
                relevance, by = _answer(row, declared, verdict, said)
                answer = (relevance, by, *_about(Relevance(relevance), topic, said_topic))
                if answer != row.stored:
                    changes.append((*answer, row.id))
                if declared is Relevance.UNDECIDED:
                    counts[relevance] += 1
                by_rule = verdict[0] if verdict else declared
                for line in filter(None, (said, said_topic)):
                    found = topic()
                    met[line.id] = (by_rule, found.topic if found else None)
        update_rows(connection, table_of(Record), _WRITTEN, "id", changes)
        made.changed += len(changes)
    made.counts = {word.value: counts[word.value] for word in Relevance}
    _compare(made, judgements, met)
    return made


def _declared(sources: Mapping[str, Source], name: str) -> Relevance | None:
    return sources[name].relevance if name in sources else None


def _answer(
    row: _Row, declared: Relevance | None, verdict: tuple[Relevance, str] | None, said: Judgement | None
) -> tuple[str, str]:
    if said is not None and said.relevance is not None:
        return said.relevance.value, said.by
    if verdict is not None:
        return verdict[0].value, verdict[1]
    return (declared.value, BY_SOURCE) if declared is not None else row.stored[:2]


def _about(relevance: Relevance, topic: Callable[[], Topic | None], said: Judgement | None) -> tuple[str, str, int]:
    """Topic, who gave it, and the score of the rule (0 where a person gave it); only money for media has a topic."""
    if relevance is not Relevance.MEDIA:
        return "", "", 0
    if said is not None:
        return said.topic, said.by, 0
    found = topic()
    return (found.topic, f"rule {found.rule_id}", found.score) if found else ("", "", 0)


def _verdict(rows: list[_Row]) -> tuple[Relevance, str]:
    """The answer for one thing from all its wordings: the strongest sign, unless wordings contradict each other."""
    best: dict[Relevance, Verdict] = {}
    for purchase in {purchase for row in rows for purchase in row.purchases}:
        found = classify(purchase)
        known = best.get(found.relevance, _UNDECIDED)
        if (-found.score, found.rule_id) < (-known.score, known.rule_id):
            best[found.relevance] = found
    media, other = best.get(Relevance.MEDIA), best.get(Relevance.NOT_MEDIA)
    if media and other:
        return Relevance.UNDECIDED, f"wordings disagree: {_named(media)}; {_named(other)}"
    strongest = max(best.values(), key=lambda verdict: (verdict.score, verdict.rule_id), default=_UNDECIDED)
    return strongest.relevance, _named(strongest)


def _named(verdict: Verdict) -> str:
    return f"rule {verdict.rule_id}, score {verdict.score}" if verdict.score else verdict.rule_id


def _topic(rows: list[_Row]) -> Topic | None:
    found = [topic for texts in {row.texts for row in rows} if (topic := topic_of(*texts))]
    return min(found, key=lambda topic: (-topic.score, topic.rule_id), default=None)


def _things(connection: Connection, source_id: int, signs: _Signs) -> Iterator[tuple[str, list[_Row]]]:
    """The records of a source, those of one thing together."""
    found = connection.execute(text(_READ), {"source": source_id}, execution_options={"yield_per": 2000})
    for stem, lines in groupby(found, key=itemgetter(0)):
        things: dict[str, list[_Row]] = {}
        for _, of_record in groupby(lines, key=itemgetter(1)):
            row = _row([tuple(line) for line in of_record], signs)
            things.setdefault(stem if _is_share(row, stem) else row.root, []).append(row)
        yield from things.items()


def _is_share(row: _Row, stem: str) -> bool:
    """Whether a record is one year's share of a contract: root "17/2024" and key "17:2024", not a number "17/2024"."""
    return row.root != stem and row.root[len(stem) + 1 :] in row.key.split(":")[1:]


def _row(lines: list[tuple[Any, ...]], signs: _Signs) -> _Row:
    (_, record_id, key, root, *stored, subject, source_topic, payer, recipient, _, _, _) = lines[0]
    kind = "information policy" if payer in signs.offices else ""
    known = recipient in signs.outlets
    purchases, texts = [], [source_topic, subject]
    for *_, code, name, description in lines:
        named = name or subject
        further = dict.fromkeys(part for part in (subject, source_topic, description) if part and part != named)
        purchases.append(
            Purchase(name=named, description="\n".join(further), code=code or "", payer_kind=kind, known_outlet=known)
        )
        texts += [name, description]
    told = tuple(dict.fromkeys(part for part in texts if part))
    return _Row(record_id, key, root, tuple(stored), tuple(dict.fromkeys(purchases)), told)


def _signs(connection: Connection, media_sources: list[int]) -> _Signs:
    """Spellings whose organisation a source about media pays, or that name a known outlet; offices of information."""
    paid: set[int] = set()
    for source_id in media_sources:
        paid |= {row[0] for row in connection.execute(text(_PAID_AS_MEDIA), {"source": source_id})}
    names = connection.execute(text("SELECT id, organisation_id, name FROM organisation_name ORDER BY id"))
    outlets = frozenset(row[0] for row in names if row[1] in paid or known_outlet(normalise(row[2])))
    bodies = connection.execute(text("SELECT id, name FROM body_name ORDER BY id"))
    return _Signs(outlets, frozenset(row[0] for row in bodies if is_office_of_information(row[1])))


def is_office_of_information(name: str) -> bool:
    """Whether a name is that of a ministry, committee or department of information or of internal policy."""
    codes = codes_of(name)
    return not _INFORMATION.isdisjoint(codes) and not _OFFICES.isdisjoint(codes)


def _compare(made: Judged, judgements: Judgements, met: dict[str, tuple[Relevance | None, str | None]]) -> None:
    for line in judgements.active:
        if line.id not in met:
            made.unmet.append(line)
            continue
        by_rule, topic = met[line.id]
        if line.relevance is not None:
            _count(made.relevance, by_rule if by_rule is not Relevance.UNDECIDED else None, line.relevance)
        if line.topic:
            _count(made.topics, topic, line.topic)


def _count(agreement: Agreement, by_rule: str | None, said: str) -> None:
    if by_rule is None:
        agreement.rules_undecided += 1
    elif by_rule == said:
        agreement.agree += 1
    else:
        agreement.disagree += 1
