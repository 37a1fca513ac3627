package org.penstock.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class BenchCommandIT {
    @TempDir
    private Path folder;

    private final StringWriter output = new StringWriter();

    @Test
    void shouldMeasureTheWholeWayAndWriteJson() throws Exception {
        Path file = folder.resolve("results.json");

        int exitCode = run("--quick", "--sets", "m1_u16", "--json", file.toString());

        assertThat(exitCode).isZero();
        JsonNode results = new ObjectMapper().readTree(file.toFile());
        assertThat(results.fieldNames()).toIterable().containsExactly("machine", "runs");
        assertThat(results.path("machine").path("jdk").asText()).contains("25");
        assertThat(results.path("runs")).hasSize(1);
        JsonNode run = results.path("runs").path(0);
        assertThat(run.path("data").asText()).isEqualTo("m1_u16");
        assertThat(run.path("frames").asLong()).isPositive();
        assertThat(run.path("cpu_s_per_gb").asDouble()).isPositive();
        assertThat(run.path("ratio").asDouble()).isBetween(6.5, 8.0);
        assertThat(run.path("latency_ms").path("p50").asDouble()).isPositive();
        assertThat(output.toString()).contains("m1_u16", "compress", "hdf5-writer");
    }

    @Test
    void shouldSendEncodedFrames() throws Exception {
        Path file = folder.resolve("results.json");

        int exitCode = run("--quick", "--passthrough", "--json", file.toString());

        assertThat(exitCode).isZero();
        JsonNode run = new ObjectMapper().readTree(file.toFile()).path("runs").path(0);
        assertThat(run.path("data").asText()).isEqualTo("m1_u32, encoded");
        assertThat(run.path("stored_mb_per_s").asDouble()).isPositive();
        assertThat(run.path("cpu_s_per_stored_gb").asDouble()).isPositive();
        double storedBytes = 4 * 1024 * 1024 / run.path("ratio").asDouble();
        assertThat(storedBytes).isBetween(290e3, 304e3);
        assertThat(output.toString()).contains("stored: ", "kB a frame");
    }

    @Test
    void shouldCompareWithAndWithoutJournalsByTurns() throws Exception {
        Path file = folder.resolve("results.json");

        int exitCode = run("--quick", "--compare-journal", "--sets", "m1_u16", "--json", file.toString());

        assertThat(exitCode).isZero();
        JsonNode results = new ObjectMapper().readTree(file.toFile());
        assertThat(results.fieldNames()).toIterable().containsExactly("machine", "journal");
        assertThat(results.path("machine").path("runs_per_data_set").asInt()).isEqualTo(2);
        assertThat(results.path("journal")).hasSize(1);
        JsonNode cost = results.path("journal").path(0);
        assertThat(cost.path("data").asText()).isEqualTo("m1_u16");
        assertThat(cost.path("cpu_s_per_gb_on").asDouble()).isPositive();
        assertThat(cost.path("cpu_s_per_gb_off").asDouble()).isPositive();
        assertThat(cost.path("pairs")).hasSize(2);
        for (JsonNode pair : cost.path("pairs")) {
            assertThat(pair.path("on").path("frames").asLong()).isPositive();
            assertThat(pair.path("off").path("frames").asLong()).isPositive();
            double ratio = pair.path("on").path("cpu_s_per_gb").asDouble()
                    / pair.path("off").path("cpu_s_per_gb").asDouble();
            assertThat(ratio)
                    .isBetween(
                            cost.path("ratio").path("lowest").asDouble(),
                            cost.path("ratio").path("highest").asDouble());
        }
        assertThat(output.toString()).contains("CPU-s/GB with", "m1_u16", "lowest");
    }

    @Test
    void shouldCompareWithAndWithoutMetricsByTurns() throws Exception {
        Path file = folder.resolve("results.json");

        int exitCode = run("--quick", "--compare-metrics", "--sets", "spectra_u32", "--json", file.toString());

        assertThat(exitCode).isZero();
        JsonNode results = new ObjectMapper().readTree(file.toFile());
        assertThat(results.fieldNames()).toIterable().containsExactly("machine", "metrics");
        JsonNode cost = results.path("metrics").path(0);
        assertThat(cost.path("data").asText()).isEqualTo("spectra_u32");
        assertThat(cost.path("cpu_s_per_gb_on").asDouble()).isPositive();
        for (JsonNode pair : cost.path("pairs")) {
            // the one counts, and the other does not
            assertThat(pair.path("on").path("latency_ms").path("p50").asDouble())
                    .isPositive();
            assertThat(pair.path("off").path("latency_ms").path("p50").asDouble())
                    .isZero();
            assertThat(pair.path("off").path("alloc_bytes_per_frame").asDouble())
                    .isEqualTo(-1);
            assertThat(pair.path("off").path("frames").asLong()).isPositive();
        }
        assertThat(output.toString()).contains("spectra_u32", "metrics of frames and chunks");
    }

    @Test
    void shouldSendBelowTheRateThatWasReached() throws Exception {
        Path file = folder.resolve("results.json");

        int exitCode = run("--quick", "--latency", "--sets", "m1_u16", "--json", file.toString());

        assertThat(exitCode).isZero();
        JsonNode paced =
                new ObjectMapper().readTree(file.toFile()).path("paced").path(0);
        double framesPerS = paced.path("frames_per_s").asDouble();
        assertThat(paced.path("run").path("frames_per_s").asDouble()).isBetween(0.5 * framesPerS, 1.05 * framesPerS);
        assertThat(paced.path("ack_ms").path("p50").asDouble()).isPositive();
        assertThat(paced.path("ack_max_ms").asDouble())
                .isGreaterThanOrEqualTo(paced.path("ack_ms").path("p999").asDouble());
        assertThat(output.toString()).contains("sent to acknowledged as written");
    }

    @Test
    void shouldShowWhetherFramesCostMoreTheMoreThereAre() throws Exception {
        Path file = folder.resolve("results.json");

        int exitCode = run("--quick", "--growth", "--json", file.toString());

        assertThat(exitCode).isZero();
        JsonNode growth = new ObjectMapper().readTree(file.toFile()).path("growth");
        assertThat(growth).hasSize(2);
        for (JsonNode one : growth) {
            assertThat(one.path("data").asText()).isEqualTo("image_64_u8");
            assertThat(one.path("first_us").asDouble()).isPositive();
            assertThat(one.path("last_us").asDouble()).isPositive();
        }
        assertThat(growth.path(1).path("load").path("frames_per_file").asLong()).isEqualTo(10);
    }

    @Test
    void shouldCompareSeveralDetectorsWithOne() throws Exception {
        Path file = folder.resolve("results.json");

        int exitCode = run("--quick", "--several", "--sets", "m1_u16", "--json", file.toString());

        assertThat(exitCode).isZero();
        JsonNode several =
                new ObjectMapper().readTree(file.toFile()).path("several").path(0);
        assertThat(several.path("detectors").asInt()).isEqualTo(8);
        assertThat(several.path("one").path("frames").asLong()).isPositive();
        // smaller frames, hence more of them
        assertThat(several.path("several").path("ratio").asDouble()).isBetween(6.0, 8.5);
        assertThat(several.path("cpu_multiple").asDouble()).isPositive();
        assertThat(several.path("least_share").asDouble()).isBetween(0.01, 1.0);
        assertThat(output.toString()).contains("8 detectors: processor time");
    }

    @Test
    void shouldShowWhatValuesOfFramesCost() throws Exception {
        Path file = folder.resolve("results.json");

        int exitCode = run("--quick", "--values", "--sets", "spectra_u32,m1_u16", "--json", file.toString());

        assertThat(exitCode).isZero();
        JsonNode values = new ObjectMapper().readTree(file.toFile()).path("values");
        assertThat(values).hasSize(2);
        for (JsonNode cost : values) {
            assertThat(cost.path("cpu_multiple").asDouble()).isPositive();
            assertThat(cost.path("rate_multiple").asDouble()).isPositive();
            assertThat(cost.path("with").path("frames").asLong()).isPositive();
        }
        assertThat(output.toString()).contains("10 numbers a frame: processor time");
    }

    @Test
    void shouldRefuseTwoKindsOfMeasurementAtOnce() {
        assertThat(run("--small", "--latency")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(run("--growth", "--sets", "m1_u16")).isNotZero();
    }

    @Test
    void shouldSendSmallFrames() throws Exception {
        Path file = folder.resolve("results.json");

        int exitCode = run("--quick", "--small", "--json", file.toString());

        assertThat(exitCode).isZero();
        JsonNode runs = new ObjectMapper().readTree(file.toFile()).path("runs");
        assertThat(runs)
                .extracting(run -> run.path("data").asText())
                .containsExactly("spectra_u32", "counter_f64", "image_64_u8");
        assertThat(runs)
                .allSatisfy(run -> assertThat(run.path("frames").asLong()).isPositive());
    }

    @Test
    void shouldFillADisk() throws Exception {
        Path file = folder.resolve("results.json");

        int exitCode = run(
                "--sustained",
                "--gib",
                "0.25",
                "--folder",
                folder.toString(),
                "--sets",
                "m1_u16",
                "--json",
                file.toString());

        assertThat(exitCode).isZero();
        JsonNode sustained =
                new ObjectMapper().readTree(file.toFile()).path("sustained").path(0);
        assertThat(sustained.path("stored_bytes").asLong()).isBetween(230L << 20, 282L << 20);
        assertThat(sustained.path("goal_bytes").asLong()).isPositive();
        assertThat(sustained.path("reason").asText()).isEqualTo("asked for: gib=0.25");
        assertThat(sustained.path("receive_gap_max_ms").asDouble()).isGreaterThanOrEqualTo(0);
        assertThat(sustained.path("run").path("stored_mb_per_s").asDouble()).isPositive();
        assertThat(output.toString()).contains("on disk: 0.3 GB of ");
    }

    @Test
    void shouldRefuseAFileThatHoldsNoFrames() {
        int exitCode = run(
                "--quick",
                "--sets",
                "none",
                "--data",
                folder.resolve("missing.npy").toString());

        assertThat(exitCode).isNotZero();
    }

    private int run(String... arguments) {
        CommandLine line = new CommandLine(new BenchCommand());
        line.setOut(new PrintWriter(output));
        return line.execute(arguments);
    }
}
