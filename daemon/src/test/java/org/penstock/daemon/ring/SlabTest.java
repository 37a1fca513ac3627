package org.penstock.daemon.ring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SlabTest {
    private static final long PAGE = 4096;

    private final Slab slab = new Slab(16 * PAGE);

    @AfterEach
    void close() {
        slab.close();
    }

    @Test
    void shouldReserveWholePages() {
        MemorySegment region = reserve(PAGE + 1);

        assertThat(region.byteSize()).isEqualTo(2 * PAGE);
        assertThat(region.address() % PAGE).isZero();
        assertThat(slab.freeBytes()).isEqualTo(14 * PAGE);
        assertThat(slab.bytes()).isEqualTo(16 * PAGE);
    }

    @Test
    void shouldReserveUntilItIsFullAndNotBeyond() {
        reserve(16 * PAGE);

        assertThat(slab.reserve(1)).isNull();
        assertThat(slab.freeBytes()).isZero();
    }

    @Test
    void shouldUseTheLowestGapThatIsLargeEnough() {
        MemorySegment low = reserve(PAGE);
        reserve(PAGE);
        MemorySegment middle = reserve(4 * PAGE);
        reserve(PAGE);
        slab.release(low);
        slab.release(middle);

        assertThat(reserve(2 * PAGE).address()).isEqualTo(middle.address());
        assertThat(reserve(PAGE).address()).isEqualTo(low.address());
    }

    @Test
    void shouldJoinGapsOnBothSides() {
        MemorySegment first = reserve(5 * PAGE);
        MemorySegment second = reserve(6 * PAGE);
        MemorySegment third = reserve(5 * PAGE);

        slab.release(first);
        slab.release(third);
        assertThat(slab.reserve(7 * PAGE)).isNull();
        slab.release(second);

        assertThat(reserve(16 * PAGE).address()).isEqualTo(first.address());
    }

    @Test
    void shouldBeWholeAgainAfterAnyOrderOfStreams() {
        Random random = new Random(1);
        List<MemorySegment> regions = new ArrayList<>();
        for (int round = 0; round < 1000; round++) {
            MemorySegment region = slab.reserve(1 + random.nextLong(4 * PAGE));
            if (region == null) {
                Collections.shuffle(regions, random);
                slab.release(regions.removeLast());
            } else {
                region.fill((byte) round);
                regions.add(region);
            }
        }
        regions.forEach(slab::release);

        assertThat(slab.freeBytes()).isEqualTo(slab.bytes());
        assertThat(slab.reserve(slab.bytes())).isNotNull();
    }

    private MemorySegment reserve(long bytes) {
        return Objects.requireNonNull(slab.reserve(bytes));
    }
}
