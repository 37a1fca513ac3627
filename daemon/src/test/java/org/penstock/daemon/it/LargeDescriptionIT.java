package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.ScanRequest;
import org.penstock.protocol.client.ControlConnection;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Descriptions as long as may be, merged while a detector streams: hdf5-writer has nothing to do with it but to append them to the journal. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LargeDescriptionIT {
    private static final Logger LOG = LoggerFactory.getLogger(LargeDescriptionIT.class);
    private static final TestFrames FRAMES = TestFrames.of(ElementType.U2, 64L, 64L);
    private static final int ELEMENTS = 400_000;
    private static final int PATCHES = 5;

    /** Merging one takes 119 MB, trees of nodes and their text, and 75 to 290 ms. */
    private static final long MOST_ALLOCATED = 2L << 20;

    @TempDir
    private Path dataDir;

    @Test
    void shouldNotHoldTheWriter() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                ControlConnection control = PenstockClient.control(daemon.address())) {
            ControlApi api = new ControlApi(daemon.daemon().httpAddress(), new ApiContract());
            // of a scan whose master another program writes: writing a master is hdf5-writer's own work
            String id = api.create(
                            "{\"detectors\": [{\"name\": \"camera\"}], \"master\": \"none\", \"directory\": \"x\"}")
                    .path("id")
                    .asText();
            AtomicBoolean isDescribed = new AtomicBoolean();
            try (ExecutorService others = Executors.newVirtualThreadPerTaskExecutor()) {
                Future<Report> streamed = others.submit(() -> stream(daemon, id, isDescribed));
                api.call(200, "PATCH", "/api/scans/{id}/metadata", id, "{\"title\": \"before\"}");
                control.status();
                long before = allocated(control.status());
                double longestMs = 0;
                JsonNode described = null;
                try {
                    patch(api, id, "{\"scan_parameters\": {\"profile\": [" + numbers() + "]}}");
                    for (int i = 1; i < PATCHES; i++) {
                        described = patch(api, id, "{\"title\": \"title " + i + "\"}");
                        longestMs = Math.max(longestMs, api.lastCallMs());
                    }
                } finally {
                    isDescribed.set(true);
                }
                JsonNode status = control.status();
                LOG.info(
                        "hdf5-writer allocated {} bytes for {} long descriptions, which took {} ms at most; frames: {}",
                        allocated(status) - before,
                        PATCHES,
                        longestMs,
                        status.at("/since_last/latency_ms"));

                assertThat(streamed.get().state()).isEqualTo(Report.COMPLETE);
                assertThat(allocated(status) - before).isLessThan(PATCHES * MOST_ALLOCATED);
                assertThat(described.path("title").asText()).isEqualTo("title " + (PATCHES - 1));
                assertThat(described.at("/scan_parameters/profile")).hasSize(ELEMENTS);
            }
        }
    }

    @Test
    void shouldLoseNoneOfThoseThatComeAtOnce() throws Exception {
        try (TestDaemon daemon = TestDaemon.start(dataDir);
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            ControlApi api = new ControlApi(daemon.daemon().httpAddress(), new ApiContract());
            String id = api.create("{}").path("id").asText();
            List<Future<?>> patches = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                String patch = "{\"sample\": {\"value_" + i + "\": " + i + "}}";
                ControlApi own = new ControlApi(daemon.daemon().httpAddress(), new ApiContract());
                patches.add(clients.submit(() -> patch(own, id, patch)));
            }
            for (Future<?> patch : patches) {
                patch.get();
            }

            assertThat(api.call(200, "GET", "/api/scans/{id}/metadata", id, null)
                            .path("sample"))
                    .hasSize(16);
            api.order(200, "abort", id);
        }
    }

    private static JsonNode patch(ControlApi api, String id, String patch) throws Exception {
        return api.call(200, "PATCH", "/api/scans/{id}/metadata", id, patch);
    }

    private static String numbers() {
        return IntStream.range(0, ELEMENTS).mapToObj(i -> i + ".5").collect(Collectors.joining(","));
    }

    private static long allocated(JsonNode status) {
        return status.path("thread_alloc_bytes").path("hdf5-writer").asLong();
    }

    private static Report stream(TestDaemon daemon, String scan, AtomicBoolean isOver) throws Exception {
        OpenStream request = FRAMES.request("camera", null).withScan(ScanRequest.join(scan));
        try (FrameStream stream = PenstockClient.open(daemon.address(), request)) {
            long index = 0;
            for (; !isOver.get(); index++) {
                stream.send(index, 0, FRAMES.frame(index));
                Await.elapsed(1);
            }
            return stream.end(index);
        }
    }
}
