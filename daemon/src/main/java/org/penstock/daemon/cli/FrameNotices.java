package org.penstock.daemon.cli;

import java.io.PrintWriter;
import java.util.concurrent.atomic.AtomicInteger;
import org.penstock.protocol.Failure;
import org.penstock.protocol.client.StreamListener;

/**
 * Prints what the daemon says of single frames, the first few of it: the report counts all.
 *
 * <p><b>Threading:</b> any thread.
 */
final class FrameNotices implements StreamListener {
    private static final int PRINTED = 5;

    private final PrintWriter errors;
    private final AtomicInteger count = new AtomicInteger();

    FrameNotices(PrintWriter errors) {
        this.errors = errors;
    }

    @Override
    public void onError(Failure failure) {
        int number = count.incrementAndGet();
        if (failure.fatal()) {
            return; // it ends the command, which then prints it
        }
        if (number <= PRINTED) {
            errors.println("send: " + failure.code() + ": " + failure.message()
                    + (number == PRINTED ? " (more of these are counted in the report)" : ""));
            errors.flush();
        }
    }
}
