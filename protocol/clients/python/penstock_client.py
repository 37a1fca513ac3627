"""Streams detector frames to penstockd. One file, standard library only, Python 3.8 or later; the wire is in protocol/README.md.

    import penstock_client

    with penstock_client.open("127.0.0.1:9700", detector="eiger", dtype="u2", shape=(512, 512),
                              sample="lysozyme", frames=len(images)) as stream:
        for image in images:                # NumPy arrays, or anything with a C-contiguous buffer
            stream.send(image)              # blocks while the daemon cannot take more
    print(stream.report["dataset_file"])    # the files are closed when the block is left

Leaving the block normally ends the stream and waits for the daemon's report; leaving it by an exception aborts the stream.
What the daemon refuses is raised as PenstockError, with the code of README section 9; what the network does as OSError.

send() copies the frame, so that it may be changed afterwards, and keeps the copy until the daemon has acknowledged it. When a connection is lost,
or the daemon is restarted, the stream comes back by itself and sends what is missing: for as long as there is no progress, retry seconds, then it
gives up. Any thread may send; the frames go over whichever connection has credit.

A scan of several detectors is created over the daemon's HTTP port, and its streams join it:

    with penstock_client.create_scan("127.0.0.1:8787", sample="lysozyme", detectors=[{"name": "eiger", "frames": 100}]) as scan:
        with penstock_client.open("127.0.0.1:9700", detector="eiger", dtype="u2", shape=(512, 512), join=scan.id) as stream:
            ...
    print(scan.status()["state"])           # leaving the block stops the scan, leaving it by an exception aborts it
"""

import bisect
import heapq
import http.client
import io
import itertools
import json
import os
import random
import select
import socket
import ssl
import struct
import threading
import time
import urllib.parse
import zlib

__all__ = ["open", "attach", "status", "abort", "tls", "Stream", "create_scan", "scan", "scans", "Scan", "PenstockError"]
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
_SILENCE_S = 10.0  # then the daemon is asked for a sign of life; after three times as long the connection is taken for lost
_FIRST_BACK_OFF_S = 0.05
_LONGEST_BACK_OFF_S = 2.0
_MOST_DAMAGES = 3
_MOST_FRAMES = 1 << 20
_SENT_BEFORE = 1

_HELLO, _OPEN_STREAM, _ATTACH, _STREAM_OPENED, _END, _REPORT, _ERROR, _PING, _PONG, _STATUS, _ABORT = range(1, 12)
_FRAME_KIND, _CREDIT, _ACK, _DROPPED, _RESEND = 16, 32, 33, 34, 35
_NAMES = {_HELLO: "HELLO", _STREAM_OPENED: "STREAM_OPENED", _REPORT: "REPORT", _STATUS: "STATUS", _PONG: "PONG"}

# what a connection may end with that may be otherwise the next time
_PASSING = ("suspended", "shutdown", "busy", "stream_ended", "handshake_timeout", "magic", "header_checksum")

_DTYPES = {
    "u1": "B", "u2": "H", "u4": "I", "u8": "Q", "i1": "b", "i2": "h", "i4": "i", "i8": "q", "f4": "f", "f8": "d",
}
_SPELLED = {
    "uint8": "u1", "uint16": "u2", "uint32": "u4", "uint64": "u8", "int8": "i1", "int16": "i2", "int32": "i4",
    "int64": "i8", "float32": "f4", "float64": "f8",
}
_ENCODINGS = {"raw": 0, "bslz4": 1, "lz4": 2, "zstd": 3, "blosc": 4}
_SCAN_KEYS = ("join", "proposal", "beamline", "session", "sample", "dataset", "title", "number", "streams", "start_time")
_STREAM_KEYS = (
    "encoding", "codec", "ack", "overflow", "save", "every", "rate_hz", "frames_per_file", "clock", "tick_hz", "frame_values", "detector_info",
    "lima", "resume",
)


class PenstockError(Exception):
    """What the daemon refused: .code of README section 9, .fatal (the connection is closed), .frame (an index or None)."""

    def __init__(self, code, message, fatal=True, frame=None):
        super().__init__("%s: %s" % (code, message))
        self.code = code
        self.fatal = fatal
        self.frame = frame


