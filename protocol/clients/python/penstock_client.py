"""Streams detector frames to penstockd. One file, standard library only, Python 3.8 or later; the wire is in protocol/README.md.

    import penstock_client

    with penstock_client.open("127.0.0.1:9700", detector="eiger", dtype="u2", shape=(512, 512),
                              sample="lysozyme", frames=len(images)) as stream:
        for image in images:                # NumPy arrays, or anything with a C-contiguous buffer
            stream.send(image)              # blocks while the daemon gives no credit
    print(stream.report["dataset_file"])    # the files are closed when the block is left

Leaving the block normally ends the stream and waits for the daemon's report; leaving it by an exception aborts the stream.
What the daemon refuses is raised as PenstockError, with the code of README section 9; what the network does as OSError.

A frame that send() has returned from may be changed; it is safe in a file only when stream.is_written(index) says so.
With connections=n, n threads may send at the same time; with one thread, one connection is as good.
"""

import itertools
import json
import socket
import struct
import threading
import time
import zlib

__all__ = ["open", "attach", "status", "abort", "Stream", "PenstockError"]
__version__ = "1"

_PREFIX = struct.Struct("<4sBBHQ")
_FRAME = struct.Struct("<4sBBHQ QQQ IHH II B3xI Q I")  # up to the header checksum: 76 bytes
_CHECKSUM = struct.Struct("<I")
_MAGIC = b"PNST"
_VERSION = 1
_FRAME_HEADER_BYTES = 64
_MAX_BODY_BYTES = 16 << 20
_CONNECT_S = 10.0
_ANSWER_S = 30.0

_HELLO, _OPEN_STREAM, _ATTACH, _STREAM_OPENED, _END, _REPORT, _ERROR, _PING, _PONG, _STATUS, _ABORT = range(1, 12)
_FRAME_KIND, _CREDIT, _ACK, _DROPPED = 16, 32, 33, 34
_NAMES = {_HELLO: "HELLO", _STREAM_OPENED: "STREAM_OPENED", _REPORT: "REPORT", _STATUS: "STATUS", _PONG: "PONG"}

_DTYPES = {
    "u1": "B", "u2": "H", "u4": "I", "u8": "Q", "i1": "b", "i2": "h", "i4": "i", "i8": "q", "f4": "f", "f8": "d",
}
_SPELLED = {
    "uint8": "u1", "uint16": "u2", "uint32": "u4", "uint64": "u8", "int8": "i1", "int16": "i2", "int32": "i4",
    "int64": "i8", "float32": "f4", "float64": "f8",
}
_SCAN_KEYS = ("join", "proposal", "beamline", "session", "sample", "dataset", "title", "number", "streams", "start_time")
_STREAM_KEYS = (
    "codec", "ack", "overflow", "save", "every", "rate_hz", "frames_per_file", "clock", "tick_hz", "detector_info",
    "lima", "resume",
)


class PenstockError(Exception):
    """What the daemon refused: .code of README section 9, .fatal (the connection is closed), .frame (an index or None)."""

    def __init__(self, code, message, fatal=True, frame=None):
        super().__init__("%s: %s" % (code, message))
        self.code = code
        self.fatal = fatal
        self.frame = frame


def open(address, detector, dtype, shape, frames=None, connections=1, checksum="crc32", **options):
    """Opens a stream and returns a Stream.

    address: "host:port" or (host, port). dtype: "u1" … "f8", as NumPy names them, or a NumPy dtype. shape: of one frame, () for a counter.
    frames: how many will come, None if not known. checksum: "crc32" or "none".
    options: proposal, beamline, session, sample, dataset, title, number, streams, start_time, join (of the scan); codec, ack, overflow,
    save, every, rate_hz, frames_per_file, clock, tick_hz, detector_info, lima, resume (of the stream): README section 4.
    """
    unknown = [key for key in options if key not in _SCAN_KEYS and key not in _STREAM_KEYS]
    if unknown:
        raise TypeError("unknown option: %s, expected=one of %s" % (unknown[0], ", ".join(_SCAN_KEYS + _STREAM_KEYS)))
    request = {"detector": detector, "dtype": _dtype(dtype), "shape": [int(n) for n in shape], "frames": frames}
    request["connections"] = connections
    request.update((key, options[key]) for key in _STREAM_KEYS if options.get(key) is not None)
    scan = {key: options[key] for key in _SCAN_KEYS if options.get(key) is not None}
    if scan:
        request["scan"] = scan
    return Stream(_address(address), _OPEN_STREAM, request, connections, checksum)


