package org.penstock.daemon.pipeline;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.disk.FileSystemKind;
import org.penstock.daemon.frame.ChunkForm;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.daemon.nexus.FillValue;
import org.penstock.daemon.ring.BufferShare;
import org.penstock.daemon.ring.FrameRing;
import org.penstock.daemon.ring.LaneListener;
import org.penstock.daemon.ring.Slab;
import org.penstock.daemon.ring.StreamLane;
import org.penstock.daemon.scan.Scan;
import org.penstock.daemon.scan.ScanRegistry;
import org.penstock.daemon.scan.StreamEnd;
import org.penstock.daemon.scan.StreamPlan;
import org.penstock.daemon.storage.StreamRecord;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.daemon.telemetry.Telemetry;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.ErrorCode;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.ProtocolException;
import org.penstock.protocol.Report;
import org.penstock.protocol.StreamOpened;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens and ends streams: memory from the slab, files from the scan, a lane through the ring.
 *
 * <p><b>Threading:</b> any thread; replies come on hdf5-writer.
 */
public final class Acquisitions {
    private static final Logger LOG = LoggerFactory.getLogger(Acquisitions.class);
    private static final String WRITTEN = "written";
    private static final String DURABLE = "durable";
    private static final StreamLane.Memory NO_MEMORY = new StreamLane.Memory(MemorySegment.NULL, 0);

    private volatile DaemonConfig config;
    private final Services services;
    private final AtomicInteger openStreams = new AtomicInteger();
    private final AtomicInteger buffersInUse = new AtomicInteger();

    /**
     * What streams are made of.
     *
     * @param fileSystem that part files are written to
     * @param listener is told which streams are open
     */
    public record Services(
            Slab slab,
            FrameRing ring,
            Pipeline pipeline,
            ScanRegistry scans,
            Reports reports,
            FileSystemKind fileSystem,
            Telemetry telemetry,
            StreamListener listener) {}

    /** The answer to a request, on hdf5-writer. */
    public interface OpenReply {
        /** The stream may send. */
        void opened(OpenedStream stream);

        /** It may not. */
        void refused(ProtocolException why);
    }

    public Acquisitions(DaemonConfig config, Services services) {
        this.config = config;
        this.services = services;
    }

    /** Takes another configuration, for streams that are opened from now on. */
    public void reconfigure(DaemonConfig newConfig) {
        config = newConfig;
        services.pipeline().execute(() -> services.scans().reconfigure(newConfig));
    }

    /**
     * Opens a stream; the reply follows.
     *
     * @param checksum kind that its connections agreed on
     * @throws ProtocolException when the request itself is wrong
     */
    public void open(OpenStream request, Checksum.Kind checksum, LaneListener listener, OpenReply reply) {
        StreamPlan plan = StreamPlan.of(request, config);
        services.pipeline().execute(() -> {
            try {
                reply.opened(open(expected(request, plan), checksum, listener));
            } catch (ProtocolException e) {
                reply.refused(e);
            } catch (RuntimeException e) {
                LOG.error("stream not opened: detector={}", plan.detector(), e);
                reply.refused(new ProtocolException(ErrorCode.INTERNAL, "a fault of the daemon's own: " + e, e));
            }
        });
    }

    /** A scan that was created before its streams may know how many frames there will be. */
    private StreamPlan expected(OpenStream request, StreamPlan plan) {
        String join = plan.scan().join();
        Scan scan = join == null ? null : services.scans().scan(join);
        Long frames = scan == null ? null : scan.plan().framesOf(plan.detector());
        Long announced = plan.frames();
        if (frames == null || frames.equals(announced)) {
            return plan;
        }
        if (announced != null) {
            throw new ProtocolException(
                    ErrorCode.BAD_VALUE,
                    "scan expects another number of frames: key=frames, expected=" + frames + ", actual=" + announced
                            + ", detector=" + plan.detector());
        }
        return StreamPlan.of(request.toBuilder().frames(frames).build(), config);
    }

