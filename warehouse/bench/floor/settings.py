"""Settings of the floor's server: the run's database with the product's options, DRF, and nothing else."""

import json
import os

SECRET_KEY = os.environ.get("SECRET_KEY", "floor")
ALLOWED_HOSTS = ["127.0.0.1"]
# The same engine, durability and reuse of connections as the product's: handed over by whoever starts the server.
DATABASES = {"default": json.loads(os.environ["BENCH_DATABASE"])}
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]  # for Content-Length: connections are kept
ROOT_URLCONF = "warehouse.bench.floor.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": None,
}
