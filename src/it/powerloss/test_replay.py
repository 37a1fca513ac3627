"""Tests trace.c and replay.py: safe writers lose nothing in hundreds of states, and each way to be unsafe is found.

Usage: /usr/bin/python3 -m unittest discover -s src/it/powerloss       needs gcc
"""

import ctypes
import glob
import os
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import replay  # noqa: E402

STATES = 300
RECORD = 6000

# What every writer begins with. acknowledge() tells the outside world, as a daemon's client hears of it.
PRELUDE = """
import ctypes, os, sys, threading, time
root, log = sys.argv[1:3]
os.chdir(root)
libc = ctypes.CDLL(None, use_errno=True)
acknowledgements = open(log, "w")
def acknowledge(name):
    acknowledgements.write("%s %d\\n" % (name, time.monotonic_ns()))
    acknowledgements.flush()
def record(number):
    return bytes([number + 1]) * 6000
def sync_folder(name="."):
    folder = os.open(name, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
def replace(content, syncs_file=True, syncs_folder=True):
    file = os.open("new", os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o640)
    os.write(file, content)
    if syncs_file:
        os.fsync(file)
    os.close(file)
    os.rename("new", "master")
    if syncs_folder:
        sync_folder()
"""

APPEND = """
file = os.open("part", os.O_CREAT | os.O_WRONLY, 0o640)
sync_folder()
for number in range(20):
    os.pwrite(file, record(number), 6000 * number)
    os.fdatasync(file)
    acknowledge(number)
"""


class Traced:
    """A writer that has run, and what it was traced to do."""

    def __init__(self, folder, library, program):
        self.root = os.path.join(folder, "root")
        self.log = os.path.join(folder, "log")
        trace = os.path.join(folder, "trace")
        os.mkdir(self.root)
        environment = dict(os.environ, LD_PRELOAD=library, POWERLOSS_ROOT=self.root, POWERLOSS_TRACE=trace)
        command = [sys.executable, "-B", "-c", PRELUDE + "\n" + textwrap.dedent(program), self.root, self.log]
        subprocess.run(command, env=environment, check=True)
        self.records = replay.read_traces(glob.glob(trace + ".*"))

    def acknowledged(self, before):
        with open(self.log) as lines:
            words = [line.split() for line in lines]
        return [int(number) for number, ns in words if int(ns) < before]


def content(name):
    if not os.path.exists(name):
        return None
    with open(name, "rb") as file:
        return file.read()


def lost_records(name):
    """Judges a file of records: how many of those acknowledged are not there."""
    def judge(folder, acknowledged):
        there = content(os.path.join(folder, name)) or b""
        return sum(there[RECORD * n:RECORD * (n + 1)] != bytes([n + 1]) * RECORD for n in acknowledged)
    return judge


def lost_master(folder, acknowledged):
    """Judges a file that is replaced: it must be whole, and not older than the last one acknowledged."""
    there = content(os.path.join(folder, "master"))
    if there is None:
        return len(acknowledged)
    is_whole = len(there) == 3 * RECORD and len(set(there)) == 1
    return 0 if is_whole and (not acknowledged or there[0] - 1 >= acknowledged[-1]) else 1


def tree(folder):
    """Returns path to bytes, link target or None for a folder."""
    found = {}
    for parent, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(parent, name)
            key = os.path.relpath(path, folder)
            if os.path.islink(path):
                found[key] = "-> " + os.readlink(path)
            else:
                found[key] = None if os.path.isdir(path) else content(path)
    return found


class ReplayTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.build = tempfile.TemporaryDirectory()
        cls.library = os.path.join(cls.build.name, "trace.so")
        subprocess.run(
            ["gcc", "-std=c11", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror", "-shared", "-fPIC",
             "-o", cls.library, os.path.join(HERE, "trace.c")], check=True)

    @classmethod
    def tearDownClass(cls):
        cls.build.cleanup()

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
        self.addCleanup(self.folder.cleanup)

    def trace(self, program):
        return Traced(self.folder.name, self.library, program)

    def bad_states(self, program, judge, fault="power"):
        traced = self.trace(program)
        cuts = replay.choose_cuts(traced.records, STATES, 1)
        bad = 0
        for folder, before, _ in replay.states(traced.records, cuts, fault, self.folder.name):
            bad += judge(folder, traced.acknowledged(before)) > 0
            subprocess.run(["rm", "-r", folder], check=True)
        return bad

    # ---- safe writers

    def test_should_find_nothing_wrong_with_a_safe_append(self):
        self.assertEqual(self.bad_states(APPEND, lost_records("part")), 0)

    def test_should_find_nothing_wrong_with_a_safe_replacement(self):
        self.assertEqual(self.bad_states("""
            for number in range(20):
                replace(3 * record(number))
                acknowledge(number)
            """, lost_master), 0)

    def test_should_find_nothing_wrong_with_a_safe_folder(self):
        self.assertEqual(self.bad_states(
            "os.mkdir('scan')\nsync_folder()\nos.chdir('scan')" + APPEND, lost_records("scan/part")), 0)

    def test_should_take_o_sync_for_a_sync(self):
        self.assertEqual(self.bad_states(
            APPEND.replace("os.O_CREAT", "os.O_SYNC | os.O_CREAT").replace("    os.fdatasync(file)\n", ""),
            lost_records("part")), 0)

    def test_should_keep_everything_when_only_the_process_dies(self):
        self.assertEqual(self.bad_states(APPEND.replace("    os.fdatasync(file)\n", "").replace("sync_folder()", ""),
                                         lost_records("part"), "kill"), 0)

    # ---- unsafe ones

    def test_should_catch_data_that_was_never_synced(self):
        self.assertGreater(self.bad_states(APPEND.replace("    os.fdatasync(file)\n", ""), lost_records("part")), 20)

    def test_should_catch_an_acknowledgement_before_the_sync(self):
        self.assertGreater(self.bad_states(
            APPEND.replace("    os.fdatasync(file)\n    acknowledge(number)", "    acknowledge(number)\n    os.fdatasync(file)"),
            lost_records("part")), 5)

    def test_should_catch_sync_file_range_taken_for_a_sync(self):
        self.assertGreater(self.bad_states(
            APPEND.replace("os.fdatasync(file)", "libc.sync_file_range(file, ctypes.c_long(0), ctypes.c_long(0), 7)"),
            lost_records("part")), 20)

    def test_should_catch_a_folder_that_was_not_synced(self):
        self.assertGreater(self.bad_states(APPEND.replace("sync_folder()", ""), lost_records("part")), 20)

    def test_should_catch_a_parent_that_was_not_synced(self):
        self.assertGreater(self.bad_states(
            "os.mkdir('scan')\nos.chdir('scan')" + APPEND, lost_records("scan/part")), 20)

    def test_should_catch_a_replacement_whose_bytes_were_not_synced(self):
        self.assertGreater(self.bad_states("""
            for number in range(20):
                replace(3 * record(number), syncs_file=False)
                acknowledge(number)
            """, lost_master), 20)

    def test_should_catch_a_replacement_whose_folder_was_not_synced(self):
        self.assertGreater(self.bad_states("""
            for number in range(20):
                replace(3 * record(number), syncs_folder=False)
                acknowledge(number)
            """, lost_master), 20)

    def test_should_catch_a_change_in_place(self):
        self.assertGreater(self.bad_states("""
            replace(3 * record(0))
            acknowledge(0)
            file = os.open("master", os.O_WRONLY)
            for number in range(1, 20):
                os.pwrite(file, 3 * record(number), 0)
                os.fsync(file)
                acknowledge(number)
            """, lost_master), 5)

    def test_should_not_take_a_write_during_a_sync_for_synced(self):
        records = [
            replay.Record(replay.OPEN, replay.CREATED, 1, 7, 0, 0, "part", "", b""),
            replay.Record(replay.SYNC, replay.DIRECTORY, 2, 1, 2, 0, "", "", b""),
            replay.Record(replay.WRITE, 0, 10, 7, 0, 1, "part", "", b"a"),
            replay.Record(replay.WRITE, 0, 30, 7, 1, 1, "part", "", b"b"),
            replay.Record(replay.SYNC, 0, 40, 7, 20, 0, "part", "", b"")]
        seen = set()
        cuts = [(5, seed) for seed in range(100)]
        for folder, _, _ in replay.states(records, cuts, "power", self.folder.name):
            seen.add(content(os.path.join(folder, "part")))

        self.assertEqual(seen, {b"a", b"ab", b"a\0"})

    # ---- the tracer

    def test_should_see_every_call_that_changes_a_file(self):
        traced = self.trace("""
            os.makedirs("a/b/c")
            file = os.open("a/one", os.O_CREAT | os.O_RDWR | os.O_EXCL, 0o600)
            os.write(file, b"0123456789" * 1000)
            os.writev(file, [b"first", b"second"])
            os.pwrite(file, b"middle", 5000)
            os.pwritev(file, [b"xx", b"yy"], 12000)
            os.ftruncate(file, 11000)
            os.ftruncate(file, 20000)
            os.posix_fallocate(file, 20000, 5000)
            libc.fallocate(file, 1, ctypes.c_long(30000), ctypes.c_long(5000))
            libc.fallocate(file, 3, ctypes.c_long(100), ctypes.c_long(4500))
            libc.fallocate(file, 16, ctypes.c_long(24000), ctypes.c_long(9000))
            other = os.open("a/b/two", os.O_CREAT | os.O_WRONLY)
            os.lseek(file, 0, 0)
            os.sendfile(other, file, 0, 3000)
            os.copy_file_range(file, other, 4000, 1000, 500)
            copy = os.dup(other)
            os.close(other)
            os.write(copy, b"through another descriptor")
            os.close(copy)
            appended = os.open("a/b/two", os.O_APPEND | os.O_WRONLY)
            os.write(appended, b"at the end")
            os.rename("a/b/two", "a/b/c/three")
            os.write(appended, b"and on")
            os.truncate("a/b/c/three", 2500)
            open("kept", "w").write("words" * 1000)
            open("kept", "w").write("fewer")
            open("gone", "w").write("soon")
            os.unlink("gone")
            os.mkdir("empty"); os.rmdir("empty")
            os.link("kept", "a/link")
            os.symlink("../kept", "a/soft")
            os.rename("a/b", "moved")
            here = os.open("moved", os.O_RDONLY)
            os.mkdir("below", dir_fd=here)
            os.rename("kept", "below/kept", dst_dir_fd=here)
            os.close(os.open("made", os.O_CREAT | os.O_WRONLY, dir_fd=here))
            os.unlink("made", dir_fd=here)
            open("x", "w").write("this"); open("y", "w").write("that")
            libc.renameat2(-100, b"x", -100, b"y", 2)
            def many(offset):
                for n in range(200):
                    os.pwrite(file, bytes([n]) * 50, offset + 50 * n)
            threads = [threading.Thread(target=many, args=(100000 * k,)) for k in (1, 2, 3, 4)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            """)
        cuts = [(len(traced.records), 1)]

        (folder, _, _), = replay.states(traced.records, cuts, "kill", self.folder.name)

        self.assertEqual(tree(folder), tree(traced.root))

    def test_should_refuse_what_it_cannot_replay(self):
        traced = self.trace("""
            import mmap
            open("mapped", "wb").write(bytes(4096))
            file = os.open("mapped", os.O_RDWR)
            libc.mmap.restype = ctypes.c_void_p
            libc.mmap(None, ctypes.c_long(4096), 3, 1, file, ctypes.c_long(0))
            """)

        with self.assertRaisesRegex(replay.TraceError, "writable mapping"):
            list(replay.states(traced.records, [(len(traced.records), 1)], "power", self.folder.name))

    def test_should_use_the_clock_of_the_acknowledgements(self):
        before = time.monotonic_ns()
        traced = self.trace(APPEND)

        self.assertTrue(all(before < record.ns < time.monotonic_ns() for record in traced.records))
        self.assertIsNotNone(ctypes.CDLL(self.library))


if __name__ == "__main__":
    unittest.main()
