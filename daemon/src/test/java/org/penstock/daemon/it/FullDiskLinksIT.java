package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.metrics.Health;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.Failure;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.ControlConnection;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;
import org.penstock.protocol.client.StreamListener;

/** A disk with room for a scan and none for the dataset master that is to show it: a new one is a copy, and the one in place is made long here. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FullDiskLinksIT {
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 16L, 16L);
    private static final int COUNT = 3;
    private static final int MASTER_BYTES = 3 << 20;
    private static final long ROOM_BYTES = 2 << 20;
    private static final String WITH_LITTLE_ROOM = "storage: {free_bytes_min: 0, full_disk_wait: %s}\n";

    @TempDir
    private Path folder;

    private final List<Failure> told = new CopyOnWriteArrayList<>();

    @Test
    void shouldTellEverybodyThatAReportWaitsForRoom() throws Exception {
        ForeignReader.assumePython("h5py");
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 32);
                TestDaemon daemon = TestDaemon.start(disk.folder(), WITH_LITTLE_ROOM.formatted("10min"))) {
            Path dataset = fill(disk, daemon.address());
            Health health = daemon.daemon().watch().health();
            assertThat(health.ready().isWell()).isTrue();

            CompletableFuture<Report> report = async(daemon.address());
            Await.until("the client is told", () -> !told.isEmpty());

            assertThat(told.getFirst().code()).isEqualTo("disk_full");
            assertThat(told.getFirst().message())
                    .startsWith(
                            "disk is full, the report waits until the dataset master shows the scan: file=" + dataset)
                    .endsWith(": scan=2.1");
            assertThat(report).isNotDone();
            assertThat(health.ready().reasons()).singleElement().satisfies(reason -> {
                assertThat(reason.check()).isEqualTo("disk");
                assertThat(reason.problem())
                        .startsWith("no room for masters, reports of scans wait for them: masters=")
                        .endsWith("; make room");
            });
            assertThat(mastersWithoutRoom(daemon)).isPositive();
            assertThat(metrics(daemon)).containsPattern("\npenstock_masters_without_room [1-3]\\.0\n");

            disk.empty();

            assertThat(report.get(20, TimeUnit.SECONDS).state()).isEqualTo(Report.COMPLETE);
            assertThat(ForeignReader.h5py(dataset, "print(sorted(f.keys()), f['2.1/measurement/camera'].shape)"))
                    .isEqualTo("['1.1', '2.1'] (3, 16, 16)");
            Await.until("all is linked", () -> health.ready().isWell());
            assertThat(mastersWithoutRoom(daemon)).isZero();
        }
    }

    @Test
    void shouldNotWaitLongerThanAStreamWould() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(folder.resolve("disk"), 32);
                TestDaemon daemon = TestDaemon.start(disk.folder(), WITH_LITTLE_ROOM.formatted("500ms"))) {
            fill(disk, daemon.address());

            Report report = async(daemon.address()).get(20, TimeUnit.SECONDS);

            assertThat(report.state()).as(report.reason()).isEqualTo(Report.COMPLETE);
            disk.empty();
            Await.until(
                    "the scan is linked all the same",
                    () -> daemon.daemon().watch().health().ready().isWell());
        }
    }

    /** Leaves room for a small scan, and none for a copy of its dataset's master; returns that. */
    private Path fill(SmallDisk disk, InetSocketAddress daemon) throws Exception {
        Path dataset = Path.of(String.valueOf(scan(daemon).datasetFile()));
        // libhdf5 does not mind what is behind the end of a file
        Files.write(dataset, new byte[MASTER_BYTES], StandardOpenOption.APPEND);
        disk.fill(ROOM_BYTES);
        return dataset;
    }

    private CompletableFuture<Report> async(InetSocketAddress daemon) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return scan(daemon);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private Report scan(InetSocketAddress daemon) throws IOException {
        StreamListener listener = new StreamListener() {
            @Override
            public void onError(Failure failure) {
                told.add(failure);
            }
        };
        try (FrameStream stream = PenstockClient.open(daemon, FRAMES.request("camera", (long) COUNT), listener)) {
            FRAMES.send(stream, 0, COUNT);
            return stream.end((long) COUNT);
        }
    }

    private static int mastersWithoutRoom(TestDaemon daemon) throws IOException {
        try (ControlConnection control = PenstockClient.control(daemon.address())) {
            return control.status().path("report").path("masters_without_room").asInt(-1);
        }
    }

    private static String metrics(TestDaemon daemon) throws IOException {
        ByteArrayOutputStream page = new ByteArrayOutputStream();
        daemon.daemon().watch().metrics().write(null, page);
        return page.toString(StandardCharsets.UTF_8);
    }
}
