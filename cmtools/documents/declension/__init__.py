"""Russian cases of people's names and of posts, their genders, and plurals, as papers word them."""

from __future__ import annotations

from cmtools.documents.declension.grammar import Case, Gender, Inflection, plural
from cmtools.documents.declension.job_titles import organisation_gender, post_in
from cmtools.documents.declension.person_names import gender_of, name_in

__all__ = [
    "Case",
    "Gender",
    "Inflection",
    "gender_of",
    "name_in",
    "organisation_gender",
    "plural",
    "post_in",
]
