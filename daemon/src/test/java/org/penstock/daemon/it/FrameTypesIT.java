package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.telemetry.Counter;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.OpenStream;
import org.penstock.protocol.Report;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;

/** Counters, spectra, images and stacks of every type, compressed, incompressible and not compressed at all. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class FrameTypesIT {
    private static final List<List<Long>> SHAPES =
            List.of(List.of(), List.of(128L), List.of(33L, 40L), List.of(3L, 16L, 20L));

    @TempDir
    private Path dataDir;

    private final FrameJudge judge = new FrameJudge();

    @BeforeAll
    static void readersMustBeThere() {
        FrameJudge.assumeReaders();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bslz4", "none"})
    void shouldWriteEveryTypeInEveryShape(String codec) throws Exception {
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            for (ElementType type : ElementType.values()) {
                for (List<Long> shape : SHAPES) {
                    TestFrames frames = new TestFrames(type, shape, 7);
                    OpenStream request =
                            Requests.with(frames.request("det", 13L).withFramesPerFile(5), Map.of("codec", codec));
                    Report report = send(daemon, request, frames, 13);
                    judge.expect(report.datasetFile(), "/" + report.entry() + "/measurement/det")
                            .pattern(frames)
                            .frames(13)
                            .allReaders();
                }
            }
        }

        assertThat(judge.judge()).isEqualTo(40 * (13 + 3));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shouldMoveCountersAndSpectraIntoTheScanMaster(int rank) throws Exception {
        TestFrames frames = new TestFrames(ElementType.F8, SHAPES.get(rank), 3);
        Report report;
        try (TestDaemon daemon = TestDaemon.start(dataDir, "memory: {chunk_bytes: 4 KiB}")) {
            report = send(daemon, frames.request("det", null).withFramesPerFile(300), frames, 2000);
        }

        assertThat(report.files()).isEmpty();
        assertThat(Path.of(report.scanFile()).getParent()).isDirectoryNotContaining("glob:**/det_*.h5");
        assertThat(ForeignReader.h5py(
                        Path.of(report.scanFile()), "d = f['/1.1/measurement/det']; print(d.is_virtual, d.shape[0])"))
                .isEqualTo("False 2000");
        judge.expect(report.datasetFile(), "/1.1/measurement/det")
                .pattern(frames)
                .frames(2000)
                .allReaders();
        judge.judge();
    }

    @Test
    void shouldStoreIncompressibleFramesRawAndSayIt() throws Exception {
        Path sent = dataDir.resolve("sent.raw");
        OpenStream request =
                OpenStream.of("noise", ElementType.U2, List.of(100L, 200L), 8L).withFramesPerFile(4);
        OpenStream large = OpenStream.of("large", ElementType.U2, List.of(800L, 1000L), 4L);
        Report small;
        Report huge;
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            small = sendNoise(daemon, request, sent, 8);
            huge = sendNoise(daemon, large, dataDir.resolve("large.raw"), 4);
            assertThat(daemon.count(Counter.CHUNKS_INCOMPRESSIBLE)).isEqualTo(6);
        }

        assertThat(masks(small.files().getFirst(), "noise")).isEqualTo("[1]");
        assertThat(masks(huge.files().getFirst(), "large")).isEqualTo("[1, 1, 1, 1]");
        assertThat(huge.bytesStored()).isEqualTo(huge.bytesRaw());
        judge.expect(small.datasetFile(), "/1.1/measurement/noise")
                .with("raw", sent.toString())
                .with("dtype", "u2")
                .with("shape", List.of(100, 200))
                .allReaders();
        judge.expect(huge.datasetFile(), "/2.1/measurement/large")
                .with("raw", dataDir.resolve("large.raw").toString())
                .with("dtype", "u2")
                .with("shape", List.of(800, 1000))
                .allReaders();
        judge.judge();
    }

    @Test
    void shouldCompressWithTheFilterThatReadersKnow() throws Exception {
        TestFrames frames = TestFrames.of(ElementType.U4, 500L, 600L);
        Report report;
        Report none;
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            report = send(daemon, frames.request("eiger", 3L), frames, 3);
            none = send(daemon, Requests.with(frames.request("eiger", 3L), Map.of("codec", "none")), frames, 3);
        }

        assertThat(report.bytesStored()).isLessThan(report.bytesRaw() / 2);
        assertThat(masks(report.files().getFirst(), "eiger")).isEqualTo("[0, 0, 0]");
        String filters = "p = f['/entry_0000/measurement/data'].id.get_create_plist();"
                + "print([(p.get_filter(i)[0], p.get_filter(i)[1]) for i in range(p.get_nfilters())])";
        assertThat(ForeignReader.h5py(Path.of(report.files().getFirst()), filters))
                .isEqualTo("[(32008, 1)]");
        assertThat(ForeignReader.h5py(Path.of(none.files().getFirst()), filters))
                .isEqualTo("[]");
        assertThat(none.bytesStored()).isEqualTo(none.bytesRaw());
    }

    private static Report send(TestDaemon daemon, OpenStream request, TestFrames frames, long count)
            throws IOException {
        try (FrameStream stream = PenstockClient.open(daemon.address(), request)) {
            frames.send(stream, 0, count);
            Report report = stream.end(count);
            assertThat(report.state()).as(report.toString()).isEqualTo(Report.COMPLETE);
            return report;
        }
    }

    /** Sends frames that no codec makes smaller, and keeps a copy. */
    private static Report sendNoise(TestDaemon daemon, OpenStream request, Path copy, int count) throws IOException {
        Random random = new Random(5);
        try (FrameStream stream = PenstockClient.open(daemon.address(), request);
                OutputStream out = Files.newOutputStream(copy)) {
            byte[] frame = new byte[(int) stream.opened().frameBytes()];
            for (int index = 0; index < count; index++) {
                random.nextBytes(frame);
                out.write(frame);
                stream.send(
                        index,
                        0,
                        ByteBuffer.allocateDirect(frame.length).put(frame).flip());
            }
            return stream.end((long) count);
        }
    }

    /** Returns the filter masks of all chunks: bit 0 set means stored raw. */
    private static String masks(String part, String detector) {
        return ForeignReader.h5py(
                Path.of(part),
                "d = f['/entry_0000/ESRF_ID00/" + detector + "/data'].id;"
                        + "print([d.get_chunk_info(i).filter_mask for i in range(d.get_num_chunks())])");
    }
}