def open(address, detector, dtype, shape, frames=None, connections=1, checksum="crc32", retry=60.0, keep_bytes=256 << 20, token=None, tls=None, **options):
    """Opens a stream and returns a Stream.

    address: "host:port" or (host, port). dtype: "u1" … "f8", as NumPy names them, or a NumPy dtype. shape: of one frame, () for a counter.
    frames: how many will come, None if not known. checksum: "crc32" or "none". retry: how many seconds to go on without progress when
    connections are lost, 0 to give up at the first cut. keep_bytes: memory for frames that are not acknowledged (two chunks at least).
    token: where the daemon asks for one; without it the one in the file that the environment's PENSTOCK_TOKEN_FILE names.
    tls: where the daemon speaks TLS, what tls() returns, or an ssl.SSLContext of your own.
    options: proposal, beamline, session, sample, dataset, title, number, streams, start_time, join (of the scan); encoding, codec, ack,
    overflow, save, every, rate_hz, frames_per_file, clock, tick_hz, frame_values, detector_info, lima, resume (of the
    stream): README section 4.
    With encoding "bslz4", "lz4", "zstd" or "blosc" frames are sent by send_encoded().
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
    return Stream(_address(address), _OPEN_STREAM, request, connections, checksum, retry, keep_bytes, token=token, tls=tls)


def attach(address, stream, dtype=None, connections=1, checksum="crc32", retry=60.0, keep_bytes=256 << 20, encoding="raw", token=None, tls=None):
    """Takes a stream up again that another process had opened; .opened["received_ranges"] tells what need not be sent again.

    encoding: the stream's. Every send() then names its index: which frames are missing, and which is the next, only the caller knows. Of a stream that has ended not long ago .report is there at once.
    """
    request = {"stream": stream}
    attached = Stream(_address(address), _ATTACH, request, connections, checksum, retry, keep_bytes, encoding, token, tls)
    attached._dtype = _dtype(dtype) if dtype is not None else None
    return attached


def status(address, token=None, tls=None):
    """Asks what the daemon is doing; returns a dict."""
    link = _Link(_address(address), "control", ["none"], token=token, tls=tls)
    try:
        link.write(_message(_STATUS, {}))
        return link.answer(_STATUS)[1]
    finally:
        link.close()


def abort(address, stream, reason, token=None, tls=None):
    """Ends a stream now, by its id; what was written stays."""
    link = _Link(_address(address), "control", ["none"], token=token, tls=tls)
    try:
        # ABORT is answered only when it is refused: the PONG tells that it was taken
        link.write(_message(_ABORT, {"stream": stream, "reason": reason}) + _message(_PING, b""))
        link.answer(_PONG)
    finally:
        link.close()


def tls(ca=None, certificate=None, key=None):
    """Returns what to speak TLS with (tls=…): names of PEM files.

    ca: of the authorities that may have signed the daemon's certificate, None for the system's own. certificate, key: to show to a daemon that
    asks for one. The daemon's certificate must name the host of the address.
    """
    context = ssl.create_default_context(cafile=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    context.penstock_certificate = certificate
    return context


class Stream:
    """The frames of one detector in one scan, on their way to the daemon; made by open(). Any thread may call any method.

    .opened is what the daemon answered (ids, file names), .report what it said at the end (None before), .errors what it refused of single
    frames, .resumed how often a lost connection came back.
    """

    def __init__(self, address, kind, request, connections, checksum, retry, keep_bytes, encoding=None, token=None, tls=None):
        self.report = None
        self._token = token
        self._tls = tls
        self.errors = []
        self.resumed = 0
        self._address = address
        self._request = request
        self._retry = retry
        self._dtype = request.get("dtype")
        self._encoding = encoding or request.get("encoding") or "raw"
        if self._encoding not in _ENCODINGS:
            raise ValueError("encoding not known: expected=one of %s, actual=%s" % (" ".join(_ENCODINGS), self._encoding))
        self._waits_for_credit = request.get("overflow") != "drop"
        self._stamps = request.get("clock") in (None, "unix")
        self._record = _Record(request.get("frame_values") or ())
        # of an attached stream nobody here knows which index is the next
        self._indices = itertools.count() if kind == _OPEN_STREAM else None
        self._serials = itertools.count()
        # guards all below; nobody waits for the network under it
        self._lock = threading.Condition()
        self._kept = _Waiting()
        self._unwritten = _Waiting()  # of a stream that waits for durable: those kept that are not known to be written
        self._queue = []
        self._in_use = 0
        self._acknowledged = self._durable = 0
        self._was_taken_back = False
        self._marks = {"written": _Mark(), "durable": _Mark()}
        self._lost = []
        self._end = None
        self._failure = None
        self._is_closed = False
        self._lost_since = None
        link = _Link(address, "data", [checksum, "none"] if checksum != "none" else ["none"], token=token, tls=tls)
        try:
            link.write(_message(kind, request))
            answered, self.opened = link.answer(_STREAM_OPENED, _REPORT)
        except BaseException:
            link.close()
            raise
        self._checksum = link.checksum
        self._lanes = []
        self._level = "written"
        if answered == _REPORT:
            link.close()
            self.report, self.opened = self.opened, {"stream": request["stream"]}
            return
        self.frame_bytes = self.opened["frame_bytes"]
        self._level = self.opened["ack"]
        self._take_lost(self.opened)
        self._restart_marks(self.opened)
        least = 2 * self.opened["chunk_frames"] + 4 * connections
        self._most_frames = max(least, min(keep_bytes // self.frame_bytes, _MOST_FRAMES))
        self._lanes = [_Lane(self, number) for number in range(connections)]
        self._lanes[0].take(link)
        for lane in self._lanes:
            lane.start()

    def send(self, data, index=None, timestamp_ns=None, tick=0, status=0, values=None):
        """Takes one frame over; blocks while memory is full of frames that are not acknowledged.

        data: an array or buffer of the stream's shape and dtype, C-contiguous and little-endian; of a counter also a number.
        index: place in the stream, any order; None for the next, but not after attach(). timestamp_ns: start of exposure on the stream's clock;
        None for now. tick: the detector's own counter. status: bits of README section 5. values: what else comes with the frame, by the names of
        frame_values, with which the stream was opened: numbers and texts; None where one is not known. Timestamp, tick and status are stored
        when frame_values names them.
        """
        self._send(self._payload(data), "raw", index, timestamp_ns, tick, status, values)

    def send_encoded(self, data, index=None, timestamp_ns=None, tick=0, status=0, values=None):
        """Takes one frame over that is encoded already, as send() does: it is stored as it is.

        data: the chunk as the HDF5 filter of the stream's encoding writes it; of a frame that does not shrink use send(): it is stored raw.
        """
        if self._encoding == "raw":
            raise ValueError("stream takes no encoded frames: open it with encoding=one of bslz4, lz4, zstd, blosc")
        view = memoryview(data).cast("B")
        most = self.frame_bytes + self.frame_bytes // 128 + 4096
        if not 1 <= view.nbytes <= most:
            raise ValueError("payload is not one frame: encoding=%s, expectedBytes=1 to %d, actualBytes=%d"
                             % (self._encoding, most, view.nbytes))
        self._send(view, self._encoding, index, timestamp_ns, tick, status, values)

    def _send(self, payload, encoding, index, timestamp_ns, tick, status, values):
        metadata = self._record.pack(values)
        if index is None:
            if self._indices is None:
                raise TypeError("frame needs an index, the stream was attached: stream=%s, expected=one that is not in "
                                "opened['received_ranges']" % self.opened["stream"])
            index = next(self._indices)
        if timestamp_ns is None:
            timestamp_ns = time.time_ns() if self._stamps else 0
        with self._lock:
            # the frame that the mark waits for is never kept out: the ACK of all the others may have been lost in a cut
            while not self._is_over() and self._in_use >= self._most_frames and index > self._marks[self._level].below:
                self._lock.wait()
            if self._is_over():
                raise self._error("frame could not be sent")
            if index < self._marks["written"].below and _contains(self._lost, index):
                raise ValueError("frame cannot be sent again, the daemon has named it as lost: stream=%s, frame=%d"
                                 % (self.opened["stream"], index))
            self._in_use += 1
        frame = _Frame(index, (timestamp_ns, tick, status), metadata, bytes(payload), _ENCODINGS[encoding])
        every = self._request.get("every") or 1
        with self._lock:
            frame.is_kept = self._request.get("save") is not False and index % every == 0 and index not in self._kept.frames
            if frame.is_kept:
                self._kept.add(frame)
                if self._level == "durable":
                    self._unwritten.add(frame)
            self._enqueue(frame)

    def end(self, frames=None):
        """Says that the stream is at its end, waits until its files are closed and returns the report, a dict."""
        with self._lock:
            self._end = {"frames": frames}
            self._lock.notify_all()
            while not self._is_over():
                self._lock.wait()
            if self.report is None:
                raise self._error("no report")
            return self.report

    def abort(self, reason):
        """Ends the stream now, over a connection of its own; what was written stays."""
        abort(self._address, self.opened["stream"], reason)

    def close(self):
        """Closes the connections; without end() before, the daemon ends the stream as incomplete."""
        with self._lock:
            self._is_closed = True
            self._lock.notify_all()
        for lane in self._lanes:
            lane.stop()

    @property
    def written_below(self):
        """Every frame below is settled: written, left out on the stream's own wish, or named as lost."""
        return self._marks["written"].below

    @property
    def durable_below(self):
        """Every frame below survives power loss, or is named as lost; 0 for a stream of level written."""
        return self._marks["durable"].below

    @property
    def frames_acknowledged(self):
        """How many frames were acknowledged, at whichever level."""
        return self._acknowledged

    @property
    def frames_durable(self):
        """How many frames were acknowledged as surviving power loss."""
        return self._durable

    def is_written(self, index):
        """Tells whether the daemon acknowledged a frame as surviving its death."""
        return self._is_settled("written", index)

    def is_durable(self, index):
        """Tells whether the daemon acknowledged a frame as surviving power loss."""
        return self._is_settled("durable", index)

    def _is_settled(self, level, index):
        with self._lock:
            mark = self._marks[level]
            return _contains(mark.above, index) or index < mark.below and not _contains(self._lost, index)

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

    def _error(self, what):
        reason = self._failure
        if isinstance(reason, PenstockError):
            return PenstockError(reason.code, str(reason).split(": ", 1)[-1], True, reason.frame)
        if self.report is not None:
            reason = "stream ended by the daemon: state=%s, reason=%s" % (self.report["state"], self.report["reason"])
        return ConnectionError("%s: stream=%s, problem=%s" % (what, self.opened["stream"], reason or "stream is closed"))

    # frames: queued, sent, acknowledged; all of it under the lock

    def _is_over(self):
        return self.report is not None or self._failure is not None or self._is_closed

    def _enqueue(self, frame):
        frame.is_queued = True
        heapq.heappush(self._queue, (frame.index, next(self._serials), frame))
        self._lock.notify_all()

    def _has_queued(self):
        while self._queue and self._queue[0][2].is_done:
            self._forget(heapq.heappop(self._queue)[2])
        return bool(self._queue)

    def _forget(self, frame):
        frame.is_queued = False
        self._in_use -= 1

    def _release(self, frame):
        if frame.is_queued or frame.is_sending:
            frame.is_done = True  # a lane forgets it
        else:
            self._in_use -= 1

    def _send_again(self, frame):
        if frame.is_sending:
            # the daemon was faster than the thread that has just written it, which looks when it returns
            frame.is_asked_for = True
        elif not frame.is_queued:
            frame.flags = _SENT_BEFORE
            self._enqueue(frame)

    def _drop(self, first, end):
        for frame in self._kept.within(first, end):
            self._kept.remove(frame)
            self._unwritten.remove(frame)
            self._release(frame)

    def _pass(self, waiting, level, below, ranges, lane):
        """Takes one acknowledgement of one level; a mark counts for a frame from its own connection, where losses are named before it."""
        for frame in waiting.below(below):
            if frame.lane is not lane and frame.lane is not None and frame.lane.link is not None and not frame.is_queued:
                waiting.add(frame)
            else:
                self._reach(waiting, frame, level)
        for first, end in ranges:
            for frame in waiting.within(first, end):
                self._reach(waiting, frame, level)

    def _reach(self, waiting, frame, level):
        waiting.remove(frame)
        self._lost_since = None
        if frame.lane is not None:
            frame.lane.back_off = _FIRST_BACK_OFF_S
        if not frame.is_contradicted:
            is_first = self._level == "written" or level == "written" or frame.index in self._unwritten.frames
            self._acknowledged += is_first
            self._durable += level == "durable"
        if level == self._level:
            self._unwritten.remove(frame)
            self._release(frame)

    def _take_lost(self, opened):
        """What the marks pass that is in no file; to be taken before them."""
        ranges = [(first, first + count) for first, count in opened.get("lost_ranges", [])]
        self._lost = _joined(self._lost + ranges)
        for first, end in ranges:
            self._drop(first, end)

    def _restart_marks(self, opened):
        for level, mark in self._marks.items():
            mark.above = []
            mark.below = opened.get(level + "_below", 0)

    def _settle(self, lane, written_below, durable_below, written, durable):
        with self._lock:
            self._marks["written"].take(written_below, written)
            self._marks["durable"].take(durable_below, durable)
            self._settle_frames(lane, written_below, durable_below, written, durable)
            lane.is_held_up = False
            self._lock.notify_all()

    def _settle_frames(self, lane, written_below, durable_below, written, durable):
        if self._level == "durable":
            self._pass(self._unwritten, "written", written_below, written, lane)
            self._pass(self._kept, "durable", durable_below, durable, lane)
        else:
            self._pass(self._kept, "written", written_below, written, lane)

    # what lanes ask and tell

    def _next(self, lane):
        """Waits until there is something to do for a lane: (what, frame or number)."""
        with self._lock:
            while not self._is_over():
                step = self._step(lane)
                if step is not None:
                    return step
                self._lock.wait()
            return "stop", None

    def _step(self, lane):
        if lane.link is None:
            return "connect", None
        if lane.is_ping_due:
            lane.is_ping_due = False
            return "ping", lane.next_ping()
        if self._has_queued():
            # once it has asked for frames again, the daemon takes frames after END too
            if lane.is_end_said and not self._was_taken_back or self._waits_for_credit and lane.sent >= lane.limit:
                return None
            frame = heapq.heappop(self._queue)[2]
            frame.is_queued = False
            frame.is_sending = True
            frame.lane = lane
            lane.sent += 1
            lane.barrier = 0
            return "send", frame
        if self._end is None or lane.is_end_said:
            return None
        if lane.barrier == 0:
            # no frame is taken after END: first it must be known that none came damaged
            lane.barrier = lane.next_ping()
            return "ping", lane.barrier
        if all(self._is_sound(other) for other in self._lanes):
            lane.is_end_said = True
            return "end", self._end
        return None

    def _is_sound(self, lane):
        if lane.link is None:
            return not any(frame.lane is lane for frame in self._kept.frames.values())
        return lane.is_end_said or 0 < lane.barrier <= lane.pong

    def _sent(self, frame):
        with self._lock:
            frame.is_sending = False
            is_asked_for, frame.is_asked_for = frame.is_asked_for, False
            if is_asked_for and not frame.is_done:
                self._send_again(frame)
            elif frame.is_done or not frame.is_kept:
                self._in_use -= 1
            self._lock.notify_all()

    def _await_attempt(self, lane):
        with self._lock:
            back_off = lane.back_off
            lane.back_off = min(max(2 * back_off, _FIRST_BACK_OFF_S), _LONGEST_BACK_OFF_S)
            until = time.monotonic() + back_off * random.uniform(0.5, 1.0)
            while not self._is_over() and time.monotonic() < until:
                self._lock.wait(until - time.monotonic())
            return not self._is_over()

    def _patience_left(self):
        with self._lock:
            return self._retry if self._lost_since is None else self._retry - (time.monotonic() - self._lost_since)

    def _attached(self, lane, link, opened):
        with self._lock:
            if self._is_over():
                return False
            self._take_lost(opened)
            if all(other.link is None for other in self._lanes):
                self._restart_marks(opened)
            self.resumed += lane.take(link)
            self._settle_frames(lane, opened["written_below"], opened.get("durable_below", 0), [], [])
            received = _joined([(first, first + count) for first, count in opened["received_ranges"]])
            for frame in list(self._kept.frames.values()):
                if frame.lane is lane and not _contains(received, frame.index):
                    self._send_again(frame)
            if not self._kept.frames:
                self._lost_since = None
            self._lock.notify_all()
            return True

    def _given_up(self, reason, is_passing, is_attempt=False, lane=None):
        """A connection was lost, or could not be made: ends the stream when it must not, or need not, wait any more."""
        now = time.monotonic()
        with self._lock:
            if lane is not None:
                # a connection that lived for as long as patience lasts was progress: the daemon was only waiting, perhaps for room
                if now - lane.attached_at >= self._retry:
                    self._lost_since = None
                is_attempt = not lane.is_doubted
            if is_attempt and self._lost_since is None:
                self._lost_since = now
            is_impatient = self._lost_since is not None and now - self._lost_since >= self._retry
            if not self._is_over() and (not is_passing or is_impatient):
                self._failure = reason
            self._lock.notify_all()

    def _dropped(self, ranges):
        with self._lock:
            self._lost = _joined(self._lost + ranges)
            for first, end in ranges:
                self._drop(first, end)
            self._lock.notify_all()

    def _taken_back(self, ranges):
        with self._lock:
            self._was_taken_back = True
            for first, end in ranges:
                self._marks["written"].take_back(first, end)
                for frame in self._kept.within(first, end):
                    if self._level == "durable" and frame.index not in self._unwritten.frames:
                        self._unwritten.add(frame)
                        self._acknowledged -= 1
                    self._send_again(frame)
            self._lock.notify_all()

    def _refused(self, lane, error):
        with self._lock:
            self.errors.append(error)
            frame = self._kept.frames.get(error.frame)
            if error.code == "disk_full":
                lane.is_held_up = True  # the daemon may leave the connection unread: its silence means nothing
            elif error.code == "duplicate_frame":
                if frame is not None:
                    frame.is_contradicted = True
            elif error.code == "payload_checksum" and frame is not None and frame.damages < _MOST_DAMAGES:
                frame.damages += 1
                self._send_again(frame)
            elif error.frame is not None:
                self._lost = _joined(self._lost + [(error.frame, error.frame + 1)])
                self._drop(error.frame, error.frame + 1)
            self._lock.notify_all()

    def _reported(self, report):
        with self._lock:
            if self._is_over():
                return
            self.report = report
            missing = [(first, first + count) for first, count in report["missing"]]
            is_cut = sum(end - first for first, end in missing) < report["missing_frames"]
            known = missing[-1][1] if is_cut and missing else report["frames_expected"]
            is_durable = report.get("frames_durable", 0) >= report["frames_written"]
            level = self._level if is_durable else "written"
            waiting = self._kept if level == self._level else self._unwritten
            for frame in waiting.below(known):
                if not _contains(missing, frame.index):
                    self._reach(waiting, frame, level)
            self._lock.notify_all()


