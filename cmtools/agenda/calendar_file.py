"""Duties as a calendar file (RFC 5545): an all-day event each, reminded of at nine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import NamedTuple

from icalendar import Alarm, Calendar, Event

from cmtools.agenda.duty import Duty, person_for
from cmtools.agenda.rows import AgendaRows

PRODUCT = "-//cmtools//RU"
REMINDER = timedelta(hours=9)
FIRST_DAY = date(2026, 1, 1)
"""The SEQUENCE of a new event is the days since then: an event that left the file and comes back,
or stands in another file, is newer than the one that a calendar has imported."""
YEARLY = ("birthday", "company-day")


class KnownEvent(NamedTuple):
    """The day and the sequence number of an event of the calendar file as it was."""

    day: date
    sequence: int


def make_calendar(duties: Iterable[Duty], rows: AgendaRows, before: bytes | None) -> bytes:
    """Return the calendar of the duties that have a day.

    before: the file as it was: an event that has moved since gets the next SEQUENCE, so that a
        calendar which imports the file again moves it.
    """
    known = _known_events(before)
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    for duty in duties:
        calendar.add_component(_event(duty, rows, known))
    return bytes(calendar.to_ical())


def is_our_calendar(content: bytes) -> bool:
    """Tell whether a file is a calendar that was made here."""
    return content.startswith(b"BEGIN:VCALENDAR") and PRODUCT.encode() in content


def event_uid(duty: Duty) -> str:
    """Return the UID of a duty's event, the same from day to day."""
    return f"{duty.kind}-{sha256(duty.key.encode()).hexdigest()[:16]}@cmtools"


def _event(duty: Duty, rows: AgendaRows, known: Mapping[str, KnownEvent]) -> Event:
    uid, today = event_uid(duty), rows.today
    event, old = Event(), known.get(uid)
    event.add("uid", uid)
    event.add("dtstamp", datetime.combine(today, time(), UTC))
    event.add("dtstart", duty.date)
    sequence = old.sequence + (old.day != duty.date) if old else (today - FIRST_DAY).days
    event.add("sequence", max(sequence, 0))
    event.add("summary", " · ".join(filter(None, (duty.text, duty.order))))
    lines = (" · ".join(filter(None, person_for(rows, duty))), _source_line(duty))
    event.add("description", "\n".join(filter(None, lines)))
    if duty.kind in YEARLY:
        event.add("rrule", {"freq": "yearly"})
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", duty.text)
    alarm.add("trigger", REMINDER)
    event.add_component(alarm)
    return event


def _source_line(duty: Duty) -> str:
    place = duty.source
    return f"{place.file}, лист «{place.sheet}», {place.cell}" if place.file else ""


def _known_events(before: bytes | None) -> dict[str, KnownEvent]:
    """Read the events of the file as it was; a file that is no calendar has none."""
    if not before:
        return {}
    try:
        events = Calendar.from_ical(before).walk("VEVENT")
        return {
            str(event["uid"]): KnownEvent(event.decoded("dtstart"), int(event.get("sequence", 0)))
            for event in events
        }
    except (ValueError, KeyError):
        return {}
