#!/usr/bin/python3
"""A service manager's ear: binds a Unix datagram socket and prints each message as one line of JSON.

    notify_listener.py /path/or/@abstract

First line {"listening": NAME}. Then for each message {"at": seconds of the monotonic clock, "sent": {"READY": "1", ...}}.
With READY=1 it reads a port from standard input, connects to it at once, and adds "connected": true or false. Ends with its
standard input.
"""

import json
import select
import socket
import sys
import time


def say(**line):
    print(json.dumps(line), flush=True)


def connects(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=10).close()
    except OSError:
        return False
    return True


def heard(message):
    line = {"at": time.monotonic(), "sent": dict(a.split("=", 1) for a in message.decode().splitlines())}
    if line["sent"].get("READY") == "1":
        line["connected"] = connects(int(sys.stdin.readline()))
    return line


def main(name):
    ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    ear.bind("\0" + name[1:] if name.startswith("@") else name)
    say(listening=name)
    is_told = False
    while True:
        readable, _, _ = select.select([ear] + ([sys.stdin] if is_told else []), [], [])
        if ear in readable:
            line = heard(ear.recv(65536))
            is_told |= "connected" in line
            say(**line)
        elif not sys.stdin.readline():
            return


if __name__ == "__main__":
    main(sys.argv[1])