def create_scan(address, token=None, tls=None, **what):
    """Creates a scan over the daemon's HTTP port and returns a Scan; what: the keys of POST /api/scans, see src/docs/control.md.

    With key="…", a word of your own, a request that is repeated (an answer was lost) finds the scan that it has created.
    """
    link = _Http(_address(address), token, tls)
    return Scan(link, link.call("POST", "/api/scans", what)["id"])


def scan(address, id, token=None, tls=None):
    """Returns a Scan that somebody has created."""
    found = Scan(_Http(_address(address), token, tls), id)
    found.status()
    return found


def scans(address, state=None, token=None, tls=None):
    """Returns the scans that are open and the last that ended, as dicts, oldest first."""
    query = "?" + urllib.parse.urlencode({"state": state}) if state else ""
    return _Http(_address(address), token, tls).call("GET", "/api/scans" + query)["scans"]


class Scan:
    """A scan of the daemon; .id is what streams join. What is refused is raised as PenstockError, with all its fields in the message."""

    def __init__(self, link, id):
        self._link = link
        self._path = "/api/scans/" + urllib.parse.quote(id, safe="")
        self.id = id

    def status(self):
        """Returns the scan as it stands, a dict: state, reason, detectors with their counters, files."""
        return self._link.call("GET", self._path)

    def arm(self, reason=None):
        """Expects the first frame; refused while a detector that was listed has not joined."""
        return self._order("arm", reason)

    def start(self, reason=None):
        """Runs from now on, frames or not."""
        return self._order("start", reason)

    def stop(self, reason=None):
        """Ends the scan with what has come, and returns it when its files are closed."""
        return self._order("stop", reason)

    def abort(self, reason=None):
        """Breaks the scan off."""
        return self._order("abort", reason)

    def describe(self, **what):
        """Adds to what is known of the scan (a JSON merge patch); returns all of it."""
        return self._link.call("PATCH", self._path + "/metadata", what)

    def events(self):
        """Yields (event, scan as it stood then) until the scan is closed."""
        return self._link.events(self._path + "/events")

    def wait(self, is_there=lambda scan: scan["closed"]):
        """Waits until the scan is as asked, closed by default; returns it. It returns a scan that is closed in any case."""
        now = None
        for _, now in self.events():
            if is_there(now):
                break
        return now

    def _order(self, order, reason):
        return self._link.call("POST", self._path + "/" + order, {"reason": reason} if reason else {})

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None:
            self.stop()
        else:
            self.abort("%s: %s" % (kind.__name__, error))


