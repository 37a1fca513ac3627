package org.penstock.daemon.metrics;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.penstock.daemon.ring.Loss;
import org.penstock.daemon.scan.Scan;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.daemon.telemetry.Telemetry;
import org.penstock.daemon.telemetry.Timing;
import org.penstock.protocol.ErrorCode;

/**
 * Every metric that the daemon shows, with one sentence; {@code src/docs/metrics.md} is made of it. All begin with {@code penstock_}; those without a
 * label begin at the start of the daemon and end with it.
 *
 * <p><b>Threading:</b> immutable.
 */
enum Metric {
    // hand-overs of a frame, in their order
    FRAMES_RECEIVED(Kind.COUNTER, Reading.of(Counter.FRAMES_RECEIVED), "Frames that came whole and undamaged."),
    FRAMES_PUBLISHED(
            Kind.COUNTER, Reading.of(Counter.FRAMES_PUBLISHED), "Frames handed to the ring, each with its chunk."),
    FRAMES_COMPRESSED(
            Kind.COUNTER,
            Reading.of(Counter.FRAMES_COMPRESSED),
            "Frames that compressors are done with: encoded, left as they are, or checked."),
    FRAMES_WRITTEN(Kind.COUNTER, Reading.of(Counter.FRAMES_WRITTEN), "Frames written to a file, each with its chunk."),
    FRAMES_JOURNALLED(
            Kind.COUNTER,
            Reading.of(Counter.FRAMES_JOURNALLED),
            "Frames whose chunk's address is in a journal: they survive the death of the daemon."),
    FRAMES_KEPT(
            Kind.COUNTER,
            Reading.of(Counter.FRAMES_KEPT),
            "Small frames that a journal keeps as bytes because their chunk is not full yet."),
    FRAMES_ACKNOWLEDGED(
            Kind.COUNTER,
            Reading.of(Counter.FRAMES_ACKNOWLEDGED),
            "Frames that clients were told are settled: written, or named as lost."),
    FRAMES_ACKNOWLEDGED_DURABLE(
            Kind.COUNTER,
            Reading.of(Counter.FRAMES_ACKNOWLEDGED_DURABLE),
            "Frames that clients were told survive a power loss."),
    FRAMES_DUPLICATE(Kind.COUNTER, Reading.of(Counter.FRAMES_DUPLICATE), "Frames that came again."),
    FRAMES_REFUSED(
            Kind.COUNTER,
            "reason",
            Reading.byLabel(Metric::refused),
            "Frames refused by name, by the error code that the client got."),
    FRAMES_LOST(
            Kind.COUNTER,
            "reason",
            Reading.byLabel(Metric::lost),
            "Frames that came and are in no file: dropped, too late, refused, or skipped on the client's wish."),
    FRAMES_MISSING(
            Kind.COUNTER,
            Reading.of(Counter.FRAMES_MISSING),
            "Frames that streams which have ended should have and do not."),

    // bytes and chunks
    RECEIVED_BYTES(Kind.COUNTER, Reading.of(Counter.BYTES_RECEIVED), "Payload bytes of the frames received."),
    STORED_BYTES(Kind.COUNTER, Reading.of(Counter.BYTES_WRITTEN), "Bytes of chunks written to files."),
    CHUNKS(
            Kind.COUNTER,
            "result",
            Reading.byLabel(Metric::chunks),
            "Chunks that compressors are done with: made smaller, incompressible, or passed through as they came."),
    CHUNKS_WRITTEN(Kind.COUNTER, Reading.of(Counter.CHUNKS_WRITTEN), "Chunks written to files."),
    MASTERS_WRITTEN(Kind.COUNTER, Reading.of(Counter.MASTERS_WRITTEN), "Scan masters made."),
    BACK_PRESSURE(
            Kind.COUNTER,
            Reading.of(Counter.BACK_PRESSURE),
            "Times that a connection was not read because its stream had no free buffer."),

    // who is there
    CONNECTIONS(Kind.GAUGE, Reading.one(Sources::connections), "Connections that are open."),
    CONNECTIONS_ACCEPTED(Kind.COUNTER, Reading.of(Counter.CONNECTIONS_ACCEPTED), "Connections accepted."),
    CONNECTIONS_REFUSED(
            Kind.COUNTER,
            "reason",
            Reading.byLabel(Metric::refusedConnections),
            "Connections refused: the peer broke the protocol, or a limit was reached, which is named by its configuration key."),
    STREAMS(Kind.GAUGE, Reading.one(from -> from.streams().size()), "Streams that are open."),
    STREAMS_OPENED(Kind.COUNTER, Reading.of(Counter.STREAMS_OPENED), "Streams opened, those taken up included."),
    STREAMS_ENDED(Kind.COUNTER, Reading.of(Counter.STREAMS_ENDED), "Streams ended or suspended."),
    SCANS(Kind.GAUGE, "state", Reading.byLabel(from -> scans(from, false)), "Scans that have not ended, by state."),
    SCANS_ENDED(Kind.COUNTER, "state", Reading.byLabel(from -> scans(from, true)), "Scans that have ended, by how."),

