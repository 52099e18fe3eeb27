"""Tags and filters for every template: marks, tags, progress, errors, days and figures."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from fractions import Fraction
from functools import lru_cache
from itertools import groupby
from typing import Any

from django import template
from django.core.paginator import Page
from django.template.context import Context
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from rollbook.domain import rates
from rollbook.ui import charts, kinds, words
from rollbook.ui.access_words import permission_words, roles_that_may
from rollbook.ui.forms import AnyForm, ErrorLink, error_links

register = template.Library()

_UNEVENTFUL = {"", "present", "none", "closed"}


def _of(thing: object, name: str, otherwise: object = "") -> Any:
    """A value of a mapping or of an object: presenters may hand over either."""
    if isinstance(thing, Mapping):
        return thing.get(name, otherwise)
    return getattr(thing, name, otherwise)


# --- Days, times, figures ------------------------------------------------------------------------------------


@register.filter
def day(value: date | None) -> str:
    """Tue 14 Oct."""
    return words.short_day(value) if value else ""


@register.filter
def day_year(value: date | None) -> str:
    """Tue 14 Oct 2025."""
    return words.short_day_with_year(value) if value else ""


@register.filter
def long_day(value: date | None) -> str:
    """Tuesday 14 October 2025."""
    return words.long_day(value) if value else ""


@register.filter
def plain_day(value: date | None) -> str:
    """14 October 2025."""
    return words.plain_day(value) if value else ""


@register.filter
def clock(value: datetime | time | str | None) -> str:
    """09:31; words stay as they are."""
    return words.clock_time(value) if isinstance(value, datetime | time) else value or ""


@register.filter
def moment(value: datetime | None) -> str:
    """Tue 14 Oct 2025 at 09:31."""
    return words.moment(value) if value else ""


@register.filter
def percent(value: Fraction | None, places: int = 1) -> str:
    """93.4%, rounded half up; a dash where there is nothing to divide by."""
    return rates.percent(value, places)


@register.filter
def initials(value: str) -> str:
    """RO."""
    return words.initials(value)


@register.filter
def as_text(value: object) -> SafeString:
    """A number as it is, without a thousands separator: for ids and addresses."""
    return SafeString(escape(str(value)))


@register.filter
def full_name(person: object) -> SafeString:
    """Amelia Abbott, from a `forename` and a `surname`; escaped once, as a register row says it often."""
    return escape(f"{_of(person, 'forename')} {_of(person, 'surname')}")


@register.filter
def plural(count: int, forms: str) -> str:
    """`{{ n|plural:"pupil,pupils" }}` gives `1 pupil` and `1,184 pupils`."""
    one, many = forms.split(",")
    return f"{count:,} {one if count == 1 else many}"


# --- Marks ---------------------------------------------------------------------------------------------------


@register.filter
def kind(symbol: str | None) -> str:
    """Which of the kinds a mark is: present, late, noreason, other, missing, closed."""
    return kinds.kind_of(symbol)


@register.simple_tag
def code(symbol: str | None, title: str = "") -> SafeString:
    """An attendance code as a badge in its colour; what is missing is a question mark in a red frame."""
    return format_html(
        '<span class="code code--{}" title="{}">{}</span>',
        kinds.kind_of(symbol),
        title or kinds.title_of(symbol),
        symbol or "?",
    )


@register.simple_tag
def code_words(symbol: str | None, title: str = "") -> SafeString:
    """The badge with the code's title after it."""
    shown = title or kinds.title_of(symbol)
    return format_html('<span class="code-words">{} <span>{}</span></span>', code(symbol, title=shown), shown)


@register.simple_tag
def squares(days: Iterable[object], label: str = "Last 5 days") -> SafeString:
    """Half-days as squares, a day to a pair; only what is not plain presence carries its letter.

    Each day has `label`, `am` and `pm`; each half `symbol`, `kind`, `words`, or is None for no session.
    """
    parts: list[str] = []
    said: list[str] = []
    for each in days:
        name = _of(each, "label")
        halves = [
            _square(name, "morning", _of(each, "am", None), said),
            _square(name, "afternoon", _of(each, "pm", None), said),
        ]
        parts.append(f'<span class="squares__day">{"".join(halves)}</span>')
    text = f"{label}: {'; '.join(said) if said else 'nothing to note'}"
    # Every part is escaped in _square_html.
    return mark_safe(  # noqa: S308
        f'<span class="squares" role="img" aria-label="{escape(text)}">{"".join(parts)}</span>'
    )


