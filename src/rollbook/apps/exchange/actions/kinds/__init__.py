"""The kinds of file that can be imported. A new kind is one module here, and its permissions in `queries.imports`."""

from collections.abc import Mapping
from types import MappingProxyType

from rollbook.apps.exchange.actions.kinds.contacts import CONTACTS
from rollbook.apps.exchange.actions.kinds.groups import GROUPS
from rollbook.apps.exchange.actions.kinds.kind import ImportKind
from rollbook.apps.exchange.actions.kinds.marks import MARKS
from rollbook.apps.exchange.actions.kinds.members import MEMBERS
from rollbook.apps.exchange.actions.kinds.pupils import PUPILS
from rollbook.apps.exchange.actions.kinds.staff import STAFF

KINDS: Mapping[str, ImportKind] = MappingProxyType(
    {kind.name: kind for kind in (PUPILS, CONTACTS, GROUPS, MEMBERS, STAFF, MARKS)}
)

__all__ = ["KINDS", "ImportKind"]
