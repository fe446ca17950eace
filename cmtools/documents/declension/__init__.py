"""Cases of Russian names and posts, their genders, and plural forms of nouns."""

from __future__ import annotations

from cmtools.documents.declension.grammar import Case, Gender, Inflection, plural_form
from cmtools.documents.declension.holiday_names import with_holiday
from cmtools.documents.declension.job_titles import (
    decline_ground,
    decline_post,
    organisation_gender,
)
from cmtools.documents.declension.person_names import (
    decline_name,
    first_name,
    gender_of,
    given_names,
    initials,
)

__all__ = [
    "Case",
    "Gender",
    "Inflection",
    "decline_ground",
    "decline_name",
    "decline_post",
    "first_name",
    "gender_of",
    "given_names",
    "initials",
    "organisation_gender",
    "plural_form",
    "with_holiday",
]
