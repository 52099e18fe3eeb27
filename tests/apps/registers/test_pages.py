"""The registers' pages: who may open them, and that each shows what it should."""

from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from rollbook.apps.registers.models import Entry
from rollbook.domain.access import Role
from tests.apps.registers.scene import MONDAY, PM, Scene, at, mark
from tests.factories.people import make_person, make_school, sign_in
from tests.factories.pupils import make_group, make_pupil

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return Scene()


def addresses(scene: Scene) -> dict[str, str]:
    """Every page of the registers that is opened with GET."""
    return {
        "home": reverse("registers:home"),
        "today": reverse("registers:today"),
        "today_at": reverse("registers:today_at", args=[MONDAY, "AM"]),
        "mine": reverse("registers:mine"),
        "day": reverse("registers:day", args=[MONDAY]),
        "export": reverse("registers:export"),
        "sheet": reverse("registers:sheet", args=[scene.group.pk, MONDAY]),
        "take": reverse("registers:take", args=[scene.group.pk, MONDAY, "AM"]),
        "arrivals": reverse("registers:arrivals"),
        "planned": reverse("registers:planned"),
        "pupil": reverse("registers:pupil", args=[scene.amy.pk]),
        "mark": reverse("registers:mark", args=[scene.amy.pk, MONDAY, "AM"]),
    }


_OPEN = {
    Role.CLASS_TEACHER: {"home", "mine", "day", "sheet", "take", "pupil", "mark"},
    Role.SENCO: {"home", "today", "today_at", "mine", "day", "sheet", "take", "planned", "pupil", "mark"},
    Role.GOVERNOR: {"home", "today", "today_at"},
    Role.TRUST_LEAD: {"home", "today", "today_at", "mine", "day", "export", "sheet", "take", "pupil", "mark"},
    Role.INSPECTOR: {"home", "mine", "day", "export", "sheet", "take", "pupil", "mark"},
    Role.ADMINISTRATOR: {"home"},
}
_EVERYTHING = {
    "home", "today", "today_at", "mine", "day", "export", "sheet", "take", "arrivals", "planned", "pupil", "mark",
}  # fmt: skip


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_its_own_pages_and_no_other(scene: Scene, client: Client, role: Role) -> None:
    person = scene.teacher if role is Role.CLASS_TEACHER else make_person(scene.school, role)
    sign_in(client, person)
    expected = _OPEN.get(role, _EVERYTHING)
    with time_machine.travel(at(9, 5), tick=False):
        for name, address in addresses(scene).items():
            status = client.get(address).status_code
            allowed = {200, 302} if name in expected else {403}
            assert status in allowed, f"{role} got {status} for {name}"


def test_nobody_gets_in_without_signing_in(scene: Scene, client: Client) -> None:
    for name, address in addresses(scene).items():
        response = client.get(address)
        assert response.status_code == 302, name
        assert reverse("account_login") in response["Location"]


def test_a_teacher_sees_nothing_of_another_group(scene: Scene, client: Client) -> None:
    sign_in(client, scene.teacher)
    with time_machine.travel(at(9, 5), tick=False):
        for address in (
            reverse("registers:take", args=[scene.other_group.pk, MONDAY, "AM"]),
            reverse("registers:sheet", args=[scene.other_group.pk, MONDAY]),
            reverse("registers:pupil", args=[scene.dan.pk]),
            reverse("registers:mark", args=[scene.dan.pk, MONDAY, "AM"]),
        ):
            assert client.get(address).status_code == 404, address
        page = client.get(reverse("registers:mine")).content.decode()
    # Not a mere "7B": the page's token may hold it by chance.
    assert "<span>7A" in page
    assert "<span>7B" not in page


