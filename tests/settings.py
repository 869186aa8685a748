"""The product's settings over a database that only tests use; a developer's own ACUERDO_DATA is never touched."""

import os

from tests.embedded import test_data_folder

os.environ["ACUERDO_DATA"] = str(test_data_folder())
os.environ["ACUERDO_SECRET_KEY"] = "only-for-tests-" + "0" * 40
os.environ["ACUERDO_TLS"] = "false"

from acuerdo.config.settings import *  # noqa: F403 - after its variables
from acuerdo.config.settings import DATABASES

# Several people and workers test at the same time on one server: each process has its own database.
DATABASES["default"]["TEST"] = {"NAME": f"test_acuerdo_{os.getpid()}"}
DATABASES["default"]["CONN_MAX_AGE"] = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
