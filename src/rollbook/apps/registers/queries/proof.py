"""Proof that the register is whole: every save's digest recomputed from its entries and the save before it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rollbook.apps.registers.models import Chain, Entry, Purge, PurgedPart, Save
from rollbook.apps.registers.queries.digests import digest_of, entry_line, purge_lines

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
    """Whether the school's register is exactly what was saved, less what was purged after six years.

    `progress` is told how many saves were looked at.
    """
    faults: list[Fault] = []
    number, entry_count, digest = 0, 0, ""
    for held in _saves(school_id):
        number += 1
        entry_count += len(held.entries)
        faults.extend(_faults(held, number, digest))
        number, digest = held.save.number, held.save.digest
        progress(1)
    faults.extend(_faults_at_the_end(school_id, number, digest, entry_count))
    return Proof(school_id, number, entry_count, digest, tuple(faults))


@dataclass(frozen=True, slots=True)
class Held:
    """A save with the entries that are there, and what purges took out of it, the oldest first."""

    save: Save
    entries: list[Entry]
    parts: list[PurgedPart]

    @property
    def purged_count(self) -> int:
        """How many of its entries purges account for."""
        return sum(part.entry_count for part in self.parts)

    def is_whole(self) -> bool:
        """Is it what was saved or, where a purge took part of it, what that purge left?"""
        if len(self.entries) != self.save.entry_count - self.purged_count:
            return False
        found = digest_of(self.save, map(entry_line, self.entries))
        return found == (self.parts[-1].left_digest if self.parts else self.save.digest)


def held_saves(saves: list[Save]) -> Iterator[Held]:
    """These saves with their entries and what was purged of them. Two queries."""
    entries: dict[int, list[Entry]] = {}
    for entry in Entry.objects.filter(save_made__in=[save.pk for save in saves]).order_by():
        entries.setdefault(entry.save_made_id, []).append(entry)
    parts: dict[int, list[PurgedPart]] = {}
    for part in PurgedPart.objects.filter(save_cut__in=[save.pk for save in saves]).order_by("pk"):
        parts.setdefault(part.save_cut_id, []).append(part)
    for save in saves:
        yield Held(save, entries.get(save.pk, []), parts.get(save.pk, []))


def _saves(school_id: int) -> Iterator[Held]:
    """Every save in order; in batches, so that years of a large school fit in memory."""
    last = 0
    while True:
        batch = list(Save.objects.filter(school_id=school_id, number__gt=last).order_by("number")[:BATCH])
        if not batch:
            return
        yield from held_saves(batch)
        last = batch[-1].number


def _faults(held: Held, number: int, digest: str) -> Iterator[Fault]:
    save = held.save
    if save.number != number:
        yield Fault(save.number, f"Save {number} is not there: save {save.number} follows save {number - 1}.")
    elif save.previous_digest != digest:
        yield Fault(
            save.number, f"Save {save.number} does not follow from save {number - 1}: the chain was cut."
        )
    made = f"made on {save.at:%d %B %Y} by {save.by_name}"
    if save.kind == Save.Kind.PURGE:
        if held.entries or not _is_purge_whole(save):
            yield Fault(save.number, f"The purge of save {save.number}, {made}, is not what was recorded.")
    elif len(held.entries) != save.entry_count - held.purged_count:
        purged = f", of which {held.purged_count} were purged," if held.purged_count else ""
        message = f"Save {save.number} was made with {save.entry_count} entries{purged} and has {len(held.entries)}."
        yield Fault(save.number, message)
    elif not held.is_whole():
        yield Fault(save.number, f"Save {save.number}, {made}, is not what was saved.")


def _is_purge_whole(save: Save) -> bool:
    """Is the signed line of a purge, and what it says of each save it took from, as it was chained?"""
    purge = Purge.objects.filter(save_made=save).first()
    if purge is None:
        return False
    parts = purge.parts.order_by("pk").iterator(chunk_size=2_000)
    return digest_of(save, purge_lines(purge, parts)) == save.digest


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
