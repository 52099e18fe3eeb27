"""Proof that the register is whole: every save's digest recomputed from its entries and the save before it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rollbook.apps.registers.models import Chain, Entry, Save
from rollbook.apps.registers.queries.digests import digest_of, entry_line

BATCH = 500


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where the register is not what was saved, in a sentence."""

    save_number: int
    message: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What verifying a school's register came to. `digest` is the end of the chain: note it down to compare later."""

    school_id: int
    save_count: int
    entry_count: int
    digest: str
    faults: tuple[Fault, ...]

    @property
    def is_whole(self) -> bool:
        """Whether no entry was changed, taken out or put in."""
        return not self.faults


def prove(school_id: int, progress: Callable[[int], None] = lambda _: None) -> Proof:
    """Whether the school's register is exactly what was saved. `progress` is told how many saves were looked at."""
    faults: list[Fault] = []
    number, entry_count, digest = 0, 0, ""
    for save, entries in _saves(school_id):
        number += 1
        entry_count += len(entries)
        faults.extend(_faults(save, entries, number, digest))
        number, digest = save.number, save.digest
        progress(1)
    faults.extend(_faults_at_the_end(school_id, number, digest, entry_count))
    return Proof(school_id, number, entry_count, digest, tuple(faults))


def _saves(school_id: int) -> Iterator[tuple[Save, list[Entry]]]:
    """Every save in order with its entries; in batches, so that years of a large school fit in memory."""
    last = 0
    while True:
        batch = list(Save.objects.filter(school_id=school_id, number__gt=last).order_by("number")[:BATCH])
        if not batch:
            return
        entries: dict[int, list[Entry]] = {}
        for entry in Entry.objects.filter(save_made__in=[save.pk for save in batch]).order_by():
            entries.setdefault(entry.save_made_id, []).append(entry)
        for save in batch:
            yield save, entries.get(save.pk, [])
        last = batch[-1].number


def _faults(save: Save, entries: list[Entry], number: int, digest: str) -> Iterator[Fault]:
    if save.number != number:
        yield Fault(save.number, f"Save {number} is not there: save {save.number} follows save {number - 1}.")
    elif save.previous_digest != digest:
        yield Fault(
            save.number, f"Save {save.number} does not follow from save {number - 1}: the chain was cut."
        )
    if len(entries) != save.entry_count:
        yield Fault(
            save.number,
            f"Save {save.number} was made with {save.entry_count} entries and has {len(entries)}.",
        )
    elif digest_of(save, (entry_line(entry) for entry in entries)) != save.digest:
        message = f"Save {save.number}, made on {save.at:%d %B %Y} by {save.by_name}, is not what was saved."
        yield Fault(save.number, message)


def _faults_at_the_end(school_id: int, number: int, digest: str, entry_count: int) -> Iterator[Fault]:
    chain = Chain.objects.filter(pk=school_id).first()
    if (chain.length if chain else 0, chain.digest if chain else "") != (number, digest):
        yield Fault(
            number, f"The chain should end with save {chain.length if chain else 0}; it ends with {number}."
        )
    total = Entry.objects.filter(school_id=school_id).count()
    if total != entry_count:
        yield Fault(number, f"{total - entry_count} entries belong to no save of this school.")


def heads_of_chains() -> dict[int, tuple[int, str]]:
    """Where each school's chain ends: how many saves, and the last digest. One query; for commands only."""
    rows = Chain.objects.order_by("pk").values_list("pk", "length", "digest")
    return {school_id: (length, digest) for school_id, length, digest in rows}