def attach(address, stream, dtype=None, connections=1, checksum="crc32"):
    """Takes a stream up again after a cut; .opened["received_ranges"] tells what need not be sent again."""
    request = {"stream": stream}
    attached = Stream(_address(address), _ATTACH, request, connections, checksum)
    attached._dtype = _dtype(dtype) if dtype is not None else None
    return attached


def status(address):
    """Asks what the daemon is doing; returns a dict."""
    link = _Link(_address(address), "control", "none")
    try:
        link.write(_message(_STATUS, {}))
        return link.answer(_STATUS)
    finally:
        link.close()


def abort(address, stream, reason):
    """Ends a stream now, by its id; what was written stays."""
    link = _Link(_address(address), "control", "none")
    try:
        # ABORT is answered only when it is refused: the PONG tells that it was taken
        link.write(_message(_ABORT, {"stream": stream, "reason": reason}) + _message(_PING, b""))
        link.answer(_PONG)
    finally:
        link.close()


class Stream:
    """The frames of one detector in one scan, on their way to the daemon; made by open(). Any thread may call any method.

    .opened is what the daemon answered (ids, file names), .report what it said at the end (None before), .errors what it refused
    of single frames.
    """

    def __init__(self, address, kind, request, connections, checksum):
        self.report = None
        self.errors = []
        self._address = address
        self._dtype = request.get("dtype")
        self._waits_for_credit = request.get("overflow") != "drop"
        self._stamps = request.get("clock") in (None, "unix")
        self._indices = itertools.count()
        self._lock = threading.Condition()  # guards what the reader threads tell
        self._written_below = 0
        self._durable_below = 0
        self._written_above = []
        self._lost = []
        self._refusal = None
        self._connections = []
        try:
            link = _Link(address, "data", checksum)
            self._connections.append(_Connection(self, link))
            link.write(_message(kind, request))
            self.opened = link.answer(_STREAM_OPENED)
            self._written_below = self.opened["written_below"]
            self.frame_bytes = self.opened["frame_bytes"]
            while len(self._connections) < connections:
                link = _Link(address, "data", checksum)
                self._connections.append(_Connection(self, link))
                link.write(_message(_ATTACH, {"stream": self.opened["stream"]}))
                link.answer(_STREAM_OPENED)
        except BaseException:
            self.close()
            raise
        self._open_connections = len(self._connections)
        for number, connection in enumerate(self._connections):
            connection.start(number)

    def send(self, data, index=None, timestamp_ns=None):
        """Sends one frame; blocks while the daemon gives no credit.

        data: an array or buffer of the stream's shape and dtype, C-contiguous and little-endian; of a counter also a number.
        index: place in the stream, any order; None for the next. timestamp_ns: start of exposure on the stream's clock; None for now.
        """
        payload = self._payload(data)
        if index is None:
            index = next(self._indices)
        if timestamp_ns is None:
            timestamp_ns = time.time_ns() if self._stamps else 0
        self._connections[index % len(self._connections)].send(index, timestamp_ns, payload)

    def end(self, frames=None):
        """Says that the stream is at its end, waits until its files are closed and returns the report, a dict."""
        if self.report is not None:
            return self.report
        for connection in self._connections:
            connection.end(frames)
        with self._lock:
            while self.report is None and self._open_connections > 0:
                self._lock.wait()
        if self.report is None:
            raise self._failure("no report")
        return self.report

    def abort(self, reason):
        """Ends the stream now, over a connection of its own; what was written stays."""
        abort(self._address, self.opened["stream"], reason)

    def close(self):
        """Closes the connections; without end() before, the daemon ends the stream as incomplete."""
        for connection in self._connections:
            connection.close()

    @property
    def written_below(self):
        """Every frame below is settled: written, left out on the stream's own wish, or named as lost."""
        return self._written_below

    @property
    def durable_below(self):
        """Every frame below survives power loss; 0 when the daemon does not tell."""
        return self._durable_below

    def is_written(self, index):
        """Tells whether the daemon acknowledged a frame: its memory may be used again."""
        with self._lock:
            if any(first <= index < end for first, end in self._written_above):
                return True
            return index < self._written_below and not any(first <= index < end for first, end in self._lost)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        try:
            if kind is None:
                self.end()
            elif self.report is None:
                try:
                    self.abort("client failed: %s" % (error or kind.__name__))
                except (OSError, PenstockError):
                    pass  # what ended the block is what the caller has to see
        finally:
            self.close()

    def _payload(self, data):
        if isinstance(data, (int, float)) and self._dtype is not None:
            data = struct.pack("<" + _DTYPES[self._dtype], data)
        dtype = getattr(data, "dtype", None)
        view = memoryview(data)
        if not view.c_contiguous:
            raise ValueError("frame is not C-contiguous: shape=%s, strides=%s; send numpy.ascontiguousarray(frame)"
                             % (view.shape, view.strides))
        if dtype is not None and self._dtype is not None and _dtype(dtype) != self._dtype:
            raise ValueError("frame has another dtype: expected=%s, actual=%s" % (self._dtype, dtype))
        if view.nbytes != self.frame_bytes:
            raise ValueError("payload is not one frame: expectedBytes=%d, actualBytes=%d" % (self.frame_bytes, view.nbytes))
        return view.cast("B")

    def _failure(self, what):
        refusal = self._refusal
        if isinstance(refusal, PenstockError):
            return PenstockError(refusal.code, str(refusal).split(": ", 1)[-1], True, refusal.frame)
        text = "%s: stream=%s, problem=%s" % (what, self.opened["stream"], refusal)
        if self.report is not None:
            text += ", state=%s, reason=%s" % (self.report["state"], self.report["reason"])
        return ConnectionError(text)

    # what the reader threads tell

    def _acknowledged(self, written_below, durable_below, ranges):
        with self._lock:
            self._written_below = max(self._written_below, written_below)
            self._durable_below = max(self._durable_below, durable_below)
            above = [(first, end) for first, end in self._written_above + ranges if end > self._written_below]
            self._written_above = _joined(above)

    def _dropped(self, ranges):
        with self._lock:
            self._lost = _joined(self._lost + ranges)

    def _refused(self, error):
        with self._lock:
            self.errors.append(error)
            if error.frame is not None and error.code != "duplicate_frame":
                self._lost = _joined(self._lost + [(error.frame, error.frame + 1)])

    def _reported(self, report):
        with self._lock:
            self.report = report
            self._lock.notify_all()

    def _connection_ended(self, reason):
        with self._lock:
            if self._refusal is None or isinstance(reason, PenstockError):
                self._refusal = reason
            self._open_connections -= 1
            self._lock.notify_all()


