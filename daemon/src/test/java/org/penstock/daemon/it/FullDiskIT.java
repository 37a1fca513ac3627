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
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.Failure;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;
import org.penstock.protocol.client.StreamListener;

/** A disk that fills while a scan runs, and when it ends: the sender waits, nothing that was acknowledged is lost, and the daemon lives. */
final class FullDiskIT {
    private static final int FRAME_BYTES = 1024 * 1024;

    @TempDir
    private Path folder;

    @Test
    void shouldCloseItsPartsOnAFullDiskAndWaitForRoomForTheMaster() throws Exception {
        Path disk = mount();
        try (TestDaemon daemon = TestDaemon.start(disk)) {
            Report report;
            try (FrameStream stream = PenstockClient.open(daemon.address(), camera(9L))) {
                sendNoise(stream, 0, 9);
                Await.until("9 frames written", () -> stream.writtenBelow() == 9);
                fill(disk.resolve("filler"));
                CompletableFuture<Report> end = async(() -> stream.end(9L));

                Path last = Path.of(stream.opened().scanFile()).resolveSibling("camera_0002.h5");
                FrameJudge judge = new FrameJudge();
                judge.expect(last.toString(), "/entry_0000/measurement/data")
                        .with("raw", noise(8, 9).toString())
                        .with("dtype", "u1")
                        .with("shape", List.of(1024, 1024));
                Await.until("the last part is closed", () -> isClosed(last));
                judge.judge();
                assertThat(end).isNotDone();

                Files.delete(disk.resolve("filler"));
                report = end.get(20, TimeUnit.SECONDS);
            }

            assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
            assertThat(report.framesWritten()).isEqualTo(9);
            judge(report, 9);
        } finally {
            run("umount", disk.toString());
        }
    }

    @Test
    void shouldHoldTheSenderUntilThereIsRoomAndLoseNothing() throws Exception {
        Path disk = mount();
        List<Failure> told = new CopyOnWriteArrayList<>();
        StreamListener listener = new StreamListener() {
            @Override
            public void onError(Failure failure) {
                told.add(failure);
            }
        };
        try (TestDaemon daemon = TestDaemon.start(disk, "memory: {slab_bytes: 64 MiB, stream_bytes: 8 MiB}")) {
            Report report;
            try (FrameStream stream = PenstockClient.open(daemon.address(), camera(20L), listener)) {
                sendNoise(stream, 0, 4);
                Await.until("4 frames written", () -> stream.writtenBelow() == 4);
                fill(disk.resolve("filler"));
                CompletableFuture<Report> rest = async(() -> {
                    sendNoise(stream, 4, 20);
                    return stream.end(20L);
                });
                Await.until(
                        "the client is told",
                        () -> told.stream().anyMatch(failure -> failure.code().equals("disk_full")));
                assertThat(rest).isNotDone();

                Files.delete(disk.resolve("filler"));
                report = rest.get(20, TimeUnit.SECONDS);
            }

            assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
            judge(report, 20);
        } finally {
            run("umount", disk.toString());
        }
    }

    @Test
    void shouldGiveUpAfterAWhileAndKeepEveryFrameThatItAcknowledged() throws Exception {
        Path disk = mount();
        try (TestDaemon daemon = TestDaemon.start(disk, "storage: {full_disk_wait: 500 ms}")) {
            long written;
            Report report;
            try (FrameStream stream = PenstockClient.open(daemon.address(), camera(100L))) {
                CompletableFuture<Report> sending = async(() -> {
                    try {
                        sendNoise(stream, 0, 100);
                    } catch (IOException _) {
                        // the daemon has ended the stream: the report says why
                    }
                    return stream.end(100L);
                });
                report = sending.get(30, TimeUnit.SECONDS);
                written = stream.writtenBelow();
            }

            assertThat(report.state()).isEqualTo(Report.INCOMPLETE);
            assertThat(report.reason()).contains("disk is full");
            assertThat(report.framesWritten()).isGreaterThanOrEqualTo(written).isGreaterThan(10);
            FrameJudge judge = new FrameJudge();
            for (int part = 0; part < report.files().size(); part++) {
                long first = 4L * part;
                judge.expect(report.files().get(part), "/entry_0000/measurement/data")
                        .with("raw", noise(4 * part, 4 * part + 4).toString())
                        .with("dtype", "u1")
                        .with("shape", List.of(1024, 1024))
                        .missing(LongStream.range(0, 4)
                                .filter(frame -> first + frame >= report.framesWritten())
                                .boxed()
                                .toArray(Long[]::new));
            }
            judge.judge();
        } finally {
            run("umount", disk.toString());
        }
    }

    private static OpenStream camera(long frames) {
        return OpenStream.of("camera", ElementType.U1, List.of(1024L, 1024L), frames)
                .withFramesPerFile(4);
    }

    private void judge(Report report, int frames) throws Exception {
        FrameJudge judge = new FrameJudge();
        judge.expect(report.datasetFile(), "/" + report.entry() + "/measurement/camera")
                .with("raw", noise(0, frames).toString())
                .with("dtype", "u1")
                .with("shape", List.of(1024, 1024));
        judge.judge();
    }

    private static boolean isClosed(Path part) throws IOException {
        try (Stream<Path> files = Files.list(part.getParent())) {
            return Files.exists(part) && files.noneMatch(file -> file.endsWith("." + part.getFileName() + ".jnl"));
        }
    }

    private static CompletableFuture<Report> async(Callable<Report> task) {
        FutureTask<Report> running = new FutureTask<>(task);
        Thread.ofPlatform().daemon().start(running);
        return CompletableFuture.supplyAsync(() -> {
            try {
                return running.get();
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private Path noise(int first, int end) throws IOException {
        Path file = Files.createTempFile(folder, "noise", ".raw");
        try (var out = Files.newOutputStream(file)) {
            for (int i = first; i < end; i++) {
                out.write(frame(i));
            }
        }
        return file;
    }

    private static byte[] frame(int index) {
        byte[] noise = new byte[FRAME_BYTES];
        new Random(index).nextBytes(noise);
        return noise;
    }

    private static void sendNoise(FrameStream stream, int first, int end) throws IOException {
        for (int i = first; i < end; i++) {
            stream.send(
                    i, 0, ByteBuffer.allocateDirect(FRAME_BYTES).put(frame(i)).flip());
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
