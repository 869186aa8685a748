"""`acuerdo migrate`: create or update the database."""

import argparse

from acuerdo.base.language import in_language
from acuerdo.config.cli import installation, output


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments of its own."""


def run(args: argparse.Namespace) -> int:
    installation.open_installation(migrated=False)
    applied = installation.migrate()
    text = in_language(es=f"Migraciones aplicadas: {len(applied)}.", en=f"Migrations applied: {len(applied)}.")
    output.answer(args, {"status": "done", "applied": applied}, text)
    return 0
