package org.penstock.daemon.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * How far the demonstration is, on standard error: one line that changes on a terminal, else a line a second.
 *
 * <p><b>Threading:</b> started and closed by one thread; draws in its own.
 */
final class DemoProgress implements AutoCloseable {
    private static final long TERMINAL_PERIOD_MS = 200;
    private static final long LINE_PERIOD_MS = 1_000;

    private final List<DemoScan.Arm> arms;
    private final PrintWriter out;
    private final boolean isTerminal = SendProgress.isTerminal();
    private final long startNs = System.nanoTime();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread drawer = Thread.ofPlatform().daemon().name("progress").unstarted(this::draw);

    private long lastNs = startNs;
    private long lastBytes;

    private DemoProgress(List<DemoScan.Arm> arms, PrintWriter out) {
        this.arms = arms;
        this.out = out;
    }

    /** Begins to show a scan. */
    static DemoProgress start(DemoScan scan, PrintWriter out) {
        DemoProgress progress = new DemoProgress(scan.arms(), out);
        progress.drawer.start();
        return progress;
    }

    private void draw() {
        try {
            while (!closed.await(isTerminal ? TERMINAL_PERIOD_MS : LINE_PERIOD_MS, TimeUnit.MILLISECONDS)) {
                show();
            }
            show();
            out.print(isTerminal ? System.lineSeparator() : "");
            out.flush();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void show() {
        long nowNs = System.nanoTime();
        long bytes = arms.stream()
                .mapToLong(arm -> arm.sender().sent() * arm.sender().frameBytes())
                .sum();
        double megabytesPerSecond = (bytes - lastBytes) * 1e3 / Math.max(1, nowNs - lastNs);
        lastNs = nowNs;
        lastBytes = bytes;
        String frames = arms.stream()
                .map(arm -> arm.detector().name() + " " + arm.written() + "/"
                        + arm.sender().frames())
                .collect(Collectors.joining(", "));
        String line = String.format(
                Locale.ROOT, "%5.1f s %5.0f MB/s  written: %s", (nowNs - startNs) / 1e9, megabytesPerSecond, frames);
        out.print(isTerminal ? "\r" + line : line + System.lineSeparator());
        out.flush();
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