    private OpenedStream open(StreamPlan plan, Checksum.Kind checksum, LaneListener listener) {
        if (openStreams.get() >= config.limits().streams()) {
            throw new ProtocolException(
                    ErrorCode.BUSY,
                    "too many streams: open=" + openStreams + ", limits.streams="
                            + config.limits().streams());
        }
        StreamPlan.Settled settled = new StreamPlan.Settled(
                UUID.randomUUID().toString(), ack(plan), checksum.wireName(), plan.openParts(config.storage()));
        boolean isSaved = plan.delivery().isSaved();
        StreamLane.Memory memory = isSaved
                ? reserve(
                        plan.detector(),
                        plan.geometry(),
                        plan.form(),
                        plan.delivery().rateHz())
                : NO_MEMORY;
        return releasing(memory, () -> {
            ScanRegistry.OpenedFiles files = isSaved ? services.scans().open(plan, settled) : null;
            try {
                return open(plan, settled, checksum, listener, memory, files);
            } catch (RuntimeException e) {
                abandon(files, e);
                throw e;
            }
        });
    }

    /** Memory of a stream that does not open, for whatever reason, is given back. */
    private OpenedStream releasing(StreamLane.Memory memory, Supplier<OpenedStream> opening) {
        boolean isOpen = false;
        try {
            OpenedStream stream = opening.get();
            isOpen = true;
            return stream;
        } finally {
            if (!isOpen) {
                release(memory);
            }
        }
    }

    /** A stream that its scan has and its client never gets: it ends, so that the scan can. */
    private void abandon(ScanRegistry.@Nullable OpenedFiles files, RuntimeException why) {
        if (files == null) {
            return;
        }
        String reason = "stream not opened: " + why;
        files.close(
                0,
                new ScanRegistry.Ended(false, false, 0, reason),
                _ -> services.scans().end(files, new StreamEnd(0, false, false, reason), _ -> () -> {}));
    }

    private OpenedStream open(
            StreamPlan plan,
            StreamPlan.Settled settled,
            Checksum.Kind checksum,
            LaneListener listener,
            StreamLane.Memory memory,
            ScanRegistry.@Nullable OpenedFiles files) {
        boolean isSaved = plan.delivery().isSaved();
        StreamTerms terms = new StreamTerms(
                plan.frames() == null ? StreamTerms.UNLIMITED : plan.frames(),
                isSaved,
                plan.delivery().mayDrop(),
                plan.delivery().connections(),
                settled.openParts(),
                fillFrame(plan.type(), plan.geometry()));
        StreamLane lane = lane(
                new StreamLane.Parts(
                        settled.stream(),
                        plan.detector(),
                        plan.geometry(),
                        plan.form(),
                        checksum,
                        terms.frameLimit(),
                        DURABLE.equals(settled.ack()),
                        memory,
                        new FileStore(files, services.telemetry()),
                        listener),
                files);
        return opened(lane, terms, files, settled.ack());
    }

    /** What is not saved is never lost: it is read over, and nothing waits for the disk. */
    private String ack(StreamPlan plan) {
        String asked = plan.delivery().ack();
        if (!plan.delivery().isSaved()) {
            return WRITTEN;
        }
        return asked == null ? services.fileSystem().defaultLevel() : asked;
    }

    /** Takes a stream that goes on after a restart, or that was ending. */
    @FunctionalInterface
    public interface Resumed {
        /** {@code ending} is how it was ending, or null when it waits for its detector. */
        void stream(OpenedStream stream, LaneListener listener, @Nullable Ending ending);
    }

    /** A listener for a stream that goes on after a restart. */
    @FunctionalInterface
    public interface ListenerMaker {
        /** Makes it for streams whose senders take this checksum. */
        LaneListener listener(Checksum.Kind checksum);
    }

    /**
     * Takes up the streams of scans that an earlier life of the daemon has left, and returns when it is known which frames are safe. Before anything
     * connects; not on hdf5-writer, which does the work.
     *
     * @param listeners makes the receiving side of a stream that goes on
     * @param resumed gets each stream
     */
    public void resumeAll(ListenerMaker listeners, Resumed resumed) {
        CompletableFuture<@Nullable Void> isDone = new CompletableFuture<>();
        services.pipeline().execute(() -> {
            try {
                services.scans().resumeAll().forEach(suspended -> tryResume(suspended, listeners, resumed));
            } finally {
                isDone.complete(null);
            }
        });
        isDone.join();
    }