class _Http:
    """The daemon's HTTP port; a connection for each request, so that any thread may ask."""

    def __init__(self, address, token, tls):
        self._address = address
        self._tls = tls
        token = _token(token)
        self._headers = {"Authorization": "Bearer " + token} if token else {}

    def call(self, method, path, body=None):
        connection, response = self._ask(method, path, body, 660.0)
        try:
            return json.loads(response.read())
        finally:
            connection.close()

    def events(self, path):
        # a comment comes every ten seconds: who hears nothing for longer has lost the daemon
        connection, response = self._ask("GET", path, None, 4 * _SILENCE_S)
        try:
            name = None
            for line in response:
                key, _, value = line.decode().rstrip("\r\n").partition(":")
                if key == "event":
                    name = value.strip()
                elif key == "data":
                    yield name, json.loads(value)
        finally:
            connection.close()

    def _ask(self, method, path, body, silence_s):
        if self._tls is None:
            connection = http.client.HTTPConnection(self._address[0], self._address[1], timeout=silence_s)
        else:
            connection = http.client.HTTPSConnection(self._address[0], self._address[1], timeout=silence_s, context=self._tls)
        try:
            headers = dict(self._headers)
            if body is not None:
                headers["Content-Type"] = "application/json"
            connection.connect()
            try:
                connection.request(method, path, None if body is None else json.dumps(body), headers)
                response = connection.getresponse()
            except (ConnectionError, ssl.SSLError) as problem:
                raise _broken_off(self._address, self._tls, problem)
            if response.status < 400:
                return connection, response
            raise self._problem(response)
        except BaseException:
            connection.close()
            raise

    @staticmethod
    def _problem(response):
        text = response.read()
        try:
            problem = json.loads(text)
        except ValueError:
            return PenstockError("http", "status=%s: %r" % (response.status, text[:200]))
        fields = ["\n  %s: %s" % (error["pointer"], error["detail"]) for error in problem.get("errors", [])]
        return PenstockError(problem["type"].rpartition(":")[2], problem["detail"] + "".join(fields), fatal=False)