class _Connection:
    """One of a stream's connections: frames go out as far as the credit goes, a thread takes what the daemon says."""

    def __init__(self, stream, link):
        self._stream = stream
        self._link = link
        self._state = threading.Condition()
        self._limit = 0
        self._sent = 0
        self._is_ended = False
        self._thread = None

    def start(self, number):
        self._link.wait_for_ever()
        self._thread = threading.Thread(target=self._read, name="penstock-%d" % number, daemon=True)
        self._thread.start()

    def send(self, index, timestamp_ns, payload):
        with self._state:
            while self._stream._waits_for_credit and self._sent >= self._limit and not self._is_ended:
                self._state.wait()
            if self._is_ended:
                raise self._stream._failure("frame could not be sent")
            self._sent += 1
        link = self._link
        header = _FRAME.pack(
            _MAGIC, _VERSION, _FRAME_KIND, _FRAME_HEADER_BYTES, len(payload), index, timestamp_ns, 0, 0, 0, 0, 0, 0, 0, 0,
            len(payload), link.checksum_of(payload))
        try:
            link.write(header + _CHECKSUM.pack(link.checksum_of(header)), payload)
        except OSError:
            # often the daemon's ERROR seen from behind: the reader may still get it
            self._thread.join(2.0)
            if isinstance(self._stream._refusal, PenstockError):
                raise self._stream._failure("frame could not be sent")
            raise

    def end(self, frames):
        try:
            self._link.write(_message(_END, {"frames": frames}))
        except OSError:
            pass  # the reader sees the same end, with the daemon's reason if there is one

    def close(self):
        self._link.close()

    def _read(self):
        reason = None
        try:
            while reason is None:
                kind, header, body = self._link.read()
                if kind == _CREDIT:
                    with self._state:
                        self._limit = max(self._limit, struct.unpack_from("<Q", header)[0])
                        self._state.notify_all()
                elif kind == _ACK:
                    written, durable, ranges = struct.unpack_from("<QQI", header)
                    self._stream._acknowledged(written, durable, _ranges(body, ranges))
                elif kind == _DROPPED:
                    self._stream._dropped(_ranges(body, struct.unpack_from("<I", header)[0]))
                elif kind == _REPORT:
                    self._stream._reported(json.loads(body.decode()))
                elif kind == _PING:
                    self._link.pong(body)
                elif kind == _ERROR:
                    error = _error(body)
                    self._stream._refused(error)
                    reason = error if error.fatal else None
        except (OSError, ValueError, KeyError, struct.error) as error:
            reason = error
        self._link.close()
        self._stream._connection_ended(reason)
        with self._state:
            self._is_ended = True
            self._state.notify_all()


