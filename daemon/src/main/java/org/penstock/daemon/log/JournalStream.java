package org.penstock.daemon.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether a stream of this process leads to systemd's journal, as {@code systemd.exec(5)} says one finds out. */
final class JournalStream {
    /** Device and inode of the journal's socket: {@code 8:12345}. A service may have turned standard error elsewhere since. */
    static final String VARIABLE = "JOURNAL_STREAM";

    static final Path STANDARD_ERROR = Path.of("/proc/self/fd/2");

    private JournalStream() {}

    /**
     * Compares what the variable says with what is there.
     *
     * @param variable value of {@link #VARIABLE}, or null
     * @param stream the stream, by any name of it
     */
    static boolean leadsFrom(Path stream, @Nullable String variable) {
        if (variable == null) {
            return false;
        }
        try {
            Map<String, Object> is = Files.readAttributes(stream, "unix:dev,ino");
            return variable.equals(is.get("dev") + ":" + is.get("ino"));
        } catch (IOException _) {
            return false; // closed, or no /proc: then the line says everything by itself
        }
    }
}
