"""Words that carry meaning in the tables of bodies, in Russian, Kazakh and English.

Sources: replies of bodies about state information orders and budget annexes; "в том числе" and "оның ішінде"
introduce a part of the sum above and never a new sum.
"""

import re

from ingest.tables.model import Unit

GRAND = re.compile(r"^\W*(всего|общий итог|общая сумма|барлығы|жалпы сома(сы)?|grand total)\b", re.IGNORECASE)
PART = re.compile(
    r"^\W*(в\s+том\s+числе|в\s*т\.?\s*ч\.?|из\s+них|оның\s+ішінде|соның\s+ішінде|including|of which)(?!\w)",
    re.IGNORECASE,
)
YEAR_HEADING = re.compile(
    r"^\W*(?:за\s+)?((?:19|20)\d\d)\s*(?:год[ау]?|гг?\.?|жылғы|жылы|жыл|ж\.?|year)?\W*$", re.IGNORECASE
)
YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
DATE = re.compile(
    r"(?<!\d)\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})(?!\d)"
    r"|(?:19|20)\d\d-\d\d-\d\d"
    r"|«?\d{1,2}»?\s+(?:январ|феврал|март|апрел|ма[яй]|июн|июл|август|сентябр|октябр|ноябр|декабр)"
    r"|(?:19|20)\d\d\s*ж(?:ылғы|ылы|\.)\s*«?\d{1,2}»?",
    re.IGNORECASE,
)
IDENTIFIER = re.compile(
    r"(^|\W)(№|n°|no\.|номер|нөмірі?|код|коды|бин|бсн|иин|жсн|п/п|р/с|id|code|number|phone|zip|тел|рнн)(\W|$)",
    re.IGNORECASE,
)
ORDINAL = re.compile(r"^\W*(№|п/п|р/с|n|no\.?|№\s*п/?п\.?|р/с\s*№|№\s*р/с|serial\s*no\.?)\W*$", re.IGNORECASE)
QUANTITY = re.compile(r"(^|\W)(количество|кол-во|саны|quantity)(\W|$)", re.IGNORECASE)
UNIT_HEADING = re.compile(r"(^|\W)(ед\.?\s*изм\w*|единиц\w*\s+измерени\w*|өлшем\s+бірлі\w*)", re.IGNORECASE)
CONTINUED = re.compile(r"^\W*(продолжение|окончание|жалғасы|continued|continuation)\b", re.IGNORECASE)
PAGE_NUMBER = re.compile(
    r"^\W*(?:стр\.?|страница|лист|бет|page|p\.)?\s*\d{1,4}\s*(?:(?:из|/|of|-)\s*\d{1,4})?\W*(?:бет)?\W*$",
    re.IGNORECASE,
)

_CURRENCY = (
    ("KZT", re.compile(r"(?<!\w)(тенге|теңге|тңг|тг|kzt)(?!\w)|₸", re.IGNORECASE)),
    ("RUB", re.compile(r"(?<!\w)(руб|рублей|рубл\w*|rub)(?!\w)|₽", re.IGNORECASE)),
    ("BRL", re.compile(r"R\$|(?<!\w)(reais|brl)(?!\w)", re.IGNORECASE)),
    ("USD", re.compile(r"(?<![\w])US\$|(?<![R\w])\$|(?<!\w)(usd|долл\w*)(?!\w)", re.IGNORECASE)),
    ("EUR", re.compile(r"€|(?<!\w)(eur|евро|euro)(?!\w)", re.IGNORECASE)),
    ("RSD", re.compile(r"(?<!\w)(rsd|динар\w*|dinar\w*)(?!\w)", re.IGNORECASE)),
)
_FACTOR = (
    (1_000_000_000, re.compile(r"(?<!\w)(млрд|миллиард\w*|billions?|bn)(?!\w)", re.IGNORECASE)),
    (1_000_000, re.compile(r"(?<!\w)(млн|миллион\w*|millions?|mln)(?!\w)", re.IGNORECASE)),
    (1_000, re.compile(r"(?<!\w)(тыс|тысяч\w*|мың|thousands?|hiljad\w*)(?!\w)", re.IGNORECASE)),
)
_STATED_SUM = re.compile(
    r"(?<![\d.,])(?!(?:19|20)\d\d(?!\d))\d[\d\s.,]*(?:(?<!\w)(?:млрд|миллиард\w*|млн|миллион\w*|тыс|тысяч\w*|мың|тенге|теңге"
    r"|тңг|тг|kzt|руб\w*|долл\w*|евро|[₸₽$€])(?!\w)[\s.]*)+",
    re.IGNORECASE,
)


def unit_over(text: str) -> Unit:
    """Unit words that stand over rows: as `unit_in`, but "выделено 150 млн. тенге" states a sum and no unit."""
    return unit_in(_STATED_SUM.sub(" ", text))


def unit_in(text: str) -> Unit:
    """Unit words of a heading: currency and factor, None where the text is silent.

    A named currency without a factor word means units of that currency (factor 1).
    """
    currencies = [name for name, pattern in _CURRENCY if pattern.search(text)]
    factors = [factor for factor, pattern in _FACTOR if pattern.search(text)]
    if len(currencies) > 1 or len(factors) > 1:
        return Unit(raw=text)  # two units in one heading: nobody may choose
    currency = currencies[0] if currencies else None
    factor = factors[0] if factors else (1 if currency else None)
    return Unit(currency, factor, text if currency or factor else "")
