package org.penstock.daemon.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.penstock.daemon.cli.RelinkCommand;
import org.penstock.daemon.hdf5.ForeignReader;
import org.penstock.daemon.hdf5.Hdf5Library;
import org.penstock.daemon.nexus.LinkMaster;
import org.penstock.daemon.nexus.MadeUpScans;
import org.penstock.daemon.nexus.ScanIdentity;
import org.penstock.protocol.ElementType;
import org.penstock.protocol.Report;
import org.penstock.protocol.ScanRequest;
import org.penstock.protocol.client.FrameStream;
import org.penstock.protocol.client.PenstockClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** A dataset of ten thousand scans: linked anew, and added to. */
@Tag("slow")
final class ManyScansIT {
    private static final Logger LOG = LoggerFactory.getLogger(ManyScansIT.class);
    private static final int MANY = 10_000;
    private static final int SCANS = 50;
    private static final TestFrames CAMERA = TestFrames.of(ElementType.U2, 64L, 64L);

    /** What is aimed at on a machine with nothing else to do; asserted three times as large, for machines that have. */
    private static final double OPENING_MS = 20;

    private static final double ENDING_MS = 50;
    private static final double NOISE = 3;

    @TempDir
    private Path dataDir;

    @Test
    @Timeout(600)
    void shouldOpenAndEndAScanAsFastAsInAnEmptyDataset() throws Exception {
        Path dataset;
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            dataset = Path.of(overTheWire(daemon, new double[1], new double[1], 0));
        }
        // default names: id002611_id00.h5, sample, sample_0001
        Path proposal = proposalOf(dataset);
        String stem = proposal.getFileName().toString().replace("_id00.h5", "");
        ScanIdentity identity = new ScanIdentity(stem, "id00", "", "sample", "0001", 1);
        int next = 2;
        for (int present : new int[] {10, 1000, MANY}) {
            MadeUpScans.write(dataset.getParent(), identity, next, present);
            LOG.info("scans={}: relink {} ms", present, relink(present));
            next = addTo(present);
        }
        assertThat(ForeignReader.h5py(dataset, "print(len(f), f.attrs['default'])"))
                .isEqualTo((next - 1) + " " + (next - 1) + ".1");
        assertThat(ForeignReader.h5py(proposal, "print(len(f))")).isEqualTo(Integer.toString(next - 1));
    }

    /** What one more scan costs, and a hundred more at once: copy, links, sync, rename. */
    @Test
    @Timeout(120)
    void shouldAddAHundredLinksForThePriceOfOne() {
        LinkMaster links = new LinkMaster(Clock.systemUTC());
        for (int scans : new int[] {10, 100, 1000, MANY}) {
            Path master = dataDir.resolve("sample_%d.h5".formatted(scans));
            add(links, master, 0, scans);
            int present = scans;
            double[] oneMs = new double[21];
            double[] manyMs = new double[21];
            for (int i = 0; i < oneMs.length; i++) {
                oneMs[i] = add(links, master, present, present + 1);
                manyMs[i] = add(links, master, present + 1, present + 101);
                present += 101;
            }
            LOG.info(
                    "links={}, bytes={}: one more {}, a hundred more {}",
                    scans,
                    master.toFile().length(),
                    summary(oneMs),
                    summary(manyMs));
            assertThat(median(manyMs)).as("a hundred").isLessThan(10 * median(oneMs) + 10);
        }
        Hdf5Library.release();
    }

    private static double add(LinkMaster links, Path master, int present, int scans) {
        List<LinkMaster.Link> more = IntStream.rangeClosed(present + 1, scans)
                .mapToObj(
                        scan -> new LinkMaster.Link(scan + ".1", "scan%04d/scan%04d.h5".formatted(scan, scan), "/1.1"))
                .toList();
        long beginNs = System.nanoTime();
        Objects.requireNonNull(links.add(master, more).publication()).publish();
        return (System.nanoTime() - beginNs) / 1e6;
    }

    /** Scans over the wire and over HTTP; returns the next number. */
    private int addTo(int present) throws Exception {
        double[] openingMs = new double[SCANS];
        double[] endingMs = new double[SCANS];
        double[] creatingMs = new double[SCANS];
        double[] stoppingMs = new double[SCANS];
        try (TestDaemon daemon = TestDaemon.start(dataDir)) {
            for (int scan = 0; scan < SCANS; scan++) {
                overTheWire(daemon, openingMs, endingMs, scan);
            }
            ControlApi api = new ControlApi(daemon.daemon().httpAddress(), new ApiContract());
            for (int scan = 0; scan < SCANS; scan++) {
                overHttp(daemon, api, creatingMs, stoppingMs, scan);
            }
        }
        LOG.info("scans={}: opening {}, END to REPORT {}", present, summary(openingMs), summary(endingMs));
        LOG.info("scans={}: create {}, stop to closed {}", present, summary(creatingMs), summary(stoppingMs));
        assertThat(median(openingMs)).as("opening").isLessThan(NOISE * OPENING_MS);
        assertThat(median(endingMs)).as("ending").isLessThan(NOISE * ENDING_MS);
        assertThat(median(creatingMs)).as("creating").isLessThan(NOISE * OPENING_MS);
        assertThat(median(stoppingMs)).as("stopping").isLessThan(NOISE * ENDING_MS);
        return present + 2 * SCANS + 1;
    }

    private static String overTheWire(TestDaemon daemon, double[] openingMs, double[] endingMs, int scan)
            throws Exception {
        long beginNs = System.nanoTime();
        try (FrameStream stream = PenstockClient.open(daemon.address(), CAMERA.request("eiger", 10L))) {
            openingMs[scan] = (System.nanoTime() - beginNs) / 1e6;
            send(stream);
            long endNs = System.nanoTime();
            Report report = stream.end(10L);
            endingMs[scan] = (System.nanoTime() - endNs) / 1e6;
            assertThat(report.state()).as(report.reason()).isEqualTo(Report.COMPLETE);
            return report.datasetFile();
        }
    }

    private static void overHttp(TestDaemon daemon, ControlApi api, double[] creatingMs, double[] stoppingMs, int scan)
            throws Exception {
        String id = api.create("{\"detectors\": [{\"name\": \"eiger\"}], \"metadata\": " + FullDescription.JSON + "}")
                .path("id")
                .asText();
        creatingMs[scan] = api.lastCallMs();
        try (FrameStream stream = PenstockClient.open(
                daemon.address(), CAMERA.request("eiger", null).withScan(ScanRequest.join(id)))) {
            send(stream);
            Await.until("frames are written", () -> stream.writtenBelow() >= 10);
            assertThat(api.order(200, "stop", id).path("state").asText()).isEqualTo("COMPLETE");
            stoppingMs[scan] = api.lastCallMs();
        }
    }

    private static void send(FrameStream stream) throws Exception {
        for (int index = 0; index < 10; index++) {
            stream.send(index, 0, CAMERA.frame(index));
        }
    }

    private long relink(int scans) throws Exception {
        StringWriter output = new StringWriter();
        long beginNs = System.nanoTime();
        int exitCode = new CommandLine(new RelinkCommand())
                .setOut(new PrintWriter(output))
                .execute(dataDir.toString());
        long ms = (System.nanoTime() - beginNs) / 1_000_000;
        Hdf5Library.release();
        JsonNode json = new ObjectMapper().readTree(output.toString());
        assertThat(exitCode).as(output.toString()).isZero();
        assertThat(json.get("masters"))
                .hasSize(3)
                .allMatch(master -> master.get("scans").asInt() == scans);
        return ms;
    }

    private static Path proposalOf(Path dataset) {
        java.io.File[] files =
                dataset.getParent().getParent().getParent().toFile().listFiles(java.io.File::isFile);
        return Arrays.stream(files)
                .map(java.io.File::toPath)
                .filter(file -> file.toString().endsWith(".h5"))
                .findFirst()
                .orElseThrow();
    }

    private static String summary(double[] ms) {
        double[] sorted = ms.clone();
        Arrays.sort(sorted);
        return "median %.1f ms, p95 %.1f ms".formatted(sorted[sorted.length / 2], sorted[sorted.length * 95 / 100]);
    }

    private static double median(double[] ms) {
        double[] sorted = ms.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
