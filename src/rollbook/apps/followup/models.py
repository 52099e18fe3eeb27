"""The records of follow-up, each family in a module of its own."""

from rollbook.apps.followup.back_models import BackCheck as BackCheck
from rollbook.apps.followup.contact_models import CallClaim as CallClaim
from rollbook.apps.followup.contact_models import ContactStep as ContactStep
from rollbook.apps.followup.illness_models import IllnessStep as IllnessStep
from rollbook.apps.followup.return_models import ReturnStep as ReturnStep
