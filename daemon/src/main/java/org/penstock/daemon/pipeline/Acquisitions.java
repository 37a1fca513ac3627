package org.penstock.daemon.pipeline;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.config.DaemonConfig;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.nexus.FillValue;
import org.penstock.daemon.ring.BufferPool;
import org.penstock.daemon.ring.ChunkStore;
import org.penstock.daemon.ring.FrameRing;
import org.penstock.daemon.ring.LaneListener;
import org.penstock.daemon.ring.Slab;
import org.penstock.daemon.ring.StreamLane;
import org.penstock.daemon.scan.ScanRegistry;
import org.penstock.daemon.scan.StreamPlan;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.daemon.telemetry.Telemetry;
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
    private static final int LEAST_BUFFERS = 3;
    private static final int MOST_BUFFERS = 32;
    private static final int SHARE = 4;

    private final DaemonConfig config;
    private final Services services;
    private final AtomicInteger openStreams = new AtomicInteger();
    private final AtomicInteger buffersInUse = new AtomicInteger();

    /** What streams are made of. */
    public record Services(Slab slab, FrameRing ring, Pipeline pipeline, ScanRegistry scans, Telemetry telemetry) {}

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

    /**
     * Opens a stream; the reply follows.
     *
     * @throws ProtocolException when the request itself is wrong
     */
    public void open(OpenStream request, LaneListener listener, OpenReply reply) {
        StreamPlan plan = StreamPlan.of(request, config);
        services.pipeline().execute(() -> {
            try {
                reply.opened(open(plan, listener));
            } catch (ProtocolException e) {
                reply.refused(e);
            } catch (RuntimeException e) {
                LOG.error("stream not opened: detector={}", plan.detector(), e);
                reply.refused(new ProtocolException(ErrorCode.INTERNAL, "a fault of the daemon's own: " + e, e));
            }
        });
    }

    private OpenedStream open(StreamPlan plan, LaneListener listener) {
        if (openStreams.get() >= config.limits().streams()) {
            throw new ProtocolException(
                    ErrorCode.BUSY,
                    "too many streams: open=" + openStreams + ", limits.streams="
                            + config.limits().streams());
        }
        int buffers = plan.delivery().isSaved() ? buffers(plan.geometry()) : 0;
        MemorySegment region = reserve(plan, buffers);
        ScanRegistry.@Nullable OpenedFiles files = null;
        boolean isOpen = false;
        try {
            files = plan.delivery().isSaved() ? services.scans().open(plan) : null;
            isOpen = true;
        } finally {
            if (!isOpen && buffers > 0) {
                services.slab().release(region);
            }
        }
        StreamTerms terms = terms(plan);
        StreamLane lane = new StreamLane(new StreamLane.Parts(
                UUID.randomUUID().toString(),
                plan.detector(),
                plan.geometry(),
                plan.codec(),
                terms.frameLimit(),
                region,
                buffers,
                storeIn(files),
                listener));
        openStreams.incrementAndGet();
        buffersInUse.addAndGet(buffers);
        services.telemetry().increment(Counter.STREAMS_OPENED);
        return new OpenedStream(lane, terms, answer(lane, files), files, System.nanoTime());
    }

    private static ChunkStore storeIn(ScanRegistry.@Nullable OpenedFiles files) {
        return chunk -> files != null
                && files.write(
                        chunk.firstFrame(), chunk.present(), chunk.toStore(), chunk.toStoreBytes(), chunk.isEncoded());
    }

    /** A stream gets its quota, but no more than a quarter of what is left, so that others find room after it. */
    private int buffers(FrameGeometry geometry) {
        long pairBytes = BufferPool.bytes(geometry, 1);
        long quotaBytes =
                Math.min(config.memory().streamBytes(), services.slab().freeBytes() / SHARE);
        int left = services.ring().maxBuffers() - buffersInUse.get();
        if (left < LEAST_BUFFERS) {
            throw new ProtocolException(
                    ErrorCode.BUSY,
                    "no ring slots left for another stream: memory.ring_slots="
                            + config.memory().ringSlots());
        }
        long most = Math.clamp(left / SHARE, LEAST_BUFFERS, MOST_BUFFERS);
        return (int) Math.clamp(quotaBytes / pairBytes, LEAST_BUFFERS, most);
    }

    private MemorySegment reserve(StreamPlan plan, int buffers) {
        if (buffers == 0) {
            return MemorySegment.NULL;
        }
        long bytes = BufferPool.bytes(plan.geometry(), buffers);
        MemorySegment region = services.slab().reserve(bytes);
        if (region == null) {
            throw new ProtocolException(
                    ErrorCode.BUSY,
                    "no memory left for another stream: detector=" + plan.detector() + ", needed=" + bytes + ", free="
                            + services.slab().freeBytes() + "; raise memory.slab_bytes or lower memory.stream_bytes");
        }
        return region;
    }

    private StreamTerms terms(StreamPlan plan) {
        Long frames = plan.frames();
        return new StreamTerms(
                frames == null ? StreamTerms.UNLIMITED : frames,
                plan.delivery().isSaved(),
                plan.delivery().mayDrop(),
                plan.delivery().connections(),
                plan.openParts(config.storage()),
                fillFrame(plan.type(), plan.geometry()));
    }

    private static MemorySegment fillFrame(ElementType type, FrameGeometry geometry) {
        if (geometry.chunkFrames() == 1) {
            return MemorySegment.NULL;
        }
        MemorySegment frame = Arena.ofAuto().allocate(geometry.frameBytes(), Long.BYTES);
        long bits = FillValue.bits(type);
        for (long at = 0; at < geometry.frameBytes(); at += type.bytes()) {
            for (int i = 0; i < type.bytes(); i++) {
                frame.set(ValueLayout.JAVA_BYTE, at + i, (byte) (bits >>> (Byte.SIZE * i)));
            }
        }
        return frame;
    }

    private static StreamOpened answer(StreamLane lane, ScanRegistry.@Nullable OpenedFiles files) {
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
                "written",
                "handed to the operating system",
                0,
                0,
                List.of());
    }

    static @Nullable String text(@Nullable Path path) {
        return path == null ? null : path.toString();
    }

    /** Ends a stream behind its last chunk; {@code done} is called on hdf5-writer when its files are closed. */
    public void end(OpenedStream stream, Ending ending, long duplicates, Consumer<Report> done) {
        services.ring()
                .submit(() -> new StreamEnding(stream, ending, duplicates).run(services.scans(), report -> {
                    streamEnded(stream.lane());
                    done.accept(report);
                }));
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
        if (lane.pool().count() > 0) {
            services.slab().release(lane.region());
        }
        services.telemetry().increment(Counter.STREAMS_ENDED);
        openStreams.decrementAndGet();
        notifyAll();
    }
}
