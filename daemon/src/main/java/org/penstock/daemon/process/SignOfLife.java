package org.penstock.daemon.process;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Tells the parent, a line each second at most, that work goes on. To be called by who works, not by a timer: silence means that it hangs.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
public final class SignOfLife {
    static final String LINE = ".";
    private static final long INTERVAL_NS = TimeUnit.SECONDS.toNanos(1);

    private final Consumer<String> lines;
    private long lastNs = System.nanoTime();

    private SignOfLife(Consumer<String> lines) {
        this.lines = lines;
    }

    /** Makes one for a stream that flushes after each line. */
    public static SignOfLife on(PrintStream out) {
        return new SignOfLife(out::println);
    }

    /** Makes one for a writer. */
    public static SignOfLife on(PrintWriter out) {
        return new SignOfLife(line -> {
            out.println(line);
            out.flush();
        });
    }

    /** Says that something was done. */
    public void progress() {
        long nowNs = System.nanoTime();
        if (nowNs - lastNs > INTERVAL_NS) {
            lastNs = nowNs;
            lines.accept(LINE);
        }
    }
}