    // by detector, while its stream is open
    DETECTOR_FRAMES(
            Kind.COUNTER,
            "detector",
            Reading.byDetector(stream -> stream.receivedFrames()),
            "Frames received of the open stream of a detector."),
    DETECTOR_STORED_BYTES(
            Kind.COUNTER,
            "detector",
            Reading.byDetector(stream -> stream.storedBytes()),
            "Bytes of chunks written of the open stream of a detector."),
    DETECTOR_CONNECTIONS(
            Kind.GAUGE,
            "detector",
            Reading.byDetector(stream -> stream.connections()),
            "Connections of the open stream of a detector; 0 while the detector is away."),
    DETECTOR_LAG_FRAMES(
            Kind.GAUGE,
            "detector",
            Reading.byDetector(stream -> stream.lagFrames()),
            "Frames received and neither written nor lost yet."),
    DETECTOR_CREDIT_FRAMES(
            Kind.GAUGE,
            "detector",
            Reading.byDetector(stream -> stream.creditFrames()),
            "Frames that a detector may send before others are written."),
    DETECTOR_BUFFERS(
            Kind.GAUGE, "detector", Reading.byDetector(stream -> stream.buffers()), "Chunk buffers of a detector."),
    DETECTOR_BUFFERS_TAKEN(
            Kind.GAUGE,
            "detector",
            Reading.byDetector(stream -> stream.buffers() - stream.freeBuffers()),
            "Chunk buffers of a detector that are in use; all of them is back-pressure."),

    // memory
    RING_SLOTS(Kind.GAUGE, Reading.one(from -> from.ring().slots()), "Slots of the ring."),
    RING_SLOTS_TAKEN(
            Kind.GAUGE,
            Reading.one(from -> Math.rint(from.ring().fill() * from.ring().slots())),
            "Slots of the ring that wait for compressors or hdf5-writer."),
    RING_SLOTS_HIGH_WATER(
            Kind.GAUGE,
            Reading.one(from -> from.telemetry().ringFill().highest()),
            "The most slots that hdf5-writer has found waiting."),
    SLAB_BYTES(Kind.GAUGE, Reading.one(from -> from.slab().bytes()), "Memory for frames."),
    SLAB_RESERVED_BYTES(
            Kind.GAUGE,
            Reading.one(from -> from.slab().bytes() - from.slab().freeBytes()),
            "Memory for frames that open streams have reserved."),
    SLAB_HIGH_WATER_BYTES(
            Kind.GAUGE,
            Reading.one(from -> from.slab().highestReservedBytes()),
            "The most memory for frames that streams have had reserved."),

    // times
    STAGE_SECONDS(
            Kind.HISTOGRAM,
            "stage",
            new Reading.Durations(Map.of(
                    "queue", Timing.QUEUE,
                    "compress", Timing.COMPRESS,
                    "order", Timing.ORDER,
                    "store", Timing.STORE,
                    "total", Timing.TOTAL)),
            "How long a chunk waited for a compressor (of small frames, its filling included), was compressed, waited for its turn, was stored; and all of it."),
    HDF5_CALL_SECONDS(
            Kind.HISTOGRAM,
            "call",
            new Reading.Durations(Map.of(
                    "create", Timing.HDF5_CREATE,
                    "write", Timing.HDF5_WRITE,
                    "flush", Timing.HDF5_FLUSH,
                    "close", Timing.HDF5_CLOSE)),
            "How long calls of libhdf5 took."),
    JOURNAL_APPEND_SECONDS(
            Kind.HISTOGRAM, Reading.of(Timing.JOURNAL), "How long an entry in the journal of a part took."),
    SYNC_SECONDS(Kind.HISTOGRAM, Reading.of(Timing.SYNC), "How long an fdatasync of a part file or its journal took."),
    MASTER_SECONDS(Kind.HISTOGRAM, Reading.of(Timing.MASTER), "How long it took to make a scan master, without fsync."),
    COMPRESS_SECONDS(Kind.COUNTER, Reading.seconds(Counter.COMPRESS_NS), "Time that compressors worked, added up."),
    THREAD_CPU_SECONDS(
            Kind.COUNTER,
            "role",
            Reading.byLabel(_ -> Telemetry.cpuSecondsByRole()),
            "Processor time by role of threads: the role that grows with the clock is the bottleneck."),

