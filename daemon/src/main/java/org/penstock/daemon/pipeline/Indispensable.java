package org.penstock.daemon.pipeline;

import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon is nothing without a thread that ends before its time: frames would be taken and never written, and nobody would be told. So the process ends, as
 * it does without memory, and is started again; what was acknowledged is safe.
 *
 * <p><b>Threading:</b> any thread.
 */
final class Indispensable implements Thread.UncaughtExceptionHandler {
    static final Thread.UncaughtExceptionHandler HALTING = new Indispensable(Runtime.getRuntime()::halt);

    /** As the JVM's own, where memory ends. */
    private static final int EXIT_CODE = 3;

    private static final Logger LOG = LoggerFactory.getLogger(Indispensable.class);

    private final IntConsumer end;

    /** {@code end} ends the process, at once. */
    Indispensable(IntConsumer end) {
        this.end = end;
    }

    @Override
    public void uncaughtException(Thread thread, Throwable cause) {
        try {
            LOG.error("thread died, and the daemon with it: thread={}", thread.getName(), cause);
        } finally {
            end.accept(EXIT_CODE);
        }
    }
}
