"""Russian cases of people's names and of posts, their genders, and plurals, as papers word them."""

from __future__ import annotations

from cmtools.documents.cases.names import gender_of, name_in
from cmtools.documents.cases.posts import organisation_gender, post_in
from cmtools.documents.cases.words import Case, Gender, Worded, plural

__all__ = [
    "Case",
    "Gender",
    "Worded",
    "gender_of",
    "name_in",
    "organisation_gender",
    "plural",
    "post_in",
]
