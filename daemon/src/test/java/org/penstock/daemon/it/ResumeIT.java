package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.JsonBody;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Prefix;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.PenstockClient;
import org.penstock.protocol.client.ResumableStream;
import org.penstock.protocol.client.RetryPolicy;
import org.penstock.protocol.client.StreamListener;

/** Streams over a bad network: whatever it does, they end complete, and h5py finds every frame as it was sent. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ResumeIT {
    private static final TestFrames LARGE = TestFrames.of(ElementType.U2, 400L, 350L);
    private static final TestFrames SMALL = TestFrames.of(ElementType.I2, 20L, 30L);
    private static final int FRAMES = 40;
    private static final RetryPolicy POLICY = RetryPolicy.DEFAULTS.withPatience(Duration.ofSeconds(30));

    @TempDir
    private Path dataDir;

    private TestDaemon daemon;
    private final FrameJudge judge = new FrameJudge();

    @BeforeAll
    static void readersMustBeThere() {
        FrameJudge.assumeReaders();
    }

    @BeforeEach
    void start() {
        daemon = TestDaemon.start(dataDir);
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    @ParameterizedTest
    @EnumSource(CutProxy.Ending.class)
    void shouldEndCompleteThroughCutsOfEveryKind(CutProxy.Ending ending) throws Exception {
        for (TestFrames frames : List.of(LARGE, SMALL)) {
            long someFrames = 5L * frames.bytes() + 1_000 + frames.bytes() / 3;
            int cuts = ending == CutProxy.Ending.BLACK_HOLE ? 1 : 4;
            try (CutProxy proxy = CutProxy.before(
                    daemon.address(),
                    connection -> connection < cuts ? CutProxy.Fault.after(someFrames, ending) : CutProxy.Fault.NONE)) {
                sendAll(proxy, frames, frames.request("eiger", (long) FRAMES), cuts);
            }
        }
        judge.judge();
    }

    @Test
    void shouldEndCompleteWithACutAtEveryByteOfAHeader() throws Exception {
        long before = handshakeBytes(SMALL.request("mca", 2L));
        for (int bytes = 1; bytes <= 81; bytes++) {
            long cut = before + 80 + SMALL.bytes() + bytes;
            try (CutProxy proxy = CutProxy.before(
                    daemon.address(),
                    connection ->
                            connection == 0 ? CutProxy.Fault.after(cut, CutProxy.Ending.RESET) : CutProxy.Fault.NONE)) {
                try (ResumableStream stream = open(proxy, SMALL.request("mca", 2L))) {
                    SMALL.send(stream, 0, 2);
                    Report report = stream.end(2L);

                    assertThat(report.state())
                            .as("cut after %d bytes of a frame", bytes)
                            .isEqualTo(Report.COMPLETE);
                    assertThat(report.framesWritten()).isEqualTo(2);
                    assertThat(stream.resumed()).isEqualTo(1);
                    expect(report, SMALL, 2);
                }
            }
        }
        judge.judge();
    }

    @Test
    void shouldTakeOneByteAtATime() throws Exception {
        TestFrames tiny = TestFrames.of(ElementType.U2, 7L, 5L);
        try (CutProxy proxy = CutProxy.before(daemon.address(), _ -> CutProxy.Fault.NONE.inSlices(1))) {
            sendAll(proxy, tiny, tiny.request("eiger", (long) FRAMES), 0);
        }
        judge.judge();
    }

    @Test
    void shouldGoOnWithTheOtherConnectionsWhileOneComesBack() throws Exception {
        long someFrames = 3L * LARGE.bytes() + 500;
        try (CutProxy proxy = CutProxy.before(
                daemon.address(),
                connection -> connection % 2 == 0 && connection < 8
                        ? CutProxy.Fault.after(someFrames, CutProxy.Ending.RESET)
                        : CutProxy.Fault.NONE.delayed(200_000))) {
            sendAll(proxy, LARGE, LARGE.request("eiger", (long) FRAMES).withConnections(3), 1);
        }
        judge.judge();
    }

    @Test
    void shouldEndCompleteWhenConnectionsAreCutAtTheEnd() throws Exception {
        try (CutProxy proxy = CutProxy.before(daemon.address(), _ -> CutProxy.Fault.NONE.delayed(1_000_000));
                ResumableStream stream = open(proxy, LARGE.request("eiger", (long) FRAMES))) {
            LARGE.send(stream, 0, FRAMES);
            proxy.cutAll(CutProxy.Ending.RESET);
            Report report = stream.end((long) FRAMES);

            assertThat(report.state()).isEqualTo(Report.COMPLETE);
            assertThat(stream.framesAcknowledged()).isEqualTo(FRAMES);
            assertThat(stream.resumed()).isEqualTo(1);
            expect(report, LARGE, FRAMES);
        }
        judge.judge();
    }

    @Test
    void shouldGiveUpWhenTheDaemonStaysAway() throws Exception {
        try (CutProxy proxy = CutProxy.before(daemon.address(), _ -> CutProxy.Fault.NONE);
                ResumableStream stream = PenstockClient.open(
                        proxy.address(),
                        SMALL.request("mca", 10L),
                        StreamListener.NONE,
                        POLICY.withPatience(Duration.ofMillis(300)))) {
            SMALL.send(stream, 0, 3);
            proxy.vanish();
            CompletableFuture<Throwable> failure = CompletableFuture.supplyAsync(() -> {
                try {
                    return new AssertionError(stream.end(10L));
                } catch (IOException e) {
                    return e;
                }
            });

            assertThat(failure.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no report: stream=");
        }
    }

    /** Sends over the proxy from as many threads as there are connections, and expects all of it in the file. */
    private void sendAll(CutProxy proxy, TestFrames frames, OpenStream request, int leastResumed) throws Exception {
        try (ResumableStream stream = open(proxy, request)) {
            int threads = stream.connectionCount();
            List<CompletableFuture<Void>> senders = new ArrayList<>();
            for (int first = 0; first < threads; first++) {
                int from = first;
                senders.add(CompletableFuture.runAsync(() -> sendEvery(stream, frames, from, threads)));
            }
            for (CompletableFuture<Void> sender : senders) {
                sender.get(100, TimeUnit.SECONDS);
            }
            Report report = stream.end((long) FRAMES);

            assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
            assertThat(report.framesWritten()).isEqualTo(FRAMES);
            assertThat(stream.framesAcknowledged()).isEqualTo(FRAMES);
            assertThat(stream.resumed()).isGreaterThanOrEqualTo(leastResumed);
            expect(report, frames, FRAMES);
        }
    }

    private static void sendEvery(ResumableStream stream, TestFrames frames, int first, int step) {
        try {
            for (int frame = first; frame < FRAMES; frame += step) {
                stream.send(frame, 0, frames.frame(frame));
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static ResumableStream open(CutProxy proxy, OpenStream request) throws IOException {
        return PenstockClient.open(
                proxy.address(), request, StreamListener.NONE, POLICY.withSilence(Duration.ofMillis(700)));
    }

    /** Returns how many bytes a client sends before its first frame: HELLO and OPEN_STREAM, as the Java client writes them. */
    private static long handshakeBytes(OpenStream request) {
        String hello =
                "{\"role\":\"data\",\"client\":\"penstock-java/1\",\"checksums\":[\"crc32c\",\"crc32\",\"none\"],\"token\":null}";
        return 2L * Prefix.BYTES + hello.length() + JsonBody.text(request).length();
    }

    private FrameJudge.Job expect(Report report, TestFrames frames, long count) {
        return judge.expect(report.datasetFile(), "/" + report.entry() + "/measurement/" + report.detector())
                .pattern(frames)
                .frames(count);
    }
}
