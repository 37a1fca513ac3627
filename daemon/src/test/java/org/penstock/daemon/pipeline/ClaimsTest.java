package org.penstock.daemon.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.lmax.disruptor.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.penstock.daemon.frame.FrameGeometry;
import org.penstock.daemon.ring.FrameRing;
import org.penstock.daemon.ring.Lanes;
import org.penstock.daemon.ring.StreamLane;
import org.penstock.daemon.telemetry.Telemetry;

class ClaimsTest {
    private static final int SLOTS = 20_000;
    private static final int COMPRESSORS = 3;

    private final FrameRing ring = new FrameRing(64, new Telemetry());
    private final StreamLane lane = Lanes.of(new FrameGeometry(8, 1, 1, 100, 1), 1);
    private final Sequence writer = new Sequence();
    private final AtomicIntegerArray taken = new AtomicIntegerArray(SLOTS);

    @Test
    void shouldHoldTheWriterBelowASlotThatIsWorkedOn() {
        Claims claims = new Claims(ring, 2);
        ring.submit(lane, () -> {});
        ring.submit(lane, () -> {});

        assertThat(claims.done()).isEqualTo(-1);
        assertThat(claims.claim(0)).isZero();
        assertThat(claims.claim(1)).isEqualTo(1);
        assertThat(claims.done()).isEqualTo(-1);
        assertThat(claims.claim(1)).isEqualTo(Claims.NONE);
        assertThat(claims.done()).isEqualTo(-1);
        assertThat(claims.claim(0)).isEqualTo(Claims.NONE);
        assertThat(claims.done()).isEqualTo(1);
        assertThat(claims.hasWork()).isFalse();
    }

    @Test
    void shouldDealEverySlotOnceAndNeverShowOneThatIsNotDone() throws Exception {
        Claims claims = new Claims(ring, COMPRESSORS);
        ring.gateOn(writer);
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < COMPRESSORS; i++) {
            int number = i;
            tasks.add(() -> compress(claims, number));
        }
        tasks.add(() -> write(claims));
        tasks.add(this::publish);
        try (ExecutorService threads = Executors.newFixedThreadPool(tasks.size())) {
            for (Future<Void> ended : threads.invokeAll(tasks)) {
                ended.get();
            }
        }

        for (int slot = 0; slot < SLOTS; slot++) {
            assertThat(taken.get(slot)).isEqualTo(1);
        }
    }

    private Void publish() {
        for (int i = 0; i < SLOTS; i++) {
            ring.submit(lane, () -> {});
        }
        return null;
    }

    private Void compress(Claims claims, int number) {
        while (writer.get() < SLOTS - 1) {
            long claimed = claims.claim(number);
            if (claimed == Claims.NONE) {
                LockSupport.parkNanos(1);
            } else {
                taken.incrementAndGet((int) claimed);
            }
        }
        return null;
    }

    private Void write(Claims claims) {
        while (writer.get() < SLOTS - 1) {
            long done = claims.done();
            for (long slot = writer.get() + 1; slot <= done; slot++) {
                assertThat(taken.get((int) slot)).isEqualTo(1);
            }
            if (done > writer.get()) {
                writer.set(done);
            }
            LockSupport.parkNanos(1);
        }
        return null;
    }
}