def test_another_school_does_not_exist(scene: Scene, client: Client) -> None:
    elsewhere = make_school("Elsewhere School")
    group = make_group(elsewhere, "9Z")
    pupil = make_pupil(elsewhere, group, "Far", "Fay")
    sign_in(client, scene.head)
    with time_machine.travel(at(9, 5), tick=False):
        for address in (
            reverse("registers:take", args=[group.pk, MONDAY, "AM"]),
            reverse("registers:sheet", args=[group.pk, MONDAY]),
            reverse("registers:pupil", args=[pupil.pk]),
            reverse("registers:mark", args=[pupil.pk, MONDAY, "AM"]),
        ):
            assert client.get(address).status_code == 404, address
        for name in ("registers:today", "registers:mine", "registers:arrivals", "registers:planned"):
            text = client.get(reverse(name)).content.decode()
            assert "9Z" not in text, name
            assert "Fay" not in text, name
        rows = b"".join(client.get(reverse("registers:export"), {"first_day": MONDAY, "last_day": MONDAY}))  # type: ignore[arg-type]
        assert b"Fay" not in rows


def test_a_governor_sees_figures_and_no_names(scene: Scene, client: Client) -> None:
    scene.take([mark(scene.amy, "N"), mark(scene.ben, "L", minutes=4), mark(scene.cat, "/")])
    sign_in(client, make_person(scene.school, Role.GOVERNOR))
    with time_machine.travel(at(9, 45), tick=False):
        text = client.get(reverse("registers:today")).content.decode()
    assert "66.7%" in text  # 2 of the 3 marks of 7A attend; 7B is not marked
    for name in ("Abbott", "Amy", "Ben", "Dan", "Dale"):
        assert name not in text


def test_saving_through_the_form(scene: Scene, client: Client) -> None:
    sign_in(client, scene.teacher)
    address = reverse("registers:take", args=[scene.group.pk, MONDAY, "AM"])
    with time_machine.travel(at(9, 5), tick=False):
        form = {
            f"m-{scene.amy.pk}": "present", f"v-{scene.amy.pk}": "0",
            f"m-{scene.ben.pk}": "L", f"late-{scene.ben.pk}": "4", f"v-{scene.ben.pk}": "0",
            f"o-{scene.cat.pk}": "U", f"m-{scene.cat.pk}": "present", f"v-{scene.cat.pk}": "0",
            "act": "save",
        }  # fmt: skip
        response = client.post(address, form, follow=True)
    assert "Register submitted. 3 marks saved." in response.content.decode()
    assert scene.marks() == {"Amy": ["/"], "Ben": ["L"], "Cat": ["U"]}


def test_a_refused_form_comes_back_with_everything_typed(scene: Scene, client: Client) -> None:
    sign_in(client, scene.teacher)
    address = reverse("registers:take", args=[scene.group.pk, MONDAY, "AM"])
    form = {
        f"m-{scene.amy.pk}": "L", f"late-{scene.amy.pk}": "soon", f"v-{scene.amy.pk}": "0",
        f"m-{scene.ben.pk}": "N", f"v-{scene.ben.pk}": "0",
        "act": "save",
    }  # fmt: skip
    with time_machine.travel(at(9, 5), tick=False):
        response = client.post(address, form)
    text = response.content.decode()
    assert response.status_code == 422
    assert "Amy Abbott: Give the minutes late as a number, such as 12." in text
    assert 'value="soon"' in text
    assert f'id="m-{scene.ben.pk}-n" name="m-{scene.ben.pk}" value="N" checked' in text
    assert Entry.objects.count() == 0


def test_the_rest_present_is_shown_before_it_is_saved(scene: Scene, client: Client) -> None:
    sign_in(client, scene.teacher)
    address = reverse("registers:take", args=[scene.group.pk, MONDAY, "AM"])
    form = {f"m-{scene.amy.pk}": "N", f"v-{scene.amy.pk}": "0", f"v-{scene.ben.pk}": "0", "act": "rest"}
    with time_machine.travel(at(9, 5), tick=False):
        text = client.post(address, form).content.decode()
    assert Entry.objects.count() == 0
    assert f'id="m-{scene.amy.pk}-n" name="m-{scene.amy.pk}" value="N" checked' in text
    for pupil in (scene.ben, scene.cat):
        assert f'id="m-{pupil.pk}" name="m-{pupil.pk}" value="present" checked' in text


