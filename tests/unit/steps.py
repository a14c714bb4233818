"""Nodes of a dataflow made of plain functions, as Hamilton has them."""

from dataclasses import dataclass
from types import SimpleNamespace


@dataclass(frozen=True)
class Step:
    """A node whose dependencies are the parameters of its function."""

    name: str
    function: object

    @property
    def originating_functions(self):
        return [self.function]

    @property
    def dependencies(self):
        code = self.function.__code__
        return [SimpleNamespace(name=name) for name in code.co_varnames[: code.co_argcount]]

    def __call__(self, **given):
        return self.function(**given)
