"""What can be chosen where a field is open to the records of the register: people, bodies, parks, tags."""

from collections.abc import Iterable, Mapping

from crm.accounts.models import User
from crm.firms import kept, tags
from crm.firms import queries as firms
from crm.kit import clock
from crm.ladder.telling import fact_name
from crm.lists import fields
from crm.lists.conditions import Group
from crm.policies.queries import known
from crm.screening import queries as screening
from crm.screening import words

OPEN = ("officer", "agency", "park", "incubator", "tags", "award", "screening", "only_criterion", "only_fact")


def of(key: str, user: User) -> dict[str, str]:
    """Return {value: name} of what an open field can be asked for."""
    if key == "officer":
        # Every list offers them; nobody comes or goes without a line in the trail.
        return kept.once(user, "officers", (), lambda: {str(person.id): person.name for person in firms.officers()})
    if key == "agency":
        return {str(agency.id): agency.name for agency in firms.agencies()}
    if key == "tags":
        return {str(tag.id): tag.name for tag, _count in tags.in_use(user)}
    if key == "screening":
        return {policy: words.policy_name(policy) for policy in known()}
    if key == "award":
        return {key: words.policy_name(key) for key, policy in known().items() if policy.kind == "award"}
    if key in {"only_criterion", "only_fact"}:
        year = clock.today().year
        name = words.criterion_name if key == "only_criterion" else lambda _policy, fact: fact_name(fact, year)
        column = key.removeprefix("only_")
        return {
            f"{policy}:{step}": f"{words.policy_name(policy)}：{name(policy, step)}"
            for policy, step in screening.steps(column)
        }
    return {name: name for name in (firms.parks() if key == "park" else firms.incubators())}


def names(trees: Iterable[Group], user: User) -> Mapping[str, Mapping[str, str]]:
    """Return the names that conditions in words need: one statement for each kind of record they speak of."""
    spoken = {condition.field for tree in trees for condition in tree.every()} & set(OPEN)
    return {key: of(key, user) for key in spoken if fields.FIELDS[key].open_for(user)}
