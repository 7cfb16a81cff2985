"""Storage: names, their immutable versions and aliases, and the files runs read. Light.

Imports no Beam, Arrow or NumPy; all reading and writing goes through `headrace.storage.store`.
"""

from headrace.storage.aliases import Aliases, AliasMove
from headrace.storage.inputs import InputFile, ResolvedInput, find_files, resolve_input
from headrace.storage.names import list_names
from headrace.storage.store import AlreadyExists, FileInfo, Store, open_store
from headrace.storage.versions import Versions

__all__ = [
    "AliasMove",
    "Aliases",
    "AlreadyExists",
    "FileInfo",
    "InputFile",
    "ResolvedInput",
    "Store",
    "Versions",
    "find_files",
    "list_names",
    "open_store",
    "resolve_input",
]
