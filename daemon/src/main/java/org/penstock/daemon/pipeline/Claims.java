package org.penstock.daemon.pipeline;

import com.lmax.disruptor.Sequence;
import org.penstock.daemon.ring.FrameRing;

/**
 * Deals published slots to compressors, each to exactly one, and knows up to where all are done.
 *
 * <p>A compressor that works holds the sequence before its slot: hdf5-writer stays below the lowest of them, and below the last slot claimed. A
 * compressor that has nothing to do claims nothing, so that a chunk need not wake the one among many that was promised it.
 *
 * <p><b>Threading:</b> {@link #claim} by compressors, each with its own number; the rest by anyone.
 */
final class Claims {
    /** What {@link #claim} returns when all that is published was claimed. */
    static final long NONE = -1;

    private static final long RESTING = Long.MAX_VALUE;

    private final FrameRing ring;
    private final Sequence lastClaimed = new Sequence();
    private final Sequence[] working;

    Claims(FrameRing ring, int compressors) {
        this.ring = ring;
        this.working = new Sequence[compressors];
        for (int i = 0; i < compressors; i++) {
            working[i] = new Sequence(RESTING);
        }
    }

    /** Takes the next slot; the one claimed before is then done. */
    long claim(int compressor) {
        long last = lastClaimed.get();
        while (ring.isPublished(last + 1)) {
            // before the claim can be seen, so that hdf5-writer never finds a slot that is claimed and held by nobody
            working[compressor].setVolatile(last);
            if (lastClaimed.compareAndSet(last, last + 1)) {
                return last + 1;
            }
            last = lastClaimed.get();
        }
        working[compressor].setVolatile(RESTING);
        return NONE;
    }

    /** Returns whether there is a slot to claim. */
    boolean hasWork() {
        return ring.isPublished(lastClaimed.get() + 1);
    }

    /** Returns the last slot that hdf5-writer may take. */
    long done() {
        // first the claims, then who holds one: pairs with the order in claim
        long done = lastClaimed.get();
        for (Sequence held : working) {
            done = Math.min(done, held.get());
        }
        return done;
    }
}