def _square(day_name: str, half: str, mark: object, said: list[str]) -> str:
    if mark is None:
        return '<i class="sq sq--none"></i>'
    kind = str(_of(mark, "kind"))
    sentence = f"{day_name} {half} {_of(mark, 'words')}"
    if kind not in _UNEVENTFUL:
        said.append(sentence)
    return _square_html(_of(mark, "symbol") or "", kind, sentence)


# The ten half-days above a register are the same for the whole group: nearly every square is drawn again.
@lru_cache(maxsize=2048)
def _square_html(symbol: str, kind: str, sentence: str) -> str:
    letter = symbol or ("?" if kind == kinds.Kind.MISSING else "")
    return f'<i class="sq sq--{escape(kind)}" title="{escape(sentence)}">{escape(letter)}</i>'


@register.simple_tag(takes_context=True)
def code_options(context: Context, options: Sequence[object], selected: str = "") -> SafeString:
    """The options of the list of other codes. Built once a page: a register has it once for every pupil."""
    page: Any = context.render_context
    cache: dict[int, str] = page.setdefault("rollbook_code_options", {})
    built = cache.get(id(options))
    if built is None:
        built = cache[id(options)] = _code_groups(options)
    if selected:
        chosen = f'<option value="{escape(selected)}"'
        if chosen in built:
            built = built.replace(chosen, f"{chosen} selected", 1)
        else:
            # A code this viewer can't choose but may leave as it is.
            built += f"{chosen} selected>{escape(selected)} – {escape(kinds.title_of(selected))}</option>"
    return mark_safe(f'<option value="">Other</option>{built}')  # noqa: S308


def _code_groups(options: Iterable[object]) -> str:
    """The options one after the other, those that stand together under one `group` with its words over them."""
    parts = []
    for label, members in groupby(options, key=lambda option: _of(option, "group")):
        inside = "".join(map(_code_option, members))
        parts.append(f'<optgroup label="{escape(label)}">{inside}</optgroup>' if label else inside)
    return "".join(parts)


def _code_option(option: object) -> str:
    symbol, title = _of(option, "symbol"), _of(option, "title")
    extra = f' data-needs-note="{escape(_of(option, "note_label"))}"' if _of(option, "needs_note") else ""
    if symbol == "U":
        extra += " data-minutes"
    return f'<option value="{escape(symbol)}"{extra}>{escape(symbol)} – {escape(title)}</option>'


@register.filter
def one_key(options: Iterable[object]) -> list[str]:
    """The codes that are a single letter, the most used first: what a key alone can set."""
    letters = [_of(option, "symbol") for option in options if len(_of(option, "symbol")) == 1]
    return sorted((each for each in letters if each.isalpha()), key="CEMI".find, reverse=True)


@register.filter
def two_keys(options: Iterable[object]) -> list[str]:
    """The codes that take two keys, a letter and then its number."""
    return [_of(option, "symbol") for option in options if len(_of(option, "symbol")) == 2]


@register.filter
def any_saved(rows: Iterable[object]) -> bool:
    """Has any of these register rows been saved before?"""
    return any(_of(row, "version", 0) for row in rows)


# --- Components ----------------------------------------------------------------------------------------------


@register.simple_tag
def tag(text: str, look: str = "") -> SafeString:
    """A short state in a box. Looks: good, info, warn, alarm, shout, outline, or none for grey."""
    return format_html('<span class="tag{}">{}</span>', f" tag--{look}" if look else "", text)


@register.simple_tag
def state_tag(state: str, text: str = "") -> SafeString:
    """The state of a register as a tag; `text` says it in other words."""
    shown, look = kinds.STATE_TAGS.get(str(state), (str(state), ""))
    return tag(text or shown, look)


