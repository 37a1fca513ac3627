package org.penstock.daemon.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One line an event, as text or, for collectors, as JSON ({@link JsonLine}). For the journal it begins with the priority, which journald takes off ({@code sd-daemon(3)}), and has neither time nor
 * level, which the journal has; the lines of a stack trace have the priority of their event. Faults that repeat are counted instead
 * ({@link Repetitions}).
 *
 * <p><b>Threading:</b> any thread, by logback's own lock.
 */
public final class EventEncoder extends PatternLayoutEncoder {
    // <syslog.h>
    private static final int LOG_ERR = 3;
    private static final int LOG_WARNING = 4;
    private static final int LOG_INFO = 6;
    private static final int LOG_DEBUG = 7;

    /** The system property that chooses the form of lines, {@code text} or {@code json}; read when the first event comes. */
    public static final String FORM = "penstock.log";

    private final boolean isJournal;
    private final boolean isJson;
    private final Repetitions repetitions = new Repetitions();
    private @Nullable String journalPattern;

    /** Looks where standard error leads. */
    public EventEncoder() {
        this(
                JournalStream.leadsFrom(JournalStream.STANDARD_ERROR, System.getenv(JournalStream.VARIABLE)),
                "json".equals(System.getProperty(FORM)));
    }

    EventEncoder(boolean isJournal, boolean isJson) {
        this.isJournal = isJournal;
        this.isJson = isJson;
    }

    /** Sets the pattern of a line for the journal, without its priority. Called by logback. */
    public void setJournalPattern(String pattern) {
        journalPattern = pattern;
    }

    @Override
    public void start() {
        if (isJournal && journalPattern != null) {
            setPattern(journalPattern);
        }
        super.start();
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        StringBuilder lines = new StringBuilder();
        repetitions.over(event.getTimeStamp()).forEach(line -> say(lines, repeated(line)));
        if (repetitions.isSaid(event)) {
            say(lines, event);
        }
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] footerBytes() {
        StringBuilder lines = new StringBuilder();
        repetitions.rest().forEach(line -> say(lines, repeated(line)));
        return lines.toString().getBytes(StandardCharsets.UTF_8);
    }

    private ILoggingEvent repeated(String line) {
        LoggerContext all = (LoggerContext) getContext();
        return new LoggingEvent("", all.getLogger("log"), Level.WARN, line, null, null);
    }

    private void say(StringBuilder lines, ILoggingEvent event) {
        String text = isJson ? JsonLine.of(event) : new String(super.encode(event), StandardCharsets.UTF_8);
        String prefix = isJournal ? "<" + priority(event.getLevel()) + ">" : "";
        text.lines().forEach(line -> lines.append(prefix).append(line).append('\n'));
    }

    private static int priority(Level level) {
        return switch (level.toInt()) {
            case Level.ERROR_INT -> LOG_ERR;
            case Level.WARN_INT -> LOG_WARNING;
            case Level.INFO_INT -> LOG_INFO;
            default -> LOG_DEBUG;
        };
    }
}
