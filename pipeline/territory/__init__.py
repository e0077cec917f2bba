"""The study's six territorial findings as tests: pure functions of arrays, no file and no clock."""

from pipeline.territory.claims import Settings
from pipeline.territory.correction import one_hot, pseudo_labels
from pipeline.territory.findings import obstructed, six_findings
from pipeline.territory.models import joint_counts
from pipeline.territory.obstacles import ObstacleError
from pipeline.territory.sensitivity import scenarios
from pipeline.territory.survey import Survey, merged_domains, totals_by_commune
from pipeline.territory.views import views_of

__all__ = [
    "ObstacleError",
    "Settings",
    "Survey",
    "joint_counts",
    "merged_domains",
    "obstructed",
    "one_hot",
    "pseudo_labels",
    "scenarios",
    "six_findings",
    "totals_by_commune",
    "views_of",
]
