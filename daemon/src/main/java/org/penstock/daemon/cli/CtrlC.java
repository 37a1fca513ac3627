package org.penstock.daemon.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command end in good order on ctrl-C and SIGTERM: it is told to stop, and the process waits for it, but not for ever.
 *
 * <p><b>Threading:</b> made and closed by the command's thread; the virtual machine calls from its own.
 */
final class CtrlC implements AutoCloseable {
    private static final long LONGEST_WAIT_S = 30;

    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook;

    /** Calls {@code stop} when the process is to end before {@link #close}. */
    CtrlC(Runnable stop) {
        hook = new Thread(
                () -> {
                    stop.run();
                    awaitFinished();
                },
                "interrupted");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void awaitFinished() {
        try {
            boolean _ = finished.await(LONGEST_WAIT_S, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        finished.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // the hook runs already
        }
    }
}
