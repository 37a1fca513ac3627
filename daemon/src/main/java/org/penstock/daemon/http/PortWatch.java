package org.penstock.daemon.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every second whether a port is still listened to. A failed accept, for want of file descriptors as a rule, ends Helidon's listener for good; it logs
 * that, and says that it is running all the same.
 *
 * <p><b>Threading:</b> looks on a thread of its own, {@code http-watch}.
 */
final class PortWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PortWatch.class);
    private static final long LOOK_NS = TimeUnit.SECONDS.toNanos(1);

    private final InetSocketAddress address;
    private final Runnable gone;
    private final Thread thread;

    /** @param gone called when nobody listens there */
    PortWatch(InetSocketAddress address, Runnable gone) {
        this.address = address;
        this.gone = gone;
        thread = Thread.ofPlatform().daemon().name("http-watch").start(this::lookOut);
    }

    private void lookOut() {
        try {
            while (true) {
                TimeUnit.NANOSECONDS.sleep(LOOK_NS);
                if (isFree()) {
                    openAgain();
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void openAgain() {
        try {
            gone.run();
        } catch (RuntimeException e) {
            LOG.error("HTTP port not opened again, the next try follows: address={}", address, e);
        }
    }

    /** Asking by a connection would take one of {@code http.max_connections}; asking the kernel for the address does not. */
    private boolean isFree() {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(address);
            return true;
        } catch (IOException _) {
            return false; // taken, as it should be; or no file descriptor for the question, and none for an answer
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
