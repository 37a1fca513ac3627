package org.penstock.daemon.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * How far a {@code send} is, on standard error: a bar on a terminal, else a line a second.
 *
 * <p><b>Threading:</b> started and closed by one thread; draws in its own.
 */
final class SendProgress implements AutoCloseable {
    private static final long TERMINAL_PERIOD_MS = 100;
    private static final long LINE_PERIOD_MS = 1_000;
    private static final int BAR_CELLS = 24;

    private final FrameSender sender;
    private final PrintWriter out;
    private final boolean isTerminal;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread drawer;

    private SendProgress(FrameSender sender, PrintWriter out, boolean isTerminal) {
        this.sender = sender;
        this.out = out;
        this.isTerminal = isTerminal;
        this.drawer = Thread.ofPlatform().daemon().name("progress").unstarted(this::draw);
    }

    /** Begins to show a sender. */
    static SendProgress start(FrameSender sender, PrintWriter out) {
        SendProgress progress = new SendProgress(sender, out, isTerminal());
        progress.drawer.start();
        return progress;
    }

    /** Standard error, not input or output as {@link System#console()} would tell; the launcher says it when it pipes that. */
    static boolean isTerminal() {
        return System.getenv("PENSTOCK_TERMINAL") != null || isTerminal(2);
    }

    /** Whether a line on standard output would follow the bar on the same terminal: then the bar leaves the line end to it. */
    static boolean endsOnOutput() {
        return isTerminal() && isTerminal(1);
    }

    private static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException _) {
            return false;
        }
    }

    private void draw() {
        long periodMs = isTerminal ? TERMINAL_PERIOD_MS : LINE_PERIOD_MS;
        try {
            while (!closed.await(periodMs, TimeUnit.MILLISECONDS)) {
                show();
            }
            if (isTerminal) {
                show();
                out.print(endsOnOutput() ? "" : System.lineSeparator());
                out.flush();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void show() {
        String text = line(sender, System.nanoTime());
        out.print(isTerminal ? "\r" + bar(sender) + text : "send: " + text + System.lineSeparator());
        out.flush();
    }

    private static String bar(FrameSender sender) {
        int filled = (int) (BAR_CELLS * sender.sent() / sender.frames());
        return "[" + "#".repeat(filled) + " ".repeat(BAR_CELLS - filled) + "] ";
    }

    private static String line(FrameSender sender, long nowNs) {
        double seconds = (nowNs - sender.startNs()) / 1e9;
        double framesPerSecond = sender.sent() / seconds;
        return String.format(
                Locale.ROOT,
                "%d/%d frames, %d written, %.0f frames/s, %.1f MB/s ",
                sender.sent(),
                sender.frames(),
                Math.min(sender.writtenBelow(), sender.frames()),
                framesPerSecond,
                framesPerSecond * sender.frameBytes() / 1e6);
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            drawer.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
