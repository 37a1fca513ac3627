package org.penstock.daemon.it;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What a client was promised, outside the daemon's directory: one line for each frame and level, {@code detector index crc32c level ns}, with
 * the time of CLOCK_MONOTONIC, in the order in which the client heard it. {@code src/it/judge_acknowledged.py} reads it.
 */
final class AckLog implements AutoCloseable {
    static final String WRITTEN = "written";
    static final String DURABLE = "durable";

    /** The acknowledgement at level written is taken back (RESEND). */
    static final String TAKEN_BACK = "taken_back";

    private final Path file;
    private final String detector;
    private final Writer writer;

    AckLog(Path file, String detector) throws IOException {
        this.file = file;
        this.detector = detector;
        this.writer = Files.newBufferedWriter(
                file, StandardCharsets.US_ASCII, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    Path file() {
        return file;
    }

    synchronized void add(long index, int crc32c, String level) {
        try {
            writer.append(detector)
                    .append(' ')
                    .append(Long.toString(index))
                    .append(' ')
                    .append(String.format("%08x", crc32c))
                    .append(' ')
                    .append(level)
                    .append(' ')
                    .append(Long.toString(System.nanoTime()))
                    .append('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized void flush() {
        try {
            writer.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        writer.close();
    }
}
