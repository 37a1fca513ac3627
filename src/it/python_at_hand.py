"""A Python that has loaded modules, and runs scripts in copies of itself: each in a process of its own, without the second that h5py takes to load.

Usage: /usr/bin/python3 python_at_hand.py MODULE...     then a line of JSON for each script, on its standard input:

    {"argv": [...], "code": "...", "folder": PATH, "input": FILE, "output": FILE}     without code argv[0] is the script

Prints a line for each: the script's exit code. The copy reads one file and writes all that it says to the other.
"""

import importlib
import json
import os
import runpy
import signal
import sys
import traceback

LONGEST_S = 240


def redirect(job):
    for number, name, mode in ((0, job["input"], os.O_RDONLY), (1, job["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)):
        file = os.open(name, mode, 0o600)
        os.dup2(file, number)
        os.close(file)
    os.dup2(1, 2)
    os.chdir(job["folder"])
    sys.stdin = open(0, closefd=False)


def run(job):
    """Runs the script as the only one of this process; returns as python3 would exit."""
    redirect(job)
    signal.alarm(LONGEST_S)  # what hangs is ended by it, which its exit code tells
    sys.argv = job["argv"]
    try:
        if not job["code"]:
            sys.path[0] = os.path.dirname(job["argv"][0])
            runpy.run_path(job["argv"][0], run_name="__main__")
        else:
            sys.path[0] = ""
            exec(compile(job["code"], "<string>", "exec"), {"__name__": "__main__"})
    except SystemExit:
        raise
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def main():
    for name in sys.argv[1:]:
        importlib.import_module(name)
    for line in sys.stdin:
        copy = os.fork()
        if copy == 0:
            return run(json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]), flush=True)
    return 0


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.exit(main())
