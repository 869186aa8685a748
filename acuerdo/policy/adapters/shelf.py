"""The installation's own packs, in its data folder: a newer version of a country's rules binds without a new release."""

import os
from pathlib import Path

from acuerdo.kernel.errors import Refusal
from acuerdo.policy.rules.library import FILES, SHELF_NAME, read_and_prove
from acuerdo.policy.rules.pack import Pack


def install_pack(source: Path, data_folder: Path) -> Pack:
    """Puts the pack of a folder that is named as its country (`co`, with `pack.toml` and `cases.toml`) in force in every process.

    Refuses `pack-unreadable`, `invalid-pack` (file, line, key) and `pack-case-failed`; then nothing changes.
    """
    source = source.resolve()
    try:
        pack = read_and_prove(source.name, source.parent)
        place = data_folder / SHELF_NAME / source.name
        place.mkdir(parents=True, exist_ok=True)
        # The cases first: until the pack itself is there, the two do not agree and what was in force stays.
        for name in reversed(FILES):
            _put(place / name, (source / name).read_bytes())
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal("pack-unreadable", f"No se puede leer o guardar la norma de «{source.name}»: {error}.") from error
    return pack


def _put(path: Path, content: bytes) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
