package org.penstock.daemon.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class FrameGeometryTest {
    /** Parts of ten frames in chunks of four: the third chunk of a part holds two. */
    private final FrameGeometry geometry = new FrameGeometry(8, 2, 4, 10, 1);

    @Test
    void shouldCountChunksThroughAllParts() {
        assertThat(geometry.chunk(0)).isZero();
        assertThat(geometry.chunk(3)).isZero();
        assertThat(geometry.chunk(4)).isEqualTo(1);
        assertThat(geometry.chunk(9)).isEqualTo(2);
        assertThat(geometry.chunk(10)).isEqualTo(3);
    }

    @Test
    void shouldHoldFewerFramesWhereAPartEndsInsideAChunk() {
        assertThat(geometry.chunkCapacity(1)).isEqualTo(4);
        assertThat(geometry.chunkCapacity(2)).isEqualTo(2);
        assertThat(geometry.chunkCapacity(3)).isEqualTo(4);
        assertThat(geometry.chunkBytes()).isEqualTo(32);
    }

    @Test
    void shouldFindEveryFrameInItsChunkAndPart() {
        for (long frame = 0; frame < 100; frame++) {
            long chunk = geometry.chunk(frame);
            long first = geometry.firstFrame(chunk);
            assertThat(frame).isBetween(first, first + geometry.chunkCapacity(chunk) - 1);
            assertThat(geometry.part(frame)).isEqualTo(frame / 10).isEqualTo(geometry.part(first));
        }
    }

    @Test
    void shouldRefuseWhatIsNotPositive() {
        assertThatThrownBy(() -> new FrameGeometry(0, 1, 1, 1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new FrameGeometry(1, 1, 1, 0, 1)).hasMessageContaining("framesPerFile=0");
        assertThatThrownBy(() -> new FrameGeometry(1, 1, 1, 1, -1)).hasMessageContaining("every=-1");
    }

    @Test
    void shouldRefuseChunksLongerThanALong() {
        FrameGeometry huge = new FrameGeometry(Long.MAX_VALUE / 2, 1, 3, 3, 1);

        assertThatThrownBy(huge::chunkBytes).isInstanceOf(ArithmeticException.class);
    }
}
