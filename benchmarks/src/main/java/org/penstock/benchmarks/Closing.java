package org.penstock.benchmarks;

import java.io.Closeable;
import java.io.IOException;

/**
 * Closes several things, whatever becomes of each.
 *
 * <p><b>Threading:</b> stateless.
 */
final class Closing {
    private Closing() {}

    /** Closes all, in order. What cannot be closed is broken already, and is left. */
    static void all(Iterable<? extends Closeable> closeables) {
        for (Closeable closeable : closeables) {
            try {
                closeable.close();
            } catch (IOException _) {
                // the next is closed all the same
            }
        }
    }
}
