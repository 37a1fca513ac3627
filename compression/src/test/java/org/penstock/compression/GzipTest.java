package org.penstock.compression;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class GzipTest {
    @Nested
    class Plain extends ChunkCodecContract {
        @Override
        ChunkCodec codec() {
            return new Gzip(1, Gzip.Shuffle.NOSHUFFLE);
        }

        @Override
        byte[] decode(MemorySegment stored, long storedBytes, int elementBytes) {
            return inflate(stored, storedBytes);
        }
    }

    @Nested
    class Shuffled extends ChunkCodecContract {
        @Override
        ChunkCodec codec() {
            return new Gzip(1, Gzip.Shuffle.SHUFFLE);
        }

        @Override
        byte[] decode(MemorySegment stored, long storedBytes, int elementBytes) {
            byte[] shuffled = inflate(stored, storedBytes);
            byte[] chunk = new byte[shuffled.length];
            int elements = chunk.length / elementBytes;
            for (int i = 0; i < chunk.length; i++) {
                chunk[i % elements * elementBytes + i / elements] = shuffled[i];
            }
            return chunk;
        }
    }

    @Test
    void shouldStoreClientDataAsTheLibraryDoes() {
        FilterStage deflate = new FilterStage(1, true, List.of(6));

        assertThat(new Gzip(6, Gzip.Shuffle.NOSHUFFLE).filterPipeline(4, 4096)).containsExactly(deflate);
        assertThat(new Gzip(6, Gzip.Shuffle.SHUFFLE).filterPipeline(4, 4096))
                .containsExactly(new FilterStage(2, true, List.of(4)), deflate);
    }

    private static byte[] inflate(MemorySegment stored, long storedBytes) {
        byte[] bytes = stored.asSlice(0, storedBytes).toArray(ValueLayout.JAVA_BYTE);
        try (InflaterInputStream in = new InflaterInputStream(new ByteArrayInputStream(bytes))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
