package org.penstock.daemon.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One line an event. For the journal it begins with the priority, which journald takes off ({@code sd-daemon(3)}), and has neither time nor
 * level, which the journal has; the lines of a stack trace have the priority of their event.
 *
 * <p><b>Threading:</b> any thread, by logback's own lock.
 */
public final class EventEncoder extends PatternLayoutEncoder {
    // <syslog.h>
    private static final int LOG_ERR = 3;
    private static final int LOG_WARNING = 4;
    private static final int LOG_INFO = 6;
    private static final int LOG_DEBUG = 7;

    private final boolean isJournal;
    private @Nullable String journalPattern;

    /** Looks where standard error leads. */
    public EventEncoder() {
        this(JournalStream.leadsFrom(JournalStream.STANDARD_ERROR, System.getenv(JournalStream.VARIABLE)));
    }

    EventEncoder(boolean isJournal) {
        this.isJournal = isJournal;
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
        byte[] lines = super.encode(event);
        if (!isJournal) {
            return lines;
        }
        String prefix = "<" + priority(event.getLevel()) + ">";
        StringBuilder text = new StringBuilder();
        new String(lines, StandardCharsets.UTF_8)
                .lines()
                .forEach(line -> text.append(prefix).append(line).append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
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
