package org.penstock.daemon.source;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.penstock.protocol.ElementType;

/**
 * How an array lies in its bytes.
 *
 * @param type of an element
 * @param isBigEndian whether its bytes have to be swapped
 * @param shape of the whole array, slowest dimension first
 */
record Layout(ElementType type, boolean isBigEndian, List<Long> shape) {
    private static final String SUPPORTED = "u1 u2 u4 u8 i1 i2 i4 i8 f4 f8";

    /** Splits the array into frames of so many dimensions, or along its first axis. */
    Frames frames(String name, @Nullable Integer frameDimensions) throws IOException {
        int dimensions = frameDimensions == null ? shape.size() - 1 : frameDimensions;
        if (dimensions < 0 || dimensions > shape.size()) {
            throw new IOException("array cannot be split into frames: file=" + name + ", shape=" + shape
                    + ", frameDimensions=" + dimensions + (shape.isEmpty() ? " (a single value is no array)" : ""));
        }
        int leading = shape.size() - dimensions;
        long count = product(shape.subList(0, leading));
        if (product(shape) == 0) {
            throw new IOException("array is empty: file=" + name + ", shape=" + shape);
        }
        return new Frames(count, List.copyOf(shape.subList(leading, shape.size())));
    }

    /** How many frames of which shape. */
    record Frames(long count, List<Long> shape) {}

    /** Returns the bytes of the whole array. */
    long bytes() {
        return Math.multiplyExact(product(shape), type.bytes());
    }

    /**
     * Reads a type as NumPy writes it ({@code <u2}, {@code >f4}, {@code |u1}), or spells it ({@code uint16}), or the wire names it.
     *
     * @throws IOException when it is none that the wire has; the message lists what there is
     */
    static Layout of(String name, String dtype, List<Long> shape) throws IOException {
        boolean isBig = dtype.startsWith(">") || dtype.startsWith("!");
        String bare = dtype.replaceFirst("^[<>=|!]", "").toLowerCase(Locale.ROOT);
        String wireName = switch (bare) {
            case "b1", "bool" -> "u1";
            case "uint8", "uint16", "uint32", "uint64" -> "u" + Integer.parseInt(bare.substring(4)) / 8;
            case "int8", "int16", "int32", "int64" -> "i" + Integer.parseInt(bare.substring(3)) / 8;
            case "float32" -> "f4";
            case "float64" -> "f8";
            default -> bare;
        };
        if (!List.of(SUPPORTED.split(" ", -1)).contains(wireName)) {
            throw new IOException("element type not supported: file=" + name + ", expected=one of " + SUPPORTED
                    + ", actual=" + dtype + "; convert it, for example with numpy: a.astype(\"f4\")");
        }
        Layout layout = new Layout(ElementType.of(wireName), isBig, List.copyOf(shape));
        try {
            layout.bytes();
        } catch (ArithmeticException e) {
            throw new IOException(
                    "array is larger than any file: file=" + name + ", shape=" + shape + ", type=" + dtype, e);
        }
        return layout;
    }

    private static long product(List<Long> extents) {
        long product = 1;
        for (long extent : extents) {
            product = Math.multiplyExact(product, extent);
        }
        return product;
    }
}