@register.inclusion_tag("ui/tabs.html", takes_context=True)
def section_tabs(context: Context, section: str, label: str) -> dict[str, Any]:
    """The pages of a section beside one another: `ROLLBOOK_TABS` names them. Put it into the block `back`."""
    return {"tabs": context["shell"].tabs(section), "label": label}


@register.simple_tag(takes_context=True)
def pupil_links(context: Context, pupil: Any) -> Any:
    """What else this viewer may do for a pupil: `{% pupil_links pupil as links %}`, each `words` and `url`."""
    return context["shell"].pupil_links(pupil.pk, pupil.forename)


@register.inclusion_tag("ui/progress.html")
def progress(counts: object) -> dict[str, Any]:
    """How far a register is, as one bar. `counts`: present, late, absent, other, unmarked, total."""
    return charts.progress({name: int(_of(counts, name, 0)) for name in charts.PROGRESS_PARTS})


@register.inclusion_tag("ui/error_summary.html")
def error_summary(*forms: AnyForm) -> dict[str, Any]:
    """Every error of these forms, above the page; it takes the focus."""
    return _summary(error_links(form for form in forms if form))


@register.inclusion_tag("ui/error_summary.html")
def error_list(errors: Iterable[object]) -> dict[str, Any]:
    """The same summary for errors that belong to no Django form: `href` and `message` each."""
    return _summary([ErrorLink(_of(error, "href"), _of(error, "message")) for error in errors or ()])


def _summary(links: list[ErrorLink]) -> dict[str, Any]:
    title = "One thing needs putting right" if len(links) == 1 else f"{len(links)} things need putting right"
    return {"links": links, "title": title}


@register.inclusion_tag("ui/pages.html", takes_context=True)
def pages(context: Context, shown: "Page[Any]", noun: str = "") -> dict[str, Any]:
    """Links to the pages before and after, keeping every other choice in the address."""

    def link(number: int) -> str:
        query = context["request"].GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    return {
        "first": f"{shown.start_index():,}",
        "last": f"{shown.end_index():,}",
        "total": f"{shown.paginator.count:,}",
        "noun": noun,
        "previous": link(shown.previous_page_number()) if shown.has_previous() else "",
        "next": link(shown.next_page_number()) if shown.has_next() else "",
    }


@register.simple_tag(takes_context=True)
def refused_permissions(context: Context) -> dict[str, str]:
    """For the 403 page: what the refused page needs, and which roles have it."""
    match = getattr(context.get("request"), "resolver_match", None)
    needed = getattr(getattr(match, "func", None), "required_permissions", ())
    return {
        "words": permission_words(needed),
        "roles": words.sentence_list([_in_sentence(role.words) for role in roles_that_may(needed)], "or"),
    }


def _in_sentence(role: str) -> str:
    return role if role.isupper() else role[0].lower() + role[1:]


# --- Charts --------------------------------------------------------------------------------------------------


@register.inclusion_tag("ui/year_strip.html")
def year_strip(strip: charts.YearStrip, label: str) -> dict[str, Any]:
    """A year of half-days, each leading to its history. `strip` comes from `charts.year_strip`."""
    return {"strip": strip, "label": label}


@register.inclusion_tag("ui/bars.html")
def bars(rows: Iterable[charts.Bar], caption: str) -> dict[str, Any]:
    """Totals by category as bars with their figures. `rows` come from `charts.bars`."""
    return {"rows": rows, "caption": caption}


@register.inclusion_tag("ui/line_chart.html")
def line_chart(chart: charts.LineChart, caption: str) -> dict[str, Any]:
    """Rates over time as lines, with the figures in a table behind. `chart` comes from `charts.line_chart`."""
    return {"chart": chart, "caption": caption}


@register.inclusion_tag("ui/dot_chart.html")
def dot_chart(chart: charts.DotChart) -> dict[str, Any]:
    """Groups side by side as dots; put their table beside it. `chart` comes from `charts.dot_chart`."""
    return {"chart": chart}
