"""A new outlet gets its kind and a new organisation its legal form, as classes of ours, from what is printed."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from db.words import PartyState
from ingest.names.rule_data import legal_form_rows, media_rows
from ingest.record import Party
from ingest.spelling import Spellings, legal_form_of, medium_of


@pytest.mark.parametrize(
    ("wording", "name", "medium"),
    [
        ("Телеканалы", "Боз дала", "tv"),
        ("Телеканалы", "Газета «Боз дала»", "tv"),
        ("", "Газета «Боз дала»", "newspaper"),
        ("", "«Боз дала» газеті", "newspaper"),
        ("Печатни медији", "Боз дала", "Печатни медији"),
        ("", "Боз дала", ""),
    ],
)
def test_the_kind_of_an_outlet(wording: str, name: str, medium: str) -> None:
    assert medium_of(wording, name) == medium
    assert medium in media_rows() or medium == wording


@pytest.mark.parametrize(
    ("name", "form"),
    [("ТОО «Боз дала»", "LLP"), ("«Боз дала» ЖШС", "LLP"), ("ИП Дала", "IE"), ("Боз дала doo", "LLC"), ("Дала", "")],
)
def test_the_legal_form_of_an_organisation(name: str, form: str) -> None:
    assert legal_form_of(name) == form
    assert form in {"", *(row.id for row in legal_form_rows())}


def test_both_are_kept_when_an_entity_is_new(engine: Engine) -> None:
    spellings = Spellings("KZ")
    with engine.begin() as connection:
        spellings.refresh(connection)
        spellings.outlet(Party("Боз дала", medium="Газеты"))
        spellings.outlet(Party("", PartyState.UNKNOWN))
        spellings.organisation(Party("ТОО «Ақ дала»"))
        spellings.flush(connection)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT name, medium FROM outlet")).all() == [("Боз дала", "newspaper")]
        assert connection.execute(text("SELECT legal_form FROM organisation")).all() == [("LLP",)]
