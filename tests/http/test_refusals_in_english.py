"""A refusal with figures in it is told in English on the screens and, where a language is asked for, in the API."""

import pytest

pytestmark = pytest.mark.django_db