class _Frame:
    """A frame whose bytes are kept until it is acknowledged."""

    __slots__ = ("index", "stamps", "metadata", "payload", "encoding", "checksum", "flags", "lane", "is_kept", "is_queued", "is_sending",
                 "is_asked_for", "is_done", "is_contradicted", "damages")

    def __init__(self, index, stamps, metadata, payload, encoding):
        self.index = index
        self.stamps = stamps  # timestamp, tick, status
        self.metadata = metadata
        self.payload = payload
        self.encoding = encoding
        self.checksum = None
        self.flags = 0
        self.lane = None  # over which it went last
        self.is_kept = self.is_queued = self.is_sending = self.is_asked_for = self.is_done = self.is_contradicted = False
        self.damages = 0


class _Record:
    """What comes with each frame besides its header: numbers and texts in the order of frame_values (README section 5)."""

    def __init__(self, declared):
        self._values = [(value["name"], value["dtype"]) for value in declared if value.get("dtype") is not None]
        self._struct = struct.Struct("<" + "".join(dtype if dtype not in _DTYPES else _DTYPES[dtype] for _, dtype in self._formats()))

    def _formats(self):
        return [(name, dtype[1:] + "s" if dtype.startswith("s") else dtype) for name, dtype in self._values]

    def pack(self, values):
        values = values or {}
        unknown = [name for name in values if name not in dict(self._values)]
        if unknown:
            raise ValueError("value was not declared: name=%s, expected=one of %s (frame_values)" % (unknown[0], [n for n, _ in self._values]))
        return self._struct.pack(*[self._element(name, dtype, values.get(name)) for name, dtype in self._values])

    @staticmethod
    def _element(name, dtype, value):
        if dtype.startswith("s"):
            text = ("" if value is None else value).encode("utf-8")
            if len(text) > int(dtype[1:]):
                raise ValueError("text is longer than declared: name=%s, expectedBytes<=%s, actualBytes=%d" % (name, dtype[1:], len(text)))
            return text
        if value is None:
            return float("nan") if dtype.startswith("f") else 0
        return value


