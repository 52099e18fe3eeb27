"""The policy's school as the worked examples know it: 2026/27, 09:00-09:30 and 12:45-13:00, Friday until 14:00."""

from datetime import date, time

from rollbook.domain.calendar import (
    AcademicYearDates,
    ClosedSpan,
    DayKind,
    DayTimes,
    SchoolCalendar,
    TermDates,
)
from rollbook.domain.marks import RegisterTimes

MORNING = RegisterTimes(time(9), time(9, 30), time(12))
AFTERNOON = RegisterTimes(time(12, 45), time(13), time(15, 5))
FRIDAY_AFTERNOON = RegisterTimes(time(12, 45), time(13), time(14))
MORNING_FROM_JANUARY = RegisterTimes(time(8, 50), time(9, 20), time(12))

AUTUMN = TermDates("Autumn term", date(2026, 9, 1), date(2026, 12, 18))
SPRING = TermDates("Spring term", date(2027, 1, 4), date(2027, 3, 25))
SUMMER = TermDates("Summer term", date(2027, 4, 12), date(2027, 7, 21))
YEAR = AcademicYearDates("2026/27", date(2026, 9, 1), date(2027, 8, 31), (AUTUMN, SPRING, SUMMER))

CLOSED = (
    ClosedSpan(DayKind.INSET, "First INSET day", date(2026, 9, 1), date(2026, 9, 1)),
    ClosedSpan(DayKind.HALF_TERM, "October half term", date(2026, 10, 26), date(2026, 10, 30)),
    ClosedSpan(DayKind.PLANNED_CLOSURE, "Polling station", date(2026, 11, 12), date(2026, 11, 12)),
    ClosedSpan(DayKind.HOLIDAY, "Christmas", date(2026, 12, 21), date(2027, 1, 1)),
    ClosedSpan(DayKind.HALF_TERM, "February half term", date(2027, 2, 15), date(2027, 2, 19)),
    ClosedSpan(DayKind.SCHOOL_DAY, "Open for examinations", date(2027, 5, 3), date(2027, 5, 3)),
    ClosedSpan(DayKind.HALF_TERM, "May half term", date(2027, 5, 31), date(2027, 6, 4)),
)
BANK_HOLIDAYS = {
    date(2026, 12, 25): "Christmas Day",
    date(2026, 12, 28): "Boxing Day (substitute)",
    date(2027, 1, 1): "New Year's Day",
    date(2027, 3, 26): "Good Friday",
    date(2027, 3, 29): "Easter Monday",
    date(2027, 5, 3): "Early May bank holiday",
    date(2027, 5, 31): "Spring bank holiday",
    date(2027, 8, 30): "Summer bank holiday",
}
DAY_TIMES = (
    *(DayTimes(weekday, date(2026, 9, 1), MORNING, AFTERNOON) for weekday in range(4)),
    DayTimes(4, date(2026, 9, 1), MORNING, FRIDAY_AFTERNOON),
    DayTimes(0, date(2027, 1, 4), MORNING_FROM_JANUARY, AFTERNOON),
)

CALENDAR = SchoolCalendar((YEAR,), CLOSED, BANK_HOLIDAYS, DAY_TIMES)
