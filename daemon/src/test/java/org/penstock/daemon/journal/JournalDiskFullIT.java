package org.penstock.daemon.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file system of 1 MiB that is full at the worst moment. */
final class JournalDiskFullIT {
    private static final int BALLAST_BYTES = 256 * 1024;

    @TempDir
    Path folder;

    private Path disk;
    private Path file;
    private Path ballast;

    @BeforeEach
    void mountSmallDisk() throws IOException, InterruptedException {
        disk = Files.createDirectory(folder.resolve("disk"));
        Process mount = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(mount.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Assumptions.assumeTrue(mount.waitFor() == 0, "a small file system cannot be mounted here: " + said);
        file = disk.resolve("part.journal");
        ballast = Files.write(disk.resolve("ballast"), new byte[BALLAST_BYTES]);
    }

    @AfterEach
    void unmountSmallDisk() throws IOException, InterruptedException {
        new ProcessBuilder("umount", disk.toString()).start().waitFor();
    }

    @Test
    void shouldGoOnWhenThereIsRoomAgain() throws IOException {
        try (JournalWriter writer = SampleJournal.create(file)) {
            int events = fill(writer);

            assertThatThrownBy(() -> writer.reserve(100_000))
                    .hasMessageContainingAll("no room for journal entries", file.toString(), "No space left on device");
            writer.force();
            Files.delete(ballast);
            writer.reserve(100_000);
            SampleJournal.write(writer, SampleJournal.CHUNK);
            writer.end();

            JournalTail tail = JournalReader.read(file).tail();
            assertThat(tail.state()).isEqualTo(JournalTail.State.ENDED);
            assertThat(tail.entries()).isEqualTo(events + 2);
        }
    }

    @Test
    void shouldWriteEntriesForWhichThereIsRoomOnAFullDisk() throws IOException {
        try (JournalWriter writer = SampleJournal.create(file)) {
            writer.reserve(10 * JournalWriter.chunkEntryBytes(3) + JournalWriter.endEntryBytes());
            fillDisk();
            for (int i = 0; i < 10; i++) {
                SampleJournal.write(writer, SampleJournal.CHUNK);
            }
            writer.end();
            writer.force();
        }

        assertThat(JournalReader.read(file).tail().state()).isEqualTo(JournalTail.State.ENDED);
        assertThat(JournalReader.read(file).entries()).hasSize(11);
    }

    @Test
    void shouldLeaveNothingBehindWhenItCannotBeCreated() throws IOException {
        fillDisk();

        assertThatThrownBy(() -> SampleJournal.create(file))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("journal not created", file.toString(), "No space left on device");
        assertThat(file).doesNotExist();
    }

    /** Writes events until there is no room and returns how many there are. */
    private static int fill(JournalWriter writer) {
        byte[] event = "\"".concat("x".repeat(9_000)).concat("\"").getBytes(StandardCharsets.UTF_8);
        int events = 0;
        try {
            while (true) {
                writer.event(event);
                events++;
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("no room for journal entries");
        }
        assertThat(events).isGreaterThan(10);
        return events;
    }

    private void fillDisk() {
        assertThatThrownBy(() -> {
                    try (OutputStream filler = Files.newOutputStream(disk.resolve("filler"))) {
                        while (true) {
                            filler.write(new byte[4096]);
                        }
                    }
                })
                .hasMessageContaining("No space left on device");
    }
}
