# SPDX-License-Identifier: Apache-2.0
"""A disk that loses power: what a traced program did to a folder, and each state in which
the folder may be found afterwards.

The model is as harsh as POSIX allows.  What was written to a file is sure once that file
was synced, and what happened to names in a folder once that folder was; until then each
write and each change of a name is there or not, whatever became of the others.  A write
may besides have made the file longer and left zeros, or have been cut in the middle.  A
rename within a folder is one change, one between folders is two.
"""
import hashlib
import itertools
import os
import pathlib
import random
import re
import subprocess

# What changes a folder or says that a change is to last.
CALLS = ["openat", "creat", "close", "dup", "dup2", "dup3", "fcntl", "write", "pwrite64",
         "ftruncate", "fallocate", "lseek", "fsync", "fdatasync", "rename", "renameat",
         "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir",
         "mmap", "msync", "munmap", "truncate", "sync_file_range", "copy_file_range",
         "sendfile", "writev", "pwritev", "sync", "syncfs", "symlink"]
# Those of them that the model does not know: a trace with one of them is refused.
UNKNOWN = {"creat", "dup", "dup2", "dup3", "renameat", "linkat", "mkdirat", "truncate",
           "copy_file_range", "sendfile", "writev", "pwritev", "sync", "syncfs",
           "symlink", "rmdir"}


# Contents of files, each once: many states have the same, and some are long.
CONTENTS = {}  # by digest
DIGESTS = {}   # by id


def shared(data):
    digest = hashlib.sha256(data).digest()
    if digest not in CONTENTS:
        CONTENTS[digest] = data
        DIGESTS[id(data)] = digest
    return CONTENTS[digest]


def digest_of_bytes(data):
    return DIGESTS.get(id(data)) or hashlib.sha256(data).digest()


class Inode:
    count = 0

    def __init__(self, data=b""):
        Inode.count += 1
        self.number = Inode.count
        self.data = shared(data)  # that is sure
        self.names = None         # of a folder: name to inode, that are sure
        self.pending = []         # changes that are not
        self.syncs = 0
        self._after = {}          # bytes by what became of the changes

    def after(self, choices):
        """The bytes when this became of the changes."""
        key = tuple(choices)
        if key not in self._after:
            self._after[key] = shared(apply_writes(self.data, self.pending, key))
        return self._after[key]

    def now(self):
        """The bytes that a reader sees while there is power."""
        return self.after(["kept"] * len(self.pending))

    def sync(self):
        self.syncs += 1
        if self.names is None:
            self.data = self.now()
            self._after = {}
        else:
            self.names = apply_changes(self.names, self.pending,
                                       ["kept"] * len(self.pending))
        self.pending = []


def new_folder():
    folder = Inode()
    folder.names = {}
    return folder


