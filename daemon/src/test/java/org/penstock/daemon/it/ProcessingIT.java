package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.Report;
import org.penstock.protocol.ScanRequest;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;

/** What a user does with a dataset: a script that opens the proposal's master from another folder. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ProcessingIT {
    private static final TestFrames IMAGES = TestFrames.of(ElementType.U2, 40L, 60L);
    private static final int FRAMES = 7;
    private static final Path ROOT = Path.of(System.getProperty("penstock.root", ".."));

    @TempDir
    private Path dataDir;

    @TempDir
    private Path results;

    private Path proposal;

    @BeforeEach
    void scanTwice() throws Exception {
        ForeignReader.assumePython("h5py, hdf5plugin");
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            ControlApi api = new ControlApi(daemon.daemon().httpAddress(), new ApiContract());
            scan(daemon, api, IMAGES);
            scan(daemon, api, IMAGES.withSeed(2));
        }
        try (Stream<Path> files = Files.walk(dataDir)) {
            proposal = files.filter(file -> file.toString().endsWith("_id00.h5"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void shouldBeIntegratedByPyFaiThroughTheProposalMaster() {
        ForeignReader.assumePython("pyFAI, fabio");
        Path result = results.resolve("integrated.h5");

        ForeignReader.script(
                ROOT.resolve("src/docs/examples/integrate_scan.py"), proposal.toString(), "eiger", result.toString());

        assertThat(ForeignReader.script(
                        ROOT.resolve("src/it/check_integrated.py"),
                        proposal.toString(),
                        result.toString(),
                        "40",
                        "60",
                        Integer.toString(FRAMES),
                        "1",
                        "2"))
                .endsWith(Integer.toString(2 * FRAMES));
    }

    @Test
    void shouldBeReadByAScriptThroughTheProposalMaster() {
        String said = ForeignReader.h5py(proposal, """
                import hdf5plugin
                for name, scan in f.items():
                    images, samy = scan["measurement/eiger"], scan["measurement/samy"]
                    print(name, images.shape, samy[images[:, 0, 0].argmax()], samy.attrs["units"], int(images[3].astype("u8").sum()))
                """);

        assertThat(said).isEqualTo("""
                sample_0001_1.1 (7, 40, 60) 4.0 mm %d
                sample_0001_2.1 (7, 40, 60) 3.0 mm %d""".formatted(sum(IMAGES, 3), sum(IMAGES.withSeed(2), 3)));
    }

    private static long sum(TestFrames images, int index) {
        ByteBuffer frame = images.frame(index);
        return IntStream.range(0, images.elements())
                .mapToLong(element -> frame.getShort(Short.BYTES * element))
                .sum();
    }

    private static void scan(TestDaemon daemon, ControlApi api, TestFrames images) throws Exception {
        String id = api.create("""
                        {"detectors": [{"name": "eiger", "frames": 7}], "metadata": {
                          "positioners": {"samy": {"units": "mm", "start": 0, "values": [0, 1, 2, 3, 4, 5, 6]}},
                          "instrument": {"monochromator": {"NX_class": "NXmonochromator", "wavelength": {"value": 0.976, "units": "angstrom"}}},
                          "detectors": {"eiger": {
                            "distance": {"value": 200, "units": "mm"},
                            "x_pixel_size": {"value": 75e-6, "units": "m"}, "y_pixel_size": {"value": 75, "units": "um"},
                            "beam_center_x": {"value": 30.25, "units": "pixel"}, "beam_center_y": {"value": 20.5, "units": "pixel"}}}}}
                        """).path("id").asText();
        try (FrameStream stream = PenstockClient.open(
                daemon.address(),
                images.request("eiger", (long) FRAMES).withFramesPerFile(4).withScan(ScanRequest.join(id)))) {
            images.send(stream, 0, FRAMES);
            assertThat(stream.end((long) FRAMES).state()).isEqualTo(Report.COMPLETE);
        }
    }
}