class _Link:
    """One socket, greeted: whole messages out, whole messages in."""

    def __init__(self, address, role, checksum):
        if checksum not in ("crc32", "none"):
            raise ValueError("checksum not known: expected=crc32 or none, actual=%s" % checksum)
        self._writing = threading.Lock()
        self._ping = None
        self._socket = socket.create_connection(address, _CONNECT_S)
        try:
            self._socket.settimeout(_ANSWER_S)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            self._in = self._socket.makefile("rb", 1 << 16)
            offered = ["crc32", "none"] if checksum == "crc32" else ["none"]
            client = "penstock-python/" + __version__
            self.write(_message(_HELLO, {"role": role, "client": client, "checksums": offered, "token": None}))
            self._is_checked = self.answer(_HELLO)["checksum"] != "none"
        except BaseException:
            self._socket.close()
            raise

    def wait_for_ever(self):
        """From now on: a silent daemon is not a dead one."""
        self._socket.settimeout(None)

    def checksum_of(self, data):
        return zlib.crc32(data) if self._is_checked else 0

    def write(self, *parts):
        """Sends whole messages; payloads are not copied."""
        with self._writing:
            self._write(parts)
        self._answer_ping()

    def _write(self, parts):
        views = [memoryview(part) for part in parts]
        while views:
            count = self._socket.sendmsg(views)
            while views and count >= len(views[0]):
                count -= len(views.pop(0))
            if views:
                views[0] = views[0][count:]

    def pong(self, body):
        """Answers a PING as soon as nobody writes: the reader must not wait for a writer that waits for the daemon."""
        self._ping = body
        self._answer_ping()

    def _answer_ping(self):
        while self._ping is not None and self._writing.acquire(blocking=False):
            try:
                body, self._ping = self._ping, None
                if body is not None:
                    self._write([_message(_PONG, body)])
            except OSError:
                return  # the reader sees the same end
            finally:
                self._writing.release()

    def read(self):
        """Waits for the next message: kind, header, body."""
        magic, version, kind, header_bytes, body_bytes = _PREFIX.unpack(self._exactly(_PREFIX.size))
        if magic != _MAGIC or version != _VERSION or body_bytes > _MAX_BODY_BYTES:
            raise ValueError("not a message of this protocol: expected=%s version %d, actual=%s version %d, bodyBytes=%d"
                             % (_MAGIC, _VERSION, magic, version, body_bytes))
        return kind, self._exactly(header_bytes), self._exactly(body_bytes)

    def _exactly(self, count):
        data = self._in.read(count)
        if len(data) < count:
            raise ConnectionError("connection closed by the daemon")
        return data

    def answer(self, expected):
        """Waits for the one message that may come now and returns its JSON."""
        while True:
            try:
                kind, _, body = self.read()
            except socket.timeout:
                raise ConnectionError("no answer from the daemon: expected=%s, waitedS=%g" % (_NAMES[expected], _ANSWER_S))
            if kind == _ERROR:
                raise _error(body)
            if kind == expected:
                return json.loads(body.decode()) if kind != _PONG else body
            if kind == _PING:
                self.pong(body)
            elif kind != _PONG:
                raise ConnectionError("unexpected answer from the daemon: expected=%s, actualKind=%d" % (_NAMES[expected], kind))

    def close(self):
        try:
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the reader
        except OSError:
            pass  # closed already, or never connected
        self._socket.close()


def _message(kind, body):
    data = body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode()
    return _PREFIX.pack(_MAGIC, _VERSION, kind, 0, len(data)) + data


def _error(body):
    failure = json.loads(body.decode())
    return PenstockError(failure["code"], failure["message"], failure.get("fatal", True), failure.get("frame"))


def _ranges(body, count):
    values = struct.unpack_from("<%dQ" % (2 * count), body)
    return [(first, first + length) for first, length in zip(values[::2], values[1::2])]


def _joined(ranges):
    joined = []
    for first, end in sorted(ranges):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((first, end))
    return joined


def _dtype(dtype):
    name = getattr(dtype, "str", None) or str(dtype)
    if name.startswith(">") and name[-1] != "1":
        raise ValueError("frames are sent little-endian: actual=%s; send frame.astype(%r)" % (name, "<" + name[1:]))
    name = name.lstrip("<>=|")
    name = _SPELLED.get(name, name)
    if name not in _DTYPES:
        raise ValueError("dtype not supported: expected=one of %s, actual=%s" % (" ".join(_DTYPES), dtype))
    return name


def _address(address):
    if not isinstance(address, str):
        return address
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdigit():
        raise ValueError("bad address: expected=host:port, actual=%s" % address)
    return host.strip("[]"), int(port)