def apply_writes(data, writes, choices):
    """A write is (offset, bytes); (length, None) sets the length."""
    if not writes:
        return data
    result = bytearray(data)
    for (offset, new), choice in zip(writes, choices):
        if choice == "lost":
            continue
        if new is None:
            result = result[:offset] + bytes(max(0, offset - len(result)))
            continue
        if choice == "zeros":
            new = bytes(len(new))
        elif choice == "torn":
            new = new[:len(new) // 2]
        result += bytes(max(0, offset + len(new) - len(result)))
        result[offset:offset + len(new)] = new
    return bytes(result)


def apply_changes(names, changes, choices):
    """A change is (names that go, name that comes, its inode)."""
    result = dict(names)
    for (gone, name, inode), choice in zip(changes, choices):
        if choice == "lost":
            continue
        if gone is not None:
            result.pop(gone, None)
        if name is not None:
            result[name] = inode
    return result


class Disk:
    """The folder as it is now, and what of it is sure."""

    def __init__(self, folder, syncs_files=True, syncs_folders=True, mapped=b""):
        self.top = str(folder)
        self.base = pathlib.Path(folder).name
        self.root = new_folder()  # where the folder is, with nothing beside it
        if pathlib.Path(folder).exists():
            self.root.names[self.base] = self._load(pathlib.Path(folder))
        self.files = {}      # open files: number to [inode, position]
        self.mappings = {}   # address to inode
        self.mapped = mapped  # what is written to mappings, which nobody can trace
        self.syncs = {False: syncs_files, True: syncs_folders}
        self.idle_syncs = 0  # of files to which nothing was done since the last one

    def _load(self, folder):
        result = new_folder()
        for path in folder.iterdir():
            result.names[path.name] = (self._load(path) if path.is_dir()
                                       else Inode(path.read_bytes()))
        return result

    # --- Names as they are now ---------------------------------------------------------

    def _entries(self, folder):
        return apply_changes(folder.names, folder.pending, ["kept"] * len(folder.pending))

    def _parent(self, path):
        """(folder, name), None where the path is not of the folder that is watched."""
        path = os.path.normpath(path)
        if path != self.top and not path.startswith(self.top + "/"):
            return None
        folder = self.root
        *above, name = (self.base + path[len(self.top):]).split("/")
        for part in above:
            folder = self._entries(folder)[part]
        return folder, name

    def _find(self, path):
        place = self._parent(path)
        if place is None:
            return None
        folder, name = place
        return self._entries(folder).get(name)

    # --- What a program does -------------------------------------------------------------

    def openat(self, arguments, result):
        path = text_of(arguments[1])
        if os.path.normpath(path) == os.path.dirname(self.top):
            self.files[result] = [self.root, 0]
            return False
        place = self._parent(path)
        if place is None:
            return False
        inode = self._find(path)
        changed = False
        if inode is None:
            assert "O_CREAT" in arguments[2], arguments
            inode = Inode()
            place[0].pending.append((None, place[1], inode))
            changed = True
        if "O_TRUNC" in arguments[2]:
            inode.pending.append((0, None))
            changed = True
        self.files[result] = [inode, 0]
        return changed

    def close(self, arguments, result):
        self.files.pop(int(arguments[0]), None)

    def fcntl(self, arguments, result):
        assert not (int(arguments[0]) in self.files and "DUPFD" in arguments[1])

    def lseek(self, arguments, result):
        if int(arguments[0]) in self.files:
            self.files[int(arguments[0])][1] = result

    def write(self, arguments, result):
        file = self.files.get(int(arguments[0]))
        if file is None:
            return False
        file[0].pending.append((file[1], bytes_of(arguments[1])[:result]))
        file[1] += result
        return True

    def pwrite64(self, arguments, result):
        file = self.files.get(int(arguments[0]))
        if file is None:
            return False
        file[0].pending.append((int(arguments[3]), bytes_of(arguments[1])[:result]))
        return True

    def ftruncate(self, arguments, result):
        file = self.files.get(int(arguments[0]))
        if file is None:
            return False
        file[0].pending.append((int(arguments[1]), None))
        return True

    def fallocate(self, arguments, result):
        file = self.files.get(int(arguments[0]))
        if file is None:
            return False
        length = int(arguments[2]) + int(arguments[3])
        if length > len(file[0].now()):
            file[0].pending.append((length, None))
        return True

    def mmap(self, arguments, result):
        file = self.files.get(int(arguments[4]))
        if file is not None and "PROT_WRITE" in arguments[2] and \
                "MAP_SHARED" in arguments[3]:
            self.mappings[result] = file[0]

    def msync(self, arguments, result):
        inode = self.mappings.get(int(arguments[0], 16))
        if inode is not None:
            inode.pending.append((0, self.mapped))
            return True
        return False

    def munmap(self, arguments, result):
        self.mappings.pop(int(arguments[0], 16), None)

    def fsync(self, arguments, result):
        file = self.files.get(int(arguments[0]))
        if file is None:
            return False
        inode = file[0]
        if inode.names is None and inode.syncs > 0 and not inode.pending:
            self.idle_syncs += 1
        if self.syncs[inode.names is not None]:
            inode.sync()
        return True

    fdatasync = fsync

    def mkdir(self, arguments, result):
        place = self._parent(text_of(arguments[0]))
        if place is None:
            return False
        place[0].pending.append((None, place[1], new_folder()))
        return True

    def unlink(self, arguments, result):
        place = self._parent(text_of(arguments[0]))
        if place is None:
            return False
        place[0].pending.append((place[1], None, None))
        return True

    def unlinkat(self, arguments, result):
        return self.unlink(arguments[1:], result)

    def link(self, arguments, result):
        inode = self._find(text_of(arguments[0]))
        place = self._parent(text_of(arguments[1]))
        if place is None:
            return False
        place[0].pending.append((None, place[1], inode))
        return True

    def rename(self, arguments, result):
        old, new = text_of(arguments[0]), text_of(arguments[1])
        place, to = self._parent(old), self._parent(new)
        if place is None or to is None:
            return False
        inode = self._find(old)
        if inode is self._find(new):
            return False  # two names of one file: nothing happens
        if place[0] is to[0]:
            place[0].pending.append((place[1], to[1], inode))
        else:
            to[0].pending.append((None, to[1], inode))
            place[0].pending.append((place[1], None, None))
        return True

    # --- States ------------------------------------------------------------------------------

    def _folders(self):
        found, todo = [], [self.root]
        while todo:
            folder = todo.pop()
            found.append(folder)
            inodes = list(folder.names.values()) + [c[2] for c in folder.pending if c[2]]
            todo += [i for i in dict.fromkeys(inodes) if i.names is not None]
        return list(dict.fromkeys(found))

    def _inodes(self):
        """Every inode that some state may show and that is not sure in all of it."""
        found = {}
        for folder in self._folders():
            found[folder] = None
            for inode in [*folder.names.values(), *[c[2] for c in folder.pending]]:
                if inode is not None:
                    found[inode] = None
        return [inode for inode in found if inode.pending]

    def states(self, limit, random_source):
        """Yields each state in which power may leave the folder, as {path: bytes, or None
        of a folder}, "." being itself; all of them up to `limit`, so many beyond it."""
        inodes = self._inodes()
        slots = [(inode, i) for inode in inodes for i in range(len(inode.pending))]
        ways = [("kept", "lost") if inode.names is not None or inode.pending[i][1] is None
                else ("kept", "lost", "zeros", "torn") for inode, i in slots]
        total = 1
        for way in ways:
            total *= len(way)
        self.is_exhaustive = total <= limit
        if self.is_exhaustive:
            chosen = itertools.product(*ways)
        else:
            chosen = some_choices(ways, limit, random_source)
        for choices in chosen:
            picked = {}
            for (inode, _), choice in zip(slots, choices):
                picked.setdefault(inode, []).append(choice)
            tree = self._tree(self.root, picked, "")
            yield {path.partition("/")[2] or ".": data for path, data in tree.items()}

    def _tree(self, folder, picked, prefix):
        result = {}
        names = apply_changes(folder.names, folder.pending, picked.get(folder, ()))
        for name, inode in names.items():
            if inode.names is not None:
                result[prefix + name] = None
                result |= self._tree(inode, picked, prefix + name + "/")
            else:
                result[prefix + name] = inode.after(picked.get(inode, ()))
        return result


def some_choices(ways, limit, random_source):
    """Everything kept or lost; one thing other than the rest; and at random."""
    everything = ["kept"] * len(ways)
    nothing = ["lost"] * len(ways)
    yield everything
    yield nothing
    for i, way in enumerate(ways):
        for other in way:
            yield everything[:i] + [other] + everything[i + 1:]
            yield nothing[:i] + [other] + nothing[i + 1:]
        yield everything[:i] + nothing[i:]
    for _ in range(limit):
        yield [random_source.choice(way) for way in ways]


def digest_of(state):
    """The same for equal states."""
    text = hashlib.sha256()
    for path in sorted(state):
        data = state[path]
        text.update(f"{path}\0{data is None}\0".encode())
        text.update(digest_of_bytes(data or b""))
    return text.digest()


def lay_out(state, folder):
    """Makes a folder that is in this state."""
    folder = pathlib.Path(folder)
    for path in sorted(state):
        if state[path] is None:
            (folder / path).mkdir()
        else:
            (folder / path).write_bytes(state[path])


# --- Traces ------------------------------------------------------------------------------------

LINE = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += (-?\w+)", re.S)


def bytes_of(text):
    assert text[:1] == text[-1:] == '"', f"a text was cut short: {text[-40:]}"
    return bytes.fromhex(text[1:-1].replace("\\x", ""))


def text_of(text):
    return os.fsdecode(bytes_of(text))


def trace(command, log):
    """Runs a command under strace; what it said, and its calls in order."""
    run = subprocess.run(
        ["strace", "-f", "-xx", "-s", "1000000000", "-o", log, "-e",
         "trace=" + ",".join(CALLS), *map(str, command)],
        capture_output=True, text=True, check=False)
    return run, list(calls_of(pathlib.Path(log).read_text()))


def calls_of(text):
    """(name, arguments, result) of those that succeeded."""
    unfinished = {}
    for line in text.splitlines():
        process = line.split(" ", 1)[0]
        if line.endswith("<unfinished ...>"):
            unfinished[process] = line[:-len("<unfinished ...>")]
            continue
        if " resumed>" in line:
            line = unfinished.pop(process) + line.split(" resumed>", 1)[1]
        match = LINE.match(line)
        if match is None:
            continue
        name, arguments, result = match.groups()
        if not result.startswith("-"):
            number = int(result, 16 if result.startswith("0x") else 10)
            yield name, arguments.split(", "), number


def play(disk, calls):
    """Does to a disk what was traced; yields after each change."""
    for name, arguments, result in calls:
        if name in UNKNOWN:
            raise AssertionError(f"the model of a disk does not know {name}")
        action = getattr(disk, name, None)
        if action is not None and action(arguments, result):
            yield f"{name}({', '.join(a[:60] for a in arguments)})"
