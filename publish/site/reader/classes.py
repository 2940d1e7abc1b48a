"""Words for the classes of a release: kinds of outlet, legal forms, levels of bodies, how often a source is read.

The release holds each class by a word of its own that never changes; here stands what a reader is shown in its place.
A wording of a source that is no class of ours is shown as it stands. Topics need no list: their names are their words.
"""

from __future__ import annotations

from publish.site.reader.language import gettext, mark

MEDIA = {
    "newspaper": mark("newspaper"),
    "newspaper_group": mark("publishing house"),
    "magazine": mark("magazine"),
    "tv": mark("television"),
    "radio": mark("radio"),
    "broadcaster": mark("broadcasting company"),
    "tv_radio": mark("television and radio"),
    "agency": mark("news agency"),
    "website": mark("site"),
}
"""Kinds of outlet, as the rules on names tell them apart."""

LEGAL_FORMS = {
    "LLP": mark("limited liability partnership"),
    "ALP": mark("additional liability partnership"),
    "JSC": mark("joint-stock company"),
    "NCJSC": mark("non-commercial joint-stock company"),
    "OJSC": mark("open joint-stock company"),
    "CJSC": mark("closed joint-stock company"),
    "PJSC": mark("public joint-stock company"),
    "LLC": mark("limited liability company"),
    "RGP": mark("republican state enterprise"),
    "RGKP": mark("republican state treasury enterprise"),
    "KGP": mark("communal state enterprise"),
    "GKKP": mark("communal state treasury enterprise"),
    "RGU": mark("republican state institution"),
    "KGU": mark("communal state institution"),
    "GU": mark("state institution"),
    "IE": mark("individual entrepreneur"),
    "FARM": mark("peasant farm"),
    "NGO": mark("public association"),
    "FUND": mark("foundation"),
    "PI": mark("private institution"),
    "ALE": mark("association of legal entities"),
    "BRANCH": mark("branch"),
    "LP": mark("limited company"),
    "PLC": mark("stock company"),
    "PARTNERSHIP": mark("general partnership"),
    "PUBLIC_COMPANY": mark("public enterprise"),
    "PUBLIC_INSTITUTION": mark("public institution"),
    "COMPANY": mark("company"),
    "EIRELI": mark("one-person company"),
    "SIZE_CLASS": mark("small business"),
}
"""Legal forms, as the rules on names tell them apart."""

LEVELS = {
    "central": mark("central body"),
    "region": mark("regional body"),
    "district": mark("district body"),
}
"""Levels of government, as requests and tables of bodies name them."""

FREQUENCIES = {
    "daily": mark("every day"),
    "weekly": mark("every week"),
    "monthly": mark("every month"),
    "yearly": mark("every year"),
    "once": mark("once"),
    "never": mark("when somebody brings a file"),
}
"""How often a source is read, as its declaration says."""

_LABELS = MEDIA | LEGAL_FORMS | LEVELS | FREQUENCIES


def label(text: str | None) -> str:
    """A class in the reader's language; what is no class of ours as it stands."""
    return gettext(_LABELS[text]) if text in _LABELS else text or ""
