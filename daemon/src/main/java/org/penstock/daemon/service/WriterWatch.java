package org.penstock.daemon.service;

import java.time.Duration;
import java.util.Arrays;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Whether hdf5-writer does its work, seen from outside: it writes nothing down for this but what it has anyway, so that a frame costs nothing more.
 *
 * <p>A thread that stands still may be inside a call that waits for a slow disk, which a restart would not mend: that is well for so long as the
 * configuration allows. The JVM calls such a thread runnable. One that waits for another thread is not in a call, and one that ended does not come back.
 *
 * <p><b>Threading:</b> confined to who looks.
 */
public final class WriterWatch {
    /** Long for a thread that turns every 20 ms, short for a watchdog. Two looks may follow each other at once. */
    static final long GRACE_NS = 1_000_000_000L;

    private final Writer writer;
    private final long limitNs;
    private long lastSteps;
    private long movedNs;

    /**
     * hdf5-writer, from outside.
     *
     * @param steps changes whenever it has done something, and while it is idle many times a second
     * @param state of the thread
     * @param stack of the thread, innermost first
     */
    public record Writer(LongSupplier steps, Supplier<Thread.State> state, Supplier<StackTraceElement[]> stack) {
        /** Looks at a thread. */
        public static Writer of(LongSupplier steps, Thread thread) {
            return new Writer(steps, thread::getState, thread::getStackTrace);
        }
    }

    /** What is seen. */
    public enum Sight {
        /** It has done something a moment ago, if only looked for work. */
        MOVES,
        /** It is inside one call, not for too long. */
        IN_CALL,
        /** It is inside one call for longer than allowed. */
        TOO_LONG,
        /** It has not moved for longer than a moment, and waits for another thread. */
        WAITS,
        /** The thread has ended. */
        DEAD;

        /** Returns whether it deserves to be left alive. */
        public boolean isWell() {
            return this == MOVES || this == IN_CALL;
        }
    }

    /**
     * Begins to look.
     *
     * @param limit how long one call may last
     */
    public WriterWatch(Writer writer, Duration limit) {
        this(writer, limit, System.nanoTime());
    }

    WriterWatch(Writer writer, Duration limit, long nowNs) {
        this.writer = writer;
        this.limitNs = limit.toNanos();
        this.movedNs = nowNs;
        this.lastSteps = writer.steps().getAsLong();
    }

    /** Looks; {@code nowNs} is of {@link System#nanoTime}. */
    public Sight look(long nowNs) {
        Thread.State state = writer.state().get();
        if (state == Thread.State.TERMINATED) {
            return Sight.DEAD;
        }
        long steps = writer.steps().getAsLong();
        if (steps != lastSteps) {
            lastSteps = steps;
            movedNs = nowNs;
        }
        long stillNs = nowNs - movedNs;
        if (stillNs < GRACE_NS) {
            return Sight.MOVES;
        }
        if (state != Thread.State.RUNNABLE) {
            return Sight.WAITS;
        }
        return stillNs <= limitNs ? Sight.IN_CALL : Sight.TOO_LONG;
    }

    /** Returns for how long nothing was seen to move. */
    public Duration still(long nowNs) {
        return Duration.ofNanos(nowNs - movedNs);
    }

    /** Returns where the writer is, innermost first, in one line. */
    String where() {
        String stack = Arrays.stream(writer.stack().get())
                .map(frame -> frame.getClassName() + "." + frame.getMethodName() + ":" + frame.getLineNumber())
                .collect(Collectors.joining(" < "));
        return stack.isEmpty() ? "nowhere, the thread has ended" : stack;
    }
}