    // the disk, and whether everything moves
    DISK_BYTES(
            Kind.GAUGE,
            "directory",
            Reading.byLabel(from -> from.disks().read(DiskWatch.Look::totalBytes)),
            "Size of the file system that files go to."),
    DISK_FREE_BYTES(
            Kind.GAUGE,
            "directory",
            Reading.byLabel(from -> from.disks().read(DiskWatch.Look::freeBytes)),
            "Room that the daemon's account may still take."),
    DISK_FULL_IN_SECONDS(
            Kind.GAUGE,
            "directory",
            Reading.byLabel(from -> from.disks().read(DiskWatch.Look::fullInSeconds)),
            "When the disk will be full, at the pace of the last minute, whoever writes; infinite while it does not fill."),
    DISK_SILENT_SECONDS(
            Kind.GAUGE,
            "directory",
            Reading.byLabel(from -> from.disks().silentSeconds()),
            "Since when the file system has not said how much room there is; it is asked every 2 s."),
    DISK_RESERVED_BYTES(
            Kind.GAUGE,
            Reading.one(from -> from.telemetry().reservedBytes()),
            "Room that open part files have taken ahead and not filled yet; it is not free any more."),
    WRITER_STILL_SECONDS(
            Kind.GAUGE,
            Reading.one(from -> from.heartbeat().stillSeconds()),
            "Since when hdf5-writer has done nothing, not even looked for work."),
    REBUILDS_WAITING(
            Kind.GAUGE,
            Reading.one(from -> from.rebuilds().unfinished()),
            "Part files that are to be rebuilt after a crash or a failed write."),
    REBUILDS_WITHOUT_ROOM(
            Kind.GAUGE,
            Reading.one(from -> from.rebuilds().isWaitingForRoom() ? 1 : 0),
            "1 while a part file cannot be rebuilt because the disk has no room for it, else 0."),
    MASTERS_WITHOUT_ROOM(
            Kind.GAUGE,
            Reading.one(from -> from.scans().withoutRoom().size()),
            "Masters that wait for room on a full disk: of scans that have ended, and those with links to scans. Reports wait with them.");

    /** What a scraper may do with a value. */
    enum Kind {
        /** It only grows, and begins anew with the daemon. */
        COUNTER,
        /** It is what it is now. */
        GAUGE,
        /** Durations in buckets. */
        HISTOGRAM
    }

    private static final String PREFIX = "penstock_";

    final Kind kind;
    final String label;

    @SuppressWarnings("ImmutableEnumChecker") // functions without state, and records of them
    final Reading reading;

    final String sentence;

    Metric(Kind kind, Reading reading, String sentence) {
        this(kind, "", reading, sentence);
    }

    Metric(Kind kind, String label, Reading reading, String sentence) {
        this.kind = kind;
        this.label = label;
        this.reading = reading;
        this.sentence = sentence;
    }

    /** Returns the name without the suffix that a counter gets in the exposition. */
    String baseName() {
        return PREFIX + name().toLowerCase(Locale.ROOT);
    }

    /** Returns the name as queries have it. */
    String queryName() {
        return kind == Kind.COUNTER ? baseName() + "_total" : baseName();
    }

    /** What an alert is to see rise must be there before: the usual reasons are shown from the start. */
    private static Map<String, Long> refused(Sources from) {
        Map<String, Long> counts = new TreeMap<>();
        for (ErrorCode usual : List.of(
                ErrorCode.PAYLOAD_CHECKSUM,
                ErrorCode.PAYLOAD_FORMAT,
                ErrorCode.FRAME_INDEX,
                ErrorCode.DUPLICATE_FRAME,
                ErrorCode.TOO_LATE)) {
            counts.put(usual.wireName(), 0L);
        }
        counts.putAll(from.telemetry().refusals().read());
        return counts;
    }

    private static Map<String, Long> refusedConnections(Sources from) {
        Map<String, Long> counts = new TreeMap<>();
        counts.put("protocol", from.telemetry().value(Counter.CONNECTIONS_REFUSED));
        for (String limit : List.of(
                "network.max_connections", "network.max_connections_per_peer", "http.max_connections_per_peer")) {
            counts.put(limit, 0L);
        }
        counts.putAll(from.telemetry().refusedConnections().read());
        return counts;
    }

    private static Map<String, Long> lost(Sources from) {
        Map<String, Long> counts = new TreeMap<>();
        for (Loss loss : Loss.values()) {
            counts.put(loss.name().toLowerCase(Locale.ROOT), 0L);
        }
        counts.putAll(from.telemetry().losses().read());
        return counts;
    }

    private static Map<String, Long> chunks(Sources from) {
        return Map.of(
                "compressed", from.telemetry().value(Counter.CHUNKS_COMPRESSED),
                "incompressible", from.telemetry().value(Counter.CHUNKS_INCOMPRESSIBLE),
                "passed_through", from.telemetry().value(Counter.CHUNKS_PASSED_THROUGH));
    }

    private static Map<String, Integer> scans(Sources from, boolean haveEnded) {
        Map<String, Integer> counts = new TreeMap<>();
        for (Scan.State state : Scan.State.values()) {
            if (state.hasEnded() == haveEnded) {
                counts.put(state.name().toLowerCase(Locale.ROOT), from.scans().in(state));
            }
        }
        return counts;
    }
}
