"""The statistics that a leader and the college's staff get after each quarter."""

from accounts.models import User
from reports.figures.catalogue import STATISTICS
from reports.subscriptions import keeping

from .organisations import Leaf, University
from .scale import Setting

#: What the college looks at each quarter.
OF_COLLEGE = ("life", "members", "development")


def subscribe(university: University, leaf: Leaf, setting: Setting, users: dict[str, User]) -> None:
    """Through the verb: staff for the leader, the college for itself."""
    clerk, day = users["zuzhibu"], setting.today
    keeping.subscribe(users["lingdao"], university.root, tuple(STATISTICS), by=clerk, today=day)
    keeping.subscribe(users["xueyuan"], leaf.unit.branch, OF_COLLEGE, by=users["xueyuan"], today=day)
