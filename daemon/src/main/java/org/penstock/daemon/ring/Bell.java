package org.penstock.daemon.ring;

import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Wakes one thread that sleeps until there is work. Ringing costs a volatile read while the thread is awake.
 *
 * <p><b>Threading:</b> one thread sleeps, any thread rings. Who rings makes its work visible with a full fence first; the volatile write
 * of {@link #sleeper} before the sleeper looks for work pairs with it, so that one of the two always sees the other.
 */
public final class Bell {
    private final AtomicReference<@Nullable Thread> sleeper = new AtomicReference<>();

    /** Wakes the sleeper; returns false when there is none, or someone else has woken it. */
    public boolean ring() {
        Thread thread = sleeper.get();
        if (thread == null || !sleeper.compareAndSet(thread, null)) {
            return false;
        }
        LockSupport.unpark(thread);
        return true;
    }

    /** Sleeps until rung or until {@code mostNs} have passed, unless there is work; may return early. */
    public void sleepUnless(BooleanSupplier hasWork, long mostNs) {
        sleeper.set(Thread.currentThread());
        if (!hasWork.getAsBoolean()) {
            LockSupport.parkNanos(this, mostNs);
        }
        sleeper.set(null);
    }
}
