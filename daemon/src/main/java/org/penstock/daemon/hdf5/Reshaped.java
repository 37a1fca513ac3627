package org.penstock.daemon.hdf5;

import java.util.List;
import org.penstock.protocol.ElementType;

/**
 * What a virtual dataset looks like that shows a dataset of the same file in another shape: the points of a scan in a grid, or every n-th of them.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param source absolute path of the dataset that is shown
 * @param sourceShape its extents
 * @param count how many of its rows are shown, from the first on
 * @param stride from one row to the next that is shown
 * @param shape extents that they are shown in, as many elements as those of the rows
 * @param fillBits the bits of the fill value (the low {@code type.bytes()} bytes)
 */
public record Reshaped(
        ElementType type,
        String source,
        List<Long> sourceShape,
        long count,
        long stride,
        List<Long> shape,
        long fillBits) {
    public Reshaped {
        sourceShape = List.copyOf(sourceShape);
        shape = List.copyOf(shape);
        long rowElements = product(sourceShape.subList(1, sourceShape.size()));
        if (product(shape) != count * rowElements || (count - 1) * stride >= sourceShape.getFirst()) {
            throw new IllegalArgumentException("shapes do not fit: sourceShape=" + sourceShape + ", count=" + count
                    + ", stride=" + stride + ", shape=" + shape);
        }
    }

    private static long product(List<Long> extents) {
        return extents.stream().reduce(1L, Math::multiplyExact);
    }
}
