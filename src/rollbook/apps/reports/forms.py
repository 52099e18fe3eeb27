"""Which days, which group: what is asked before anything is printed."""

from datetime import date
from typing import Any

from rollbook.ui.forms import DateField, Form

LONGEST_DAYS = 7 * 366


class CertificateForm(Form):
    """The days of a certificate: not beyond today, and not more years than a pupil spends at a school."""

    first_day = DateField(label="From")
    last_day = DateField(label="To")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """The days in order."""
        cleaned: dict[str, Any] = super().clean() or {}
        first_day, last_day = cleaned.get("first_day"), cleaned.get("last_day")
        if first_day and first_day > self.today:
            self.add_error("first_day", "The first day can't be after today: nothing is recorded yet.")
        elif first_day and last_day and last_day < first_day:
            self.add_error("last_day", "The last day can't be before the first day.")
        elif first_day and last_day and (last_day - first_day).days > LONGEST_DAYS:
            self.add_error("last_day", "Choose at most seven years.")
        return cleaned