    private void tryResume(ScanRegistry.Suspended suspended, ListenerMaker listeners, Resumed resumed) {
        StreamRecord record = suspended.files().record();
        try {
            resume(suspended, record, listeners, resumed);
        } catch (ProtocolException | StorageException e) {
            LOG.error("stream not taken up, its journals stay: detector={}: {}", record.detector(), e.getMessage());
        } catch (RuntimeException e) {
            // whatever is wrong with this one, the others are taken up
            LOG.error("stream not taken up, its journals stay: detector={}", record.detector(), e);
        }
    }

    private void resume(
            ScanRegistry.Suspended suspended, StreamRecord record, ListenerMaker listeners, Resumed resumed) {
        ScanRegistry.Ended ended = suspended.ending();
        Checksum.Kind checksum = Checksum.Kind.agree(List.of(record.delivery().checksum()));
        ChunkForm form = record.form();
        StreamLane.Memory memory = ended == null
                ? reserve(
                        record.detector(),
                        record.geometry(),
                        form,
                        record.delivery().rateHz())
                : NO_MEMORY;
        LaneListener listener = listeners.listener(checksum);
        OpenedStream stream = releasing(memory, () -> resume(suspended, record, checksum, memory, listener));
        LOG.info(
                "stream taken up: detector={}, scan={}, frames safe={}, {}",
                record.detector(),
                suspended.files().scan().entry(),
                stream.lane().ledger().received(),
                ended == null ? "waits for its detector" : "it had ended: " + ended.reason());
        resumed.stream(
                stream,
                listener,
                ended == null
                        ? null
                        : new Ending(ended.sentFrames(), ended.isSaid(), ended.isAborted(), ended.reason()));
    }

    private OpenedStream resume(
            ScanRegistry.Suspended suspended,
            StreamRecord record,
            Checksum.Kind checksum,
            StreamLane.Memory memory,
            LaneListener listener) {
        StreamTerms terms = new StreamTerms(
                record.frames() == null ? StreamTerms.UNLIMITED : record.frames(),
                true,
                record.delivery().mayDrop(),
                record.delivery().connections(),
                record.delivery().openParts(),
                fillFrame(record.type(), record.geometry()));
        StreamLane lane = lane(
                new StreamLane.Parts(
                        record.stream(),
                        record.detector(),
                        record.geometry(),
                        record.form(),
                        checksum,
                        terms.frameLimit(),
                        DURABLE.equals(record.delivery().ack()),
                        memory,
                        new FileStore(suspended.files(), services.telemetry()),
                        listener),
                suspended.files());
        suspended.restore();
        lane.restored();
        return opened(lane, terms, suspended.files(), record.delivery().ack());
    }

    private OpenedStream opened(
            StreamLane lane, StreamTerms terms, ScanRegistry.@Nullable OpenedFiles files, String ack) {
        OpenedStream stream = new OpenedStream(lane, terms, answer(lane, files, ack), files, System.nanoTime());
        services.listener().opened(stream);
        openStreams.incrementAndGet();
        buffersInUse.addAndGet(lane.pool().count());
        services.telemetry().increment(Counter.STREAMS_OPENED);
        return stream;
    }

    private static StreamLane lane(StreamLane.Parts parts, ScanRegistry.@Nullable OpenedFiles files) {
        StreamLane lane = new StreamLane(parts);
        if (files != null) {
            files.files().listen(new LaneSafety(lane));
        }
        return lane;
    }

