"""Rebuilds what a disk may hold after a power loss, from the traces of trace.c; has each state recovered, and judged.

Usage: /usr/bin/python3 replay.py [OPTIONS] TRACE... -- COMMAND...      COMMAND gets the folders of states appended, many at a time

    --file PATH         dataset file, relative to the root
    --log FILE          acknowledgements (see judge_acknowledged.py), with nanoseconds; may be repeated
    --level LEVEL       which acknowledgements count: durable (default) or written
    --stream NAME:SEED  pattern of a detector; may be repeated
    --entry NAME        group of the scan in the file
    --fault FAULT       power (default), or kill: everything written is there, the process is not
    --states N          how many states (default 50)
    --seed N            of all that is random
    --batch N           states that COMMAND gets at once (default 25)
    --seconds N         begin no further batch after that time (default: no limit); the last line tells how many were judged
    --work DIR          where states lie (default: a folder in /dev/shm or TMPDIR)
    --state CUT:SEED    only this state, as an earlier run named it, and leave it in --work

What a disk holds. A file has what was written when its last fsync or fdatasync began; of what came later, each page of 4 KiB may have
any version that it had since, and the length may be any that it was since. A folder has the names of its last fsync; of the later
creations, renames and removals each may be there or not. A file whose name is there may be empty; a file whose bytes are there may have
no name. A rename within a folder is whole or not at all. This is as little as POSIX promises, and less than ext4, XFS and Btrfs keep.

The cut is between two calls, half of the time beside one that syncs or names. An acknowledgement counts when it was heard before the cut.
Prints what is wrong of the worst states; the last line is "N states, N with acknowledgements, N acknowledged, N readable, N lost, N wrong".
"""

import argparse
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
sys.dont_write_bytecode = True

HEADER = struct.Struct("<IHHQQQQIHH")
MAGIC = 0x52544C50
OPEN, WRITE, TRUNCATE, SYNC, RENAME, UNLINK, MKDIR, RMDIR, LINK, SYMLINK, CLOSE, SYNC_RANGE, ZERO, UNKNOWN = range(1, 15)
CREATED, TRUNCATED, EVERY_WRITE_SYNCED, EXCHANGE, DIRECTORY = 1, 2, 4, 8, 16
NAMES_AND_SYNCS = {SYNC, RENAME, UNLINK, MKDIR, RMDIR, LINK}
PAGE = 4096


class TraceError(Exception):
    pass


class Record:
    __slots__ = ("kind", "flags", "ns", "inode", "offset", "bytes", "path", "other", "data")

    def __init__(self, kind, flags, ns, inode, offset, length, path, other, data):
        self.kind, self.flags, self.ns, self.inode = kind, flags, ns, inode
        self.offset, self.bytes, self.path, self.other, self.data = offset, length, path, other, data


def read_trace(name):
    with open(name, "rb") as file:
        content = file.read()
    records = []
    at = 0
    while at + HEADER.size <= len(content):
        magic, kind, flags, ns, inode, offset, length, data, path, other = HEADER.unpack_from(content, at)
        if magic != MAGIC:
            raise TraceError("%s: no record at offset %d" % (name, at))
        end = at + HEADER.size + path + other + data
        if end > len(content):
            break  # the process died as it wrote it
        texts = at + HEADER.size
        records.append(Record(
            kind, flags, ns, inode, offset, length,
            os.fsdecode(content[texts:texts + path]), os.fsdecode(content[texts + path:texts + path + other]),
            content[texts + path + other:end]))
        at = end
    return records


def read_traces(names):
    """Returns the records of all processes in the order of their calls' ends."""
    records = [record for name in names for record in read_trace(name)]
    records.sort(key=lambda record: record.ns)
    return records


