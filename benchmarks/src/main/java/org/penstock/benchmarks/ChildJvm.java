package org.penstock.benchmarks;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.cli.CommandFailure;

/**
 * A process of the same Java, flags and class path as this one. Lines go in and come out; its log goes to a file, whose end is shown when the
 * process fails.
 *
 * <p><b>Threading:</b> one thread talks to it; {@link #close} from any.
 */
final class ChildJvm implements AutoCloseable {
    private static final Duration STOP = Duration.ofSeconds(20);
    private static final int LOG_LINES = 15;

    private final String name;
    private final Process process;
    private final Path log;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final BufferedWriter input;

    /** Starts a main class. */
    ChildJvm(String name, Path log, Class<?> main, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        this.name = name;
        this.log = log;
        process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        input = process.outputWriter(StandardCharsets.UTF_8);
        Thread.ofPlatform().daemon().name(name + "-lines").start(this::readLines);
    }

    /** Returns the flags that this virtual machine was started with. */
    static List<String> flags() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments();
    }

    private void readLines() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            for (@Nullable String line = out.readLine(); line != null; line = out.readLine()) {
                lines.add(line);
            }
        } catch (IOException _) {
            // the process was stopped; who waits for a line finds out
        }
    }

    void say(String line) throws IOException {
        input.write(line);
        input.newLine();
        input.flush();
    }

    /** Returns its next line, or null when none came in time. */
    @Nullable String poll(Duration patience) throws InterruptedIOException {
        try {
            return lines.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting: process=" + name);
        }
    }

    /**
     * Returns its next line.
     *
     * @throws CommandFailure when none came in time, or the process has ended; with the end of its log
     */
    String await(Duration patience) throws IOException {
        long giveUpNs = System.nanoTime() + patience.toNanos();
        while (true) {
            boolean isLast = !process.isAlive();
            String line = poll(Duration.ofMillis(isLast ? 0 : 200));
            if (line != null) {
                return line;
            }
            if (isLast || System.nanoTime() > giveUpNs) {
                throw failure(isLast ? "ended, exit code=" + process.exitValue() : "gave no answer within " + patience);
            }
        }
    }

    private CommandFailure failure(String what) throws IOException {
        List<String> all = Files.readAllLines(log);
        List<String> end = all.subList(Math.max(0, all.size() - LOG_LINES), all.size());
        return new CommandFailure(name + " process " + what + "; the end of its log:\n" + String.join("\n", end));
    }

    /** Asks it to end, and ends it when it does not. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
