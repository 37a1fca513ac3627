package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.ScanRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Power loss: what a daemon writes and syncs is traced, and disks are rebuilt as they may be after a cut at any moment. Each is recovered, and
 * every frame whose acknowledgement {@code durable} was heard before the cut must be there ({@code src/it/powerloss}).
 */
final class PowerLossIT {
    private static final Logger LOG = LoggerFactory.getLogger(PowerLossIT.class);
    private static final Pattern VERDICT = Pattern.compile(
            "(\\d+) states, (\\d+) with acknowledgements, (\\d+) acknowledged, \\3 readable, 0 lost, 0 wrong");
    private static final TestFrames IMAGES = TestFrames.of(ElementType.U2, 64L, 64L);
    private static final TestFrames SPECTRA = TestFrames.of(ElementType.I4, 256L);
    private static final int COUNT = 96;
    private static final int STEPS = 8;

    /** Sent and not waited for: the begin of a chunk of spectra, of which four make one. */
    private static final int MORE = 2;

    private static final String CONFIG = """
            memory: {chunk_bytes: 4 KiB, slab_bytes: 256 MiB, stream_bytes: 64 MiB}
            network: {handshake_timeout: 60 s}
            storage: {writeback_bytes: 64 KiB}
            """;

    @TempDir
    private Path folder;

    private final List<AckClient> clients = new ArrayList<>();

    @BeforeAll
    static void toolsMustBeThere() {
        AckJudge.assumeReaders();
        ForeignReader.assumeProgram("gcc");
    }

    @Test
    void shouldKeepDurableFramesThroughAPowerLoss() throws Exception {
        judge(List.of("--states", "50", "--seconds", "120"), AckLog.DURABLE);
    }

    @Tag("slow")
    @Timeout(3600)
    @Test
    void shouldKeepDurableFramesThroughAThousandPowerLosses() throws Exception {
        judge(List.of("--states", "1000", "--seed", Long.toString(System.nanoTime() & 0xffff)), AckLog.DURABLE);
    }

    /** The death of the process between any two calls: a kill at every n-th write, without a process to kill. */
    @Test
    void shouldKeepWrittenFramesThroughADeathBetweenAnyTwoCalls() throws Exception {
        judge(List.of("--fault", "kill", "--states", "50", "--seconds", "120"), AckLog.WRITTEN);
    }

    private void judge(List<String> options, String level) throws Exception {
        Path data = folder.resolve("data");
        Tracer tracer = Tracer.of(folder, data);
        try (DaemonProcess daemon =
                DaemonProcess.start(tracer.in(DaemonProcess.Setting.of(data).config(CONFIG)))) {
            stream(daemon, level);
            assertThat(daemon.terminate()).isZero();
            List<String> all = new ArrayList<>(options);
            all.addAll(List.of("--level", level));
            String verdict = tracer.replay(all, clients);
            String last = verdict.lines().toList().getLast();
            LOG.info("power loss: {}", last);
            Matcher counts = VERDICT.matcher(last);
            assertThat(counts.matches()).as(verdict).isTrue();
            assertThat(Integer.parseInt(counts.group(2))).as(last).isGreaterThan(Integer.parseInt(counts.group(1)) / 3);
        } finally {
            for (AckClient client : clients) {
                client.close();
            }
        }
    }

    /** Two detectors of one scan, step by step, so that acknowledgements are spread over the trace. */
    private void stream(DaemonProcess daemon, String level) throws IOException {
        for (TestFrames frames : List.of(IMAGES, SPECTRA)) {
            OpenStream request = frames.request("detector" + clients.size(), (long) COUNT).toBuilder()
                    .framesPerFile((long) COUNT / 4)
                    .ack(level)
                    .scan(scan())
                    .build();
            clients.add(
                    AckClient.startUpTo(daemon.address(), request, frames, 0, folder.resolve("acks" + clients.size())));
            assertThat(clients.getLast().opened().path("ack").asText()).isEqualTo(level);
        }
        for (int step = 1; step <= STEPS; step++) {
            for (AckClient client : clients) {
                client.release(Math.min(COUNT, COUNT * step / STEPS + MORE));
            }
            for (AckClient client : clients) {
                client.awaitAcknowledged(level, COUNT * step / STEPS);
            }
        }
        for (AckClient client : clients) {
            client.release();
            JsonNode report = client.report();
            assertThat(report.path("state").asText()).as(report.toString()).isEqualTo(Report.COMPLETE);
        }
    }

    private ScanRequest scan() {
        if (!clients.isEmpty()) {
            return ScanRequest.join(clients.getFirst().opened().path("scan").asText());
        }
        return new ScanRequest(null, null, null, null, null, null, null, null, 2, null);
    }
}
