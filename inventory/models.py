"""An index of the topics' models, for Django; nothing else stands here."""

from inventory.audit.models import *  # noqa: F403
from inventory.catalog.models import *  # noqa: F403
from inventory.customs.models import *  # noqa: F403
from inventory.customs.money_models import *  # noqa: F403
from inventory.customs.paper_models import *  # noqa: F403
from inventory.customs.pedimento_models import *  # noqa: F403
from inventory.demand.models import *  # noqa: F403
from inventory.findings.models import *  # noqa: F403
from inventory.jobs.models import *  # noqa: F403
from inventory.ledger.models import *  # noqa: F403
from inventory.parties.models import *  # noqa: F403
from inventory.placement.models import *  # noqa: F403
from inventory.places.models import *  # noqa: F403
from inventory.reference.models import *  # noqa: F403
