"""What changes the admission register, and the looks at it that are noted."""

from rollbook.apps.roll.actions.looking import note_look

__all__ = ["note_look"]
