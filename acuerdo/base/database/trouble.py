"""The refusals of the embedded server: each says what happened and what a person can do, in the terminal's language."""

from pathlib import Path

from acuerdo.base.language import in_language
from acuerdo.kernel.errors import Refusal


def no_account() -> Refusal:
    return Refusal(
        "database-account-missing",
        in_language(
            es="No hay una cuenta del sistema que pueda ejecutar la base de datos. Cree una con "
            "`useradd --system acuerdo` o use DATABASE_URL.",
            en="No system account can run the database. Create one with `useradd --system acuerdo` or "
            "use DATABASE_URL.",
        ),
    )


def not_traversable(path: Path, account: str) -> Refusal:
    return Refusal(
        "database-folder-closed",
        in_language(
            es=f"La cuenta {account}, que ejecuta la base de datos, no puede entrar en {path}. "
            f"Permita el paso con `chmod o+x {path}` o elija otra carpeta con ACUERDO_DATA.",
            en=f"The account {account}, which runs the database, cannot enter {path}. "
            f"Allow it with `chmod o+x {path}` or choose another folder with ACUERDO_DATA.",
        ),
    )


def not_ours(path: Path) -> Refusal:
    return Refusal(
        "database-folder-permission",
        in_language(
            es=f"La carpeta {path} pertenece a otra cuenta o no se puede escribir. Use la cuenta que la "
            "creó o elija otra con ACUERDO_DATA.",
            en=f"The folder {path} belongs to another account or cannot be written. Use the account that "
            "made it or choose another with ACUERDO_DATA.",
        ),
    )


def other_version(path: Path, found: str, expected: str) -> Refusal:
    return Refusal(
        "database-version-mismatch",
        in_language(
            es=f"La carpeta {path} fue creada por PostgreSQL {found} y esta instalación trae PostgreSQL {expected}. "
            "Haga una copia con la versión anterior (`acuerdo backup`) y restáurela en una carpeta nueva.",
            en=f"The folder {path} was made by PostgreSQL {found} and this installation carries "
            f"PostgreSQL {expected}. "
            "Make a backup with the former version (`acuerdo backup`) and restore it into a new folder.",
        ),
    )


def not_a_cluster(path: Path) -> Refusal:
    return Refusal(
        "database-folder-foreign",
        in_language(
            es=f"La carpeta {path} no está vacía y no es una base de datos de Acuerdo. Elija otra con ACUERDO_DATA.",
            en=f"The folder {path} is not empty and is not a database of Acuerdo. Choose another with ACUERDO_DATA.",
        ),
    )


def disk_full(path: Path, needed_mb: int) -> Refusal:
    return Refusal(
        "database-disk-full",
        in_language(
            es=f"No hay espacio en el disco de {path}: libere al menos {needed_mb} MB y vuelva a "
            "intentarlo. No se perdió nada de lo guardado.",
            en=f"The disk of {path} is full: free at least {needed_mb} MB and try again. Nothing that "
            "was saved is lost.",
        ),
    )


def folder_in_use(path: Path, holder: str) -> Refusal:
    where_es = f" ({holder})" if holder else ""
    return Refusal(
        "database-folder-in-use",
        in_language(
            es=f"La base de datos de {path} está en uso por otro equipo o contenedor{where_es}, y desde "
            "aquí no responde. Deténgala allí primero.",
            en=f"The database in {path} is in use by another computer or container{where_es}, and does "
            "not answer from here. Stop it there first.",
        ),
    )


def no_locks(path: Path) -> Refusal:
    return Refusal(
        "database-folder-without-locks",
        in_language(
            es=f"El disco de {path} no admite bloqueos de archivos; no es seguro tener allí la base de "
            "datos. Elija un disco local con ACUERDO_DATA.",
            en=f"The disk of {path} has no file locks; the database is not safe there. Choose a local "
            "disk with ACUERDO_DATA.",
        ),
    )


def socket_taken(path: Path) -> Refusal:
    return Refusal(
        "database-socket-taken",
        in_language(
            es=f"La carpeta {path}, donde la base de datos escucha, es de otra cuenta. Bórrela o use un "
            "ACUERDO_DATA de nombre más corto.",
            en=f"The folder {path}, where the database listens, belongs to another account. Remove it or "
            "use a shorter ACUERDO_DATA.",
        ),
    )


def did_not_start(path: Path, said: str) -> Refusal:
    return Refusal(
        "database-did-not-start",
        in_language(
            es=f"La base de datos no arrancó. Lo último que dijo (registro en {path}): {said}",
            en=f"The database did not start. Its last words (log in {path}): {said}",
        ),
    )