class File:
    """A file's bytes: those that are surely on the disk, and what was done since."""

    def __init__(self, target=None):
        self.target = target  # of a symbolic link
        self.synced = bytearray()
        self.pending = []  # (ns, offset, data or None for zeros, bytes); data of a truncation is its new length

    def length(self):
        length = len(self.synced)
        for operation in self.pending:
            length = after(length, operation)
        return length

    def sync(self, begun):
        """Takes in what was done before the sync began."""
        kept = []
        for operation in self.pending:
            if operation[0] > begun:
                kept.append(operation)
            else:
                apply(self.synced, operation)
        self.pending = kept

    def image(self, choice):
        if choice.keeps_all:
            image = bytearray(self.synced)
            for operation in self.pending:
                apply(image, operation)
            return image
        return self.some_pages(choice)

    def some_pages(self, choice):
        length = len(self.synced)
        lengths = [length]
        versions = {}
        for operation in self.pending:
            for page in pages(operation, length):
                versions[page] = versions.get(page, 0) + 1
            length = after(length, operation)
            lengths.append(length)
        kept = {page: choice.version(count) for page, count in sorted(versions.items())}
        image = bytearray(self.synced)
        seen = dict.fromkeys(versions, 0)
        length = len(self.synced)
        for operation in self.pending:
            for page in pages(operation, length):
                seen[page] += 1
                if seen[page] <= kept[page]:
                    apply_page(image, operation, page, length)
            length = after(length, operation)
        chosen = choice.one_of(lengths)
        del image[chosen:]
        image.extend(bytes(chosen - len(image)))
        return image


def is_truncation(operation):
    return isinstance(operation[2], int)


def after(length, operation):
    """Returns the length that a file of some length has after an operation."""
    _, offset, data, count = operation
    if is_truncation(operation):
        return data
    return max(length, offset + count) if data is not None else length


def changed(operation, length):
    """Returns the range that an operation changes in a file of this length."""
    _, offset, data, count = operation
    if is_truncation(operation):
        return (data, length) if data < length else (length, length)
    return offset, offset + count


