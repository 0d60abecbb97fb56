"""The door of the floor's server."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "warehouse.bench.floor.settings"

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
