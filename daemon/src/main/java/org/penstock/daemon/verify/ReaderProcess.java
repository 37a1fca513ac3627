package org.penstock.daemon.verify;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.JsonBody;

/**
 * A {@link Reader} in a process of its own, of the same Java, flags and class path as this one; a new one after each that was
 * lost.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
final class ReaderProcess implements AutoCloseable {
    /** No log of a crash, no core: verifying writes nothing. */
    private static final List<String> FLAGS =
            List.of("-XX:+ErrorFileToStderr", "-XX:-CreateCoredumpOnCrash", "-XX:+ExitOnOutOfMemoryError");

    /** In the queue of lines: there will be no more. */
    private static final String END = "";

    private final Duration patience;
    private @Nullable Child child;

    /**
     * @param patience how long a reader may be silent
     */
    ReaderProcess(Duration patience) {
        this.patience = patience;
    }

    /** Lines of its standard error to show when it is lost: the first say why. */
    private static final int SHOWN_LINES = 3;

    /**
     * A process that runs, and what it says.
     *
     * @param lines of standard output, and {@link #END}
     * @param complaints the first lines of standard error
     */
    private record Child(
            Process process, BufferedWriter input, BlockingQueue<String> lines, Queue<String> complaints) {}

    /**
     * Has a file checked.
     *
     * @throws IOException when no process can be started
     */
    FileReport check(Path file) throws IOException {
        Child running = child == null || !child.process().isAlive() ? start() : child;
        child = running;
        String path = file.toAbsolutePath().toString();
        try {
            running.input().write(JsonBody.text(path));
            running.input().newLine();
            running.input().flush();
        } catch (IOException _) {
            // it is gone; its end is in the queue
        }
        while (true) {
            String line = poll(running);
            if (line == null) {
                close();
                return lost(path, "gave no sign for " + patience.toSeconds() + " s");
            }
            if (line.equals(END)) {
                close();
                return lost(
                        path, "ended, exit code=" + running.process().exitValue() + ", said=" + running.complaints());
            }
            if (!line.equals(Reader.ALIVE)) {
                return report(running, line);
            }
        }
    }

    private FileReport report(Child running, String line) throws InterruptedIOException {
        FileReport report = JsonBody.readStrict(line.getBytes(StandardCharsets.UTF_8), FileReport.class);
        if (report.hasFailed()) {
            // it ends by itself after such a file
            close(running);
            child = null;
        }
        return report;
    }

    private @Nullable String poll(Child running) throws InterruptedIOException {
        try {
            return running.lines().poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a file was read");
        }
    }

    private static FileReport lost(String file, String how) {
        return FileReport.failed(Problem.of(
                file,
                Trouble.READER_LOST,
                "file cannot be read: file=" + file + ", problem=libhdf5 does not survive it, the process that read it "
                        + how));
    }

    private static Child start() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Reader.class.getName()));
        Process process = new ProcessBuilder(command).start();
        Child child = new Child(
                process,
                process.outputWriter(StandardCharsets.UTF_8),
                new LinkedBlockingQueue<>(),
                new ConcurrentLinkedQueue<>());
        Thread errors = Thread.ofPlatform().daemon().name("verify-errors").start(() -> readErrors(child));
        Thread.ofPlatform().daemon().name("verify-lines").start(() -> readLines(child, errors));
        return child;
    }

    private static void readErrors(Child child) {
        try (BufferedReader errors = child.process().errorReader(StandardCharsets.UTF_8)) {
            int shown = 0;
            for (@Nullable String line = errors.readLine(); line != null; line = errors.readLine()) {
                boolean isEmpty = line.isBlank() || line.strip().equals("#") || line.startsWith("WARNING: ");
                if (!isEmpty && shown++ < SHOWN_LINES) {
                    child.complaints().add(line.strip());
                }
            }
        } catch (IOException _) {
            // the process was stopped
        }
    }

    private static void readLines(Child child, Thread errors) {
        try (BufferedReader out = child.process().inputReader(StandardCharsets.UTF_8)) {
            for (@Nullable String line = out.readLine(); line != null; line = out.readLine()) {
                child.lines().add(line);
            }
            errors.join();
            child.process().waitFor();
        } catch (IOException _) {
            // the process was stopped
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        child.lines().add(END);
    }

    @Override
    public void close() throws InterruptedIOException {
        if (child != null) {
            close(child);
            child = null;
        }
    }

    private static void close(Child running) throws InterruptedIOException {
        running.process().destroyForcibly();
        try {
            running.process().waitFor();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a reader ended");
        }
    }
}
