package org.penstock.daemon.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class EventLogTest {
    private static final long LONG_NS = TimeUnit.SECONDS.toNanos(20);

    private final EventLog log = new EventLog(77);

    @Test
    void shouldTellEachEventOnce() throws Exception {
        add(3);

        assertThat(List.of(next(0), next(1), next(2))).containsExactly(1L, 2L, 3L);
        assertThat(log.await(3, 1)).isNull();
    }

    @Test
    void shouldWakeAReaderThatWaits() throws Exception {
        CompletableFuture<Long> read = new CompletableFuture<>();
        Thread reader = Thread.ofVirtual().start(() -> {
            try {
                read.complete(next(0));
            } catch (InterruptedException e) {
                read.completeExceptionally(e);
            }
        });
        add(1);

        assertThat(read.get(20, TimeUnit.SECONDS)).isEqualTo(1);
        reader.join();
    }

    @Test
    void shouldKeepTheLastThousandAndNoMore() throws Exception {
        add(EventLog.KEPT + 5);

        assertThat(log.oldest()).isEqualTo(5);
        assertThat(next(0)).isEqualTo(6);
        assertThat(next(4)).isEqualTo(6);
        assertThat(next(6)).isEqualTo(7);
    }

    @Test
    void shouldKnowItsOwnIds() {
        add(9);

        assertThat(log.id(4)).isEqualTo("77-4");
        assertThat(log.sequence("77-4")).isEqualTo(4);
        assertThat(log.sequence("77-12")).as("never given").isEqualTo(9);
        assertThat(log.sequence("0")).as("before all").isZero();
        assertThat(log.sequence("76-4")).as("of an earlier daemon").isNull();
        assertThat(log.sequence("4")).as("of an older version").isNull();
        for (String id : List.of("", "x", "77-", "-4", "77-4-4", "77-99999999999999999999")) {
            assertThatThrownBy(() -> log.sequence(id)).as(id).isInstanceOf(NumberFormatException.class);
        }
    }

    private long next(long behind) throws InterruptedException {
        return Objects.requireNonNull(log.await(behind, LONG_NS)).sequence();
    }

    private void add(int events) {
        for (int event = 0; event < events; event++) {
            log.add("state", SampleStatus.of("a", false));
        }
    }
}
