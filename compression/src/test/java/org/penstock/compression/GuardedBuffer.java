package org.penstock.compression;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A target between guard bytes. */
final class GuardedBuffer {
    private static final int GUARD_BYTES = 256;
    private static final byte GUARD = (byte) 0xa5;

    private final MemorySegment all;
    private final MemorySegment inner;

    GuardedBuffer(Arena arena, long bytes) {
        all = arena.allocate(bytes + 2 * GUARD_BYTES).fill(GUARD);
        inner = all.asSlice(GUARD_BYTES, bytes);
    }

    MemorySegment segment() {
        return inner;
    }

    void assertGuardsIntact() {
        MemorySegment guard = MemorySegment.ofArray(new byte[GUARD_BYTES]).fill(GUARD);
        assertThat(all.asSlice(0, GUARD_BYTES).mismatch(guard))
                .as("guard before")
                .isEqualTo(-1);
        assertThat(all.asSlice(GUARD_BYTES + inner.byteSize()).mismatch(guard))
                .as("guard behind")
                .isEqualTo(-1);
    }

    static MemorySegment copyOf(byte[] bytes, Arena arena) {
        MemorySegment segment = arena.allocate(Math.max(bytes.length, 1));
        MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return segment;
    }
}