class _Waiting:
    """Frames by index; those below a mark are found without looking at the others."""

    def __init__(self):
        self.frames = {}
        self._heap = []

    def add(self, frame):
        self.frames[frame.index] = frame
        heapq.heappush(self._heap, frame.index)

    def remove(self, frame):
        self.frames.pop(frame.index, None)

    def below(self, mark):
        """Returns them, each once; one that stays must be added again."""
        found = {}
        while self._heap and self._heap[0] < mark:
            index = heapq.heappop(self._heap)
            if index in self.frames:
                found[index] = self.frames[index]
        return list(found.values())

    def within(self, first, end):
        if end - first < len(self.frames):
            return [self.frames[index] for index in range(first, end) if index in self.frames]
        return [frame for index, frame in sorted(self.frames.items()) if first <= index < end]


class _Mark:
    """What was acknowledged at one level: all below, and ranges above."""

    def __init__(self):
        self.below = 0
        self.above = []

    def take(self, below, ranges):
        self.below = max(self.below, below)
        self.above = _joined([(first, end) for first, end in self.above + ranges if end > self.below])

    def take_back(self, first, end):
        above = self.above + ([(end, self.below)] if end < self.below else [])
        self.below = min(self.below, first)
        cut = [(a, min(b, first)) for a, b in above if a < first] + [(max(a, end), b) for a, b in above if b > end]
        self.above = _joined([(a, b) for a, b in cut if b > self.below])


