package org.penstock.daemon.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Judges what an input makes a parser allocate: no number in it may take memory out of proportion to its length. */
public final class AllocationLimit {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** The first inputs load classes, which Jazzer rewrites on this thread; an input that is to blame is so every time. */
    private static final int TRIES = 3;

    private AllocationLimit() {}

    /** Runs it, and fails when it allocates more each time. */
    public static void check(long limitBytes, Runnable parser) {
        long allocated = Long.MAX_VALUE;
        for (int i = 0; i < TRIES && allocated > limitBytes; i++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            parser.run();
            allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).as("allocated bytes").isLessThanOrEqualTo(limitBytes);
    }
}
