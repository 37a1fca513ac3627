package org.penstock.daemon.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.penstock.protocol.FrameRange;

final class FrameSetTest {
    private static final long PAGE_FRAMES = 1 << 16;

    private final FrameSet frames = new FrameSet();

    @Test
    void shouldTakeEachFrameOnce() {
        assertThat(frames.add(70)).isTrue();
        assertThat(frames.add(70)).isFalse();

        assertThat(frames.contains(70)).isTrue();
        assertThat(frames.contains(6)).isFalse();
        assertThat(frames.count()).isEqualTo(1);
        assertThat(frames.end()).isEqualTo(71);
    }

    @Test
    void shouldBeEmptyAtFirst() {
        assertThat(frames.contains(FrameSet.MAX_FRAMES - 1)).isFalse();
        assertThat(frames.end()).isZero();
        assertThat(frames.firstAbsent(0)).isZero();
        assertThat(frames.ranges(10)).isEmpty();
        assertThat(frames.absent(0, 3, 10)).containsExactly(new FrameRange(0, 3));
    }

    @Test
    void shouldTellRangesInAnyOrderOfArrival() {
        add(6, 1, 0, 4, 3);

        assertThat(frames.ranges(10)).containsExactly(new FrameRange(0, 2), new FrameRange(3, 2), new FrameRange(6, 1));
        assertThat(frames.absent(0, 9, 10))
                .containsExactly(new FrameRange(2, 1), new FrameRange(5, 1), new FrameRange(7, 2));
        assertThat(frames.firstAbsent(0)).isEqualTo(2);
        assertThat(frames.firstAbsent(3)).isEqualTo(5);
    }

    @Test
    void shouldTellNoMoreRangesThanAskedFor() {
        add(0, 2, 4, 6);

        assertThat(frames.ranges(2)).containsExactly(new FrameRange(0, 1), new FrameRange(2, 1));
        assertThat(frames.absent(0, 7, 1)).containsExactly(new FrameRange(1, 1));
    }

    @Test
    void shouldJoinRangesAcrossPages() {
        for (long frame = PAGE_FRAMES - 2; frame < PAGE_FRAMES + 3; frame++) {
            frames.add(frame);
        }

        assertThat(frames.ranges(10)).containsExactly(new FrameRange(PAGE_FRAMES - 2, 5));
        assertThat(frames.firstAbsent(PAGE_FRAMES - 1)).isEqualTo(PAGE_FRAMES + 3);
    }

    @Test
    void shouldTakeTheHighestFrameThatThereCanBe() {
        add(3, FrameSet.MAX_FRAMES - 1);

        assertThat(frames.contains(FrameSet.MAX_FRAMES - 1)).isTrue();
        assertThat(frames.contains(FrameSet.MAX_FRAMES - 2)).isFalse();
        assertThat(frames.contains(3)).isTrue();
        assertThat(frames.end()).isEqualTo(FrameSet.MAX_FRAMES);
    }

    @Test
    void shouldTakeRangesInAndOut() {
        frames.add(2 * PAGE_FRAMES);
        frames.addAll(new FrameRange(70, 5 * PAGE_FRAMES));

        assertThat(frames.count()).isEqualTo(5 * PAGE_FRAMES);
        assertThat(frames.end()).isEqualTo(5 * PAGE_FRAMES + 70);
        assertThat(frames.ranges(10)).containsExactly(new FrameRange(70, 5 * PAGE_FRAMES));
        assertThat(frames.count(60, PAGE_FRAMES + 100)).isEqualTo(PAGE_FRAMES + 30);
        assertThat(frames.add(3 * PAGE_FRAMES)).isFalse();

        frames.removeAll(new FrameRange(100, 2 * PAGE_FRAMES));
        frames.remove(4 * PAGE_FRAMES);

        assertThat(frames.count()).isEqualTo(3 * PAGE_FRAMES - 1);
        assertThat(frames.present(80, 5 * PAGE_FRAMES, 10))
                .containsExactly(
                        new FrameRange(80, 20),
                        new FrameRange(2 * PAGE_FRAMES + 100, 2 * PAGE_FRAMES - 100),
                        new FrameRange(4 * PAGE_FRAMES + 1, PAGE_FRAMES - 1));
        assertThat(frames.firstAbsent(2 * PAGE_FRAMES + 100)).isEqualTo(4 * PAGE_FRAMES);
    }

    @Test
    void shouldAgreeWithAPlainListOfBits() {
        Random random = new Random(7);
        BitSet expected = new BitSet();
        for (int round = 0; round < 400; round++) {
            int first = random.nextInt(4 * (int) PAGE_FRAMES);
            int count = 1 + random.nextInt(random.nextInt(10) == 0 ? 2 * (int) PAGE_FRAMES : 200);
            boolean isIn = random.nextInt(3) > 0;
            expected.set(first, first + count, isIn);
            if (isIn) {
                frames.addAll(new FrameRange(first, count));
            } else {
                frames.removeAll(new FrameRange(first, count));
            }
            assertThat(frames.count()).isEqualTo(expected.cardinality());
            int from = random.nextInt(expected.size());
            assertThat(frames.firstAbsent(from)).isEqualTo(expected.nextClearBit(from));
            assertThat(frames.count(from, from + 70_000L))
                    .isEqualTo(expected.get(from, from + 70_000).cardinality());
            FrameSet other = new FrameSet();
            frames.ranges(Integer.MAX_VALUE).forEach(other::addAll);
            assertThat(expected.stream().allMatch(other::contains)).isTrue();
            assertThat(other.count()).isEqualTo(expected.cardinality());
        }
    }

    @Test
    void shouldTellWhatIsAbsentOfAllFramesThatThereCanBe() {
        add(3, FrameSet.MAX_FRAMES - 1);

        assertThat(frames.absent(0, FrameSet.MAX_FRAMES, 10))
                .containsExactly(new FrameRange(0, 3), new FrameRange(4, FrameSet.MAX_FRAMES - 5));
    }

    private void add(long... indices) {
        for (long index : indices) {
            frames.add(index);
        }
    }
}
