package org.penstock.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ZstdTest extends ChunkCodecContract {
    private static final Optional<CZstd> C_LIBRARY = CZstd.find();

    @Override
    ChunkCodec codec() {
        return new Zstd(3);
    }

    @Override
    byte[] decode(MemorySegment stored, long storedBytes, int elementBytes) {
        assumeTrue(C_LIBRARY.isPresent(), CZstd.MISSING);
        return C_LIBRARY
                .orElseThrow()
                .decode(stored.asSlice(0, storedBytes).toArray(ValueLayout.JAVA_BYTE), 1 << 20)
                .orElseThrow();
    }

    /** hdf5plugin.Zstd(7) asks for {@code 32015, (7,)}, and the filter has no callback that changes it. */
    @Test
    void shouldStoreClientDataAsTheCFilterDoes() {
        assertThat(new Zstd(7).filterPipeline(4, 4096)).containsExactly(new FilterStage(32015, true, List.of(7)));
    }
}