class _Lane:
    """One of a stream's connections through all its cuts: a thread sends what is queued and connects again, another takes what the daemon says."""

    def __init__(self, stream, number):
        self._stream = stream
        self._thread = threading.Thread(target=self._run, name="penstock-send-%d" % number, daemon=True)
        self._reader = None
        # guarded by the stream's lock
        self.link = None
        self.back_off = 0.0
        self.attached_at = 0.0
        self.sent = self.limit = 0
        self.pings = self.barrier = self.pong = 0
        self.is_end_said = self.is_ping_due = self.is_held_up = self.is_doubted = False

    def take(self, link):
        """Takes a new connection; returns whether it replaces one."""
        is_resumed = self._reader is not None
        self.link = link
        self.attached_at = time.monotonic()
        self.sent = self.limit = 0
        self.pings = self.barrier = self.pong = 0
        self.is_end_said = self.is_ping_due = self.is_held_up = self.is_doubted = False
        self._reader = threading.Thread(target=self._read, args=(link,), name=self._thread.name.replace("send", "read"), daemon=True)
        self._reader.start()
        return is_resumed

    def start(self):
        self._thread.start()

    def stop(self):
        """Ends both threads; the stream is closed."""
        with self._stream._lock:
            link = self.link
        if link is not None:
            link.shut_down()
        for thread in (self._thread, self._reader):
            if thread is not None and thread is not threading.current_thread() and thread.is_alive():
                thread.join(2.0)

    def next_ping(self):
        self.pings += 1
        return self.pings

    def _run(self):
        try:
            step, what = self._stream._next(self)
            while step != "stop":
                if step == "connect":
                    self._connect()
                else:
                    self._say(step, what, self.link)
                step, what = self._stream._next(self)
        except Exception as error:  # the outermost loop of the thread: a fault ends the stream, not silently the thread
            self._stream._given_up(error, False)

    def _say(self, step, what, link):
        if link is None:
            if step == "send":
                self._stream._sent(what)
            return  # lost meanwhile
        try:
            if step == "send":
                self._send(what, link)
            elif step == "ping":
                link.write(_message(_PING, struct.pack("<Q", what)))
            else:
                link.write(_message(_END, what))
        except OSError:
            self._reader.join(2.0)  # what the daemon said before it closed tells more
            link.shut_down()
            self._reader.join()

    def _send(self, frame, link):
        try:
            payload = frame.payload
            if frame.checksum is None:
                frame.checksum = link.checksum_of(payload)
            metadata = _CHECKSUM.pack(link.checksum_of(frame.metadata)) + frame.metadata if frame.metadata else b""
            header = _FRAME.pack(
                _MAGIC, _VERSION, _FRAME_KIND, _FRAME_HEADER_BYTES, len(metadata) + len(payload), frame.index, *frame.stamps, 0, frame.flags,
                0, 0, frame.encoding, len(metadata), self._stream.frame_bytes, frame.checksum)
            link.write(header + _CHECKSUM.pack(link.checksum_of(header)) + metadata, payload)
        finally:
            self._stream._sent(frame)

    def _connect(self):
        stream = self._stream
        if not stream._await_attempt(self):
            return
        link = None
        is_taken = False
        try:
            link = _Link(stream._address, "data", [stream._checksum], max(1.0, min(stream._patience_left(), _ANSWER_S)), stream._token,
                         stream._tls)
            link.write(_message(_ATTACH, {"stream": stream.opened["stream"]}))
            kind, answer = link.answer(_STREAM_OPENED, _REPORT)
            if kind == _REPORT:
                stream._reported(answer)
            else:
                is_taken = stream._attached(self, link, answer)
        except PenstockError as error:
            stream._given_up(error, error.code in _PASSING, True)
        except (OSError, ValueError, KeyError) as error:
            stream._given_up(error, True, True)
        finally:
            if link is not None and not is_taken:
                link.close()

    def _read(self, link):
        stream = self._stream
        reason = None
        link.doubt_silence(self._is_trusted)
        try:
            while reason is None:
                kind, header, body = link.read()
                if kind == _CREDIT:
                    with stream._lock:
                        self.limit = max(self.limit, struct.unpack_from("<Q", header)[0])
                        stream._lock.notify_all()
                elif kind == _ACK:
                    written_below, durable_below, written, durable = struct.unpack_from("<QQII", header)
                    ranges = _ranges(body, written + durable)
                    stream._settle(self, written_below, durable_below, ranges[:written], ranges[written:])
                elif kind == _DROPPED:
                    stream._dropped(_ranges(body, struct.unpack_from("<I", header)[0]))
                elif kind == _RESEND:
                    stream._taken_back(_ranges(body, struct.unpack_from("<I", header)[0]))
                elif kind == _REPORT:
                    stream._reported(json.loads(body.decode()))
                elif kind == _PING:
                    link.pong(body)
                elif kind == _PONG and len(body) == 8:
                    with stream._lock:
                        self.pong = max(self.pong, struct.unpack("<Q", body)[0])
                        stream._lock.notify_all()
                elif kind == _ERROR:
                    error = _error(body)
                    stream._refused(self, error)
                    reason = error if error.fatal else None
        except (OSError, ValueError, KeyError, struct.error) as error:
            reason = error
        link.close()
        with stream._lock:
            self.link = None
        stream._given_up(reason, not isinstance(reason, PenstockError) or reason.code in _PASSING, lane=self)

    def _is_trusted(self, is_too_long):
        """Decides on a daemon of which nothing is heard."""
        with self._stream._lock:
            self.is_ping_due = True
            self.is_doubted = is_too_long and not self.is_held_up
            self._stream._lock.notify_all()
            return not self.is_doubted