def test_a_conflict_shows_both_values_and_asks(scene: Scene, client: Client) -> None:
    scene.take({scene.amy: "/"}, by=scene.office)
    sign_in(client, scene.teacher)
    address = reverse("registers:take", args=[scene.group.pk, MONDAY, "AM"])
    form = {
        f"m-{scene.amy.pk}": "N",
        f"v-{scene.amy.pk}": "0",
        f"m-{scene.ben.pk}": "present",
        f"v-{scene.ben.pk}": "0",
    }
    with time_machine.travel(at(9, 6), tick=False):
        response = client.post(address, form)
        text = response.content.decode()
        assert response.status_code == 409
        assert "Ola Office saved another mark at 09:05" in text
        assert f'name="c-{scene.amy.pk}" value="theirs"' in text
        assert scene.marks() == {"Amy": ["/"]}

        again = form | {f"v-{scene.amy.pk}": "1", f"x-{scene.amy.pk}": "1"}
        response = client.post(address, again)
        assert response.status_code == 422
        assert "Choose which of the two marks is right." in response.content.decode()

        client.post(address, again | {f"c-{scene.amy.pk}": "theirs"})
    assert scene.marks() == {"Amy": ["/"], "Ben": ["/"]}


def test_a_day_without_school_says_why_and_where_to_go(scene: Scene, client: Client) -> None:
    sign_in(client, scene.teacher)
    with time_machine.travel(at(9, 5), tick=False):
        text = client.get(
            reverse("registers:take", args=[scene.group.pk, date(2026, 9, 13), "AM"])
        ).content.decode()
    assert "Sunday 13 September 2026 is at the weekend." in text


@pytest.mark.policy("P-4.1-4", "P-4.1-5", "P-4.1-6", "P-4.1-7", "P-4.1-8")
def test_the_five_parts_of_an_amendment_show_on_the_page_in_print_and_in_the_export(
    scene: Scene, client: Client
) -> None:
    """Worked example 8.11: N by the attendance officer on 14 Sep, amended to I on 16 Sep, parent rang 15:10."""
    scene.take({scene.amy: "N"}, by=scene.officer)
    sign_in(client, scene.officer)
    mark_page = reverse("registers:mark", args=[scene.amy.pk, MONDAY, "AM"])
    with time_machine.travel(at(15, 12, on=date(2026, 9, 16)), tick=False):
        form = {
            "code": "I",
            "reason": "parent rang 15:10",
            "seen_version": "1",
            "key": "0b3bd64e-5a1c-4d0e-8a5e-2f3c1d5b7a90",
        }
        assert client.post(mark_page, form).status_code == 302
        pages = {
            "mark": client.get(mark_page),
            "pupil": client.get(reverse("registers:pupil", args=[scene.amy.pk])),
            "print": client.get(reverse("registers:sheet", args=[scene.group.pk, MONDAY])),
        }
        exported = b"".join(
            client.get(reverse("registers:export"), {"first_day": MONDAY, "last_day": MONDAY})
        )  # type: ignore[arg-type]
    for name, response in pages.items():
        text = response.content.decode()
        for part in ("parent rang 15:10", "Ann Officer", "Attendance Officer", "16 Sep"):
            assert part in text, f"{part} on {name}"
    lines = exported.decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert ",original,N," in lines[1]
    assert ",amendment 1,I," in lines[2]
    assert ",N,parent rang 15:10,2026-09-16 15:12,Ann Officer,Attendance Officer,yes" in lines[2]
    assert lines[1].endswith(",no")


def test_the_export_is_safe_to_open_in_a_spreadsheet(scene: Scene, client: Client) -> None:
    trap = make_pupil(scene.school, scene.group, '=HYPERLINK("x")', "@sum")
    scene.take([mark(trap, "N")])
    scene.take([mark(trap, "/", seen=1)], reason="+44 said the caller")
    sign_in(client, scene.office)
    rows = b"".join(client.get(reverse("registers:export"), {"first_day": MONDAY, "last_day": MONDAY}))  # type: ignore[arg-type]
    text = rows.decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    assert ",'@sum," in text
    assert "'+44 said the caller" in text


