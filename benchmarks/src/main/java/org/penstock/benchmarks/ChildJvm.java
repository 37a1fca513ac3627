package org.penstock.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.cli.CommandFailure;
import org.penstock.daemon.process.ChildProcess;
import org.penstock.daemon.process.JavaCommand;

/**
 * A process of the same Java, options and class path as this one. Its log goes to a file, whose end is shown when the process fails.
 *
 * <p><b>Threading:</b> one thread talks to it; {@link #close} from any.
 */
final class ChildJvm implements Closeable {
    private static final Duration STOP = Duration.ofSeconds(20);
    private static final int LOG_LINES = 15;

    private final String name;
    private final ChildProcess process;
    private final Path log;

    /** Starts a main class. */
    ChildJvm(String name, Path log, Class<?> main, List<String> arguments) throws IOException {
        this.name = name;
        this.log = log;
        this.process = new ChildProcess(
                name, ProcessBuilder.Redirect.to(log.toFile()), JavaCommand.of(List.of(), main.getName(), arguments));
    }

    void say(String line) throws IOException {
        process.say(line);
    }

    /**
     * Returns its next line, or null when none came in time.
     *
     * @throws CommandFailure when it has ended; with the end of its log
     */
    @Nullable String poll(Duration patience) throws IOException {
        try {
            return process.poll(patience);
        } catch (ChildProcess.Ended e) {
            throw failure(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Returns its next line.
     *
     * @throws CommandFailure when none came in time, or the process has ended; with the end of its log
     */
    String await(Duration patience) throws IOException {
        String line = poll(patience);
        if (line == null) {
            throw failure(name + " gave no answer within " + patience);
        }
        return line;
    }

    private CommandFailure failure(String what) throws IOException {
        List<String> all = Files.readAllLines(log);
        List<String> end = all.subList(Math.max(0, all.size() - LOG_LINES), all.size());
        return new CommandFailure(what + "; the end of its log:\n" + String.join("\n", end));
    }

    /** Asks it to end, and ends it when it does not. */
    @Override
    public void close() throws InterruptedIOException {
        process.stop(STOP);
    }
}
