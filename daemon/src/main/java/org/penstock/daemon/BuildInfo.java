package org.penstock.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.penstock.daemon.hdf5.Hdf5Library;
import org.penstock.daemon.ingest.IngestServer;
import org.penstock.daemon.journal.JournalWriter;
import org.penstock.protocol.Prefix;

/**
 * What this build is made of.
 *
 * <p><b>Threading:</b> immutable.
 */
public final class BuildInfo {
    private static final String UNKNOWN = "unknown";
    private static final Properties BUILD = read();

    private BuildInfo() {}

    private static Properties read() {
        Properties build = new Properties();
        try (InputStream stream =
                Objects.requireNonNull(BuildInfo.class.getResourceAsStream("build.properties"), "build.properties")) {
            build.load(stream);
            return build;
        } catch (IOException e) {
            throw new IllegalStateException("damaged jar: resource=build.properties", e);
        }
    }

    /** Returns the version of the software. */
    public static String version() {
        return value("version");
    }

    /** Returns the commit that it was built from, {@code unknown} when it was not built in a checkout. */
    public static String commit() {
        try (InputStream stream = BuildInfo.class.getResourceAsStream("commit")) {
            String commit = stream == null ? "" : new String(stream.readAllBytes(), StandardCharsets.US_ASCII).strip();
            return isKnown(commit) ? commit : UNKNOWN;
        } catch (IOException e) {
            throw new IllegalStateException("damaged jar: resource=commit", e);
        }
    }

    /** Returns all there is to say, one thing a line. Loads libhdf5, which then belongs to the caller's thread until it returns. */
    public static List<String> lines() {
        String epoll = IngestServer.epollProblem();
        return List.of(
                "penstock " + version() + ", commit " + commit(),
                "wire protocol " + Prefix.VERSION + ", journals " + JournalWriter.VERSION + " (reads 1 to "
                        + JournalWriter.VERSION + ")",
                "java " + Runtime.version() + ", " + System.getProperty("java.vendor"),
                "libhdf5 " + hdf5() + " (" + value("hdf5") + ")",
                "netty " + value("netty") + ", " + (epoll == null ? "native epoll" : "no native epoll: " + epoll),
                "aircompressor " + value("aircompressor") + " (lz4, zstd)",
                "blosc-java " + value("blosc"));
    }

    private static String hdf5() {
        try {
            Hdf5Library.open();
            String version = Hdf5Library.version();
            Hdf5Library.release();
            return version;
        } catch (LinkageError e) {
            return "does not load: " + e.getMessage();
        }
    }

    private static String value(String key) {
        String value = BUILD.getProperty(key, "");
        return isKnown(value) ? value : UNKNOWN;
    }

    /** What the build could not fill in is left as it was written. */
    private static boolean isKnown(String value) {
        return !value.isBlank() && !value.startsWith("${");
    }
}
