package org.penstock.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.DataDirectory;
import org.penstock.daemon.hdf5.Hdf5Library;
import org.penstock.daemon.scan.CrashedScan;
import picocli.CommandLine;

class RecoverCommandIT {
    @TempDir
    private Path dataDir;

    private final StringWriter output = new StringWriter();
    private final StringWriter errors = new StringWriter();
    private List<String> before;

    /** Other classes of this JVM own it from other threads. */
    @AfterAll
    static void releaseHdf5() {
        Hdf5Library.release();
    }

    @BeforeEach
    void leaveAScan() throws Exception {
        CrashedScan.leaveClosedPartWithoutItsFrames(dataDir.toRealPath().resolve("scan0001"));
        before = files();
    }

    @Test
    void shouldCountFramesThatOnlyTheScansJournalKnows() throws Exception {
        int exitCode = recover();

        assertThat(exitCode).as(errors.toString()).isEqualTo(1);
        assertThat(new ObjectMapper()
                        .readTree(output.toString())
                        .path("lost_frames")
                        .asInt())
                .isEqualTo(2);
    }

    @Test
    void shouldChangeNothingWhenItOnlyLooks() throws Exception {
        recover("--dry-run");

        assertThat(files()).isEqualTo(before);
    }

    @Test
    void shouldChangeNothingWhereADaemonIs() throws Exception {
        try (DataDirectory _ = DataDirectory.hold(dataDir)) {
            before = files();

            assertThat(recover()).isEqualTo(2);
            assertThat(files()).isEqualTo(before);
        }
        assertThat(errors.toString()).contains("is held by another daemon");
    }

    @Test
    void shouldSayThatAFolderDoesNotExist() {
        Path nowhere = dataDir.resolve("nowhere");

        int code = new CommandLine(new RecoverCommand())
                .setOut(new PrintWriter(output, true))
                .setErr(new PrintWriter(errors, true))
                .execute(nowhere.toString());

        assertThat(code).isEqualTo(2);
        assertThat(errors.toString()).contains("not looked through: no such file or folder: file=" + nowhere);
    }

    private int recover(String... options) {
        CommandLine command = new CommandLine(new RecoverCommand())
                .setOut(new PrintWriter(output, true))
                .setErr(new PrintWriter(errors, true));
        String[] arguments =
                Stream.concat(Stream.of(options), Stream.of(dataDir.toString())).toArray(String[]::new);
        return command.execute(arguments);
    }

    private List<String> files() throws Exception {
        try (Stream<Path> files = Files.walk(dataDir)) {
            return files.sorted()
                    .map(file -> file + " " + file.toFile().length() + " "
                            + file.toFile().lastModified())
                    .toList();
        }
    }
}