def pages(operation, length):
    begin, end = changed(operation, length)
    return range(begin // PAGE, -(-end // PAGE)) if end > begin else ()


def apply_page(image, operation, page, length):
    begin, end = changed(operation, length)
    first, last = max(begin, page * PAGE), min(end, (page + 1) * PAGE)
    if len(image) < last:
        image.extend(bytes(last - len(image)))
    data = operation[2]
    if data is None or is_truncation(operation):
        image[first:last] = bytes(last - first)
    else:
        image[first:last] = data[first - operation[1]:last - operation[1]]


def apply(image, operation):
    _, offset, data, count = operation
    if is_truncation(operation):
        del image[data:]
        image.extend(bytes(data - len(image)))
    elif data is None:
        end = min(len(image), offset + count)
        if end > offset:
            image[offset:end] = bytes(end - offset)
    else:
        image.extend(bytes(max(0, offset + count - len(image))))
        image[offset:offset + count] = data


class Folder:
    def __init__(self):
        self.now = {}
        self.synced = {}


class Disk:
    """What the program sees, and what is surely there."""

    def __init__(self):
        self.root = Folder()
        self.by_inode = {}
        self.renames = []  # changes of names that may not be on the disk: (ns, [(folder, name, node or None)])

    def folder_of(self, path):
        folder = self.root
        parts = path.split("/")
        for part in parts[:-1]:
            folder = folder.now.get(part)
            if not isinstance(folder, Folder):
                raise TraceError("no such folder in the trace: " + path)
        return folder, parts[-1]

    def node(self, path):
        if path == "":
            return self.root
        folder, name = self.folder_of(path)
        return folder.now.get(name)

    def change(self, ns, *changes):
        done = []
        for path, node in changes:
            folder, name = self.folder_of(path)
            done.append((folder, name, node))
        for folder, name, node in done:
            set_name(folder.now, name, node)
        self.renames.append((ns, done))

    def file(self, record):
        node = self.by_inode.get(record.inode)
        if node is None:
            raise TraceError("written without having been created since the trace began: " + record.path)
        return node

    def take(self, record):
        kind, path = record.kind, record.path
        if kind == WRITE:
            file = self.file(record)
            file.pending.append((record.ns, record.offset, record.data, record.bytes))
            if record.flags & EVERY_WRITE_SYNCED:
                file.sync(record.ns)
        elif kind == SYNC:
            self.sync(record)
        elif kind == OPEN:
            if record.flags & CREATED:
                self.by_inode[record.inode] = File()
                self.change(record.ns, (path, self.by_inode[record.inode]))
            elif record.flags & TRUNCATED:
                self.file(record).pending.append((record.ns, 0, 0, 0))
        elif kind == TRUNCATE:
            self.file(record).pending.append((record.ns, 0, record.bytes, 0))
        elif kind == ZERO:
            self.file(record).pending.append((record.ns, record.offset, None, record.bytes))
        elif kind == MKDIR:
            self.change(record.ns, (path, Folder()))
        elif kind in (UNLINK, RMDIR):
            self.change(record.ns, (path, None))
        elif kind == LINK:
            self.change(record.ns, (record.other, self.node(path)))
        elif kind == SYMLINK:
            self.change(record.ns, (path, File(record.other)))
        elif kind == RENAME:
            moved, other = self.node(path), self.node(record.other)
            if moved is None:
                raise TraceError("renamed without having been created: " + path)
            self.change(record.ns, (path, other if record.flags & EXCHANGE else None), (record.other, moved))
        elif kind == UNKNOWN:
            raise TraceError("not to be replayed: %s: %s" % (path, record.other))

    def sync(self, record):
        begun = record.offset
        if not record.flags & DIRECTORY:
            self.file(record).sync(begun)
            return
        folder = self.node(record.path)
        left = []
        for ns, changes in self.renames:
            if ns <= begun:
                for changed_folder, name, node in changes:
                    if changed_folder is folder:
                        set_name(folder.synced, name, node)
                changes = [change for change in changes if change[0] is not folder]
            if changes:
                left.append((ns, changes))
        self.renames = left

    def write_to(self, target, choice):
        """Makes the folder that a disk would show after this fault."""
        names = {}
        for _, changes in self.renames:
            if choice.keeps_all or choice.keeps():
                for folder, name, node in changes:
                    set_name(names.setdefault(id(folder), dict(folder.synced)), name, node)
        self.write_folder(self.root, target, names, choice)

    def write_folder(self, folder, target, names, choice):
        os.mkdir(target)
        for name, node in sorted(names.get(id(folder), folder.synced).items()):
            path = os.path.join(target, name)
            if isinstance(node, Folder):
                self.write_folder(node, path, names, choice)
            elif node.target is not None:
                os.symlink(node.target, path)
            else:
                with open(path, "wb") as file:
                    file.write(node.image(choice))


def set_name(names, name, node):
    if node is None:
        names.pop(name, None)
    else:
        names[name] = node


class Choice:
    """What of the unsynced came through, at random: in some states nothing, in some nearly all."""

    def __init__(self, seed, fault):
        self.random = random.Random(seed)
        self.keeps_all = fault == "kill"
        self.share = self.random.choice((0.0, 0.1, 0.5, 0.9, self.random.random()))

    def keeps(self):
        return self.random.random() < self.share

    def version(self, count):
        """Returns how many of a page's versions came through: the last of them is there."""
        if not self.keeps():
            return 0
        return count if self.random.random() < 0.5 else self.random.randint(1, count)

    def one_of(self, lengths):
        return lengths[0] if not self.keeps() else self.random.choice(lengths)


def choose_cuts(records, count, seed):
    """Returns (cut, seed) of each state: it holds the calls before the cut."""
    chooser = random.Random(seed)
    beside = [at + step for at, record in enumerate(records) if record.kind in NAMES_AND_SYNCS for step in (0, 1)]
    cuts = []
    for number in range(count):
        at = chooser.choice(beside) if beside and number % 2 else chooser.randint(0, len(records))
        cuts.append((at, chooser.randrange(1 << 30)))
    return sorted(cuts)


def states(records, cuts, fault, work):
    """Makes one state after the other; yields its folder, the time of its cut, and its name."""
    disk = Disk()
    done = 0
    for cut, seed in cuts:
        for record in records[done:cut]:
            disk.take(record)
        done = cut
        folder = os.path.join(work, "state-%d-%d" % (cut, seed))
        disk.write_to(folder, Choice(seed, fault))
        before = records[cut].ns if cut < len(records) else (1 << 63) - 1
        yield folder, before, "%d:%d" % (cut, seed)


def batches(every, size):
    batch = []
    for one in every:
        batch.append(one)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


class Verdict:
    def __init__(self):
        self.states = self.promising = self.acknowledged = self.readable = self.lost = self.wrong = self.failed = 0
        self.lines = []

    def add(self, name, judge):
        self.states += 1
        self.promising += judge.acknowledged > 0
        self.acknowledged += judge.acknowledged
        self.readable += judge.readable
        self.lost += judge.lost
        self.wrong += judge.wrong
        if judge.lost or judge.wrong:
            self.failed += 1
            if self.failed <= 10:
                self.lines += ["state %s: %s" % (name, problem) for problem in judge.problems[:5]]

    def __str__(self):
        return "%d states, %d with acknowledgements, %d acknowledged, %d readable, %d lost, %d wrong" % (
            self.states, self.promising, self.acknowledged, self.readable, self.lost, self.wrong)


def recover(command, folders):
    """Returns what a failed command said, or None; 1 is its word for losses that it names, which the judge counts."""
    if not command:
        return None
    done = subprocess.run(command + folders, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    return None if done.returncode in (0, 1) else "exit code %d: %s" % (done.returncode, done.stdout[-2000:])


def run(chosen, judge, work):
    records = read_traces(chosen.traces)
    cuts = choose_cuts(records, chosen.states, chosen.seed)
    if chosen.state:
        cuts = [tuple(int(number) for number in chosen.state.split(":"))]
    verdict = Verdict()
    begun = time.monotonic()
    for batch in batches(states(records, cuts, chosen.fault, work), chosen.batch):
        failure = recover(chosen.command, [folder for folder, _, _ in batch])
        if failure:
            verdict.lines.append("recovery of %s: %s" % (" ".join(name for _, _, name in batch), failure))
            verdict.failed += 1
        for folder, before, name in batch:
            verdict.add(name, judge(folder, before))
            if not chosen.state:
                shutil.rmtree(folder)
        if chosen.seconds and time.monotonic() - begun > chosen.seconds:
            break
    return verdict


def options():
    parser = argparse.ArgumentParser(description="Rebuilds, recovers and judges disks after a power loss.")
    parser.add_argument("--file", required=True)
    parser.add_argument("--log", action="append", default=[])
    parser.add_argument("--level", choices=("written", "durable"), default="durable")
    parser.add_argument("--stream", action="append", default=[])
    parser.add_argument("--entry")
    parser.add_argument("--fault", choices=("power", "kill"), default="power")
    parser.add_argument("--states", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=25)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--work")
    parser.add_argument("--state")
    parser.add_argument("traces", nargs="+")
    return parser


def main(arguments):
    import judge_acknowledged

    at = arguments.index("--") if "--" in arguments else len(arguments)
    chosen = options().parse_args(arguments[:at])
    chosen.command = arguments[at + 1:]
    streams = {name: int(seed) for name, seed in (stream.rsplit(":", 1) for stream in chosen.stream)}

    def judge(folder, before):
        file = os.path.join(folder, chosen.file)
        return judge_acknowledged.judge(file, chosen.log, chosen.level, before, streams, chosen.entry)

    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    work = chosen.work or tempfile.mkdtemp(prefix="powerloss-", dir=memory)
    os.makedirs(work, exist_ok=True)
    try:
        verdict = run(chosen, judge, work)
    finally:
        if not chosen.state:
            shutil.rmtree(work, ignore_errors=True)
    for line in verdict.lines:
        print(line)
    print(verdict)
    return 1 if verdict.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
