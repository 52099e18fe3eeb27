"""Run in a process of its own, with a server's settings: what an installation holds, read without the back-up's code.

python -m tests.durability.holdings fill
python -m tests.durability.holdings look

"""

import json
import sys

import django


def fill() -> None:
    """Two schools, one of them with registers, amendments, late arrivals and a text in every alphabet."""
    from rollbook.apps.roll.models import Pupil
    from rollbook.domain.access import Role
    from tests.apps.registers.scene import PM, Scene, at, mark
    from tests.factories.people import make_person, make_school

    make_person(make_school("Ash Grove School"), Role.HEAD_TEACHER, name="Łucja Head")
    scene = Scene()
    Pupil.objects.filter(pk=scene.amy.pk).update(forename="Zoë😀", address="1 High Street\n\tBirmingham\\")
    scene.take(
        [mark(scene.amy, "N"), mark(scene.ben, "L", minutes=4), mark(scene.cat, "/", note="“quoted”\n\tŵ")],
        when=at(9, 1),
    )
    scene.take([mark(scene.amy, "I", seen=1)], by=scene.office, reason="Mother rang.", when=at(9, 2, 7))
    scene.take({scene.amy: "\\", scene.ben: "\\", scene.cat: "\\"}, session=PM, when=at(12, 50))


def look() -> dict[str, list[str]]:
    """Every row of every table but the log and the list of back-ups, in words that both databases share."""
    from django.apps import apps

    found = {}
    for model in apps.get_models():
        if model._meta.app_label in {"auth", "contenttypes", "sessions"}:
            continue
        rows = model._base_manager.order_by("pk").values()
        found[model._meta.label] = [json.dumps(row, sort_keys=True, default=repr) for row in rows]
    return found


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "fill":
        fill()
    else:
        sys.stdout.write(json.dumps(look()))
