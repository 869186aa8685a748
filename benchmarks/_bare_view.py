"""A view of Django that asks the installation's database for 1, served as `acuerdo up` serves: what bench_agents compares with."""

import os
import sys
from pathlib import Path
from typing import Any

import uvicorn

sys.path.insert(0, str(Path(__file__).parents[1]))


urlpatterns: list[Any] = []


def one(_request: object) -> object:
    from django.db import connection
    from django.http import HttpResponse

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return HttpResponse(str(cursor.fetchone()[0]))


def main() -> None:
    from django.conf import settings

    from acuerdo.base.database import data_folder, server_dsn
    from acuerdo.config import environment

    settings.configure(
        DATABASES={"default": environment.database(os.environ.get("DATABASE_URL") or server_dsn(data_folder()))},
        ROOT_URLCONF=__name__, ALLOWED_HOSTS=["localhost"], SECRET_KEY="bare", MIDDLEWARE=[],
    )  # fmt: skip
    import django

    django.setup()
    from django.urls import path

    from acuerdo.base.serving import ThreadedHandler, keep_connections

    urlpatterns.append(path("", one))
    keep_connections()
    uvicorn.run(ThreadedHandler(8), port=int(sys.argv[1]), lifespan="off", log_level="warning")


if __name__ == "__main__":
    main()
