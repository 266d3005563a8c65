import pytest

from coverage_map.pipeline.access import read_access
from coverage_map.pipeline.actors import Actor, Scope, allow, allow_owner, local_actor
from coverage_map.pipeline.workspace import Workspace
from coverage_map.text import LANGUAGES, Text
from geodata.errors import NotAllowedError
from geodata.owners import read_owners

ACTORS = {
    "city": Actor("city", "city", "city"),
    "county": Actor("yuzhou", "county", "yuzhou", ("411081",)),
    "carrier": Actor("cmcc", "carrier", "cmcc"),
    "tower": Actor("tower", "tower", "tower"),
    "auditor": Actor("auditor", "auditor", "city"),
}
LOOK = ("status", "overview", "gaps", "card", "sharing", "export", "layer")
HAND_IN = ("check", "submit")
SEE = ("submissions", "preview")
AGREE = ("settlements", "settle", "assets", "resolve")
RUN = ("accounts", "evaluate", "init")
ALL = Scope("all", "city", None, None)
YUZHOU = Scope("own_areas", "city", ("411081",), None)
CMCC = Scope("own_records", "cmcc", None, ("cmcc",), ("tower",))
TOWER = Scope("own_records", "tower", None, ("tower",))

# Written out again on purpose: who changes access.toml changes this too, and is seen to.
EXPECTED: dict[tuple[str, str], Scope | None] = {
    **{("city", verb): ALL for verb in (*LOOK, *HAND_IN, *SEE, "accept", *RUN, "jobs")},
    **{("city", verb): ALL for verb in (*AGREE, "publish", "totals")},
    **{("county", verb): YUZHOU for verb in (*LOOK, *AGREE, "totals", "jobs")},
    **{("county", verb): None for verb in (*HAND_IN, *SEE, "accept", "publish", *RUN)},
    **{("carrier", verb): CMCC for verb in (*LOOK, *HAND_IN, *SEE, "totals", "jobs")},
    **{("carrier", verb): None for verb in ("accept", *AGREE, "publish", *RUN)},
    **{("tower", verb): TOWER for verb in (*LOOK, *HAND_IN, *SEE, "totals", "jobs")},
    **{("tower", verb): None for verb in ("accept", *AGREE, "publish", *RUN)},
    **{("auditor", verb): ALL for verb in (*LOOK, *SEE, "settlements", "assets", "totals", "jobs")},
    **{("auditor", verb): None for verb in (*HAND_IN, "accept", *RUN)},
    **{("auditor", verb): None for verb in ("settle", "resolve", "publish")},
}


def reached(actor: Actor, verb: str) -> Scope | None:
    try:
        return allow(actor, verb)
    except NotAllowedError:
        return None


def test_every_role_and_verb_is_expected() -> None:
    access = read_access()
    assert set(EXPECTED) == {(role, verb) for role in access["roles"] for verb in access["verbs"]}


@pytest.mark.parametrize(("role", "verb"), sorted(EXPECTED))
def test_a_role_reaches_with_a_verb_what_the_table_says(role: str, verb: str) -> None:
    assert reached(ACTORS[role], verb) == EXPECTED[role, verb]


@pytest.mark.parametrize("role", sorted(ACTORS))
@pytest.mark.parametrize("verb", ["", "delete", "Status", "roles"])
def test_an_unknown_verb_is_refused_to_everyone(role: str, verb: str) -> None:
    assert reached(ACTORS[role], verb) is None


@pytest.mark.parametrize(
    "actor",
    [
        Actor("x", "king", "city"),
        Actor("x", "", ""),
        Actor("x", "county", "yuzhou"),  # a county without areas
        Actor("x", "carrier", "city"),  # a carrier that is no owner: must not read the city's
        Actor("x", "carrier", ""),
    ],
)
def test_an_actor_that_makes_no_sense_reaches_nothing(actor: Actor) -> None:
    assert {reached(actor, verb) for verb in read_access()["verbs"]} == {None}


def test_a_carrier_opens_its_own_records_only() -> None:
    for owner in read_owners():
        actor = Actor("cmcc", "carrier", "cmcc")
        if owner == "cmcc":
            assert allow_owner(actor, "submit", owner).evaluation == "cmcc"
        else:
            with pytest.raises(NotAllowedError, match="not_own"):
                allow_owner(actor, "submit", owner)
        assert allow_owner(ACTORS["city"], "submit", owner) == ALL


@pytest.mark.parametrize("language", LANGUAGES)
def test_refusals_say_in_words_who_may(language: str) -> None:
    text = Text(language)
    for actor in ACTORS.values():
        for verb in read_access()["verbs"]:
            if reached(actor, verb) is not None:
                continue
            with pytest.raises(NotAllowedError) as refused:
                allow(actor, verb)
            said, remedy = text.fault(refused.value.fault)
            assert text(f"verb.{verb}") in said
            assert text(f"role.{actor.role}") in said
            able = {role for role, row in read_access()["roles"].items() if row[verb] != "none"}
            who = said.rpartition("：" if language == "zh_CN" else ": ")[2]
            assert all(text(f"role.{role}") in who for role in able)
            assert "_" not in said
            assert remedy


def test_the_person_at_the_command_line_is_the_city(workspace: Workspace) -> None:
    assert allow(local_actor(workspace), "init") == ALL
    assert local_actor(workspace, "local") == local_actor(workspace)


def test_one_can_act_as_an_account(workspace: Workspace) -> None:
    assert local_actor(workspace, "yuzhou") == ACTORS["county"]
    assert local_actor(workspace, "cmcc") == ACTORS["carrier"]
    with pytest.raises(NotAllowedError, match="account_unknown"):
        local_actor(workspace, "nobody")
