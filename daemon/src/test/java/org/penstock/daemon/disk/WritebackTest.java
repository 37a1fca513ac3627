package org.penstock.daemon.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the page cache is asked of {@code fincore} (util-linux). */
class WritebackTest {
    private static final int STEP = 1 << 20;

    @TempDir
    private Path folder;

    private final byte[] bytes = new byte[4 * STEP + 100];

    @BeforeEach
    void needADisk() throws IOException {
        new Random(1).nextBytes(bytes);
        assumeThat(Files.getFileStore(folder).type())
                .as("a file system with a disk: its pages can be dropped")
                .isIn("ext4", "xfs", "btrfs");
        assumeThat(Path.of("/usr/bin/fincore")).as("fincore, of util-linux").exists();
    }

    @Test
    void shouldKeepNoMoreThanTwoStepsInMemory() throws Exception {
        Path file = folder.resolve("file");
        try (FileChannel channel = create(file);
                Writeback writeback = Writeback.of(file, STEP)) {
            for (int step = 1; step <= 4; step++) {
                write(channel, STEP);
                assertThat(writeback.isDue(step * (long) STEP)).isTrue();
                assertThat(writeback.isDue(step * (long) STEP))
                        .as("a second time")
                        .isFalse();
                writeback.advance(step * (long) STEP);
                assertThat(cachedBytes(file)).isBetween(1L, 2L * STEP);
            }
        }
        assertThat(Files.readAllBytes(file)).startsWith(slice(0, 4 * STEP));
    }

    @Test
    void shouldLeavePagesThatAreNotWholeUntilTheyAre() throws Exception {
        Path file = folder.resolve("file");
        try (FileChannel channel = create(file);
                Writeback writeback = Writeback.of(file, STEP)) {
            write(channel, STEP + 100);
            writeback.advance(STEP + 100);
            write(channel, STEP);
            writeback.advance(2L * STEP + 100);
            assertThat(cachedBytes(file)).isEqualTo(STEP + 4096L);
            channel.force(true);
            writeback.forget();
            assertThat(cachedBytes(file)).isZero();
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(slice(0, 2 * STEP + 100));
    }

    @Test
    void shouldLeaveAllToTheKernelWhenToldSo() throws Exception {
        Path file = folder.resolve("file");
        try (FileChannel channel = create(file);
                Writeback writeback = Writeback.of(file, 0)) {
            write(channel, 4 * STEP);
            assertThat(writeback.isDue(4L * STEP)).isFalse();
            channel.force(true);
            writeback.forget();
            assertThat(cachedBytes(file)).isEqualTo(4L * STEP);
        }
    }

    @Test
    void shouldSayWhichFileIsNotThere() {
        assertThatThrownBy(() -> Writeback.of(folder.resolve("none"), STEP))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none")
                .hasMessageContaining("errno=2");
    }

    private static FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private void write(FileChannel channel, int count) throws IOException {
        ByteBuffer source = ByteBuffer.wrap(slice((int) channel.position(), count));
        while (source.hasRemaining()) {
            channel.write(source);
        }
    }

    private byte[] slice(int from, int count) {
        byte[] slice = new byte[count];
        System.arraycopy(bytes, from, slice, 0, count);
        return slice;
    }

    private static long cachedBytes(Path file) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "/usr/bin/fincore", "--bytes", "--noheadings", "--output", "RES", file.toString())
                .redirectErrorStream(true)
                .start();
        String answer = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return Long.parseLong(answer.strip());
    }
}
