package org.penstock.daemon.ring;

import org.jspecify.annotations.Nullable;
import org.penstock.daemon.config.MemoryConfig;
import org.penstock.daemon.frame.ChunkForm;
import org.penstock.daemon.frame.FrameGeometry;

/**
 * How many chunk buffers a stream gets: the one rule, by which the daemon reserves memory and by which {@code penstock size} reckons it.
 *
 * <p>A stream that says its rate wants what comes in {@code memory.bridge}, and may have what leaves a quarter of the slab and of the ring to others. One that does not wants {@value #USUAL_BUFFERS}, and
 * may have a quarter of what is free. Neither gets more than {@code memory.stream_bytes}, and each the few with which it can work at all.
 *
 * <p><b>Threading:</b> immutable.
 */
public record BufferShare(MemoryConfig memory) {
    /** With fewer a stream does not go on: one fills, one is compressed, one is written. */
    public static final int LEAST_BUFFERS = 3;

    private static final int USUAL_BUFFERS = 32;
    private static final long USUAL_BYTES = 256L << 20;
    private static final int PARTS = 4;

    /**
     * The chunks of a stream.
     *
     * @param roomBytes of the slab that one needs on its way
     * @param sentFrames as they are sent, of which all or some are stored in a full one
     * @param rateHz how many are sent in a second, or null when nobody said so
     */
    public record Chunks(
            long roomBytes, long sentFrames, @Nullable Double rateHz) {
        /** A rate that is none is not said. */
        public Chunks {
            rateHz = rateHz != null && rateHz > 0 && Double.isFinite(rateHz) ? rateHz : null;
        }

        /** Returns the chunks of a stream. */
        public static Chunks of(ChunkForm form, FrameGeometry geometry, @Nullable Double rateHz) {
            return new Chunks(ChunkRoom.of(form, geometry).bytes(), geometry.chunkFrames() * geometry.every(), rateHz);
        }

        /** Returns how long so many buffers take what comes while the disk is silent: those in work when it begins hold frames already. */
        public double bridgedSeconds(int buffers) {
            return rateHz == null ? Double.NaN : (double) (buffers - LEAST_BUFFERS) * sentFrames / rateHz;
        }
    }

    /** Returns how many buffers a stream wants. */
    public int wanted(Chunks chunks) {
        Double rateHz = chunks.rateHz();
        if (rateHz == null) {
            return USUAL_BUFFERS;
        }
        double seconds = memory.bridge().toNanos() / 1e9;
        double bridging = Math.ceil(rateHz * seconds / chunks.sentFrames()) + LEAST_BUFFERS;
        long usual = Math.clamp(USUAL_BYTES / chunks.roomBytes(), LEAST_BUFFERS, USUAL_BUFFERS);
        return (int) Math.max(usual, (long) Math.min(BufferPool.MOST_BUFFERS, bridging));
    }

    /**
     * Returns how many buffers a stream gets, or 0 when the ring has no room for the fewest. Whether the slab has room for the fewest is seen when they are reserved.
     *
     * @param freeBytes of the slab, which no stream has reserved
     * @param freeBuffers that the ring has slots for
     */
    public int buffers(Chunks chunks, long freeBytes, int freeBuffers) {
        if (freeBuffers < LEAST_BUFFERS) {
            return 0;
        }
        boolean isPlanned = chunks.rateHz() != null;
        long bytes = Math.min(memory.streamBytes(), share(isPlanned, memory.slabBytes(), freeBytes));
        long slots = share(isPlanned, FrameRing.maxBuffers(memory.ringSlots()), freeBuffers);
        long most = Math.min(bytes / chunks.roomBytes(), slots);
        return Math.clamp(most, LEAST_BUFFERS, Math.max(LEAST_BUFFERS, wanted(chunks)));
    }

    private static long share(boolean isPlanned, long all, long free) {
        long ofFree = free / PARTS;
        return isPlanned ? Math.max(ofFree, free - all / PARTS) : ofFree;
    }

    /** Returns how much there must be in all so that streams which say their rate get so much between them, in whatever order they come. */
    public static long allFor(long wanted) {
        return Math.ceilDiv(wanted * PARTS, PARTS - 1);
    }
}
