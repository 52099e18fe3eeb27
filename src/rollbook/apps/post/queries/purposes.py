"""What messages are sent for, and through which channels this server can send."""

from dataclasses import dataclass

from django.conf import settings

from rollbook.apps.post.carriers import notify


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a message is for, in words; `is_restricted`: its text is only for those who may see welfare notes."""

    key: str
    words: str
    is_restricted: bool


def purposes() -> dict[str, Purpose]:
    """Every purpose, as `ROLLBOOK_PURPOSES` has them."""
    return {
        key: Purpose(key, words, restricted)
        for key, (words, restricted) in settings.ROLLBOOK_PURPOSES.items()
    }


def purpose_of(key: str) -> Purpose:
    """One of them. What is in no table any more is restricted, since nobody can say that it is not."""
    return purposes().get(key) or Purpose(key, "Other", is_restricted=True)


def channels_set_up() -> frozenset[str]:
    """Through which channels can this server send? E-mail always; text messages and letters with GOV.UK Notify."""
    return frozenset({"email"} | {channel for channel in ("sms", "letter") if notify.is_set_up(channel)})
