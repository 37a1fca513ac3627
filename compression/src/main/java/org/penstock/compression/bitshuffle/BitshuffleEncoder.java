package org.penstock.compression.bitshuffle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Encodes chunks as the HDF5 bitshuffle filter does with LZ4; the layout is drawn at {@link
 * org.penstock.compression.BitshuffleLz4}.
 *
 * <p><b>Threading:</b> confined to one thread at a time.
 */
public final class BitshuffleEncoder {
    /** What {@link #encode} returns for a chunk that does not shrink. */
    private static final long NOT_SMALLER = -1;

    /** Above this the scratch memory, 128 elements at least, would leave the cache, and no detector has such elements. */
    private static final int MAX_ELEMENT_BYTES = 65536;

    private static final int BSHUF_TARGET_BLOCK_SIZE_B = 8192;
    private static final int BSHUF_MIN_RECOMMEND_BLOCK = 128;
    private static final int BSHUF_BLOCKED_MULT = 8;

    private static final int CHUNK_HEADER_BYTES = 12;
    private static final int BLOCK_HEADER_BYTES = 4;

    /** LZ4 blocks are gathered: a copy to native memory costs as much as some hundred bytes of it. */
    private static final int COPIED_AT_ONCE = 4096;

    private static final VarHandle LZ4_BYTES = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final Kernels kernels;
    private final ReadAhead readAhead = new ReadAhead();
    private final PlaneEncoder encoder;
    private byte[] planes = new byte[0];
    private byte[] rows = new byte[0];
    private byte[] lz4 = new byte[0];
    private boolean closed;

    BitshuffleEncoder(Kernels kernels) {
        this.kernels = kernels;
        encoder = new PlaneEncoder(kernels, readAhead);
    }

    /** Makes an encoder of the fastest kernels that this machine and the options of its JVM allow. */
    public static BitshuffleEncoder fastest() {
        return new BitshuffleEncoder(
                hasVectorApi() && VectorKernels.isWide() ? new VectorKernels() : new ScalarKernels());
    }

    /** On the class path the module is there only with {@code --add-modules jdk.incubator.vector}. */
    private static boolean hasVectorApi() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    /** Returns {@code bshuf_default_block_size}: elements of a block. */
    static int blockElements(int elementBytes) {
        int elements = BSHUF_TARGET_BLOCK_SIZE_B / elementBytes;
        return Math.max(elements - elements % BSHUF_BLOCKED_MULT, BSHUF_MIN_RECOMMEND_BLOCK);
    }

    /**
     * Encodes a chunk; the contract is that of {@link org.penstock.compression.ChunkEncoder#encode}.
     *
     * @param sourceBytes whole elements, no more than the source has
     */
    public long encode(MemorySegment source, long sourceBytes, int elementBytes, MemorySegment target) {
        checkUsable(elementBytes);
        long limit = Math.min(target.byteSize(), sourceBytes - 1);
        if (limit < CHUNK_HEADER_BYTES) {
            return NOT_SMALLER;
        }
        int blockBytes = blockElements(elementBytes) * elementBytes;
        growScratch(blockBytes);
        try {
            return encodeBlocks(source, sourceBytes, elementBytes, blockBytes, target, limit);
        } finally {
            readAhead.stop();
        }
    }

    private long encodeBlocks(
            MemorySegment source,
            long sourceBytes,
            int elementBytes,
            int blockBytes,
            MemorySegment target,
            long limit) {
        target.set(U64, 0, sourceBytes);
        target.set(U32, 8, blockBytes);
        long written = CHUNK_HEADER_BYTES;
        int pending = 0;
        long wholeGroups = sourceBytes / elementBytes / BSHUF_BLOCKED_MULT * BSHUF_BLOCKED_MULT * elementBytes;
        for (long read = 0; read < wholeGroups; read += blockBytes) {
            int bytes = (int) Math.min(blockBytes, wholeGroups - read);
            readAhead.begin(source, read + bytes, Math.min(read + 2L * bytes, wholeGroups));
            pending = encodeBlock(source, read, bytes, elementBytes, pending);
            if (pending > limit - written) {
                return NOT_SMALLER;
            }
            if (pending >= COPIED_AT_ONCE) {
                MemorySegment.copy(lz4, 0, target, ValueLayout.JAVA_BYTE, written, pending);
                written += pending;
                pending = 0;
            }
        }
        long leftover = sourceBytes - wholeGroups;
        if (leftover > limit - written - pending) {
            return NOT_SMALLER;
        }
        MemorySegment.copy(lz4, 0, target, ValueLayout.JAVA_BYTE, written, pending);
        written += pending;
        MemorySegment.copy(source, wholeGroups, target, written, leftover);
        return written + leftover;
    }

    /** Releases the scratch memory. */
    public void close() {
        closed = true;
        planes = new byte[0];
        rows = new byte[0];
        lz4 = new byte[0];
    }

    /** Puts the block's bytes and its LZ4 form to {@link #lz4}; returns their end. */
    private int encodeBlock(MemorySegment source, long read, int bytes, int elementBytes, int out) {
        int elements = bytes / elementBytes;
        kernels.splitBytes(source, read, elements, elementBytes, planes);
        long flatPlanes = splitBits(elements, elementBytes);
        int lz4Begin = out + BLOCK_HEADER_BYTES;
        int end = encoder.encode(rows, bytes, elements / 8, flatPlanes, lz4, lz4Begin);
        LZ4_BYTES.set(lz4, out, end - lz4Begin);
        return end;
    }

    /** Takes all planes apart; returns a bit for each that is flat. */
    private long splitBits(int planeBytes, int planeCount) {
        boolean mayBeFlat = planeCount <= Long.BYTES && planeBytes % Kernels.FLAT_BYTES == 0;
        long flatPlanes = 0;
        for (int i = 0; i < planeCount; i++) {
            int plane = i * planeBytes;
            if (mayBeFlat && kernels.isFlat(planes, plane, planeBytes)) {
                kernels.splitFlat(planes, plane, planeBytes, rows);
                flatPlanes |= 1L << i;
            } else {
                kernels.splitBits(planes, plane, planeBytes, rows);
            }
        }
        return flatPlanes;
    }

    private void checkUsable(int elementBytes) {
        if (closed) {
            throw new IllegalStateException("encoder is closed");
        }
        if (elementBytes > MAX_ELEMENT_BYTES) {
            throw new IllegalArgumentException(
                    "element too large: elementBytes=" + elementBytes + ", expected=at most " + MAX_ELEMENT_BYTES);
        }
    }

    private void growScratch(int blockBytes) {
        int lz4Bytes = COPIED_AT_ONCE + BLOCK_HEADER_BYTES + Lz4Sequence.outputBytes(blockBytes);
        if (lz4.length < lz4Bytes) {
            planes = new byte[blockBytes];
            rows = new byte[MatchMap.MARGIN + blockBytes + MatchMap.MARGIN];
            lz4 = new byte[lz4Bytes];
        }
    }
}