@pytest.mark.parametrize("place", ["take", "sheet", "pupil", "mark"])
def test_a_teacher_reads_who_amended_a_mark_but_not_what_a_parent_told_the_office(
    scene: Scene, client: Client, place: str
) -> None:
    scene.take({scene.amy: "N"})
    scene.take([mark(scene.amy, "I", seen=1)], by=scene.office, reason="Mother rang about a migraine")
    page = addresses(scene)[place]
    with time_machine.travel(at(9, 30), tick=False):
        sign_in(client, scene.teacher)
        text = client.get(page).content.decode()
        assert "migraine" not in text
        assert "Ola Office" in text
        sign_in(client, scene.office)
        assert "migraine" in client.get(page).content.decode()


def test_a_teachers_own_reason_stays_readable_to_them(scene: Scene, client: Client) -> None:
    scene.take({scene.amy: "N"})
    scene.take([mark(scene.amy, "/", seen=1)], reason="She was in the library")
    sign_in(client, scene.teacher)
    with time_machine.travel(at(9, 30), tick=False):
        assert "She was in the library" in client.get(addresses(scene)["take"]).content.decode()


def test_figures_of_a_very_small_group_stay_with_the_staff(scene: Scene, client: Client) -> None:
    """7A has three pupils and 7B one: a governor sees the school's figures, not theirs (domain.md 4.1.12)."""
    scene.take([mark(scene.amy, "N"), mark(scene.ben, "/"), mark(scene.cat, "/")])
    sign_in(client, make_person(scene.school, Role.GOVERNOR))
    with time_machine.travel(at(9, 45), tick=False):
        text = client.get(reverse("registers:today")).content.decode()
    assert text.count("Not shown: fewer than five pupils") == 2
    assert "2 present, 1 no reason, 1 not marked" in text  # the school's own line


def test_planning_for_a_pupil_already_marked_leads_to_the_mark(scene: Scene, client: Client) -> None:
    scene.take({scene.amy: "N"})
    sign_in(client, scene.office)
    form = {
        "pupil": scene.amy.pk, "first_day": MONDAY, "last_day": MONDAY, "sessions": "both", "code": "I",
        "note": "Not well, parent rang", "origin": "telephone",
    }  # fmt: skip
    with time_machine.travel(at(9, 10), tick=False):
        response = client.post(reverse("registers:planned"), form, follow=True)
    assert response.redirect_chain[-1][0] == reverse("registers:mark", args=[scene.amy.pk, MONDAY, "AM"])
    assert "Amy is already marked N this morning." in response.content.decode()
    assert scene.marks() == {"Amy": ["N"]}


def test_the_sessions_behind_a_figure(scene: Scene, client: Client) -> None:
    scene.take({scene.amy: "N"})
    scene.take({scene.amy: "\\"}, session=PM, when=at(12, 50))
    sign_in(client, scene.office)
    with time_machine.travel(at(14, 0), tick=False):
        page = addresses(scene)["pupil"]
        assert "?on=2026-09-14&amp;code=N#behind" in client.get(page).content.decode()
        text = client.get(page, {"code": "N"}).content.decode()
        assert "Sessions coded" not in client.get(page, {"code": "I"}).content.decode()
    behind = text[text.index('id="behind"') : text.index('id="amended"')]
    assert "Mon 14 Sep, morning" in behind
    assert "afternoon" not in behind


def test_in_a_large_school_a_name_is_asked_for_before_the_list(
    scene: Scene, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rollbook.apps.registers.views.desk.MANY_PUPILS", 3)
    sign_in(client, scene.office)
    with time_machine.travel(at(9, 10), tick=False):
        for name in ("planned",):
            page = addresses(scene)[name]
            assert f'<option value="{scene.amy.pk}"' not in client.get(page).content.decode()
            found = client.get(page, {"q": "abb AMY"}).content.decode()
            assert f'<option value="{scene.amy.pk}" selected' in found
            assert f'<option value="{scene.ben.pk}"' not in found
            assert (
                f'<option value="{scene.cat.pk}" selected'
                in client.get(page, {"pupil": scene.cat.pk}).content.decode()
            )