    private StreamLane.Memory reserve(
            String detector, FrameGeometry geometry, ChunkForm form, @Nullable Double rateHz) {
        BufferShare.Chunks chunks = BufferShare.Chunks.of(form, geometry, rateHz);
        int free = services.ring().maxBuffers() - buffersInUse.get();
        int buffers =
                new BufferShare(config.memory()).buffers(chunks, services.slab().freeBytes(), free);
        if (buffers == 0) {
            throw new ProtocolException(
                    ErrorCode.BUSY,
                    "no ring slots left for another stream: memory.ring_slots="
                            + config.memory().ringSlots());
        }
        long bytes = Math.multiplyExact(chunks.roomBytes(), buffers);
        MemorySegment region = services.slab().reserve(bytes);
        if (region == null) {
            throw new ProtocolException(
                    ErrorCode.BUSY,
                    "no memory left for another stream: detector=" + detector + ", needed=" + bytes + ", free="
                            + services.slab().freeBytes() + "; raise memory.slab_bytes or lower memory.stream_bytes");
        }
        return new StreamLane.Memory(region, buffers);
    }

    private void release(StreamLane.Memory memory) {
        if (memory.buffers() > 0) {
            services.slab().release(memory.region());
        }
    }

    private static MemorySegment fillFrame(ElementType type, FrameGeometry geometry) {
        if (geometry.chunkFrames() == 1) {
            return MemorySegment.NULL;
        }
        MemorySegment frame = Arena.ofAuto().allocate(geometry.frameBytes(), Long.BYTES);
        FillValue.fill(frame, type);
        return frame;
    }

    private StreamOpened answer(StreamLane lane, ScanRegistry.@Nullable OpenedFiles files, String ack) {
        return new StreamOpened(
                lane.id(),
                files == null ? "" : files.scan().id(),
                files == null ? 0 : files.scan().number(),
                files == null ? "" : files.scan().entry(),
                files == null ? null : text(files.scan().masters().scan()),
                files == null ? null : text(files.scan().masters().dataset()),
                lane.geometry().frameBytes(),
                lane.geometry().framesPerFile(),
                lane.geometry().chunkFrames(),
                ack,
                services.fileSystem().meaningOfWritten(),
                0,
                0,
                List.of(),
                List.of());
    }

    static @Nullable String text(@Nullable Path path) {
        return path == null ? null : path.toString();
    }

    /** Ends a stream behind its last chunk; {@code done} is called on hdf5-writer when its files are closed. */
    public void end(OpenedStream stream, Ending ending, long duplicates, Consumer<Report> done) {
        services.ring()
                .submit(
                        stream.lane(),
                        () -> new StreamEnding(stream, ending, duplicates)
                                .run(services.scans(), services.reports(), report -> ended(stream, report, done)));
    }

    /** Whoever else is told, the memory comes back first. */
    private void ended(OpenedStream stream, Report report, Consumer<Report> done) {
        streamEnded(stream.lane());
        services.telemetry().add(Counter.FRAMES_MISSING, report.missingFrames());
        services.listener().ended(report);
        done.accept(report);
    }

    /**
     * Lets go of a stream that goes on when the daemon is started again, behind its last chunk. Chunks that wait for room on a full disk are thrown away:
     * they were not acknowledged, and their sender has them.
     */
    public void suspend(OpenedStream stream, Runnable done) {
        services.ring().suspend(stream.lane(), () -> {
            services.listener().suspended(stream);
            streamEnded(stream.lane());
            done.run();
        });
    }

    /** Returns the report of a stream that ended not long ago, or null. */
    public @Nullable Report reportOf(String stream) {
        return services.reports().of(stream);
    }

    /** Returns how many streams are open. */
    public int openStreams() {
        return openStreams.get();
    }

    /** Waits until no stream is open, at most so long; returns whether none is. */
    public synchronized boolean awaitNoStreams(Duration most) throws InterruptedException {
        long endNs = System.nanoTime() + most.toNanos();
        while (openStreams.get() > 0) {
            long leftMs = (endNs - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                return false;
            }
            wait(leftMs);
        }
        return true;
    }

    private synchronized void streamEnded(StreamLane lane) {
        buffersInUse.addAndGet(-lane.pool().count());
        release(new StreamLane.Memory(lane.region(), lane.pool().count()));
        services.telemetry().increment(Counter.STREAMS_ENDED);
        openStreams.decrementAndGet();
        notifyAll();
    }
}
