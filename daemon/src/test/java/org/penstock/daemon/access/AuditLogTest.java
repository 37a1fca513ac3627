package org.penstock.daemon.access;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.penstock.daemon.it.Await;
import org.slf4j.LoggerFactory;

class AuditLogTest {
    private static final Pattern UNSAID = Pattern.compile("\\(and (\\d+) before that were not logged\\)");
    private static final int REFUSALS = 500;
    private static final Peer PEER = new Peer("192.168.7.9:41200", null);

    @Test
    void shouldSayOrCountEveryRefusal() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger("org.penstock.audit");
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            AuditLog audit = new AuditLog();
            for (int refusal = 0; refusal < REFUSALS; refusal++) {
                audit.refused(PEER, null, "HELLO", "no token");
            }
            int[] more = {0};
            Await.until("the next second", () -> {
                int said = log.list.size();
                audit.refused(PEER, null, "HELLO", "no token");
                more[0]++;
                return log.list.size() > said && lines(log).getLast().contains("(and ");
            });

            long counted = lines(log).stream()
                    .map(UNSAID::matcher)
                    .filter(Matcher::find)
                    .mapToLong(unsaid -> Long.parseLong(unsaid.group(1)))
                    .sum();
            assertThat(log.list.size() + counted).isEqualTo(REFUSALS + more[0]);
            assertThat(log.list.size()).isLessThan(REFUSALS / 5);
        } finally {
            logger.detachAppender(log);
        }
    }

    private static List<String> lines(ListAppender<ILoggingEvent> log) {
        return log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }
}
