package org.penstock.daemon.ring;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.penstock.compression.PayloadFormat;
import org.penstock.daemon.frame.ChunkForm;
import org.penstock.daemon.frame.ChunkOutcome;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.hdf5.StorageException;
import org.penstock.protocol.Checksum;
import org.penstock.protocol.FrameRange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the threads share of one stream on its way through the ring.
 *
 * <p>When the disk is full, chunks wait here in their order, with whatever follows them; {@link #retry} hands them in again. Their buffers do not come
 * back meanwhile, and that holds the sender.
 *
 * <p><b>Threading:</b> the parts say who writes them: {@link #ledger()} event loops, the marks and the counters below hdf5-writer.
 */
public final class StreamLane {
    private static final Logger LOG = LoggerFactory.getLogger(StreamLane.class);

    /** Frames before a stored one that are looked at for those that were left out. */
    private static final long MOST_SKIPPED = 1 << 16;

    private final String id;
    private final String detector;
    private final FrameGeometry geometry;
    private final ChunkForm form;
    private final @Nullable PayloadFormat format;
    private final boolean hasChunkCrcs;
    private final FrameLedger ledger;
    private final FrameMarks marks = new FrameMarks();
    private final @Nullable FrameMarks durable;
    private final KeptFrames kept = new KeptFrames();
    private final MemorySegment region;
    private final BufferPool pool;
    private final ChunkStore store;
    private final LaneListener listener;

    // written by hdf5-writer, read by anyone
    private final AtomicLong rawBytesWritten = new AtomicLong();
    private final AtomicLong storedBytesWritten = new AtomicLong();
    private volatile @Nullable String failure;

    private final Losses losses = new Losses();

    // confined to hdf5-writer
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private long waitingSinceNs;
    private long skipped;

    /**
     * What a lane is made of.
     *
     * @param checksum that senders take of payloads
     * @param isDurable whether the client waits for frames to survive a power loss
     */
    public record Parts(
            String id,
            String detector,
            FrameGeometry geometry,
            ChunkForm form,
            Checksum.Kind checksum,
            long frameLimit,
            boolean isDurable,
            Memory memory,
            ChunkStore store,
            LaneListener listener) {}

    /**
     * The slab memory of a lane.
     *
     * @param buffers how many chunk buffers are cut from the region
     */
    public record Memory(MemorySegment region, int buffers) {}

    public StreamLane(Parts parts) {
        id = parts.id();
        detector = parts.detector();
        geometry = parts.geometry();
        form = parts.form();
        format = form.format();
        hasChunkCrcs = parts.checksum() == Checksum.Kind.CRC32C && geometry.chunkFrames() == 1;
        ledger = new FrameLedger(parts.frameLimit());
        durable = parts.isDurable() ? new FrameMarks() : null;
        region = parts.memory().region();
        store = parts.store();
        listener = parts.listener();
        pool = new BufferPool(this, region, parts.memory().buffers());
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

    public ChunkForm form() {
        return form;
    }

    /** Returns what payloads are checked by that arrive encoded, or null when none does. */
    public @Nullable PayloadFormat format() {
        return format;
    }

    /** Returns whether the sender's checksum of a frame is the CRC-32C of a chunk that is stored as the frame arrived. */
    public boolean hasChunkCrcs() {
        return hasChunkCrcs;
    }

    public FrameLedger ledger() {
        return ledger;
    }

    /** Returns which frames survive the death of the daemon. */
    public FrameMarks marks() {
        return marks;
    }

    /** Returns which frames survive a power loss, or null when the client does not wait for that. */
    public @Nullable FrameMarks durable() {
        return durable;
    }

    /** Returns the frames that are kept in a journal until their chunk is full. */
    public KeptFrames kept() {
        return kept;
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

    /** Returns the frames that came and are in no file. */
    public Losses losses() {
        return losses;
    }

    /** Returns how many frames were left out on the client's wish. Confined to hdf5-writer. */
    public long skipped() {
        return skipped;
    }

    /**
     * Stores a chunk, settles its frames and gives its buffer back. Confined to hdf5-writer.
     *
     * @return false when the chunk waits for room on the disk
     */
    public boolean store(ChunkBuffer chunk) {
        String refusal = chunk.refusal();
        if (refusal != null) {
            refuse(chunk, refusal);
            return true;
        }
        if (!waiting.isEmpty()) {
            waiting.add(() -> storeNow(chunk));
            return false;
        }
        return storeNow(chunk);
    }

    /** Lets a chunk go that no reader could decode: it has one frame, which is lost. */
    private void refuse(ChunkBuffer chunk, String message) {
        long sent = chunk.firstFrame() * geometry.every();
        settle(sent, Loss.REFUSED);
        listener.onRefused(sent, message);
        pool.release(chunk);
        publishLosses();
    }

    private boolean storeNow(ChunkBuffer chunk) {
        ChunkOutcome outcome = tryStore(chunk);
        if (outcome == ChunkOutcome.NO_ROOM) {
            await(() -> storeNow(chunk));
            return false;
        }
        boolean isStored = outcome == ChunkOutcome.STORED;
        int frames = settle(chunk, isStored);
        if (isStored) {
            kept.forget(chunk.firstFrame());
            rawBytesWritten.lazySet(rawBytesWritten.getPlain() + frames * geometry.frameBytes());
            storedBytesWritten.lazySet(storedBytesWritten.getPlain() + chunk.toStoreBytes());
        }
        publish(chunk.firstFrame(), chunk.present(), isStored);
        pool.release(chunk);
        listener.onProgress();
        return true;
    }

    private ChunkOutcome tryStore(ChunkBuffer chunk) {
        try {
            return failure == null ? store.store(chunk) : ChunkOutcome.TOO_LATE;
        } catch (RuntimeException e) {
            return failed(chunk, e);
        }
    }

    private ChunkOutcome tryKeep(ChunkBuffer chunk, BitSet positions) {
        try {
            return failure == null ? store.keep(chunk, positions) : ChunkOutcome.TOO_LATE;
        } catch (RuntimeException e) {
            return failed(chunk, e);
        }
    }

    /** hdf5-writer outlives every fault of one stream. */
    private ChunkOutcome failed(ChunkBuffer chunk, RuntimeException fault) {
        LOG.error("stream failed: detector={}, firstFrame={}", detector, chunk.firstFrame(), fault);
        fail(fault instanceof StorageException ? String.valueOf(fault.getMessage()) : "internal error: " + fault);
        return ChunkOutcome.TOO_LATE;
    }

    private int settle(ChunkBuffer chunk, boolean isStored) {
        int frames = 0;
        for (int at = chunk.present().nextSetBit(0);
                at >= 0;
                at = chunk.present().nextSetBit(at + 1)) {
            long sent = (chunk.firstFrame() + at) * geometry.every();
            frames++;
            if (isStored) {
                marks.safe(sent);
            } else if (failure == null) {
                settle(sent, Loss.TOO_LATE);
                listener.onTooLate(sent);
            }
        }
        return frames;
    }

    /** Makes frames safe whose chunk is still being filled; the buffer stays with who fills it. Confined to hdf5-writer. */
    public void keep(ChunkBuffer chunk, BitSet positions) {
        run(() -> keepNow(chunk, positions));
    }

    private void keepNow(ChunkBuffer chunk, BitSet positions) {
        switch (tryKeep(chunk, positions)) {
            case NO_ROOM -> await(() -> keepNow(chunk, positions));
            case TOO_LATE -> {} // told when the chunk comes
            case STORED -> {
                for (int at = positions.nextSetBit(0); at >= 0; at = positions.nextSetBit(at + 1)) {
                    marks.safe((chunk.firstFrame() + at) * geometry.every());
                }
                publish(chunk.firstFrame(), positions, true);
                listener.onProgress();
            }
        }
    }

    /** Runs what comes behind the chunks handed in so far, such as the end of the stream. Confined to hdf5-writer. */
    public void run(Runnable task) {
        if (waiting.isEmpty()) {
            task.run();
        } else {
            waiting.add(task);
        }
    }

    private void await(Runnable again) {
        if (waiting.isEmpty()) {
            waitingSinceNs = System.nanoTime();
            listener.onNoRoom("disk is full, the stream waits for room: detector=" + detector);
        }
        waiting.addFirst(again);
    }

    /** Throws away what waits: it was not acknowledged. Confined to hdf5-writer. */
    public void dropWaiting() {
        waiting.clear();
    }

    /** Returns whether chunks wait for room on the disk. Confined to hdf5-writer. */
    public boolean isWaiting() {
        return !waiting.isEmpty();
    }

    /** Returns since when chunks wait, by {@link System#nanoTime()}. Confined to hdf5-writer. */
    public long waitingSinceNs() {
        return waitingSinceNs;
    }

    /** Hands in what waits, as far as there is room. Confined to hdf5-writer. */
    public void retry() {
        while (!waiting.isEmpty()) {
            int left = waiting.size();
            waiting.remove().run();
            if (waiting.size() >= left) {
                return;
            }
        }
    }

    /** Notes a frame that will not be written. Confined to hdf5-writer. */
    public void settle(long frame, Loss loss) {
        if (loss == Loss.SKIPPED) {
            skipped++;
        } else {
            losses.add(frame, loss);
            store.lost(frame, loss);
        }
        settled(frame);
    }

    private void settled(long frame) {
        marks.settle(frame);
        if (durable != null) {
            durable.settle(frame);
        }
    }

    /** Publishes losses to the event loops. Confined to hdf5-writer. */
    public void publishLosses() {
        marks.publish(0, 0);
        if (durable != null) {
            durable.publish(0, 0);
        }
        listener.onProgress();
    }

    /** Notes stored frames as surviving a power loss. Confined to hdf5-writer. */
    public void durable(List<FrameRange> storedFrames) {
        if (durable == null) {
            return;
        }
        for (FrameRange range : storedFrames) {
            for (long frame = range.first(); frame < range.end(); frame++) {
                durable.safe(frame * geometry.every());
            }
            durable.publish(range.first(), geometry.every() > 1 ? 0 : range.count());
        }
        listener.onProgress();
    }

    /**
     * Takes back that stored frames are safe: what held them is lost. A client that waits for durability still has them and sends them again; for
     * any other they are missing. Confined to hdf5-writer.
     */
    public void takeBack(List<FrameRange> storedFrames) {
        if (durable != null) {
            listener.onTakingBack();
        }
        for (FrameRange range : storedFrames) {
            for (long frame = range.first(); frame < range.end(); frame++) {
                marks.takeBack(frame * geometry.every());
            }
        }
        if (durable != null) {
            listener.onTakenBack(storedFrames.stream().flatMap(this::asSent).toList());
        }
    }

    /** Notes that stored frames which were taken back are safe after all. Confined to hdf5-writer. */
    public void found(FrameRange storedFrames) {
        for (long frame = storedFrames.first(); frame < storedFrames.end(); frame++) {
            marks.safe(frame * geometry.every());
        }
        marks.publish(storedFrames.first(), geometry.every() > 1 ? 0 : storedFrames.count());
    }

    private Stream<FrameRange> asSent(FrameRange stored) {
        if (geometry.every() == 1) {
            return Stream.of(stored);
        }
        return LongStream.range(stored.first(), stored.end())
                .mapToObj(frame -> new FrameRange(frame * geometry.every(), 1));
    }

    /** Notes a frame that an earlier life of the daemon has stored. Before any event loop knows the lane. */
    public void restore(long storedFrame, int checksum) {
        long sent = storedFrame * geometry.every();
        if (ledger.receive(sent, checksum)) {
            marks.safe(sent);
        }
    }

    /** Notes frames, as sent, that were lost in an earlier life of the daemon. Before any event loop knows the lane. */
    public void restoreLost(FrameRange sent, Loss loss) {
        for (long frame = sent.first(); frame < sent.end(); frame++) {
            losses.add(frame, loss);
            ledger.receive(frame, 0);
            settled(frame);
        }
    }

    /**
     * All of an earlier life of the daemon is noted: what is safe beyond the mark is told to who comes, and what lies between stored frames was not
     * wanted. Before any event loop knows the lane.
     */
    public void restored() {
        long end = 0;
        for (FrameRange range : marks.safeFrames().ranges(Integer.MAX_VALUE)) {
            // a gap may be as long as a stream can be, and where nothing is stored the mark does not come
            settleSkipped(Math.max(end, range.first() - MOST_SKIPPED), range.first());
            marks.publish(range.first(), range.count());
            end = range.end();
        }
        for (FrameRange lost : losses.ranges(Integer.MAX_VALUE)) {
            settleSkipped(lost.first(), Math.min(end, lost.end() + geometry.every() - 1));
        }
        publishLosses();
    }

    private void settleSkipped(long from, long to) {
        for (long frame = from; geometry.every() > 1 && frame < to; frame++) {
            if (frame % geometry.every() != 0) {
                settled(frame);
            }
        }
    }

    /** Notes that the files cannot be written any more; chunks are then thrown away. Confined to hdf5-writer. */
    public void fail(String message) {
        if (failure == null) {
            failure = message;
            listener.onFailure(message);
        }
    }

    private void publish(long firstFrame, BitSet positions, boolean areSafe) {
        if (!areSafe && durable != null) {
            durable.publish(0, 0);
        }
        if (!areSafe || geometry.every() > 1) {
            marks.publish(0, 0);
            return;
        }
        int at = positions.nextSetBit(0);
        while (at >= 0) {
            int end = positions.nextClearBit(at);
            marks.publish(firstFrame + at, end - at);
            at = positions.nextSetBit(end);
        }
    }
}
