package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.FrameRange;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;

/** A disk that is full when the last part closes: the report names what cannot be read, and the daemon lives. */
final class FullDiskIT {
    private static final int FRAME_BYTES = 1024 * 1024;

    @TempDir
    private Path folder;

    @Test
    void shouldReportFramesOfAPartThatCannotBeClosed() throws Exception {
        Path disk = mount();
        try (TestDaemon daemon = TestDaemon.start(disk)) {
            OpenStream request = OpenStream.of("camera", ElementType.U1, List.of(1024L, 1024L), 10L)
                    .withFramesPerFile(4);
            Report report;
            try (FrameStream stream = PenstockClient.open(daemon.address(), request)) {
                sendNoise(stream, 9);
                Await.until("9 frames written", () -> stream.writtenBelow() == 9);
                fill(disk.resolve("filler"));
                report = stream.end(9L);
            }

            assertThat(report.state()).isEqualTo(Report.INCOMPLETE);
            assertThat(report.reason()).containsIgnoringCase("space");
            assertThat(report.framesWritten()).isEqualTo(8);
            assertThat(report.missing()).containsExactly(new FrameRange(8, 1));
            assertThat(report.files()).hasSize(2);

            Files.delete(disk.resolve("filler"));
            OpenStream next = OpenStream.of("camera", ElementType.U1, List.of(1024L, 1024L), 1L);
            try (FrameStream stream = PenstockClient.open(daemon.address(), next)) {
                sendNoise(stream, 1);
                assertThat(stream.end(1L).state()).isEqualTo(Report.COMPLETE);
            }
        } finally {
            run("umount", disk.toString());
        }
    }

    private static void sendNoise(FrameStream stream, int frames) throws IOException {
        byte[] noise = new byte[FRAME_BYTES];
        for (int i = 0; i < frames; i++) {
            new Random(i).nextBytes(noise);
            stream.send(i, 0, ByteBuffer.allocateDirect(FRAME_BYTES).put(noise).flip());
        }
    }

    private Path mount() throws Exception {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        Assumptions.assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", disk.toString()) == 0,
                "a small tmpfs cannot be mounted here (root is needed)");
        return disk;
    }

    private static void fill(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer block = ByteBuffer.allocateDirect(4096);
            while (true) {
                channel.write(block.clear());
            }
        } catch (IOException _) {
            // no space left: that is what was wanted
        }
    }

    private static int run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor();
    }
}
