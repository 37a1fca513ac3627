package org.penstock.daemon.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.client.AcknowledgedFrame;

/**
 * What the daemon has acknowledged, beside the daemon: a line {@code index crc32c level} for each frame as soon as it was, for a judge who
 * compares it later with what is in the files.
 *
 * <pre>
 * 0 39abee65 written
 * 1 0c71b5d2 written
 * 0 39abee65 durable
 * </pre>
 *
 * <p>The operating system has the lines of one acknowledgement before the next is taken: they survive the death of this process.
 *
 * <p><b>Threading:</b> any thread.
 */
final class AckLog implements AutoCloseable {
    private final Path file;
    private final ReentrantLock lock = new ReentrantLock();
    private final BufferedWriter writer;
    private @Nullable IOException problem;

    private AckLog(Path file) throws IOException {
        this.file = file;
        this.writer = Files.newBufferedWriter(
                file, StandardCharsets.US_ASCII, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Opens a log; one that is there is continued. */
    static AckLog open(Path file) {
        try {
            return new AckLog(file);
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private static CommandFailure failure(Path file, IOException e) {
        return new CommandFailure("acknowledgements could not be logged: file=" + file + ", problem=" + e, e);
    }

    /** Adds the frames of one acknowledgement; the first failure is kept for {@link #close}, and ends the log. */
    void add(List<AcknowledgedFrame> frames) {
        lock.lock();
        try {
            if (problem == null) {
                for (AcknowledgedFrame frame : frames) {
                    writer.write(String.format(
                            Locale.ROOT,
                            "%d %08x %s%n",
                            frame.index(),
                            frame.checksum(),
                            frame.level().wireName()));
                }
                writer.flush();
            }
        } catch (IOException e) {
            problem = e;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            writer.close();
            if (problem != null) {
                throw failure(file, problem);
            }
        } catch (IOException e) {
            throw failure(file, problem == null ? e : problem);
        } finally {
            lock.unlock();
        }
    }
}
