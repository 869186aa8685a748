"""The embedded PostgreSQL server in the installation's data folder, shared by every process that uses the folder.

One server a folder, held by file locks that the kernel drops when a process dies, so nothing has to be cleaned up:
`supervisor.lock` (whoever starts or stops), `clients.lock` (shared: each process that uses the server) and
`server.lock` (inherited by the server's own processes). Whether the server is well is asked with `SELECT 1`,
never with a process number. The locks work on Linux and macOS, between containers too.
"""

from acuerdo.base.database.folder import Folder, data_folder, server_dsn
from acuerdo.base.database.supervisor import ensure_server, release_server, server_answers

__all__ = ["Folder", "data_folder", "ensure_server", "release_server", "server_answers", "server_dsn"]
