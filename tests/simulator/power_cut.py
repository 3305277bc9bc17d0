"""What a disk may hold after the power was cut at one moment of a recorded story.

Of what was not synchronised, anything may be missing: whole operations, the end of a write, single blocks of 512 bytes
or 4 KiB in any combination, however much later others were written. Where a file became longer and its bytes are
missing there are zeros, or what lay there before. Names are kept or lost in the same way, each rename as a whole.
"""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.simulator.recorded_disk import (
    Cut,
    Link,
    MadeDirectory,
    Operation,
    RecordedDisk,
    Renamed,
    Said,
    Synced,
    SyncedDirectory,
    Unlinked,
    Wrote,
)

Naming = Link | Unlinked | Renamed | MadeDirectory


@dataclass
class _File:
    durable: bytes = b""
    pending: list[Wrote | Cut] = field(default_factory=list)

    def sync(self) -> None:
        self.durable = self.versions()[-1]
        self.pending = []

    def versions(self) -> list[bytes]:
        """What the file held after each operation since it was last synchronised."""
        found = [self.durable]
        for operation in self.pending:
            found.append(_changed(found[-1], operation))
        return found

    def after_the_cut(self, random: Random | None) -> bytes:
        if random is None or not self.pending:
            return self.durable
        return random.choice((_all, _none, _up_to_somewhere, _some_operations, _some_blocks, _some_blocks))(
            self, random
        )


def _all(file: _File, random: Random) -> bytes:
    return file.versions()[-1]


def _none(file: _File, random: Random) -> bytes:
    return file.durable


def _up_to_somewhere(file: _File, random: Random) -> bytes:
    """In order, the last operation in part."""
    last = random.randrange(len(file.pending))
    contents, operation = file.versions()[last], file.pending[last]
    if isinstance(operation, Wrote):
        operation = operation._replace(data=operation.data[: random.randint(0, len(operation.data))])
    return _changed(contents, operation)


def _some_operations(file: _File, random: Random) -> bytes:
    contents = file.durable
    for operation in file.pending:
        if random.random() < 0.5:
            contents = _changed(contents, operation)
    return contents


def _some_blocks(file: _File, random: Random) -> bytes:
    """Each block as it was at a moment of its own, the size as it was at another."""
    versions, block = file.versions(), random.choice((512, 4096))
    size = len(random.choice(versions[-2:] + versions))
    stale = random.random() < 0.3
    blocks = []
    for at in range(0, size, block):
        length = min(block, size - at)
        held = random.choice(_reaching(versions, at))[at : at + length]
        filling = _stale(versions, length - len(held), random) if stale else bytes(length - len(held))
        blocks.append(held + filling)
    return b"".join(blocks)


def _reaching(versions: list[bytes], at: int) -> list[bytes]:
    """Those that a block at `at` may be from: once durable, it can be gone with the end of the file, but not alone."""
    return versions if len(versions[0]) <= at else [each for each in versions if len(each) > at]


def _stale(versions: list[bytes], length: int, random: Random) -> bytes:
    """Bytes of earlier contents, as unwritten blocks of a used disk hold them."""
    source = versions[0] or versions[-1] or b"\xff"
    begin = random.randrange(len(source))
    return (source[begin:] + source * (length // len(source) + 1))[:length]


def _changed(contents: bytes, operation: Wrote | Cut) -> bytes:
    if isinstance(operation, Cut):
        return contents[: operation.size].ljust(operation.size, b"\0")
    _, at, data = operation
    return contents[:at].ljust(at, b"\0") + data + contents[at + len(data) :]


class PoweredDisk:
    """The state of a disk while its story goes on; `cut` says what may be left of it now."""

    def __init__(self, disk: RecordedDisk) -> None:
        self._root = disk.root
        self._files = {number: _File(data) for number, data in enumerate(disk.at_first.values(), 1)}
        self._names = {path: number for number, path in enumerate(disk.at_first, 1)}
        self._directories = {disk.root} | {each for path in disk.at_first for each in path.parents}
        self._pending: dict[Path, list[Naming]] = {}

    def go_on(self, operation: Operation) -> None:
        match operation:
            case Wrote(file) | Cut(file):
                self._files[file].pending.append(operation)
            case Synced(file):
                self._files[file].sync()
            case SyncedDirectory(path):
                for naming in self._pending.pop(path, ()):
                    _name(naming, self._names, self._directories)
            case Link(path, file):
                self._files[file] = _File()
                self._pending.setdefault(path.parent, []).append(operation)
            case Renamed(_, path) | Unlinked(path) | MadeDirectory(path):
                self._pending.setdefault(path.parent, []).append(operation)
            case Said():
                pass

    def cut(self, random: Random | None, target: Path) -> None:
        """Write into `target` what may be left of the disk's root; without `random`, only what was synchronised."""
        names, directories = dict(self._names), set(self._directories)
        if random is not None:
            self._name_some(random, names, directories)
        for directory in sorted(directories):
            if directory.is_relative_to(self._root) and all(
                each in directories for each in directory.parents if each.is_relative_to(self._root)
            ):
                (target / directory.relative_to(self._root)).mkdir(exist_ok=True)
        for path, number in names.items():
            place = target / path.relative_to(self._root)
            if place.parent.is_dir():
                place.write_bytes(self._files[number].after_the_cut(random))

    def _name_some(self, random: Random, names: dict[Path, int], directories: set[Path]) -> None:
        for pending in self._pending.values():
            in_order, upto = random.random() < 0.5, random.randint(0, len(pending))
            for at, naming in enumerate(pending):
                if at < upto if in_order else random.random() < 0.5:
                    _name(naming, names, directories, self._links(naming.old) if isinstance(naming, Renamed) else None)

    def _links(self, path: Path) -> int | None:
        """The file that has or will have this name, for a rename may be kept where the making of the name is not."""
        for naming in reversed(self._pending.get(path.parent, [])):
            if isinstance(naming, Link) and naming.path == path:
                return naming.file
        return self._names.get(path)


def _name(naming: Naming, names: dict[Path, int], directories: set[Path], lost: int | None = None) -> None:
    match naming:
        case Link(path, file):
            names[path] = file
        case Unlinked(path):
            names.pop(path, None)
        case Renamed(old, new):
            file = names.pop(old, lost)
            if file is not None:
                names[new] = file
        case MadeDirectory(path):
            directories.add(path)
