package org.penstock.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class MetricTest {
    private static final Path DOCUMENT = Path.of(System.getProperty("penstock.root", ".."), "src/docs/metrics.md");
    private static final String TABLE = "| metric | kind | label | |\n|---|---|---|---|\n";

    /** The list is made of the enum: with -Dpenstock.docs.write=true this test writes it. */
    @Test
    void shouldBeInTheDocumentWordForWord() throws Exception {
        String document = Files.readString(DOCUMENT);
        int begin = document.indexOf(TABLE);
        assertThat(begin).as("table in " + DOCUMENT).isNotNegative();
        int end = document.indexOf("\n\n", begin);
        String expected =
                TABLE + Arrays.stream(Metric.values()).map(MetricTest::row).collect(Collectors.joining("\n"));

        if (Boolean.getBoolean("penstock.docs.write")) {
            Files.writeString(DOCUMENT, document.substring(0, begin) + expected + document.substring(end));
        } else {
            assertThat(document.substring(begin, end)).isEqualTo(expected);
        }
    }

    private static String row(Metric metric) {
        return String.join(
                " | ",
                "| `" + metric.queryName() + "`",
                metric.kind.name().toLowerCase(Locale.ROOT),
                metric.label.isEmpty() ? "" : "`" + metric.label + "`",
                metric.sentence + " |");
    }

    @Test
    void shouldSayOneSentenceEach() {
        for (Metric metric : Metric.values()) {
            assertThat(metric.sentence)
                    .as(metric.name())
                    .matches("[A-Z01].*[^.]\\.")
                    .doesNotContain("\n");
        }
    }
}
