"""Who asks, and what they may do: role × verb × scope, read from ``access.toml``.

Every verb of the pipeline calls ``allow`` first and cuts its answer by the scope it gets back.
"""

from dataclasses import dataclass
from typing import Literal

from coverage_map.pipeline.access import read_access
from coverage_map.pipeline.workspace import Workspace
from geodata.errors import NotAllowedError
from geodata.owners import read_owners
from geodata.store.engine import read
from geodata.store.people import get_account

Reach = Literal["all", "own_areas", "own_records"]
CITY = "city"  # the evaluation over everybody's records


@dataclass(frozen=True)
class Actor:
    """Who asks; ``areas`` are the codes of the reporting areas a county's planner answers for."""

    account: str
    role: str
    organisation: str
    areas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scope:
    """What an actor reaches with a verb.

    evaluation: whose results it reads, "city" or an owner's code. areas, owners: what it may see
    and whose records it may open, None for all. standing_towers: owners whose standing towers it
    sees beside that, and nothing else of theirs.
    """

    reach: Reach
    evaluation: str
    areas: tuple[str, ...] | None
    owners: tuple[str, ...] | None
    standing_towers: tuple[str, ...] = ()

    def opens(self, owner: str) -> bool:
        """Say whether this scope opens an owner's records."""
        return self.owners is None or owner in self.owners


def allow(actor: Actor, verb: str) -> Scope:
    """Return what an actor reaches with a verb; NotAllowedError when that is nothing."""
    access = read_access()
    reach = access["roles"].get(actor.role, {}).get(verb, "none")
    if reach == "all":
        return Scope("all", CITY, None, None)
    if reach == "own_areas" and actor.areas:
        return Scope("own_areas", CITY, actor.areas, None)
    if reach == "own_records" and actor.organisation in read_owners():
        towers = tuple(access["standing_towers"].get(actor.role, ()))
        own = actor.organisation
        return Scope("own_records", own, None, (own,), towers)
    raise _refusal("not_allowed", actor, verb)


def _refusal(code: str, actor: Actor, verb: str) -> NotAllowedError:
    """Return a refusal that says who asked for what, and which roles have the verb."""
    able = [role for role, row in read_access()["roles"].items() if row.get(verb, "none") != "none"]
    roles = " ".join(able) or "nobody"
    return NotAllowedError(code, verb=verb, role=actor.role, roles=roles, account=actor.account)


def allow_owner(actor: Actor, verb: str, owner: str) -> Scope:
    """Return an actor's scope for a verb on an owner's records; NotAllowedError beyond it."""
    scope = allow(actor, verb)
    if not scope.opens(owner):
        raise _refusal("not_own", actor, verb)
    return scope


def local_actor(workspace: Workspace, name: str | None = None) -> Actor:
    """Return the person at the command line, or the account they act as."""
    local = read_access()["local"]
    if name is None or name == local["account"]:
        return Actor(local["account"], local["role"], local["organisation"])
    with read(workspace.store.ledger) as connection:
        row = get_account(connection, name)
    if row is None:
        raise NotAllowedError("account_unknown", account=name[:80])
    return Actor(row["name"], row["role"], row["organisation"], tuple(row["areas"]))
