package org.penstock.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EventEncoderTest {
    private final LoggerContext context = new LoggerContext();

    @ParameterizedTest
    @CsvSource({"ERROR, 3", "WARN, 4", "INFO, 6", "DEBUG, 7", "TRACE, 7"})
    void shouldBeginEachLineForTheJournalWithItsPriority(String level, int priority) {
        assertThat(encoded(true, level, null)).isEqualTo("<" + priority + ">Scan: scan 1.1: OPEN -> RUNNING\n");
    }

    @Test
    void shouldGiveTheLinesOfAStackTraceThePriorityOfTheirEvent() {
        String lines = encoded(true, "ERROR", new IllegalStateException("broken\n<0>forged"));

        assertThat(lines.lines())
                .hasSizeGreaterThan(3)
                .allMatch(line -> line.startsWith("<3>"))
                .contains("<3><0>forged");
    }

    @Test
    void shouldLeaveTheLineAsItIsElsewhere() {
        assertThat(encoded(false, "WARN", null)).isEqualTo("WARN  Scan: scan 1.1: OPEN -> RUNNING\n");
    }

    private String encoded(boolean isJournal, String level, @Nullable Throwable thrown) {
        EventEncoder encoder = new EventEncoder(isJournal);
        encoder.setContext(context);
        encoder.setPattern("%-5level %logger{0}: %msg%n%ex");
        encoder.setJournalPattern("%logger{0}: %msg%n%ex");
        encoder.start();
        LoggingEvent event = new LoggingEvent(
                "",
                context.getLogger("org.penstock.Scan"),
                Level.toLevel(level),
                "scan 1.1: OPEN -> RUNNING",
                thrown,
                null);
        return new String(encoder.encode(event), StandardCharsets.UTF_8);
    }
}