class _Link:
    """One socket, greeted: whole messages out, whole messages in."""

    def __init__(self, address, role, checksums, answer_s=_ANSWER_S, token=None, tls=None):
        if checksums[0] not in ("crc32", "none"):
            raise ValueError("checksum not known: expected=crc32 or none, actual=%s" % checksums[0])
        self._writing = threading.Lock()
        self._ping = None
        self._in = bytearray()
        self._answer_s = answer_s
        self._is_trusted = None
        self._socket = socket.create_connection(address, min(_CONNECT_S, answer_s))
        try:
            # a port of this machine that nobody listens on may be given to our own end, and TCP then connects the two
            if self._socket.getsockname() == self._socket.getpeername():
                raise ConnectionRefusedError("connected to itself, no daemon listens: address=%s:%s" % address[:2])
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for name, value in (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
                if hasattr(socket, name):
                    self._socket.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
            if tls is not None:
                self._socket = _TlsSocket(self._socket, tls, address[0])
            else:
                self._socket.settimeout(None)
            self._readable = select.poll()
            self._readable.register(self._socket, select.POLLIN)
            client = "penstock-python/" + __version__
            try:
                self.write(_message(_HELLO, {"role": role, "client": client, "checksums": checksums, "token": _token(token)}))
                self.checksum = self.answer(_HELLO)[1]["checksum"]
            except (ConnectionError, ssl.SSLError) as problem:
                raise _broken_off(address, tls, problem)
        except BaseException:
            self._socket.close()
            raise

    def doubt_silence(self, is_trusted):
        """From now on a silent daemon is not a dead one, unless is_trusted(too long?) says so."""
        self._is_trusted = is_trusted

    def checksum_of(self, data):
        return zlib.crc32(data) if self.checksum != "none" else 0

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
        while len(self._in) < count:
            self._await_bytes()
            data = self._socket.recv(1 << 16)
            if data is None:
                continue  # part of a TLS record
            if not data:
                raise ConnectionError("connection closed by the daemon")
            self._in += data
        data = bytes(self._in[:count])
        del self._in[:count]
        return data

    def _await_bytes(self):
        if self._is_trusted is None:
            if not self._readable.poll(1000 * self._answer_s):
                raise socket.timeout("no answer from the daemon: waitedS=%g" % self._answer_s)
            return
        silences = 0
        while not self._readable.poll(1000 * _SILENCE_S):
            silences += 1
            if not self._is_trusted(silences >= 3):
                raise ConnectionError("nothing heard from the daemon: silentS=%g" % (silences * _SILENCE_S))

    def answer(self, *expected):
        """Waits for one of the messages that may come now; returns its kind and its JSON."""
        while True:
            kind, _, body = self.read()
            if kind == _ERROR:
                raise _error(body)
            if kind in expected:
                return kind, json.loads(body.decode()) if kind != _PONG else body
            if kind == _PING:
                self.pong(body)
            elif kind != _PONG:
                raise ConnectionError("unexpected answer from the daemon: expected=%s, actualKind=%d" % (_NAMES[expected[0]], kind))

    def shut_down(self):
        """Ends the connection under its reader, which then closes it."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # closed already, or never connected

    def close(self):
        self.shut_down()
        with self._writing:  # a writer must not find another's socket under its number
            self._socket.close()


def _broken_off(address, tls, problem):
    """In TLS 1.3 a client may write before its certificate was looked at: the alert of a daemon that refuses it is often lost under a reset."""
    if tls is None:
        return problem
    if getattr(tls, "penstock_certificate", None) is None:
        doubt = "this client has shown no certificate, and the daemon may ask for one: tls(ca, certificate, key)"
    else:
        doubt = "it may not take the certificate %s" % tls.penstock_certificate
    return ConnectionError("TLS connection broken off before the daemon said anything: address=%s:%s, problem=%s; %s"
                           % (address[0], address[1], problem, doubt))


class _TlsSocket:
    """A socket in TLS. OpenSSL's object bears one caller at a time: a lock guards it, and nobody waits under it."""

    _RECORD_BYTES = 1 << 14

    def __init__(self, plain, context, host):
        self._socket = context.wrap_socket(plain, server_hostname=host)  # shakes hands within plain's time-out
        self._using = threading.Lock()
        self._socket.setblocking(False)
        self._both = select.poll()
        self._both.register(self._socket, select.POLLIN | select.POLLOUT)
        self._writable = select.poll()
        self._writable.register(self._socket, select.POLLOUT)

    def fileno(self):
        return self._socket.fileno()

    def recv(self, count):
        """Returns what has come, b"" at the end, None when it is not enough to decrypt yet."""
        with self._using:
            try:
                return self._socket.recv(max(count, self._RECORD_BYTES))
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return None
            except ssl.SSLEOFError:
                return b""

    def sendmsg(self, views):
        """Sends something of the first part, at least one byte unless it is empty."""
        piece = views[0][:self._RECORD_BYTES]
        while len(piece):
            with self._using:
                try:
                    return self._socket.send(piece)
                except ssl.SSLWantWriteError:
                    waiting = self._writable
                except ssl.SSLWantReadError:
                    waiting = self._both
            waiting.poll()
        return 0

    def shutdown(self, how):
        socket.socket.shutdown(self._socket, how)  # SSLSocket's own would go on in plain text

    def close(self):
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


def _contains(ranges, index):
    """Tells whether an index is in joined ranges."""
    at = bisect.bisect_right(ranges, (index, float("inf"))) - 1
    return at >= 0 and ranges[at][0] <= index < ranges[at][1]


def _token(token):
    name = os.environ.get("PENSTOCK_TOKEN_FILE")
    if token or not name:
        return token
    with io.open(name) as file:
        words = file.read().split()
    if len(words) != 1:
        raise OSError("not a client's token file: file=%s, expected=the token alone, actual=%d words; the daemon's own file (security.token_file)"
                      " has lines NAME ROLES TOKEN: a client's file holds the last word of one" % (name, len(words)))
    return words[0]


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
