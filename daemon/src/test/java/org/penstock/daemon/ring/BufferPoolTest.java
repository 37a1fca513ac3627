package org.penstock.daemon.ring;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.penstock.daemon.frame.FrameGeometry;

final class BufferPoolTest {
    private static final int BUFFERS = 3;
    private static final int THREADS = 4;
    private static final int TURNS = 100_000;

    private final BufferPool pool =
            Lanes.of(new FrameGeometry(100, 2, 4, 8, 1), BUFFERS).pool();

    @Test
    void shouldHandOutEachBufferOnce() {
        List<ChunkBuffer> buffers = acquireAll();

        assertThat(buffers).doesNotHaveDuplicates().hasSize(pool.count());
        assertThat(pool.tryAcquire()).isNull();
    }

    @Test
    void shouldSayHowManyAreFree() {
        assertThat(pool.free()).isEqualTo(BUFFERS);
        ChunkBuffer buffer = Objects.requireNonNull(pool.tryAcquire());
        assertThat(pool.free()).isEqualTo(BUFFERS - 1);

        pool.release(buffer);

        assertThat(pool.free()).isEqualTo(BUFFERS);
        acquireAll();
        assertThat(pool.free()).isZero();
    }

    @Test
    void shouldHandOutFirstWhatCameBackLast() {
        List<ChunkBuffer> buffers = acquireAll();

        pool.release(buffers.get(1));
        pool.release(buffers.get(0));

        assertThat(pool.tryAcquire()).isSameAs(buffers.get(0));
        assertThat(pool.tryAcquire()).isSameAs(buffers.get(1));
        assertThat(pool.tryAcquire()).isNull();
    }

    /** A million frames in all: their checksums alone would be 4 MB. */
    @Test
    void shouldTakeNoHeapForChecksums() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        FrameGeometry counter = new FrameGeometry(4, 4, 1 << 17, 1 << 20, 1);
        long before = threads.getCurrentThreadAllocatedBytes();

        Lanes.of(counter, 8);

        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
    }

    @Test
    void shouldKeepChecksumsApartFromFramesAndValues() {
        List<ChunkBuffer> buffers = acquireAll();
        for (ChunkBuffer buffer : buffers) {
            buffer.begin(0);
            for (int position = 0; position < 4; position++) {
                buffer.arrived(position, 100 * buffer.index() + position, 1);
            }
        }
        buffers.forEach(buffer -> buffer.raw().fill((byte) -1));
        buffers.forEach(buffer -> buffer.stored().fill((byte) -1));

        for (ChunkBuffer buffer : buffers) {
            for (int position = 0; position < 4; position++) {
                assertThat(buffer.checksums().get(position)).isEqualTo(100 * buffer.index() + position);
            }
        }
    }

    @Test
    void shouldGiveEachBufferMemoryOfItsOwn() {
        List<ChunkBuffer> buffers = acquireAll();
        for (int i = 0; i < BUFFERS; i++) {
            buffers.get(i).raw().fill((byte) (2 * i));
            buffers.get(i).stored().fill((byte) (2 * i + 1));
        }

        for (int i = 0; i < BUFFERS; i++) {
            assertThat(buffers.get(i).raw().toArray(ValueLayout.JAVA_BYTE))
                    .hasSize(400)
                    .containsOnly(2 * i);
            assertThat(buffers.get(i).stored().toArray(ValueLayout.JAVA_BYTE))
                    .hasSize(400)
                    .containsOnly(2 * i + 1);
        }
    }

    @Test
    void shouldNeverHandOneBufferToTwoThreads() throws Exception {
        AtomicIntegerArray holders = new AtomicIntegerArray(BUFFERS);
        Callable<Integer> user = () -> useInTurn(holders);

        int heldTwice = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (Future<Integer> result : threads.invokeAll(Collections.nCopies(THREADS, user))) {
                heldTwice += result.get();
            }
        }

        assertThat(heldTwice).isZero();
        assertThat(acquireAll()).doesNotHaveDuplicates().hasSize(BUFFERS);
    }

    /** Returns how often it was handed a buffer that another thread held. */
    private int useInTurn(AtomicIntegerArray holders) {
        int heldTwice = 0;
        for (int turn = 0; turn < TURNS; turn++) {
            ChunkBuffer buffer = pool.tryAcquire();
            if (buffer != null) {
                heldTwice += holders.getAndIncrement(buffer.index()) == 0 ? 0 : 1;
                holders.decrementAndGet(buffer.index());
                pool.release(buffer);
            }
        }
        return heldTwice;
    }

    private List<ChunkBuffer> acquireAll() {
        List<ChunkBuffer> buffers = new ArrayList<>();
        for (int i = 0; i < BUFFERS; i++) {
            buffers.add(Objects.requireNonNull(pool.tryAcquire()));
        }
        return buffers;
    }
}
