import os
from pathlib import Path

import pytest

from ingest.names.identifiers import is_pseudo, valid_id

REAL = os.environ.get("MEDIACONTRACTS_REAL_DATA")


@pytest.mark.parametrize(
    ("country", "text", "expected"),
    [
        ("kz", "000340001583", "000340001583"),
        ("KZ", "0003 4000 1583", "000340001583"),
        ("kz", "991240999991", "991240999991"),
        ("kz", "000340001584", None),
        ("kz", "000000000000", None),
        ("rs", "08049815", "08049815"),
        ("rs", "08049816", None),
        ("rs", "11111111", None),
        ("rs", "22222222", None),
        ("rs", "00000000", None),
        ("br", "11.222.333/0001-81", "11222333000181"),
        ("br", "11.222.333/0001-82", None),
        ("br", "00000000000000", None),
        ("de", "08049815", None),
        ("rs", "", None),
        ("rs", None, None),
        ("rs", "0804981", None),
        ("rs", "٠٨٠٤٩٨١٥", None),
    ],
)
def test_valid_ids(country: str, text: str | None, expected: str | None) -> None:
    assert valid_id(country, text) == expected


def test_pseudo_ids() -> None:
    assert is_pseudo("1111 1111")
    assert is_pseudo("0")
    assert not is_pseudo("11111112")


@pytest.mark.real
@pytest.mark.skipif(not REAL, reason="MEDIACONTRACTS_REAL_DATA is not set: the real register of media is not at hand")
def test_the_serbian_check_digit_holds_for_the_whole_register() -> None:
    from python_calamine import CalamineWorkbook

    path = Path(REAL or "") / "serbia-projektno-sufinansiranje" / "aprregmediji2020.xlsx"
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[1:]
    ids = {str(row[1]).removesuffix(".0").zfill(8) for row in rows}
    assert len(ids) == 974
    assert {text for text in ids if valid_id("rs", text) is None} == set()
