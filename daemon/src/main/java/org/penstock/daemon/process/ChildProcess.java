package org.penstock.daemon.process;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process that this one started: lines go in, lines come out. Its input stays open until {@link #close}, so that it can find out that its parent is gone.
 *
 * <p><b>Threading:</b> one thread talks to it; {@link #close} from any.
 */
public final class ChildProcess implements AutoCloseable {
    /** Lines of its standard error that are kept: the first say why it ended. */
    private static final int KEPT_COMPLAINTS = 3;

    /** In the queue: there will be no more. */
    private static final String END = "";

    private final String name;
    private final Process process;
    private final BufferedWriter input;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();

    /**
     * Starts a process.
     *
     * @param name for threads and messages
     * @param errors where its standard error goes; {@link ProcessBuilder.Redirect#PIPE} keeps the first lines as {@link #complaints}
     */
    public ChildProcess(String name, ProcessBuilder.Redirect errors, List<String> command) throws IOException {
        this.name = name;
        process = new ProcessBuilder(command).redirectError(errors).start();
        input = process.outputWriter(StandardCharsets.UTF_8);
        Thread errorReader = Thread.ofPlatform().daemon().name(name + "-errors").start(this::readErrors);
        Thread.ofPlatform().daemon().name(name + "-lines").start(() -> readLines(errorReader));
    }

    private void readErrors() {
        try (BufferedReader errors = process.errorReader(StandardCharsets.UTF_8)) {
            for (@Nullable String line = errors.readLine(); line != null; line = errors.readLine()) {
                String said = line.strip();
                if (!said.isEmpty()
                        && !said.equals("#")
                        && !said.startsWith("WARNING: ")
                        && complaints.size() < KEPT_COMPLAINTS) {
                    complaints.add(said);
                }
            }
        } catch (IOException _) {
            // the process was stopped
        }
    }

    private void readLines(Thread errorReader) {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (@Nullable String line = out.readLine(); line != null; line = out.readLine()) {
                if (!line.isEmpty()) {
                    lines.add(line);
                }
            }
            errorReader.join();
            process.waitFor();
        } catch (IOException _) {
            // the process was stopped
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        lines.add(END);
    }

    /**
     * Says one line to it.
     *
     * @throws IOException when it is gone
     */
    public void say(String line) throws IOException {
        input.write(line);
        input.newLine();
        input.flush();
    }

    /**
     * Waits for its next line that is not empty.
     *
     * @return the line, or null when none came in time
     * @throws Ended when none will come
     */
    public @Nullable String poll(Duration patience) throws InterruptedIOException, Ended {
        try {
            String line = lines.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
            if (END.equals(line)) {
                lines.add(END);
                throw new Ended(name + " ended, exit code=" + process.waitFor() + ", said=" + complaints);
            }
            return line;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting: process=" + name);
        }
    }

    /**
     * Waits for its answer, a line of JSON; anything else that it prints is a sign of life.
     *
     * @param patience how long it may be silent
     * @throws IOException when it ended or was silent
     */
    public String answer(Duration patience) throws IOException {
        while (true) {
            String line = poll(patience);
            if (line == null) {
                throw new IOException(name + " gave no sign for " + patience.toSeconds() + " s");
            }
            if (line.startsWith("{")) {
                return line;
            }
        }
    }

    /** Returns whether it runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Asks it to end, and ends it when it does not in time. */
    public void stop(Duration patience) throws InterruptedIOException {
        process.destroy();
        try {
            if (process.waitFor(patience)) {
                return;
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        close();
    }

    /** Ends it at once. It may take longer to go: what waits for a disk cannot be killed before the disk answers. */
    @Override
    public void close() {
        process.destroyForcibly();
    }

    /** There is nothing more to hear. */
    public static final class Ended extends IOException {
        private static final long serialVersionUID = 1;

        Ended(String message) {
            super(message);
        }
    }
}
