package org.penstock.daemon.verify;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.process.ChildProcess;
import org.penstock.daemon.process.JavaCommand;
import org.penstock.protocol.JsonBody;

/**
 * A {@link Reader} in a process of its own; a new one after each that was lost.
 *
 * <p><b>Threading:</b> confined to its owner.
 */
final class ReaderProcess implements AutoCloseable {
    /** No log of a crash, no core: verifying writes nothing. */
    private static final List<String> OPTIONS =
            List.of("-XX:+ErrorFileToStderr", "-XX:-CreateCoredumpOnCrash", "-XX:+ExitOnOutOfMemoryError");

    private final Duration patience;
    private @Nullable ChildProcess child;

    /**
     * @param patience how long a reader may be silent
     */
    ReaderProcess(Duration patience) {
        this.patience = patience;
    }

    /**
     * Has a file checked.
     *
     * @throws IOException when no process can be started
     */
    FileReport check(Path file) throws IOException {
        ChildProcess running = child == null || !child.isAlive() ? start() : child;
        child = running;
        String path = file.toAbsolutePath().toString();
        try {
            running.say(JsonBody.text(path));
        } catch (IOException _) {
            // it is gone, and says why instead of an answer
        }
        try {
            String answer = running.answer(patience);
            FileReport report = JsonBody.readStrict(answer.getBytes(StandardCharsets.UTF_8), FileReport.class);
            if (report.hasFailed()) {
                close(); // it ends by itself after such a file
            }
            return report;
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            close();
            return lost(path, e);
        }
    }

    private static FileReport lost(String file, IOException how) {
        return FileReport.failed(Problem.of(
                file,
                Trouble.READER_LOST,
                "file cannot be read: file=" + file
                        + ", problem=libhdf5 does not survive it, the process that read it: " + how.getMessage()));
    }

    private static ChildProcess start() throws IOException {
        return new ChildProcess(
                "reader", ProcessBuilder.Redirect.PIPE, JavaCommand.of(OPTIONS, Reader.class.getName(), List.of()));
    }

    @Override
    public void close() {
        if (child != null) {
            child.close();
            child = null;
        }
    }
}
