package org.penstock.benchmarks;

import java.io.Closeable;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * Closes what is kept when the process is told to stop, as by ctrl-C: child processes first, then their folder.
 *
 * <p><b>Threading:</b> any thread.
 */
final class Stoppable implements AutoCloseable {
    private final ConcurrentLinkedDeque<Closeable> kept = new ConcurrentLinkedDeque<>();
    private final Thread hook = new Thread(this::closeAll, "stop");

    Stoppable() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Keeps something that may be closed twice. */
    <T extends Closeable> T keep(T closeable) {
        kept.addFirst(closeable);
        return closeable;
    }

    private void closeAll() {
        Closing.all(kept);
    }

    /** Everything was closed by who made it. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // it runs already
        }
    }
}
