package org.penstock.daemon.verify;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.penstock.daemon.process.SignOfLife;
import org.penstock.protocol.JsonBody;

/**
 * The process that opens files: paths come in, a line each, as JSON strings; {@link FileReport}s go out, a line each, with a
 * {@link SignOfLife} between them while a file takes long. It ends with its input, or after a file that libhdf5 stumbled over.
 *
 * <p><b>Threading:</b> its main thread owns HDF5.
 */
final class Reader {
    private final PrintStream out;
    private final SignOfLife sign;

    private Reader(PrintStream out) {
        this.out = out;
        this.sign = SignOfLife.on(out);
    }

    /** Serves {@link ReaderProcess}. */
    public static void main(String[] arguments) throws IOException {
        // past System.out: nobody else's line may get between ours
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(new FileInputStream(FileDescriptor.in), StandardCharsets.UTF_8))) {
            new Reader(out).serve(in);
        }
    }

    private void serve(BufferedReader in) throws IOException {
        boolean isSound = true;
        for (@Nullable String line = in.readLine(); line != null && isSound; line = isSound ? in.readLine() : null) {
            FileReport report =
                    check(Path.of(JsonBody.readStrict(line.getBytes(StandardCharsets.UTF_8), String.class)));
            out.println(JsonBody.text(report));
            isSound = !report.hasFailed();
        }
    }

    // the outermost loop of the thread: a damaged file may show itself by any exception
    @SuppressWarnings("IllegalCatch")
    private FileReport check(Path file) {
        try {
            return FileCheck.check(file, sign::progress);
        } catch (RuntimeException e) {
            return FileReport.failed(Problem.of(
                    file.toString(), Trouble.UNREADABLE, "file cannot be read: file=" + file + ", problem=" + e));
        }
    }
}
