package org.penstock.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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

    @Test
    void shouldSayFieldsAsJsonWhatTheMessageNames() throws Exception {
        EventEncoder encoder = encoder(false, true);

        String line = encoded(
                encoder,
                event("WARN", "stream ended: detector={}, scan={}, of {}, written={}", "ei\"ger\n", "1.1", 7, 250L));

        assertThat(line).hasLineCount(1);
        JsonNode event = new ObjectMapper().readTree(line);
        assertThat(event.path("level").asText()).isEqualTo("WARN");
        assertThat(event.path("logger").asText()).isEqualTo("Scan");
        assertThat(event.path("message").asText()).startsWith("stream ended: detector=ei\"ger\n, scan=1.1, of 7,");
        assertThat(Instant.parse(event.path("time").asText())).isBetween(Instant.EPOCH, Instant.now());
        assertThat(event.path("fields").toString())
                .isEqualTo("{\"detector\":\"ei\\\"ger\\n\",\"scan\":\"1.1\",\"written\":250}");
    }

    @Test
    void shouldSayAStackTraceInOneJsonLine() throws Exception {
        String line = encoded(encoder(true, true), event("ERROR", "broken", new IllegalStateException("why")));

        assertThat(line).hasLineCount(1).startsWith("<3>{");
        assertThat(new ObjectMapper().readTree(line.substring(3)).path("stack").asText())
                .startsWith("java.lang.IllegalStateException: why")
                .contains("EventEncoderTest");
    }

    @Test
    void shouldCountFaultsThatRepeatAndSayHowMany() {
        EventEncoder encoder = encoder(false, false);
        List<String> said = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            said.add(encoded(encoder, at(i, event("WARN", "frame refused: frame={}", i))));
        }
        String other = encoded(encoder, at(100, event("WARN", "disk is full")));
        String later = encoded(encoder, at(Repetitions.WHILE_MS + 1, event("INFO", "scan begins")));

        assertThat(said.stream().filter(line -> !line.isEmpty()))
                .hasSize(Repetitions.MOST)
                .first()
                .isEqualTo("WARN  Scan: frame refused: frame=0\n");
        assertThat(other).isEqualTo("WARN  Scan: disk is full\n");
        assertThat(later.lines())
                .containsExactly(
                        "WARN  log: Scan: repeated and not logged: times=90, message=frame refused: frame={}",
                        "INFO  Scan: scan begins");
    }

    @Test
    void shouldSayAtTheEndWhatWasNotSaid() {
        EventEncoder encoder = encoder(false, false);
        for (int i = 0; i < Repetitions.MOST + 1; i++) {
            encoded(encoder, at(0, event("ERROR", "broken")));
        }

        assertThat(new String(encoder.footerBytes(), StandardCharsets.UTF_8))
                .isEqualTo("WARN  log: Scan: repeated and not logged: times=1, message=broken\n");
    }

    @Test
    void shouldSayEveryEventThatIsNoFault() {
        EventEncoder encoder = encoder(false, false);
        for (int i = 0; i < 10 * Repetitions.MOST; i++) {
            assertThat(encoded(encoder, at(i, event("INFO", "scan begins")))).isNotEmpty();
        }
    }

    @Test
    void shouldSayEveryRefusalThatTheAuditLogSays() {
        EventEncoder encoder = encoder(false, false);
        for (int i = 0; i < 10 * Repetitions.MOST; i++) {
            LoggingEvent refused = new LoggingEvent(
                    "", context.getLogger(Repetitions.AUDIT), Level.WARN, "refused: peer={}", null, new Object[] {i});
            assertThat(encoded(encoder, at(i, refused))).contains("refused: peer=" + i);
        }
    }

    private String encoded(boolean isJournal, String level, @Nullable Throwable thrown) {
        Object[] values = thrown == null ? new Object[0] : new Object[] {thrown};
        return encoded(encoder(isJournal, false), event(level, "scan 1.1: OPEN -> RUNNING", values));
    }

    private EventEncoder encoder(boolean isJournal, boolean isJson) {
        EventEncoder encoder = new EventEncoder(isJournal, isJson);
        encoder.setContext(context);
        encoder.setPattern("%-5level %logger{0}: %msg%n%ex");
        encoder.setJournalPattern("%logger{0}: %msg%n%ex");
        encoder.start();
        return encoder;
    }

    private LoggingEvent event(String level, String message, Object... values) {
        return new LoggingEvent(
                "", context.getLogger("org.penstock.Scan"), Level.toLevel(level), message, null, values);
    }

    private static LoggingEvent at(long ms, LoggingEvent event) {
        event.setTimeStamp(ms);
        return event;
    }

    private static String encoded(EventEncoder encoder, LoggingEvent event) {
        return new String(encoder.encode(event), StandardCharsets.UTF_8);
    }
}
