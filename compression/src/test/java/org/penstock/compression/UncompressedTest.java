package org.penstock.compression;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class UncompressedTest extends ChunkCodecContract {
    @Override
    ChunkCodec codec() {
        return new Uncompressed();
    }

    @Override
    byte[] decode(MemorySegment stored, long storedBytes, int elementBytes) {
        throw new AssertionError("every chunk is stored raw");
    }

    @Test
    void shouldNeedNoFilter() {
        assertThat(new Uncompressed().filterPipeline(4, 4096)).isEmpty();
    }
}
