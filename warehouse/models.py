"""An index of the topics' models, for Django; nothing else stands here."""

from warehouse.counting.models import *  # noqa: F403
from warehouse.movements.models import *  # noqa: F403
from warehouse.receiving.models import *  # noqa: F403
from warehouse.shipping.models import *  # noqa: F403
from warehouse.tracking.models import *  # noqa: F403
