package org.penstock.daemon.nexus.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.penstock.daemon.fuzz.AllocationLimit;

/** Any text as a beamline's template of a scan: taken, or refused with its name; nothing else, and memory stays in proportion. */
final class TemplateFuzzTest {
    private static final long ALLOCATED_BYTES = 16 << 20;
    private static final long ALLOCATED_PER_BYTE = 6000;

    @FuzzTest(maxDuration = "10s")
    void read(byte[] yaml) {
        AllocationLimit.check(
                ALLOCATED_BYTES + ALLOCATED_PER_BYTE * yaml.length,
                () -> read(new String(yaml, StandardCharsets.UTF_8)));
    }

    private static void read(String yaml) {
        try {
            assertThat(TemplateReader.read("fuzz.yaml", yaml)).isNotNull();
        } catch (TemplateException e) {
            assertThat(e).hasMessageContaining("fuzz.yaml");
        }
    }
}
