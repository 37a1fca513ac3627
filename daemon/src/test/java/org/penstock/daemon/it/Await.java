package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for a state that nothing tells of. */
public final class Await {
    private static final long LONGEST_NS = 20_000_000_000L;
    private static final long LOOK_NS = 2_000_000;

    private Await() {}

    /** Waits until it holds; fails after 20 s. */
    public static void until(String what, Callable<Boolean> holds) throws Exception {
        long begin = System.nanoTime();
        while (!holds.call()) {
            assertThat(System.nanoTime() - begin).as(what).isLessThan(LONGEST_NS);
            LockSupport.parkNanos(LOOK_NS);
        }
    }

    /** Lets time pass, for a rule that speaks of time. */
    static void elapsed(long ms) throws Exception {
        long end = System.nanoTime() + ms * 1_000_000;
        until("time passes", () -> System.nanoTime() >= end);
    }
}
