package org.penstock.daemon.hdf5;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.penstock.protocol.ElementType;

/**
 * An array of any element type, as it comes over the wire: a pixel mask, a flat field.
 *
 * <p><b>Threading:</b> immutable but for the segment, which the caller owns and must not change while it is written.
 *
 * @param shape extents, slowest first; empty for a scalar
 * @param data little-endian elements in C order, exactly as many as the shape says, in native memory
 */
public record ElementArray(ElementType type, List<Long> shape, MemorySegment data) {
    public ElementArray {
        shape = List.copyOf(shape);
        long bytes = type.bytes();
        for (long extent : shape) {
            bytes = Math.multiplyExact(bytes, extent);
        }
        if (!data.isNative()) {
            throw new IllegalArgumentException("array not in native memory: shape=" + shape);
        }
        if (bytes != data.byteSize()) {
            throw new IllegalArgumentException("array does not fit its shape: bytes=" + data.byteSize() + ", expected="
                    + bytes + ", shape=" + shape);
        }
    }
}
