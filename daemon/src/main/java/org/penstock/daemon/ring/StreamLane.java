package org.penstock.daemon.ring;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.penstock.compression.ChunkCodec;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.frame.FrameSet;

/**
 * What the threads share of one stream on its way through the ring.
 *
 * <p><b>Threading:</b> the parts say who writes them: {@link #ledger()} event loops, {@link #marks()} and the counters below hdf5-writer.
 */
public final class StreamLane {
    private final String id;
    private final String detector;
    private final FrameGeometry geometry;
    private final ChunkCodec codec;
    private final FrameLedger ledger;
    private final WrittenMarks marks = new WrittenMarks();
    private final MemorySegment region;
    private final BufferPool pool;
    private final ChunkStore store;
    private final LaneListener listener;

    // written by hdf5-writer, read by anyone
    private final AtomicLong rawBytesWritten = new AtomicLong();
    private final AtomicLong storedBytesWritten = new AtomicLong();
    private volatile @Nullable String failure;

    // confined to hdf5-writer
    private final FrameSet dropped = new FrameSet();
    private final FrameSet tooLate = new FrameSet();
    private long skipped;

    /** What a lane is made of. */
    public record Parts(
            String id,
            String detector,
            FrameGeometry geometry,
            ChunkCodec codec,
            long frameLimit,
            MemorySegment region,
            int buffers,
            ChunkStore store,
            LaneListener listener) {}

    public StreamLane(Parts parts) {
        id = parts.id();
        detector = parts.detector();
        geometry = parts.geometry();
        codec = parts.codec();
        ledger = new FrameLedger(parts.frameLimit());
        region = parts.region();
        store = parts.store();
        listener = parts.listener();
        pool = new BufferPool(this, region, parts.buffers());
    }

    public String id() {
        return id;
    }

    public String detector() {
        return detector;
    }

    public FrameGeometry geometry() {
        return geometry;
    }

    public ChunkCodec codec() {
        return codec;
    }

    public FrameLedger ledger() {
        return ledger;
    }

    public WrittenMarks marks() {
        return marks;
    }

    public BufferPool pool() {
        return pool;
    }

    /** Returns the slab region that the buffers lie in. */
    public MemorySegment region() {
        return region;
    }

    public LaneListener listener() {
        return listener;
    }

    /** Returns why the stream's files cannot be written any more, or null while they can. */
    public @Nullable String failure() {
        return failure;
    }

    /** Returns the pixels written so far, in bytes. */
    public long rawBytesWritten() {
        return rawBytesWritten.get();
    }

    /** Returns the bytes of chunks written so far. */
    public long storedBytesWritten() {
        return storedBytesWritten.get();
    }

    /** Returns the frames dropped. Confined to hdf5-writer. */
    public FrameSet dropped() {
        return dropped;
    }

    /** Returns the frames that came too late. Confined to hdf5-writer. */
    public FrameSet tooLate() {
        return tooLate;
    }

    /** Returns how many frames were left out on the client's wish. Confined to hdf5-writer. */
    public long skipped() {
        return skipped;
    }

    /** Stores a chunk, settles its frames and gives its buffer back. Confined to hdf5-writer. */
    public void store(ChunkBuffer chunk) {
        boolean inTime = failure == null && store.store(chunk);
        long first = chunk.firstFrame();
        int frames = 0;
        for (int at = chunk.present().nextSetBit(0);
                at >= 0;
                at = chunk.present().nextSetBit(at + 1)) {
            long sent = (first + at) * geometry.every();
            frames++;
            if (inTime) {
                marks.written(sent);
            } else if (failure == null) {
                settle(sent, Loss.TOO_LATE);
                listener.onTooLate(sent);
            }
        }
        if (inTime) {
            rawBytesWritten.lazySet(rawBytesWritten.getPlain() + frames * geometry.frameBytes());
            storedBytesWritten.lazySet(storedBytesWritten.getPlain() + chunk.toStoreBytes());
        }
        publish(chunk, inTime);
        pool.release(chunk);
        listener.onProgress();
    }

    /** Notes a frame that will not be written. Confined to hdf5-writer. */
    public void settle(long frame, Loss loss) {
        switch (loss) {
            case DROPPED -> dropped.add(frame);
            case TOO_LATE -> tooLate.add(frame);
            case SKIPPED -> skipped++;
        }
        marks.settle(frame);
    }

    /** Publishes losses to the event loops. Confined to hdf5-writer. */
    public void publishLosses() {
        marks.publish(0, 0);
        listener.onProgress();
    }

    /** Notes that the files cannot be written any more; chunks are then thrown away. Confined to hdf5-writer. */
    public void fail(String message) {
        if (failure == null) {
            failure = message;
            listener.onFailure(message);
        }
    }

    private void publish(ChunkBuffer chunk, boolean inTime) {
        if (!inTime || geometry.every() > 1) {
            marks.publish(0, 0);
            return;
        }
        int at = chunk.present().nextSetBit(0);
        while (at >= 0) {
            int end = chunk.present().nextClearBit(at);
            marks.publish(chunk.firstFrame() + at, end - at);
            at = chunk.present().nextSetBit(end);
        }
    }
}
