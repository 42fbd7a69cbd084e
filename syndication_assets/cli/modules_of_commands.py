"""Commands whose module is imported when somebody asks for the command.

All modules together need a second of processor time, which every command would wait for, and so would every process
that a command starts.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module

import click


class ModulesOfCommands(MutableMapping[str, click.Command]):
    """Commands by their names: each is an attribute of its module, or in the module's mapping `ENTRY_GROUPS`."""

    def __init__(self, modules: Mapping[str, str]) -> None:
        self._modules = dict(modules)
        self._commands: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._commands:
            module = import_module(self._modules[name])
            groups = getattr(module, "ENTRY_GROUPS", {})
            self._commands[name] = groups[name] if name in groups else getattr(module, name)
        return self._commands[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._modules.setdefault(name, __name__)
        self._commands[name] = command

    def __delitem__(self, name: str) -> None:
        del self._modules[name]
        self._commands.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __len__(self) -> int:
        return len(self._modules)
