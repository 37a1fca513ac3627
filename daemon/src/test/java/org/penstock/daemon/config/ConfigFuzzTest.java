package org.penstock.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.penstock.daemon.fuzz.AllocationLimit;

/** Any bytes as the operator's configuration: taken, or refused with the file's name; nothing else, and memory stays in proportion. */
final class ConfigFuzzTest {
    private static final long ALLOCATED_BYTES = 32 << 20;
    private static final long ALLOCATED_PER_BYTE = 6000;
    private static final Path FILE = file();

    private static Path file() {
        try {
            Path file = Files.createTempFile("penstock-fuzz", ".yaml");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @FuzzTest(maxDuration = "10s")
    void load(byte[] yaml) throws IOException {
        Files.write(FILE, yaml);
        AllocationLimit.check(ALLOCATED_BYTES + ALLOCATED_PER_BYTE * yaml.length, ConfigFuzzTest::load);
    }

    private static void load() {
        try {
            DaemonConfig config = DaemonConfig.load(FILE);
            assertThat(config.memory().slabBytes()).isPositive();
        } catch (ConfigurationException e) {
            assertThat(e).hasMessageContaining(FILE.getFileName().toString());
        }
    }
}
