package org.penstock.daemon.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.Failure;
import org.penstock.protocol.StreamOpened;
import org.penstock.protocol.client.AcknowledgedFrame;
import org.penstock.protocol.client.StreamListener;

/**
 * Prints what the daemon says of single frames, the first few of it, for the report counts all; prints each cut and each return; and has
 * acknowledgements logged.
 *
 * <p><b>Threading:</b> any thread.
 */
final class FrameNotices implements StreamListener {
    private static final int PRINTED = 5;

    private final PrintWriter errors;
    private final @Nullable AckLog acknowledgements;
    private final AtomicInteger count = new AtomicInteger();

    FrameNotices(PrintWriter errors, @Nullable AckLog acknowledgements) {
        this.errors = errors;
        this.acknowledgements = acknowledgements;
    }

    @Override
    public void onAcknowledged(List<AcknowledgedFrame> frames) {
        if (acknowledgements != null) {
            acknowledgements.add(frames);
        }
    }

    @Override
    public void onCut(String problem) {
        print("send: connection lost: " + problem);
    }

    @Override
    public void onResumed(StreamOpened opened) {
        print("send: connection is back: stream=" + opened.stream() + ", writtenBelow=" + opened.writtenBelow());
    }

    private void print(String line) {
        errors.println(line);
        errors.flush();
    }

    @Override
    public void onError(Failure failure) {
        int number = count.incrementAndGet();
        if (failure.fatal()) {
            return; // it ends the command, which then prints it
        }
        if (number <= PRINTED) {
            print("send: " + failure.code() + ": " + failure.message()
                    + (number == PRINTED ? " (more of these are counted in the report)" : ""));
        }
    }
}
